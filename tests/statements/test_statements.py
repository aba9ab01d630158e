"""What people want to say can be said, and is found again by a question."""

from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
import yaml

from tests.support import copy_of_world
from upheaval.check.checking import check
from upheaval.populate.assembly import Assembly, assemble
from upheaval.schema.contract import local

STATEMENTS: dict[str, dict[str, Any]] = {
    name: statement
    for path in sorted(Path(__file__).parent.glob("*.yaml"))
    for name, statement in yaml.load(path.read_text("utf-8"), yaml.BaseLoader).items()
}
CITATION = "[{source: bulletin, locator: whole}]"
SOURCE = """
label: {en: Bulletin of the Vale}
publisher: Arvenian Government
sourceKind: official
url: https://example.org/bulletin
retrieved: 2026-11-30
"""
PREFIXES = """
PREFIX : <https://example.org/northern-pact/>
PREFIX action: <https://w3id.org/statecraft/action#>
PREFIX contention: <https://w3id.org/statecraft/contention#>
PREFIX geo: <http://www.opengis.net/ont/geosparql#>
PREFIX kind: <https://w3id.org/statecraft/ownership-kind#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX statecraft: <https://w3id.org/statecraft#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
"""


def record(name: str, text: str) -> str:
    """Write a record with what all have: a label, and a citation where it brings none of its own."""
    label = "" if "label:" in text else f"label: {{en: {name.replace('-', ' ').title()}}}\n"
    citation = "" if "\ncitation:" in text else f"citation: {CITATION}\n"
    return label + text.replace("CITE", CITATION) + citation


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> Assembly:
    root = copy_of_world(tmp_path_factory.mktemp("statements"))
    (root / "data" / "sources" / "bulletin.yaml").write_text(SOURCE, encoding="utf-8")
    for statement in STATEMENTS.values():
        for path, text in statement["records"].items():
            file = root / "data" / f"{path}.yaml"
            file.parent.mkdir(exist_ok=True)
            assert not file.exists(), path
            file.write_text(record(file.stem, text), encoding="utf-8")
    return assemble(root)


def test_all_of_it_passes_the_check(said: Assembly) -> None:
    assert [str(fault) for fault in check(said)] == []


@pytest.mark.parametrize("name", STATEMENTS)
def test_statement_is_found_again(said: Assembly, name: str) -> None:
    statement = STATEMENTS[name]
    found = said.store.query(PREFIXES + statement["ask"], use_default_graph_as_union=True)
    assert isinstance(found, ox.QuerySolutions)
    rows = [[_shown(value) for value in row] for row in found]
    expected = [[cell.strip() for cell in line.split("|")] for line in statement["answer"].splitlines()]
    assert sorted(rows) == sorted(expected), statement["says"]


def test_there_are_twenty_of_users_and_twenty_collected() -> None:
    of_users = [name for name, statement in STATEMENTS.items() if statement["from"] == "users"]
    assert len(of_users) >= 20
    assert len(STATEMENTS) - len(of_users) >= 20


def _shown(value: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple | None) -> str:
    if value is None:
        return ""
    return local(value.value) if isinstance(value, ox.NamedNode) else getattr(value, "value", "")
