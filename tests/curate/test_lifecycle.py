"""Rename, merge, split and retire: files, references and the ledger change together, or nothing does."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pyoxigraph as ox
import pytest
from click.testing import CliRunner, Result

from tests.support import WHOLE, copy_of_world, faults_of, sampled
from upheaval.cli.main import main
from upheaval.populate.assembly import assemble
from upheaval.schema.ledger import Entry, Fate, Ledger, read_ledger, relative, write_ledger


def publish(root: Path) -> None:
    """Enter every IRI of a publication into its ledger, as a release does."""
    assembly = assemble(root)
    iris = [relative(iri, assembly.publication.iri) for iri in assembly.populated.locations]
    known = read_ledger(root)
    write_ledger(
        root / "ledger.tsv", known.with_entries(Entry(iri, "1.0.0") for iri in iris if iri not in known.entries)
    )


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The invented publication with a ledger; not to be changed."""
    root = copy_of_world(tmp_path_factory.mktemp("published"))
    publish(root)
    return root


@pytest.fixture
def root(published: Path, tmp_path: Path) -> Path:
    return shutil.copytree(published, tmp_path, dirs_exist_ok=True)


def run(root: Path, *words: str) -> Result:
    return CliRunner().invoke(main, [*words, "--root", str(root)], catch_exceptions=False)


def files(root: Path) -> dict[str, bytes]:
    """Return the sources of a publication, by path."""
    found = (path for path in root.rglob("*") if path.is_file() and ".upheaval" not in path.parts)
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in found}


def names(root: Path) -> set[str]:
    """Return the names of the records and of the nodes inside them."""
    assembly = assemble(root)
    return {relative(iri, assembly.publication.iri) for iri in assembly.populated.locations}


@pytest.mark.slow
def test_rename_changes_the_file_the_references_and_the_ledger(root: Path) -> None:
    text = (root / "data/states/dorland.yaml").read_bytes()
    result = run(root, "rename", "dorland", "kingdom-of-dorland", "--why", "Official name", "--yes")
    assert result.exit_code == 0, result.output
    assert not (root / "data/states/dorland.yaml").exists()
    assert (root / "data/states/kingdom-of-dorland.yaml").read_bytes() == text
    assert faults_of(root) == []
    mentioned = [path for path, content in files(root).items() if re.search(rb"(: |\[)dorland\b", content)]
    assert mentioned == []
    entry = read_ledger(root).resolve("dorland")
    assert entry is not None
    assert (entry.state, entry.successors, entry.why) == (Fate.RENAMED, ("kingdom-of-dorland",), "Official name")


@pytest.mark.slow
def test_text_that_only_looks_like_the_name_stays(root: Path) -> None:
    file = root / "data/states/arvenia.yaml"
    with file.open("a") as end:
        end.write("# dorland is next to it\ndescription: {en: dorland}\n")
    assert run(root, "rename", "dorland", "kingdom-of-dorland", "--yes").exit_code == 0
    assert file.read_text().endswith("# dorland is next to it\ndescription: {en: dorland}\n")


STYLES = ["dorland", "'dorland'", '"dorland"', '"dor\\x6cand"', ">-\n  dorland"]


@pytest.mark.slow
@pytest.mark.parametrize("written", STYLES if WHOLE else STYLES[-2:])
def test_a_reference_keeps_its_style(root: Path, written: str) -> None:
    file = root / "data/drivers/border-war.yaml"
    file.write_text(file.read_text().replace("exertedBy: dorland", f"exertedBy: {written} # who"))
    if written.startswith(">"):
        file.write_text(file.read_text().replace(" # who", ""))
    assert run(root, "rename", "dorland", "x", "--yes").exit_code == 0
    kept = '"x"' if "\\" in written else written.replace("dorland", "x")
    assert f"exertedBy: {kept}" in file.read_text()
    assert faults_of(root) == []


@pytest.mark.slow
def test_nodes_named_by_a_renamed_record_lead_to_their_new_names(root: Path) -> None:
    before = names(root)
    assert run(root, "rename", "gazette", "the-gazette", "--yes").exit_code == 0
    after, ledger = names(root), read_ledger(root)
    gone = before - after
    assert any("#" in name and not name.startswith("gazette") for name in gone)
    for name in gone:
        entry = ledger.resolve(name)
        assert entry is not None, name
        assert len(entry.successors) == 1, name
        assert entry.successors[0] in after, name


@pytest.mark.slow
def test_an_unpublished_record_needs_no_line(root: Path) -> None:
    shutil.copy(root / "data/states/dorland.yaml", root / "data/states/eastland.yaml")
    before = (root / "ledger.tsv").read_bytes()
    result = run(root, "rename", "eastland", "westland", "--yes")
    assert "`eastland` has not been published" in result.stderr
    assert (root / "ledger.tsv").read_bytes() == before
    assert (root / "data/states/westland.yaml").is_file()


@pytest.mark.slow
def test_a_file_that_was_moved_by_hand_is_followed(root: Path) -> None:
    (root / "data/states/dorland.yaml").rename(root / "data/states/kingdom-of-dorland.yaml")
    assert run(root, "rename", "dorland", "kingdom-of-dorland", "--yes").exit_code == 0
    assert faults_of(root) == []
    gone = [name for name in read_ledger(root).entries if name.startswith("dorland")]
    assert all((read_ledger(root).resolve(name) or Entry("", "")).successors[0] in names(root) for name in gone)


@pytest.mark.slow
def test_merge_redirects_references_and_says_what_is_lost(root: Path) -> None:
    shutil.copy(root / "data/states/dorland.yaml", root / "data/states/eastland.yaml")
    with (root / "data/states/eastland.yaml").open("a") as end:
        end.write("isoAlpha2: EL\n")
    file = root / "data/drivers/border-war.yaml"
    file.write_text(file.read_text().replace("exertedBy: dorland", "exertedBy: eastland"))
    publish(root)
    result = run(root, "merge", "eastland", "dorland", "--yes")
    assert result.exit_code == 0, result.output
    assert "`dorland` lacks the keys isoAlpha2" in result.stderr
    assert "exertedBy: dorland" in file.read_text()
    assert faults_of(root) == []
    for name in (name for name in read_ledger(root).entries if name.startswith("eastland")):
        entry = read_ledger(root).resolve(name)
        assert entry is not None
        assert entry.successors[0] in names(root), name


@pytest.mark.slow
def test_split_asks_which_part_references_mean(root: Path) -> None:
    text = (root / "data/states/dorland.yaml").read_text()
    for part in ("north-dorland", "south-dorland"):
        (root / f"data/states/{part}.yaml").write_text(text.replace("Dorland", part))
    before = files(root)
    words = ("split", "dorland", "north-dorland", "south-dorland", "--yes")
    refused = run(root, *words)
    assert refused.exit_code == 1
    assert "data/drivers/border-war.yaml:4:12: error: it refers to `dorland`" in refused.stderr
    assert "--references-to north-dorland" in refused.stderr
    assert files(root) == before
    assert run(root, *words, "--references-to", "south-dorland").exit_code == 0
    entry = read_ledger(root).resolve("dorland")
    assert entry is not None
    assert (entry.state, entry.successors) == (Fate.SPLIT, ("north-dorland", "south-dorland"))
    assert faults_of(root) == []


@pytest.mark.slow
def test_retire_needs_that_nothing_refers_to_it(root: Path) -> None:
    refused = run(root, "retire", "dorland", "--why", "No such state", "--yes")
    assert refused.exit_code == 1
    assert "data/drivers/border-war.yaml:4:12: error: it refers to `dorland` (remove the reference" in refused.stderr
    assert run(root, "retire", "mail-theft-2015", "--why", "A hoax", "--yes").exit_code == 0
    entry = read_ledger(root).resolve("mail-theft-2015")
    assert entry is not None
    assert (entry.state, entry.successors, entry.why) == (Fate.RETIRED, (), "A hoax")
    assert faults_of(root) == []


@pytest.mark.slow
def test_what_nothing_is_concluded_of_any_more_is_retired_too(root: Path) -> None:
    assembly = assemble(root)
    concluded = [
        relative(quad.subject.value, assembly.publication.iri)
        for quad in assembly.store
        if isinstance(quad.subject, ox.NamedNode) and "/dyad/" in quad.subject.value
    ]
    write_ledger(root / "ledger.tsv", read_ledger(root).with_entries(Entry(iri, "1.0.0") for iri in concluded))
    assert faults_of(root) == []
    assert run(root, "retire", "patrol-2014", "--why", "It never sailed", "--yes").exit_code == 0
    entry = read_ledger(root).entries["dyad/arvenia--belmora#joint-maritime-patrol"]
    assert (entry.state, entry.why) == (Fate.RETIRED, "It never sailed")
    assert faults_of(root) == []


@pytest.mark.slow
def test_of_several_lost_names_each_is_accounted_for_by_itself(root: Path) -> None:
    for name in ("mail-theft-2015", "loan-1960"):
        next(root.glob(f"data/*/{name}.yaml")).unlink()
    assert {fault.rule for fault in faults_of(root)} == {"ledger/lost"}
    assert run(root, "retire", "mail-theft-2015", "--why", "A hoax", "--yes").exit_code == 0
    assert ["loan-1960" in fault.message for fault in faults_of(root)] == [True]
    assert run(root, "retire", "loan-1960", "--why", "A hoax", "--yes").exit_code == 0
    assert faults_of(root) == []


@pytest.mark.slow
def test_a_renamed_term_is_not_lost_and_its_name_not_taken(root: Path) -> None:
    base = assemble(root).publication.iri
    (root / "ontology").mkdir()
    (root / "ontology/own.ttl").write_text(
        f"@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"
        f'<{base}terms#hoax> a skos:Concept ; skos:prefLabel "hoax"@en .\n'
    )
    write_ledger(root / "ledger.tsv", read_ledger(root).with_entries([Entry("terms#hoax", "1.0.0")]))
    assert faults_of(root) == []
    result = run(root, "rename", f"{base}terms#hoax", f"{base}terms#fraud", "--yes")
    assert result.exit_code == 0, result.output
    assert faults_of(root) == []


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("rename", "dorlan", "x"), "there is no record `dorlan`, and there never was (did you mean `dorland`?)"),
        (("rename", "dorland", "arvenia"), "`arvenia` was published in 1.0.0 (a name is never used again"),
        (("rename", "dorland", "sparql"), "the name `sparql` is reserved for the SPARQL endpoint"),
        (("rename", "dorland", "Dorland"), "`Dorland` is not a valid record name"),
        (("rename", "dorland", "dorland"), "both names are the same"),
        (("rename", "gone", "x"), "`gone` was retired on 2001-01-01 (name what is in use)"),
        (("rename", "dorland", "gone"), "`gone` was retired on 2001-01-01 (a name is never used again"),
        (("merge", "dorland", "arveni"), "there is no record `arveni` (did you mean `arvenia`?)"),
        (("merge", "dorland", "dorland"), "both names are the same"),
        (("merge", "dorland", "arvenia"), "is listed twice"),
        (("split", "dorland", "arvenia"), "split into two or more others"),
        (("rename", "statecraft:citation", "statecraft:cites"), "only its publisher can rename it"),
        (("retire", "statecraft:citation", "--why", "x"), "a term cannot be retired without a successor"),
        (("rename", "dorland#citation-gazette-whole", "dorland#x"), "is still there"),
    ],
)
def test_what_is_refused(root: Path, words: tuple[str, ...], message: str) -> None:
    gone = Entry("gone", "1.0.0", Fate.RETIRED, (), "2001-01-01", "why")
    write_ledger(root / "ledger.tsv", read_ledger(root).with_entries([gone]))
    (root / "data/drivers/border-war.yaml").write_text(
        (root / "data/drivers/border-war.yaml").read_text().replace("[arvenia, belmora]", "[arvenia, dorland]")
    )
    before = files(root)
    result = run(root, *words, "--yes")
    assert result.exit_code == 1
    assert message in result.stderr
    assert result.stdout == ""
    assert files(root) == before


@pytest.mark.slow
def test_without_a_terminal_the_change_is_shown_and_not_made(root: Path) -> None:
    before = files(root)
    shown = run(root, "rename", "dorland", "x")
    assert (shown.exit_code, files(root)) == (1, before)
    assert "not applied: add --yes" in shown.stderr
    dry = run(root, "rename", "dorland", "x", "--dry-run")
    assert (dry.exit_code, dry.stdout, files(root)) == (0, shown.stdout, before)


@pytest.mark.slow
def test_git_applies_the_diff_and_comes_to_the_same(root: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    (root / "data/states/arvenia.yaml").write_bytes((root / "data/states/arvenia.yaml").read_bytes().rstrip(b"\n"))
    copy = tmp_path_factory.mktemp("copy") / "p"
    shutil.copytree(root, copy)
    subprocess.run(["git", "init", "-q", str(copy)], check=True)
    patch = run(root, "rename", "gazette", "the-gazette", "--dry-run").stdout
    subprocess.run(["git", "apply", "--whitespace=nowarn", "-"], cwd=copy, input=patch.encode(), check=True)
    assert run(root, "rename", "gazette", "the-gazette", "--yes").exit_code == 0
    shutil.rmtree(copy / ".git")
    assert files(copy) == files(root)


@pytest.mark.slow
def test_queries_and_rules_of_the_publication_follow(root: Path) -> None:
    query = root / "queries/of-dorland.rq"
    query.parent.mkdir()
    base = assemble(root).publication.iri
    query.write_text(
        "# title: What is said of dorland?\n# parameter: state record(State) the state\n"
        f"PREFIX np: <{base}>\nSELECT ?p WHERE {{ VALUES ?state {{ np:dorland }} ?state ?p 'np:dorland' # np:dorland\n"
        f"FILTER (?state != <{base}dorland#x>) }}\n"
    )
    assert run(root, "rename", "dorland", "x-land", "--yes").exit_code == 0
    text = query.read_text()
    assert "{ np:x-land } ?state ?p 'np:dorland' # np:dorland" in text
    assert f"<{base}x-land#x>" in text


@pytest.mark.slow
def test_an_older_name_leads_to_the_newest(root: Path) -> None:
    for old, new in (("dorland", "b"), ("b", "c")):
        assert run(root, "rename", old, new, "--yes").exit_code == 0
    assert read_ledger(root).entries["dorland"].successors == ("c",), "b was never published"
    publish(root)
    assert run(root, "rename", "c", "d", "--yes").exit_code == 0
    entry = read_ledger(root).resolve("dorland")
    assert entry is not None
    assert entry.successors == ("d",)


@pytest.mark.slow
@pytest.mark.parametrize("call", sampled([0, 2, 5, 9, 13, 40], 3))
def test_a_killed_process_leaves_the_old_state_or_the_new(root: Path, call: int) -> None:
    before = files(root)
    pid = os.fork()
    if pid == 0:
        count = 0

        def dying(function):  # type: ignore[no-untyped-def]
            def wrapped(*arguments, **named):  # type: ignore[no-untyped-def]
                nonlocal count
                count += 1
                if count > call:
                    os._exit(9)
                return function(*arguments, **named)

            return wrapped

        for name in ("rename", "replace", "unlink", "fsync", "mkdir"):
            setattr(os, name, dying(getattr(os, name)))
        run(root, "rename", "gazette", "the-gazette", "--yes")
        os._exit(0)
    os.waitpid(pid, 0)
    assert faults_of(root) == []  # which recovers what was interrupted
    after = files(root)
    if after != before:
        assert not (root / "data/sources/gazette.yaml").exists()
        assert run(root, "rename", "the-gazette", "gazette-2", "--yes").exit_code == 0
    else:
        assert run(root, "rename", "gazette", "the-gazette", "--yes").exit_code == 0
    assert list((root / ".upheaval").glob("journal*")) == []
    assert faults_of(root) == []


@pytest.mark.slow
def test_a_change_under_way_keeps_others_out(root: Path) -> None:
    import fcntl

    (root / ".upheaval").mkdir()
    with (root / ".upheaval/lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        result = run(root, "rename", "dorland", "x", "--yes")
    assert result.exit_code == 1
    assert "another command is changing this publication (try again shortly)" in result.stderr


@pytest.mark.slow
def test_a_file_edited_meanwhile_is_not_overwritten(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from upheaval.curate.drafts import Draft

    whole = Draft.faults

    def edited(self: Draft) -> object:
        (root / "data/drivers/border-war.yaml").write_text("label: {en: Other}\n")
        return whole(self)

    monkeypatch.setattr(Draft, "faults", edited)
    result = run(root, "rename", "dorland", "x", "--yes")
    assert result.exit_code == 1
    assert "data/drivers/border-war.yaml: error: the file has changed in the meantime" in result.stderr
    assert (root / "data/states/dorland.yaml").exists()


@pytest.mark.slow
def test_an_empty_ledger_is_as_good_as_none(tmp_path: Path) -> None:
    copy_of_world(tmp_path)
    result = run(tmp_path, "rename", "dorland", "x", "--yes")
    assert result.exit_code == 0
    assert not (tmp_path / "ledger.tsv").exists()
    assert read_ledger(tmp_path) == Ledger({})
