"""`upheaval migrate`: records written with terms that the vocabulary has deprecated are rewritten, all else stays."""

import re
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.support import copy_of_world, faults_of
from upheaval.cli.main import main
from upheaval.populate.assembly import assemble
from upheaval.schema.ledger import Entry, Fate, Ledger, read_ledger, relative, write_ledger

DEPRECATED = """
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix statecraft: <https://w3id.org/statecraft#> .
@prefix cooperation: <https://w3id.org/statecraft/cooperation#> .
statecraft:provider owl:deprecated true ; dcterms:isReplacedBy statecraft:sender .
statecraft:sender owl:deprecated true ; dcterms:isReplacedBy statecraft:supplier .
statecraft:event owl:deprecated true ; dcterms:isReplacedBy statecraft:step .
statecraft:vague owl:deprecated true ; dcterms:isReplacedBy statecraft:step, statecraft:provision .
cooperation:naval-drill owl:deprecated true ; dcterms:isReplacedBy cooperation:joint-naval-exercise .
statecraft:Drill owl:deprecated true ; dcterms:isReplacedBy statecraft:MilitaryExercise ; statecraft:folder "drills" .
"""
QUERY = """# title: Who supplies?
# keywords: supply
# answers: One row per supplier.
PREFIX statecraft: <https://w3id.org/statecraft#>
SELECT ?who WHERE {{ ?what statecraft:{} ?who }} ORDER BY ?who
"""


def old(text: str) -> str:
    """Return a record as it was written with the old terms, remarks and all."""
    text = re.sub(r"^supplier:", "provider:", text, flags=re.MULTILINE)
    text = re.sub(r"^step:", "event:   # what happened, in order", text, flags=re.MULTILINE)
    return text.replace("joint-naval-exercise", "'naval-drill'")


def current(text: str) -> str:
    return re.sub(r"^step:", "step:   # what happened, in order", text, flags=re.MULTILINE).replace(
        "joint-naval-exercise", "'joint-naval-exercise'"
    )


def records(root: Path) -> dict[str, str]:
    return {path.relative_to(root).as_posix(): path.read_text("utf-8") for path in (root / "data").rglob("*.yaml")}


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The invented publication as it was published with old terms; not to be changed."""
    root = copy_of_world(tmp_path_factory.mktemp("migration"))
    assembly = assemble(root)
    names = [relative(iri, assembly.publication.iri) for iri in assembly.populated.locations]
    once = Ledger({name: Entry(name, "1.0.0") for name in (one.replace("#step-", "#event-") for one in names)})
    write_ledger(root / "ledger.tsv", once)
    for file, text in records(root).items():
        (root / file).write_text(old(text), encoding="utf-8")
    (root / "data/exercises").rename(root / "data/drills")
    for folder, name, text in (
        ("ontology", "deprecated.ttl", DEPRECATED),
        ("queries", "who.rq", QUERY.format("provider")),
    ):
        (root / folder).mkdir()
        (root / folder / name).write_text(text, encoding="utf-8")
    return root


@pytest.fixture
def root(written: Path, tmp_path: Path) -> Path:
    return shutil.copytree(written, tmp_path, dirs_exist_ok=True)


def migrate(root: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["migrate", *words, "--root", str(root)], catch_exceptions=False)


@pytest.mark.slow
def test_old_terms_become_new_ones_and_all_else_stays(root: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    assert faults_of(root), "what is deprecated is no key, code or folder"
    result = migrate(root, "--yes")
    assert result.exit_code == 0, result.output
    world = copy_of_world(tmp_path_factory.mktemp("world"))
    assert records(root) == {file: current(text) for file, text in records(world).items()}
    assert (root / "queries/who.rq").read_text("utf-8") == QUERY.format("supplier")
    assert (root / "ontology/deprecated.ttl").read_text("utf-8") == DEPRECATED
    assert faults_of(root) == []
    assert "-provider: " in result.output
    assert "+supplier: " in result.output
    assert "rename from data/drills/" in result.output
    again = migrate(root, "--yes")
    assert (again.exit_code, again.output) == (0, "nothing to change\n")


@pytest.mark.slow
def test_nodes_under_a_renamed_key_lead_to_their_new_names(root: Path) -> None:
    before = read_ledger(root)
    steps = {name for name in before.entries if "#event-" in name}
    assert migrate(root, "--yes").exit_code == 0
    after = read_ledger(root)
    assert steps
    assert {name for name, entry in after.entries.items() if entry.annotated} == steps
    for name in steps:
        entry = after.entries[name]
        assert (entry.state, entry.successors) == (Fate.RENAMED, (name.replace("#event-", "#step-"),))


@pytest.mark.slow
def test_a_dry_run_and_a_refusal_change_nothing(root: Path) -> None:
    before = records(root)
    shown = migrate(root, "--dry-run")
    assert shown.exit_code == 0
    assert "+step:   # what happened, in order" in shown.output
    assert migrate(root).exit_code == 1, "nobody is there to be asked"
    file = next(path for path in (root / "data/treaties").glob("*.yaml"))
    kept = file.read_text("utf-8")
    file.write_text(f"{kept}step: []\n", encoding="utf-8")
    refused = migrate(root, "--yes")
    assert refused.exit_code == 1
    assert re.search(rf"{file.name}:\d+:1: .*`event` is now called `step`, and the block has that too", refused.output)
    file.write_text(kept, encoding="utf-8")
    (root / "data/exercises").mkdir()
    shutil.copy(next((root / "data/drills").glob("*.yaml")), root / "data/exercises")
    refused = migrate(root, "--yes")
    assert refused.exit_code == 1
    assert "its folder is now `data/exercises`, where there is a file of this name" in refused.output
    shutil.rmtree(root / "data/exercises")
    assert records(root) == before


@pytest.mark.slow
def test_metadata_name_the_version_that_is_installed(root: Path) -> None:
    file = root / "data/publication.yaml"
    text = file.read_text("utf-8")
    file.write_text(f"{text}conformsTo: https://w3id.org/statecraft/0.0.9 # long ago\n", encoding="utf-8")
    assert migrate(root, "--yes").exit_code == 0
    assert re.search(
        r"^conformsTo: https://w3id.org/statecraft/(?!0\.0\.9)[\d.]+ # long ago$", file.read_text("utf-8"), re.M
    )
