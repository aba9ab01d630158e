"""What differs between two editions is said by record and claim, and nothing else is."""

import json
import shutil
import subprocess
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner, Result

from tests.support import copy_of_world
from upheaval.build.export import export
from upheaval.build.folder import write_build
from upheaval.cli.main import main
from upheaval.curate import differencereport
from upheaval.curate.differencereport import as_json, as_markdown, as_text
from upheaval.curate.differences import Difference, compare
from upheaval.curate.editions import open_edition
from upheaval.populate.assembly import assemble

pytestmark = pytest.mark.slow

SCHEMA = json.loads(Path(differencereport.__file__).with_name("difference.schema.json").read_text(encoding="utf-8"))
DRONES = "data/arms-transfers/drones-to-belmora-2010.yaml"
TREATY = "data/treaties/friendship-treaty-1955.yaml"


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    return copy_of_world(tmp_path / "a"), copy_of_world(tmp_path / "b")


def edit(root: Path, file: str, *changes: tuple[str, str]) -> None:
    text = (root / file).read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (root / file).write_text(text, encoding="utf-8")


def difference(pair: tuple[Path, Path]) -> Difference:
    a, b = (open_edition(root, None) for root in pair)
    return compare(a, b)


def diff(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["diff", *map(str, arguments)])


def test_order_and_form_are_no_difference(pair: tuple[Path, Path]) -> None:
    text = (pair[1] / TREATY).read_text(encoding="utf-8")
    (pair[1] / TREATY).write_text("# a comment\n" + text.replace("party: [old-arvenia, belmora]\n", ""))
    with (pair[1] / TREATY).open("a", encoding="utf-8") as file:
        file.write('party:\n  - belmora\n  - "old-arvenia"\n')
    found = difference(pair)
    assert found.is_empty
    assert as_text(found) == "working tree → working tree: no differences\n"


def test_claims_are_said_in_words(pair: tuple[Path, Path]) -> None:
    edit(pair[1], TREATY, ("date: 1985, citation: [{", "date: 1986, citation: [{source: gazette, locator: note}, {"))
    edit(pair[1], DRONES, ("value: 40", "value: 50"))
    (pair[1] / "data/places/new-port.yaml").write_text("label: {en: New Port}\nplaceKind: city\n", encoding="utf-8")
    (pair[1] / "data/links/arvenia-atlas.yaml").unlink()
    text = as_text(difference(pair), 1000)
    assert "changed: Friendship Treaty (treaty)" in text
    assert "  - step expired: date: 1985 → 1986; one source added (" in text
    assert "added: New Port (place)" in text
    assert "removed: " in text
    assert ": 1 record added, 1 removed, 2 changed; statements: +" in text
    (estimate,) = (line for line in text.splitlines() if "estimate of" in line)
    assert ": 40 → 50 " in estimate
    assert all(len(line) <= 80 for line in as_text(difference(pair)).splitlines())


def test_an_amount_that_becomes_a_range_is_one_change(pair: tuple[Path, Path]) -> None:
    edit(pair[1], DRONES, ("value: 40", "low: 30, high: 50"))
    (estimate,) = (line for line in as_text(difference(pair), 1000).splitlines() if "estimate of" in line)
    assert ": 40 → 30 to 50 " in estimate
    assert "added" not in estimate


def test_a_long_text_is_quoted_around_what_is_different(pair: tuple[Path, Path]) -> None:
    edit(pair[1], TREATY, ("Each helps", "word " * 60 + "Each helps"))
    edit(pair[0], TREATY, ("Each helps", "word " * 60 + "Both help"))
    (line,) = (line for line in as_text(difference(pair), 1000).splitlines() if "Each helps" in line)
    assert "“…word word word word Both help" in line
    assert line.count("“") == line.count("”") == 2


def test_added_records_of_a_type_are_listed_after_what_changed(pair: tuple[Path, Path]) -> None:
    for name in ("Ash", "Birch"):
        (pair[1] / f"data/places/{name.lower()}.yaml").write_text(f"label: {{en: {name}}}\nplaceKind: city\n")
    edit(pair[1], TREATY, ("date: 1985", "date: 1986"))
    text = as_text(difference(pair), 1000)
    assert text.endswith("\n\nadded: 2 records (place)\n  - Ash\n  - Birch\n")
    assert text.index("changed: ") < text.index("added: 2")
    for number in range(30):
        (pair[1] / f"data/places/grove-{number}.yaml").write_text("label: {en: Grove}\nplaceKind: city\n")
    text = as_text(difference(pair), 1000)
    assert text.endswith("  - Grove\n  - … and 12 more\n")
    assert text.count("  - Grove\n") == 18


def test_the_ledger_says_what_became_of_a_claim(pair: tuple[Path, Path]) -> None:
    edit(pair[1], TREATY, ("  - {action: signed, date: 1955-03,", "  - {action: ratified, date: 1960,"))
    ledger(pair[1], "friendship-treaty-1955#step-signed-1955-03\t0.1.0\tretired\t\t2026-01-01\tnobody signed")
    (line,) = (line for line in as_text(difference(pair), 1000).splitlines() if "removed: step signed" in line)
    assert line.endswith("), retired: nobody signed")


def test_a_node_that_moved_to_another_record_is_named_with_it(pair: tuple[Path, Path]) -> None:
    node = "friendship-treaty-1955#step-signed-1955-03"
    lines = [line for line in difference(pair).a.graphs["data"] if f"/{node}" in line]
    assert lines
    ledger(pair[1], f"{node}\t0.1.0\trenamed\tdrones-to-belmora-2010#step\t2026-01-01\twrong record")
    edit(pair[1], TREATY, ("date: 1985", "date: 1986"))
    assert "step: step of Drones for Belmora" in as_text(difference(pair), 1000)


def test_a_record_that_was_renamed_is_one_record(pair: tuple[Path, Path]) -> None:
    old, new = "hawk-drone", "hawk-drone-mark-1"
    file = pair[1] / f"data/weapon-systems/{old}.yaml"
    file.rename(file.with_name(f"{new}.yaml"))
    for path in (pair[1] / "data").rglob("*.yaml"):
        path.write_text(path.read_text(encoding="utf-8").replace(f"item: {old}", f"item: {new}"), encoding="utf-8")
    base = difference(pair).a.iri
    assert len(difference(pair).records) > 2
    ledger(pair[1], f"{old}\t0.1.0\trenamed\t{new}\t2026-01-01\tnamed better")
    found = difference(pair)
    (record,) = found.records
    assert (record.change, record.was, record.iri) == ("renamed", f"<{base}{old}>", f"<{base}{new}>")
    assert not record.nodes
    assert not record.properties
    assert "renamed: Hawk drone" in as_text(found)
    assert f"from {old} to {new}" in as_text(found, 1000)


def test_the_ledger_says_what_became_of_a_record(pair: tuple[Path, Path]) -> None:
    (pair[1] / "data/links/arvenia-atlas.yaml").unlink()
    ledger(pair[1], "arvenia-atlas\t0.1.0\tmerged\tarvenia\t2026-01-01\tone state")
    assert "), merged into Arvenia: one state\n" in as_text(difference(pair), 1000)


def ledger(root: Path, *lines: str) -> None:
    header = "iri\tsince\tstate\tsuccessors\tdate\twhy"
    (root / "ledger.tsv").write_text("\n".join([header, *lines, ""]), encoding="utf-8")


def test_json_is_what_its_schema_says(pair: tuple[Path, Path]) -> None:
    edit(pair[1], TREATY, ("date: 1985", "date: 1986"), ("Each helps", "Both help"))
    (pair[1] / "data/links/arvenia-atlas.yaml").unlink()
    content = json.loads(as_json(difference(pair)))
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.Draft202012Validator(SCHEMA).validate(content)
    assert [record["change"] for record in content["records"]] == ["removed", "changed"]
    content["records"][1]["nodes"][0]["more"] = 1
    assert not jsonschema.Draft202012Validator(SCHEMA).is_valid(content)


def test_markdown_holds_no_markup_of_a_record(pair: tuple[Path, Path]) -> None:
    hostile = "<b>@octocat</b> #1 :smile: [x](javascript:y) `c` **d** a|b &amp; ![i](http://e.example/i.png)"
    edit(pair[1], TREATY, ("Friendship Treaty", hostile))
    text = as_markdown(difference(pair))
    for mark in ("<b>", "@octocat", " #1", ":smile:", "[x](", " `c`", "**d**", "![i](", "http://", "&amp;", "a|b"):
        assert mark not in text, mark


def test_markdown_fits_into_a_comment(pair: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    edit(pair[1], TREATY, ("date: 1985", "date: 1986"))
    edit(pair[1], DRONES, ("value: 40", "value: 50"))
    monkeypatch.setattr(differencereport, "_LONGEST_COMMENT", 270)
    text = as_markdown(difference(pair))
    assert "… and 1 more: " in text
    assert len(text.encode()) < 270 + 80


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with a publication in one of its folders, and two commits."""
    root = copy_of_world(tmp_path / "repository/publication")
    git(root.parent, "init", "-q", "-b", "main")
    commit(root.parent)
    edit(root, TREATY, ("date: 1985", "date: 1986"))
    commit(root.parent)
    return root


def git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=N", "-c", "user.email=n@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *identity, "-C", str(folder), *arguments], check=True)


def commit(folder: Path) -> None:
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "Change")


def test_revisions_folders_and_builds_are_compared(repository: Path, tmp_path: Path) -> None:
    edit(repository, TREATY, ("date: 1986", "date: 1987"))
    assert "1986 → 1987" in diff("--root", repository).stdout
    assert "1985 → 1987" in diff("HEAD~1", "--root", repository).stdout
    assert "1985 → 1986" in diff("main~1", "main", "--root", repository).stdout
    write_build(export(assemble(repository)), tmp_path / "build")
    assert "1985 → 1987" in diff("main~1", tmp_path / "build", "--root", repository).stdout
    assert "1987 → 1985" in diff(repository, copy_of_world(tmp_path / "copy")).stdout
    assert diff(tmp_path / "build", repository).stdout.endswith(" no differences\n")


def test_the_identity_is_that_of_a_build(repository: Path, tmp_path: Path) -> None:
    write_build(export(assemble(repository)), tmp_path / "build")
    manifest = json.loads((tmp_path / "build/manifest.json").read_text(encoding="utf-8"))
    for name in (str(tmp_path / "build"), "HEAD"):
        assert open_edition(repository, name).identity == manifest["rdfc10_sha256"]


def test_exit_status_tells_differences_from_errors(repository: Path) -> None:
    assert diff("HEAD~1", "--root", repository).exit_code == 0
    assert diff("HEAD~1", "--root", repository, "--exit-code").exit_code == 3
    assert diff("HEAD", "--root", repository, "--exit-code").exit_code == 0
    assert diff("nothing", "--root", repository, "--exit-code").exit_code == 1


@pytest.mark.parametrize("name", ["nothing", "--output=x", "HEAD:publication", "HEAD~9", "./nowhere", ""])
def test_what_is_no_edition_is_refused_in_one_line(repository: Path, name: str) -> None:
    result = diff("--root", repository, "--", name)
    assert result.exit_code == 1
    assert len(result.stderr.splitlines()) == 1
    assert "Traceback" not in result.output


def test_nothing_of_a_revision_is_executed(repository: Path, tmp_path: Path) -> None:
    trap = tmp_path / "sprung"
    for name in ("sitecustomize.py", "upheaval/__init__.py", "conftest.py"):
        (repository / name).parent.mkdir(exist_ok=True)
        (repository / name).write_text(f"open({str(trap)!r}, 'w')\n", encoding="utf-8")
    commit(repository.parent)
    assert diff("HEAD~1", "HEAD", "--root", repository).exit_code == 0
    assert not trap.exists()


def test_links_out_of_a_revision_are_refused(repository: Path, tmp_path: Path) -> None:
    (repository / "data/places/outside.yaml").symlink_to("/etc/passwd")
    commit(repository.parent)
    result = diff("HEAD", "--root", repository)
    assert result.exit_code == 1
    assert "cannot be unpacked" in result.stderr


def test_faults_and_a_vocabulary_of_old_are_noted(repository: Path) -> None:
    (repository / "shapes").mkdir()
    (repository / "shapes/wrong.ttl").write_text("this is not Turtle", encoding="utf-8")
    edit(repository, TREATY, ("date: 1986", "date: 1986-13"))
    commit(repository.parent)
    shutil.rmtree(repository / "shapes")
    edit(repository, TREATY, ("date: 1986-13", "date: 1986"))
    result = diff("HEAD", "--root", repository)
    assert result.exit_code == 0
    assert "is read with the present vocabulary" in result.stderr
    assert "has an error, and what is at fault is left out" in result.stderr
    assert "1986 added" in result.stdout
