"""Patches, applied to one edition by other people's engines, give the other, whatever the data are."""

import re
import subprocess
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
from hypothesis import given
from hypothesis import strategies as st

from tests.benchmarks import jena
from tests.support import copy_of_world, examples, skip_or_fail
from upheaval.curate.differences import Difference, compare
from upheaval.curate.editions import GRAPHS, Edition, open_edition
from upheaval.curate.patches import as_rdf_patch, as_sparql
from upheaval.rdf.graphs import canonical_hash, from_rdflib

BASE = "https://example.org/p/"
_TEXTS = st.text(st.characters(codec="utf-8"), max_size=12) | st.sampled_from(
    ["\\u0041", "\\\\u0041", "\\U00000041", 'a"b', "\x07ABCD", "\x0b0041", "line\nbreak\ttab\r", "}", "# no", "\\"]
)
_IRIS = st.sampled_from([f"{BASE}{name}" for name in ("a", "b", "a#x", "b#y-\u00e9", "c?q=1&r='2'")])
_LITERALS = st.one_of(
    st.builds(ox.Literal, _TEXTS),
    st.builds(lambda text: ox.Literal(text, language="zh-hant"), _TEXTS),
    st.builds(lambda text: ox.Literal(text, datatype=ox.NamedNode(f"{BASE}type")), _TEXTS),
    st.sampled_from(["1.50", "2024-06", "true"]).map(
        lambda text: ox.Literal(text, datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#string"))
    ),
)
_TRIPLES = st.builds(ox.Triple, _IRIS.map(ox.NamedNode), _IRIS.map(ox.NamedNode), _IRIS.map(ox.NamedNode) | _LITERALS)
_GRAPHS = st.fixed_dictionaries({name: st.lists(_TRIPLES, max_size=8) for name in GRAPHS})


def edition(graphs: dict[str, list[ox.Triple]]) -> Edition:
    lines = {name: frozenset(f"{triple} ." for triple in triples) for name, triples in graphs.items()}
    return Edition("e", BASE, lines, [])


def quads(one: Edition) -> str:
    return "".join(f"{line[:-2]} <{one.graph(name)}> .\n" for name in GRAPHS for line in sorted(one.graphs[name]))


def identity(found: list[ox.Quad]) -> str:
    return canonical_hash({quad.triple for quad in found})


def by_oxigraph(before: Edition, update: str) -> str:
    store = ox.Store()
    store.load(quads(before), format=ox.RdfFormat.N_QUADS)
    store.update(update)
    return identity(list(store))


def by_rdflib(before: Edition, update: str) -> str:
    data = rdflib.Dataset()
    data.parse(data=quads(before), format="nquads")
    data.update(update)
    return united(data)


def united(data: rdflib.Dataset) -> str:
    graph = rdflib.Graph()
    for subject, predicate, value, _ in data.quads():
        graph.add((subject, predicate, value))
    return canonical_hash(from_rdflib(graph))


def by_reader_of_patches(before: Edition, patch: str) -> str:
    """Apply RDF Patch as its description says, reading each quad with rdflib."""
    rows = patch.removesuffix("\n").split("\n")
    assert re.fullmatch(r"H id <urn:uuid:[0-9a-f-]{36}> \.", rows[0])
    assert (rows[1], rows[-1]) == ("TX .", "TC .")
    data = rdflib.Dataset()
    data.parse(data=quads(before), format="nquads")
    for row in rows[2:-1]:
        verb, _, rest = row.partition(" ")
        one = rdflib.Dataset()
        one.parse(data=rest + "\n", format="nquads")
        ((subject, predicate, value, graph),) = one.quads()
        held, triple = data.graph(graph), (subject, predicate, value)
        assert (triple in held) is (verb == "D"), row
        if verb == "D":
            held.remove(triple)
        else:
            held.add(triple)
    return united(data)


@examples(300)
@given(_GRAPHS, _GRAPHS)
def test_patches_of_any_data_lead_from_one_to_the_other(
    before: dict[str, list[ox.Triple]], after: dict[str, list[ox.Triple]]
) -> None:
    found = compare(edition(before), edition(after))
    expected = identity(list(ox.parse(quads(found.b), format=ox.RdfFormat.N_QUADS)))
    assert found.b.identity == expected
    assert by_oxigraph(found.a, as_sparql(found)) == expected
    assert by_rdflib(found.a, as_sparql(found)) == expected
    assert by_reader_of_patches(found.a, as_rdf_patch(found)) == expected


@pytest.fixture(scope="module")
def edited(tmp_path_factory: pytest.TempPathFactory) -> Difference:
    """An edit of the invented publication that changes, adds and removes records."""
    root = copy_of_world(tmp_path_factory.mktemp("edited"))
    before = open_edition(root, None)
    (root / "data/links/arvenia-atlas.yaml").unlink()
    (root / "data/places/new-port.yaml").write_text('label: {en: "New \\"Port\\" \\\\u0041"}\n', encoding="utf-8")
    treaty = root / "data/treaties/friendship-treaty-1955.yaml"
    treaty.write_text(treaty.read_text(encoding="utf-8").replace("1955", "1956"), encoding="utf-8")
    return compare(before, open_edition(root, None))


def test_patches_of_a_publication_lead_from_one_to_the_other(edited: Difference) -> None:
    assert edited.removed["derived"]
    assert edited.a.identity != edited.b.identity
    assert by_oxigraph(edited.a, as_sparql(edited)) == edited.b.identity
    assert by_rdflib(edited.a, as_sparql(edited)) == edited.b.identity
    assert by_reader_of_patches(edited.a, as_rdf_patch(edited)) == edited.b.identity


@pytest.mark.engine
def test_jena_applies_the_update(edited: Difference, tmp_path: Path) -> None:
    if not jena.installed():
        skip_or_fail(jena.ABSENT)
    (tmp_path / "a.nq").write_text(quads(edited.a), encoding="utf-8")
    (tmp_path / "b.ru").write_text(as_sparql(edited), encoding="utf-8")
    done = subprocess.run(
        [*jena.java(tmp_path), "arq.update", f"--data={tmp_path / 'a.nq'}", f"--update={tmp_path / 'b.ru'}", "--dump"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert identity(list(ox.parse(done.stdout, format=ox.RdfFormat.TRIG))) == edited.b.identity


def test_equal_editions_have_empty_patches(edited: Difference) -> None:
    same = compare(edited.a, edited.a)
    assert same.is_empty
    assert as_rdf_patch(same).count("\n") == 3
    assert by_oxigraph(edited.a, as_sparql(same)) == edited.a.identity
