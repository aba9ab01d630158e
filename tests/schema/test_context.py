"""The context by itself: what somebody's own application writes with it is typed, and passes the shapes."""

import json
from pathlib import Path
from typing import Any

import pyshacl
import pytest
import rdflib
from rdflib import Graph, Literal, URIRef
from rdflib.namespace import XSD

from upheaval.build.export import Files

STATECRAFT = "https://w3id.org/statecraft#"
OWN = "https://example.net/mine/"
SAID = [
    {"id": f"{OWN}treaty#c", "type": "Citation", "source": f"{OWN}gazette", "locator": "p. 1", "bearing": "supports"}
]
DOCUMENT: dict[str, Any] = {
    "@context": "context.jsonld",
    "@graph": [
        {
            "id": f"{OWN}north",
            "type": "State",
            "label": {"en": "North", "fr": "Nord"},
            "isoAlpha3": "NOR",
            "cowCode": "385",
            "startDate": {"@value": "1905", "@type": "xsd:gYear"},
            "citation": [{**SAID[0], "id": f"{OWN}north#c"}],
        },
        {
            "id": f"{OWN}south",
            "type": "State",
            "label": {"en": "South"},
            "isoAlpha3": "SOU",
            "citation": [{**SAID[0], "id": f"{OWN}south#c"}],
        },
        {
            "id": f"{OWN}gazette",
            "type": "Source",
            "label": {"en": "Gazette"},
            "publisher": "North",
            "sourceKind": "official",
            "issued": {"@value": "2024-05", "@type": "xsd:gYearMonth"},
            "language": "en",
            "url": "https://example.net/gazette",
            "retrieved": "2024-06-01",
        },
        {
            "id": f"{OWN}exercise",
            "type": "MilitaryExercise",
            "label": {"en": "Exercise"},
            "participant": [f"{OWN}north", f"{OWN}south"],
            "cooperationType": "joint-naval-exercise",
            "startDate": "2024-05-10",
            "endDate": "2024-05-12",
            "evidentialStatus": "reported",
            "citation": [{**SAID[0], "id": f"{OWN}exercise#c"}],
            "estimate": [
                {
                    "id": f"{OWN}exercise#e",
                    "type": "Estimate",
                    "measure": "troops",
                    "value": "1200.5",
                    "unit": "persons",
                    "approximate": True,
                    "asOf": "2024-05-11",
                    "claimedBy": f"{OWN}north",
                    "citation": [{**SAID[0], "id": f"{OWN}exercise#e/c"}],
                }
            ],
        },
    ],
}


@pytest.fixture
def written(world_files: Files, tmp_path: Path) -> Path:
    (tmp_path / "context.jsonld").write_bytes(world_files["context.jsonld"])
    (tmp_path / "mine.jsonld").write_text(json.dumps(DOCUMENT), encoding="utf-8")
    return tmp_path / "mine.jsonld"


@pytest.fixture(autouse=True)
def lexical_forms_as_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rdflib, "NORMALIZE_LITERALS", False)


def test_plain_values_have_the_types_of_the_contract(written: Path) -> None:
    graph = Graph().parse(written)

    def values(name: str, prop: str) -> set[Literal]:
        return {
            node for node in graph.objects(URIRef(OWN + name), URIRef(STATECRAFT + prop)) if isinstance(node, Literal)
        }

    assert values("exercise", "startDate") == {Literal("2024-05-10", datatype=XSD.date)}
    assert values("north", "startDate") == {Literal("1905", datatype=XSD.gYear)}
    assert values("exercise#e", "value") == {Literal("1200.5", datatype=XSD.decimal)}
    assert values("exercise#e", "approximate") == {Literal("true", datatype=XSD.boolean)}
    assert values("north", "isoAlpha3") == {Literal("NOR")}
    found = graph.query(f'ASK {{ <{OWN}north> <{STATECRAFT}isoAlpha3> "NOR" }}')
    assert found.askAnswer


@pytest.mark.slow
@pytest.mark.parametrize("mixed", [True, False])
def test_data_pass_in_plain_pyshacl_with_the_vocabulary_as_its_ontology(world_files: Files, *, mixed: bool) -> None:
    parsed = [Graph().parse(data=world_files[name], format="turtle") for name in ("shapes.ttl", "statecraft.ttl")]
    data = Graph().parse(data=world_files["northern-pact.ttl"], format="turtle")
    conforms, _, text = pyshacl.validate(data, shacl_graph=parsed[0], ont_graph=parsed[1] if mixed else None)
    assert conforms is mixed, text


@pytest.mark.slow
def test_own_data_pass_the_shapes_in_plain_pyshacl(written: Path, world_files: Files) -> None:
    shapes = Graph().parse(data=world_files["shapes.ttl"], format="turtle")
    vocabulary = Graph().parse(data=world_files["statecraft.ttl"], format="turtle")

    def report(graph: Graph) -> str:
        conforms, _, text = pyshacl.validate(graph + vocabulary, shacl_graph=shapes)
        return "" if conforms else str(text)

    graph = Graph().parse(written)
    assert report(graph) == ""
    graph.remove((URIRef(OWN + "exercise"), URIRef(STATECRAFT + "startDate"), None))
    graph.add((URIRef(OWN + "exercise"), URIRef(STATECRAFT + "startDate"), Literal("2024-05-10")))
    assert "must be a date" in report(graph) or "startDate" in report(graph)
