"""What is written of a document is what a JSON-LD processor makes of it, byte by byte."""

import json
from typing import Any

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fixtures import Trial
from tests.support import examples
from upheaval.populate.assembly import Assembly
from upheaval.rdf.datatypes import IllFormed, web_address
from upheaval.rdf.jsonld import Statements, escape, to_bytes

TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)


def admitted(address: str) -> bool:
    """Say whether an address gets past the checks of `populate`."""
    try:
        return web_address(address) == address
    except IllFormed:
        return False


ADDRESS = st.text("abc/.?#%41", max_size=12).map(lambda path: f"https://example.org/{path}").filter(admitted)
DATE = st.sampled_from(("2001", "2001-05", "2001-05-31"))
DOCUMENT = st.fixed_dictionaries(
    {"id": st.just("a-record"), "type": st.just("Source")},
    optional={
        "label": st.dictionaries(st.sampled_from(("en", "zh-Hans", "fa")), TEXT),
        "altLabel": st.dictionaries(st.sampled_from(("en", "ru")), st.lists(TEXT, min_size=1, unique=True)),
        "publisher": TEXT,
        "creator": st.lists(TEXT, min_size=1, unique=True),
        "sourceKind": st.sampled_from(("news", "official")),
        "url": ADDRESS,
        "retrieved": st.just("2001-05-31"),
        "republicationOf": st.just("another"),
        "citation": st.fixed_dictionaries(
            {"id": st.just("a-record#citation-x"), "type": st.just("Citation"), "locator": TEXT}
        ),
        "issued": st.builds(lambda day: {"@value": day, "@type": "http://www.w3.org/2001/XMLSchema#gYear"}, DATE),
    },
)


@pytest.fixture(scope="module")
def context(world: Assembly) -> dict[str, Any]:
    return world.context


def processed(context: dict[str, Any], documents: list[dict[str, Any]]) -> set[bytes]:
    """Return the lines that pyoxigraph's processor makes of documents."""
    text = json.dumps({"@context": context, "@graph": documents}).encode()
    triples = (quad.triple for quad in ox.parse(text, format=ox.RdfFormat.JSON_LD))
    return set((ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b"").split(b"\n"))


def written(context: dict[str, Any], documents: list[dict[str, Any]]) -> set[bytes]:
    statements = Statements(context)
    return set(to_bytes(line for document in documents for line in statements.lines(document)).split(b"\n"))


def test_statements_of_all_records_equal_those_of_a_json_ld_processor(axis: Assembly, trial: Trial) -> None:
    for assembly, least in ((axis, 60_000), (trial.assembly, 1000)):
        expected = processed(assembly.context, assembly.populated.documents)
        assert written(assembly.context, assembly.populated.documents) == expected
        assert len(expected) > least


@examples(300)
@given(DOCUMENT)
def test_statements_of_any_document_equal_those_of_a_json_ld_processor(
    context: dict[str, Any], document: dict[str, Any]
) -> None:
    assert written(context, [document]) == processed(context, [document])


@pytest.mark.parametrize("code", [*range(0x100), 0x2028, 0xFEFF, 0x1F600])
def test_every_character_is_escaped_as_in_canonical_n_triples(code: int) -> None:
    assert f'"{escape(chr(code))}"' == str(ox.Literal(chr(code)))
