"""What a new publication starts with passes, says nothing of anybody real, and is guarded by CI."""

import json
import re
import subprocess
from pathlib import Path

import pytest
import yaml
from check_jsonschema import main as check_jsonschema
from click.testing import CliRunner

import upheaval
from tests.support import ROOT, run_tool
from upheaval.build.export import export
from upheaval.check.checking import check
from upheaval.cli.main import main
from upheaval.curate import templates
from upheaval.curate.templates import new_publication
from upheaval.populate.assembly import assemble
from upheaval.schema.publication import open_publication

KINDS = {"State", "Organization", "Treaty", "MilitaryExercise", "Source", "Place"}


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("new") / "River Pact"
    result = CliRunner().invoke(main, ["new", "publication", str(root)])
    assert result.exit_code == 0, result.output
    return root


def texts(root: Path) -> dict[str, str]:
    files = (path for path in root.rglob("*") if path.is_file() and ".git" not in path.parts)
    return {path.relative_to(root).as_posix(): path.read_text(encoding="utf-8") for path in files}


@pytest.mark.slow
def test_it_passes_and_builds(fresh: Path) -> None:
    assembly = assemble(fresh)
    assert check(assembly) == []
    assert {record.kind.name for record in assembly.records} >= KINDS
    files = export(assembly)
    assert b"https://example.org/river-pact/northland" in files["river-pact.nt"]
    assert b"conformsTo" in files["datapackage.json"]


def test_it_has_what_a_team_needs(fresh: Path) -> None:
    names = set(texts(fresh))
    assert names >= {"README.md", ".gitignore", ".editorconfig", ".github/workflows/check.yml", "requirements.txt"}
    assert open_publication(fresh).conforms_to == open_publication(ROOT).conforms_to


def test_it_holds_nothing_of_this_publication_and_no_marks_of_the_template(fresh: Path) -> None:
    for name, text in texts(fresh).items():
        for word in ("axis", "russia", "china", "iran", "korea"):
            assert not re.search(rf"\b{word}\b", text, re.IGNORECASE), f"{word} in {name}"
        assert not re.search("@[A-Z]+@", text), name


@pytest.mark.slow
@pytest.mark.parametrize(
    ("folder", "name", "prefix"),
    [
        ("River Pact", "river-pact", "river"),
        ("catalog", "catalog-data", "catalog"),
        ("skos", "skos", "skos-data"),
        ("Ünion", "union", "union"),
        ("союз", "publication", "publication"),
        ("2024-pact", "2024-pact", "p2024-pact"),
        ("a-pact", "a-pact", "a-pact"),
        ("xml", "xml", "pxml"),
    ],
)
def test_a_folder_of_any_name_gives_a_publication_that_passes(
    tmp_path: Path, folder: str, name: str, prefix: str
) -> None:
    new_publication(tmp_path / folder)
    publication = open_publication(tmp_path / folder)
    assert (publication.name, publication.prefix) == (name, prefix)


def test_its_workflow_is_valid_and_safe(fresh: Path) -> None:
    file = fresh / ".github/workflows/check.yml"
    checked = CliRunner().invoke(check_jsonschema, ["--builtin-schema", "vendor.github-workflows", str(file)])
    assert checked.exit_code == 0, checked.output
    workflow = yaml.safe_load(file.read_text(encoding="utf-8"))
    assert workflow["permissions"] == {}
    used = re.findall(r"uses: (\S+)", file.read_text(encoding="utf-8"))
    assert used
    assert all(re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", one) for one in used)
    ours = (ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8")
    assert set(used) <= set(re.findall(r"uses: (\S+)", ours))
    safe = run_tool("zizmor", "--offline", "--no-progress", str(file))
    assert safe.returncode == 0, safe.stdout + safe.stderr


@pytest.mark.parametrize(
    ("origin", "expected"),
    [
        (None, f"upheaval=={upheaval.__version__}"),
        ({"url": "file:///home/me/upheaval", "dir_info": {"editable": True}}, f"upheaval=={upheaval.__version__}"),
        (
            {"url": "https://git.example/axis/upheaval.git", "vcs_info": {"vcs": "git", "commit_id": "c" * 40}},
            f"upheaval @ git+https://git.example/axis/upheaval.git@{'c' * 40}",
        ),
    ],
)
def test_it_requires_the_package_that_made_it(
    origin: dict[str, object] | None, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Installed:
        def read_text(self, name: str) -> str | None:
            return json.dumps(origin) if origin and name == "direct_url.json" else None

    monkeypatch.setattr(templates, "distribution", lambda _name: Installed())
    new_publication(tmp_path / "pact")
    assert (tmp_path / "pact/requirements.txt").read_text(encoding="utf-8") == f"{expected}\n"


def test_git_ignores_what_is_generated_and_nothing_else(fresh: Path) -> None:
    subprocess.run(["git", "init", "-q", str(fresh)], check=True)
    generated = ("build/a.ttl", "import/sipri/manifest.json", ".build-x1/a", "data/.DS_Store", "data/states/x.yaml~")
    for name in (*generated, *texts(fresh)):
        ignored = subprocess.run(["git", "-C", str(fresh), "check-ignore", "-q", name]).returncode == 0
        assert ignored is (name in generated), name


@pytest.mark.slow
def test_editors_find_the_schemas_of_a_build(fresh: Path) -> None:
    schemas = json.loads((fresh / ".vscode/settings.json").read_text(encoding="utf-8"))["yaml.schemas"]
    built = {path for path in export(assemble(fresh)) if path.startswith("schema/")} - {"schema/record-names.json"}
    assert {f"./build/{path}" for path in built} == set(schemas)
    assert schemas["./build/schema/states.json"] == "data/states/**/*.yaml"


def test_its_readme_names_commands_that_there_are(fresh: Path) -> None:
    readme = texts(fresh)["README.md"]
    for command in set(re.findall(r"^    upheaval (\w+)", readme, re.MULTILINE)):
        assert CliRunner().invoke(main, [command, "--help"]).exit_code == 0
