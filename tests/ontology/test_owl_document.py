"""The dataset as an OWL 2 ontology: what owlready2 opens, OWL 2 DL allows, and HermiT makes of it."""

import shutil
from pathlib import Path

import owlready2
import pyoxigraph as ox
import pytest

from tests.ontology.test_hygiene import listed
from tests.ontology.test_owl_dl import CHECKED, DATATYPES, Rule, ontology_versioned
from tests.support import skip_or_fail
from upheaval.build.export import Files
from upheaval.build.owldocument import DATATYPES as MAPPED
from upheaval.populate.assembly import Assembly
from upheaval.rdf.namespaces import OWL, RDF, RDFS

VOCABULARY = "https://w3id.org/statecraft"
AXIS = "https://w3id.org/axis-of-upheaval/"
PACT = "https://example.org/northern-pact/"
TYPE = ox.NamedNode(str(RDF.type))


class Opened:
    """A build's vocabulary and data, as owlready2 opens them."""

    def __init__(self, folder: Path, name: str, iri: str) -> None:
        """Take a build's folder, its name and its IRI."""
        self.world = owlready2.World()
        with (folder / "statecraft.rdf").open("rb") as file:
            self.world.get_ontology(VOCABULARY).load(fileobj=file)
        with (folder / f"{name}.owl").open("rb") as file:
            self.data = self.world.get_ontology(f"{iri}{name}.owl").load(fileobj=file)

    def consistent(self) -> bool:
        """Have HermiT classify vocabulary and data together, and say whether they have a model."""
        if shutil.which("java") is None:
            skip_or_fail("HermiT needs Java (install a JRE)")
        try:
            with self.data:
                owlready2.sync_reasoner_hermit(self.world, infer_property_values=False, debug=0)
        except owlready2.OwlReadyInconsistentOntologyError:
            return False
        return not list(self.world.inconsistent_classes())

    def classes_of(self, iri: str) -> set[str]:
        """Return the names of the classes of ours that an individual belongs to."""
        above = {cls for direct in self.world[iri].is_a for cls in direct.ancestors()}
        return {cls.name for cls in above if getattr(cls, "iri", "").startswith(f"{VOCABULARY}#")}


def subjects(nt: bytes) -> set[str]:
    """Return the IRIs of all that have a type in a file of N-Triples."""
    found = (quad for quad in ox.parse(nt, format=ox.RdfFormat.N_TRIPLES) if quad.predicate == TYPE)
    return {quad.subject.value for quad in found if isinstance(quad.subject, ox.NamedNode)}


def test_owlready2_opens_the_shipped_data_and_hermit_finds_them_consistent(axis_build: Path) -> None:
    opened = Opened(axis_build, "axis-of-upheaval", AXIS)
    assert [imported.base_iri for imported in opened.data.imported_ontologies] == [f"{VOCABULARY}#"]
    individuals = {individual.iri for individual in opened.data.individuals()}
    assert individuals == subjects((axis_build / "axis-of-upheaval.nt").read_bytes())
    treaty = opened.world[f"{AXIS}china-north-korea-treaty-1961"]
    assert opened.world[f"{AXIS}china"] in treaty.party
    assert opened.classes_of(treaty.iri) >= {"Treaty"}
    assert opened.consistent()
    assert opened.classes_of(treaty.iri) >= {"Treaty", "Agreement", "Cooperation", "Conduct", "Sourced", "Entity"}


@pytest.mark.slow
def test_hermit_finds_what_contradicts_the_vocabulary(world_build: Path) -> None:
    opened = Opened(world_build, "northern-pact", PACT)
    opened.world[f"{PACT}arvenia"].is_a.append(opened.world[f"{VOCABULARY}#Place"])
    assert not opened.consistent()


@pytest.fixture(scope="module")
def parsed(world_files: Files) -> list[ox.Triple]:
    """Return the statements of the file of the invented publication."""
    quads = ox.parse(world_files["northern-pact.owl"], format=ox.RdfFormat.RDF_XML)
    return [quad.triple for quad in quads]


@pytest.mark.parametrize(
    "rule", [rule for rule in CHECKED if rule is not ontology_versioned], ids=lambda rule: rule.__name__
)
def test_data_and_vocabulary_together_are_owl_2_dl(world: Assembly, parsed: list[ox.Triple], rule: Rule) -> None:
    found = list(rule([*world.vocabulary.ontology, *parsed]))
    assert not found, f"not so: {rule.__doc__}{listed(found)}"


def test_header_names_the_version_and_imports_the_vocabulary(parsed: list[ox.Triple]) -> None:
    assert not list(ontology_versioned(parsed))
    (ontology,) = {t.subject for t in parsed if t.object == ox.NamedNode(str(OWL.Ontology))}
    terms = ((t.predicate, t.object) for t in parsed if t.subject == ontology)
    said = {(predicate.value, value.value) for predicate, value in terms if not isinstance(value, ox.Triple)}
    file = f"{PACT}northern-pact.owl"
    assert ontology == ox.NamedNode(file)
    assert (str(OWL.imports), VOCABULARY) in said
    (version,) = {value for predicate, value in said if predicate == str(OWL.versionIRI)}
    assert version.endswith("/northern-pact.owl")
    assert version != file


def test_nothing_but_datatypes_changes(world_files: Files, parsed: list[ox.Triple]) -> None:
    def plain(term: object) -> object:
        return (term.value, term.language) if isinstance(term, ox.Literal) else term

    def facts(quads: list[ox.Triple]) -> set[tuple[object, ...]]:
        return {(t.subject, t.predicate, plain(t.object)) for t in quads}

    data = [q.triple for q in ox.parse(world_files["northern-pact.nt"], format=ox.RdfFormat.N_TRIPLES)]
    added = {predicate for subject, predicate, _ in facts(parsed) - facts(data)}
    assert not facts(data) - facts(parsed)
    terms = (RDF.type, OWL.imports, OWL.versionIRI, OWL.versionInfo, RDFS.label)
    assert added == {ox.NamedNode(str(term)) for term in terms}


def test_datatypes_are_those_of_owl_2() -> None:
    assert DATATYPES - {str(RDFS.Literal)} == MAPPED


def test_functional_properties_have_one_value(world: Assembly, axis_build: Path) -> None:
    store = ox.Store()
    store.load(path=str(axis_build / "axis-of-upheaval.nt"), format=ox.RdfFormat.N_TRIPLES)
    functional = ox.NamedNode(str(OWL.FunctionalProperty))
    terms = [t.subject for t in world.vocabulary.ontology if t.predicate == TYPE and t.object == functional]
    twice = "ASK {{ ?s {term} ?a, ?b FILTER (?a != ?b) }}"
    assert len(terms) > 50
    for data in (store, world.store):
        several = {term for term in terms if data.query(twice.format(term=term), use_default_graph_as_union=True)}
        assert not several
