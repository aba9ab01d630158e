"""What comes out: records that conform, with the right states, dates, figures, votes and provenance."""

import json
from pathlib import Path

import pyoxigraph as ox
import pytest

from tests.importers.support import BASE, FILES, VOTES, Imports, hashed, lines
from tests.support import sampled
from upheaval.check.dataview import classes_of
from upheaval.importers.declaration import names
from upheaval.importers.target import ImportTarget
from upheaval.rdf.graphs import in_graph
from upheaval.rdf.terms import statements
from upheaval.schema.publication import open_publication
from upheaval.shacl.engine import evaluate
from upheaval.shacl.index import DataGraph
from upheaval.shacl.prebinding import ConstraintStore

pytestmark = pytest.mark.slow

PREFIXES = """
PREFIX s: <https://w3id.org/statecraft#> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX dcterms: <http://purl.org/dc/terms/> PREFIX prov: <http://www.w3.org/ns/prov#>
"""


def ask(folder: Path, text: str) -> list[tuple[str, ...]]:
    store = ox.Store()
    store.bulk_load("\n".join(lines(folder)).encode(), format=ox.RdfFormat.N_QUADS)
    solutions = store.query(PREFIXES + text, use_default_graph_as_union=True)
    assert isinstance(solutions, ox.QuerySolutions)
    head = solutions.variables
    return sorted(tuple(str(getattr(row[name], "value", "")).removeprefix(BASE) for name in head) for row in solutions)


@pytest.mark.parametrize("name", sampled([*FILES, "every"], 5))
def test_every_record_conforms_to_the_shapes(name: str, imports: Imports, target: ImportTarget) -> None:
    """All of them, not a sample; the records of the publication stand beside them for what they refer to."""
    from upheaval.populate.assembly import assemble

    assembly = assemble(target.publication.root)
    store = assembly.store
    store.bulk_load("\n".join(lines(imports[name])).encode(), format=ox.RdfFormat.N_QUADS)
    store.extend(in_graph(target.vocabulary.ontology, target.publication.graph("vocabulary")))
    graph = next(iter(json.loads((imports[name] / "manifest.json").read_text())["triples"]))
    triples = (quad.triple for quad in ox.parse("\n".join(lines(imports[name])), format=ox.RdfFormat.N_QUADS))
    data = DataGraph([*assembly.statements, *statements(triples)], classes_of(target.contract))
    graphs = [graph, *map(target.publication.graph, ("data", "vocabulary"))]
    plan = target.vocabulary.plan
    found = evaluate(plan, data, lambda: ConstraintStore(store, graphs, plan.lines))
    assert [one for one in found if "/import/" in one.focus] == []
    assert any("/import/" in node for node in data.nodes)


def test_all_that_come_with_the_package_are_tested() -> None:
    assert set(names()) == set(FILES)


def test_counts_agree_with_the_files(imports: Imports) -> None:
    for name in (*FILES, "every"):
        manifest = json.loads((imports[name] / "manifest.json").read_text())
        count, _ = hashed(imports[name])
        assert list(manifest["triples"].values()) == [count] == [len(lines(imports[name]))]
        rows = manifest["rows"]
        assert rows.pop("rows read") == sum(rows.values())


def test_transfer_has_its_parties_figures_and_marks(imports: Imports) -> None:
    found = ask(
        imports["sipri"],
        """SELECT ?from ?to ?item ?begin ?end ?measure ?value ?unit ?about ?sure WHERE {
          ?t s:supplier ?from ; s:recipient ?to ; s:item/rdfs:label ?item ; s:startDate ?begin ; s:endDate ?end ;
            s:estimate ?e . ?e s:measure ?measure ; s:value ?value ; s:unit ?unit ; s:asOf ?about
          OPTIONAL { ?e s:approximate ?sure } FILTER (STR(?end) = "2012" && STR(?begin) = "2010") }""",
    )
    unit = "https://w3id.org/statecraft/unit#"
    about = ("arvenia", "belmora", "Hawk drone (UAV)", "2010", "2012")
    assert found == [
        (*about, "number delivered", "36", f"{unit}pieces", "2012", ""),
        (*about, "number ordered", "40", f"{unit}pieces", "2009", "true"),
        (*about, "value of the order", "20", f"{unit}million-trend-indicator-values", "2009", ""),
        (*about, "value of what was delivered", "18", f"{unit}million-trend-indicator-values", "2012", ""),
    ]


def test_years_of_delivery_and_words_are_kept(imports: Imports) -> None:
    found = ask(
        imports["sipri"],
        """SELECT ?year ?says ?text WHERE { ?t s:deliveryDate ?year ; s:citation/s:says ?says ;
          dcterms:description ?text }""",
    )
    assert [(year, text) for year, _, text in found] == [
        ("2010", 'Invented; "A" version'),
        ("2012", 'Invented; "A" version'),
        ("2012", "The same deal again"),
    ]
    assert found[0][1] == "ordered 2009 (estimated): 40 (estimated); delivered: 36, 2010; 2012; new"


def test_soviet_union_is_not_russia_and_who_is_no_state_is_none(imports: Imports) -> None:
    found = ask(
        imports["sipri"], "SELECT ?from ?to ?kind WHERE { ?t s:supplier ?from ; s:recipient ?to . ?to a ?kind }"
    )
    assert ("old-arvenia", "import/state/turkey", "https://w3id.org/statecraft#State") in found
    assert ("belmora", "import/sipri/actor/nato", "https://w3id.org/statecraft#Organization") in found


def test_member_spells_belong_to_the_state_of_their_first_day(imports: Imports) -> None:
    text = "SELECT ?who ?from ?to WHERE { ?f s:forceFor ?who ; s:earliest ?from OPTIONAL { ?f s:latest ?to } }"
    assert ask(imports["cow"], text) == [
        ("arvenia", "1800-02-01", ""),
        ("belmora", "1955-03-20", "1985-12-31"),
        ("import/state/china", "1800-02-01", "1999-06-05"),
        ("import/state/united-states", "2001-08-07", ""),
        ("old-arvenia", "1955-03-20", "1985-12-31"),
    ]
    assert ask(imports["atop"], text) == [
        ("arvenia", "1992-05-01", ""),
        ("import/state/annam", "1992-05-01", "1993-02-28"),
    ]
    certain = """SELECT ?who ?status ?from ?to { ?f s:forceFor ?who ; s:forceStatus ?status ; s:certainFrom ?from
        OPTIONAL { ?f s:certainUntil ?to } }"""
    status = "https://w3id.org/statecraft/force-status#in-force"
    assert ask(imports["atop"], certain) == [
        ("arvenia", status, "1992-05-31", ""),
        ("import/state/annam", status, "1992-05-31", "1993-02-01"),
    ]


def test_promises_are_provisions_and_types(imports: Imports) -> None:
    text = "SELECT DISTINCT ?t ?kind WHERE { ?t s:provision/s:provisionKind ?kind }"
    provision = "https://w3id.org/statecraft/provision#"
    assert ask(imports["cow"], text) == [
        ("import/cow/alliance/901", f"{provision}mutual-defence"),
        ("import/cow/alliance/901", f"{provision}non-aggression"),
        ("import/cow/alliance/902", f"{provision}consultation"),
    ]
    assert [kind.removeprefix(provision) for _, kind in ask(imports["atop"], text)] == [
        "consultation",
        "non-aggression",
        "offensive-support",
    ]


def test_pairs_are_counted_by_year(imports: Imports) -> None:
    """RU is the Soviet Union in 1990; NA is Namibia; Zanzibar, which has no code, is known by its name."""
    found = ask(
        imports["un-votes"],
        """SELECT ?one ?other ?year ?n ?same ?share WHERE { ?v s:comparedActor ?one, ?other ; s:date ?year ;
          s:ballotsCompared ?n ; s:ballotsAlike ?same ; s:shareAlike ?share FILTER (STR(?one) < STR(?other)) }""",
    )
    assert found == [
        ("arvenia", "belmora", "2001", "1", "1", "1"),
        ("arvenia", "import/state/zanzibar", "2001", "1", "1", "1"),
        ("belmora", "import/state/namibia", "1990", "1", "0", "0"),
        ("belmora", "import/state/zanzibar", "2001", "1", "1", "1"),
        ("belmora", "old-arvenia", "1990", "2", "1", "0.5"),
        ("import/state/namibia", "old-arvenia", "1990", "1", "1", "1"),
    ]


def test_every_vote_is_there_on_request(imports: Imports) -> None:
    text = """SELECT ?vote ?who ?choice ?place WHERE { ?b s:vote ?vote . ?vote s:voter ?who ; s:choice ?choice ;
      s:citation/s:locator ?place }"""
    found = ask(imports["every"], text)
    assert len(found) == len(VOTES.splitlines()) - 1
    choice = "https://w3id.org/statecraft/vote-choice#against"
    assert ("import/un-votes/ballot/3#vote-belmora", "belmora", choice, "votes.csv, row 3") in found


def test_import_says_where_it_comes_from(imports: Imports) -> None:
    found = ask(
        imports["sipri"],
        """SELECT ?graph ?title ?file ?hash ?publisher WHERE {
          ?graph prov:wasDerivedFrom ?source ; prov:wasGeneratedBy ?run .
          ?source rdfs:label ?title ; <http://purl.org/dc/elements/1.1/publisher> ?publisher ; dcterms:rights ?rights ;
            dcterms:bibliographicCitation ?cite .
          ?run prov:used ?f . ?f dcterms:title ?file ; dcterms:identifier ?hash }""",
    )
    ((graph, title, file, hashed_as, publisher),) = found
    assert (graph, file) == ("graph/import/sipri", "register.csv")
    assert title.startswith("SIPRI Arms Transfers Database")
    assert publisher == "Stockholm International Peace Research Institute"
    assert hashed_as.startswith("sha256:")
    notes = ask(imports["sipri"], "SELECT ?d WHERE { ?g prov:wasDerivedFrom ?s ; dcterms:description ?d }")
    assert len(notes) >= 3


def test_graph_is_the_datasets_own(imports: Imports, target: ImportTarget) -> None:
    graph = open_publication(target.publication.root).graph("import/cow")
    assert all(line.endswith(f"<{graph}> .") for line in lines(imports["cow"]))
