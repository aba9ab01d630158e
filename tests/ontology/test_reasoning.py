"""What a reasoner makes of the vocabulary: HermiT finds it consistent and concludes what it should."""

import shutil
from pathlib import Path

import owlready2
import pyoxigraph as ox
import pytest

from tests.ontology.test_hygiene import merged
from tests.support import sampled, skip_or_fail

pytestmark = pytest.mark.engine

STATECRAFT = "https://w3id.org/statecraft#"
INDIVIDUALS = "http://example.org/"
PREFIXES = f"""
@prefix : <{INDIVIDUALS}> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix prov: <http://www.w3.org/ns/prov#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix schema: <https://schema.org/> .
@prefix statecraft: <{STATECRAFT}> .
"""


@pytest.fixture(autouse=True, scope="module")
def java() -> None:
    """Skip where there is no Java, unless the engines are required."""
    if shutil.which("java") is None:
        skip_or_fail("HermiT needs Java (install a JRE)")


class Reasoned:
    """What HermiT concludes from a graph.

    Attributes:
        consistent: whether the graph has a model at all.
        unsatisfiable: the names of the classes that can have no member.
        world: the graph with the conclusions in it.

    """

    def __init__(self, folder: Path, parts: str, extra: str = "") -> None:
        """Take a folder for a passing file, the names of parts and some Turtle more, and reason over them."""
        store = merged(parts, PREFIXES + extra)
        path = folder / "merged.nt"
        # All is handed over as it stands, as N-Triples: the ontology holds no xsd:date, which HermiT would refuse.
        store.dump(str(path), format=ox.RdfFormat.N_TRIPLES, from_graph=ox.DefaultGraph())
        self.world = owlready2.World()
        self.ontology = self.world.get_ontology(path.as_uri()).load(format="ntriples")
        self.consistent = True
        self.unsatisfiable: set[str] = set()
        try:
            with self.ontology:
                owlready2.sync_reasoner_hermit(self.world, infer_property_values=True, debug=0)
        except owlready2.OwlReadyInconsistentOntologyError:
            self.consistent = False
        else:
            self.unsatisfiable = {entity.iri for entity in self.world.inconsistent_classes()}

    def classes_above(self, name: str) -> set[str]:
        """Take a class's local name and give the local names of the classes of ours above it, itself included."""
        return {
            above.name
            for above in self.world[STATECRAFT + name].ancestors()
            if getattr(above, "iri", "").startswith(STATECRAFT)
        }

    def classes_of(self, name: str) -> set[str]:
        """Take an individual's local name and give the IRIs of the named classes that it belongs to."""
        return {
            above.iri
            for direct in self.world[INDIVIDUALS + name].is_a
            for above in direct.ancestors()
            if hasattr(above, "iri")
        }


@pytest.mark.parametrize("whose", ["records", "aligned"])
def test_vocabulary_is_consistent(request: pytest.FixtureRequest, whose: str) -> None:
    reasoned: Reasoned = request.getfixturevalue(whose)
    assert reasoned.consistent
    assert not reasoned.unsatisfiable


def test_contradiction_is_found(tmp_path: Path) -> None:
    assert not Reasoned(tmp_path, "ontology alignments", ":paper a statecraft:Treaty, statecraft:Contract .").consistent


def test_class_without_members_is_found(tmp_path: Path) -> None:
    hybrid = ":Hybrid a owl:Class ; rdfs:subClassOf statecraft:Treaty, statecraft:Contract ."
    reasoned = Reasoned(tmp_path, "ontology alignments", hybrid)
    assert reasoned.consistent
    assert reasoned.unsatisfiable - {"http://www.w3.org/2002/07/owl#Nothing"} == {INDIVIDUALS + "Hybrid"}


NONSENSE = [
    ":x a statecraft:State, statecraft:Place .",
    ":x a statecraft:Agreement, statecraft:Activity .",
    ":x a statecraft:ArmsTransfer, statecraft:EnergySupply .",
    ":x a statecraft:Treaty, statecraft:Sanction .",
    ":x a statecraft:Unit, statecraft:StepAction .",
    ":pact a statecraft:Treaty ; statecraft:party :paper . :paper a statecraft:Source .",
    ":x statecraft:supplier :y . :x statecraft:party :y .",
]


@pytest.mark.parametrize("nonsense", sampled(NONSENSE, 2))
def test_contradictory_record_is_found(tmp_path: Path, nonsense: str) -> None:
    assert not Reasoned(tmp_path, "ontology", nonsense).consistent


def test_classes_have_the_expected_superclasses(aligned: Reasoned) -> None:
    common = {"Entity", "Sourced"}
    assert aligned.classes_above("Charter") == {"Charter", "Treaty", "Agreement", "Cooperation", "Conduct"} | common
    arms_transfer = {"ArmsTransfer", "Supply", "Activity", "Cooperation", "Conduct", "Dated"}
    assert aligned.classes_above("ArmsTransfer") == arms_transfer | common
    assert aligned.classes_above("Sanction") == {"Sanction", "Contention", "Conduct", "Dated"} | common
    assert aligned.classes_above("HistoricalState") == {"HistoricalState", "State", "Actor", "Dated"} | common
    assert aligned.classes_above("Assessment") == {"Assessment", "Claim", "Dated"} | common
    assert aligned.classes_above("Source") == {"Source", "Entity"}


RECORDS = """
:bank-charter a statecraft:Charter .
:fund statecraft:foundedBy :bank-charter ; statecraft:membership :seat .
:seat statecraft:member :arcadia .
:shells a statecraft:ArmsTransfer ; statecraft:supplier :ruritania .
:drill statecraft:underAgreement :pact .
:ruritania statecraft:cooperatesWith :sylvania .
:report statecraft:republicationOf :wire .
"""


@pytest.fixture(scope="module")
def records(java: None, tmp_path_factory: pytest.TempPathFactory) -> Reasoned:
    """Give what HermiT concludes from the invented records and the ontology without its alignments."""
    return Reasoned(tmp_path_factory.mktemp("records"), "ontology", declared(RECORDS))


@pytest.fixture(scope="module")
def aligned(java: None, tmp_path_factory: pytest.TempPathFactory) -> Reasoned:
    """Give the same with the alignments."""
    return Reasoned(tmp_path_factory.mktemp("aligned"), "ontology alignments", declared(RECORDS))


@pytest.mark.parametrize(
    ("individual", "expected", "unexpected"),
    [
        ("bank-charter", {"Agreement", "Treaty", "Cooperation", "Sourced"}, {"Contract", "Activity"}),
        ("fund", {"Organization", "Actor"}, {"State", "Coalition"}),
        ("seat", {"Membership", "Dated"}, {"Actor"}),
        ("arcadia", {"Actor", "Entity"}, {"State"}),
        ("shells", {"Supply", "Cooperation", "Dated"}, {"EnergySupply"}),
        ("ruritania", {"Actor", "State"}, {"Organization"}),
        ("drill", {"Activity"}, {"Agreement", "MilitaryExercise"}),
        ("pact", {"Agreement"}, {"Treaty"}),
        ("sylvania", {"State"}, {"HistoricalState"}),
        ("wire", {"Source"}, {"Sourced"}),
    ],
)
def test_records_are_classified(records: Reasoned, individual: str, expected: set[str], unexpected: set[str]) -> None:
    found = records.classes_of(individual)
    assert {STATECRAFT + name for name in expected} <= found
    assert not {STATECRAFT + name for name in unexpected} & found


def test_alignments_are_inferred(aligned: Reasoned) -> None:
    assert "http://www.w3.org/ns/prov#Activity" in aligned.classes_of("shells")
    assert "http://www.w3.org/ns/prov#Agent" in aligned.classes_of("ruritania")
    assert {"http://www.w3.org/ns/prov#Entity", "https://schema.org/CreativeWork"} <= aligned.classes_of("wire")


def declared(records: str) -> str:
    """Take Turtle on invented individuals and give it with each declared, as OWL and owlready2 ask for."""
    graph = list(ox.parse(PREFIXES + records, format=ox.RdfFormat.TURTLE))
    nodes = {term.value for quad in graph for term in (quad.subject, quad.object) if isinstance(term, ox.NamedNode)}
    lines = [f"<{node}> a owl:NamedIndividual ." for node in sorted(nodes) if node.startswith(INDIVIDUALS)]
    return records + "\n".join(lines)
