"""How far rules and constraints see: what lets records be derived and checked a portion at a time.

A rule, or a constraint's query, says so in comments of its own, with prefixed names:

    # sees: its record
    # sees of others: statecraft:partOf statecraft:ofState     of records that are referred to, also by way of others
    # sees all: statecraft:Phase                               records of a class, whole, whoever refers to them
    # sees at once: statecraft:dyad statecraft:earliest        of all records together, and nothing else
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rdflib import Graph, URIRef

from upheaval.rdf.namespaces import RDF, RDFS
from upheaval.rdf.terms import text_of
from upheaval.schema.vocabulary import Vocabulary
from upheaval.shacl.compiling import ShapesPlan, Unit
from upheaval.shacl.sparqlconstraints import QueryConstraint

_SEES = re.compile(r"^# sees(?P<how> of others| all| at once)?: (?P<what>.*)$", re.MULTILINE)
_PREFIX = re.compile(r"PREFIX (\w*): <([^>]*)>")


@dataclass(frozen=True, slots=True)
class Reach:
    """What the rules and constraints of a vocabulary see beyond one record.

    Attributes:
        others: properties that are read of records that a record refers to.
        whole: classes whose records are there for every other.
        gathered: properties that are read of all records at once.
        rules: those that see a record and what it refers to, by file name.
        rules_at_once, constraints_at_once: those that see all records at once.
        undeclared: rules and constraints that do not say what they see.

    """

    others: frozenset[str]
    whole: frozenset[str]
    gathered: frozenset[str]
    rules: dict[str, str]
    rules_at_once: dict[str, str]
    constraints_at_once: frozenset[str]
    undeclared: tuple[str, ...]


def reach_of(vocabulary: Vocabulary) -> Reach:
    """Read what the rules and constraints of a vocabulary say of how far they see.

    Args:
        vocabulary: the rules and the shapes.

    Returns:
        Their reach, taken together.

    """
    shapes = vocabulary.graph
    constraints = queries_of(vocabulary.plan)
    found: dict[str, set[str]] = {" of others": {str(RDF.type)}, " all": set(), " at once": set()}
    at_once: set[str] = set()
    undeclared = [text_of(unit.name) for unit in vocabulary.plan.units() if _sees_others(unit)]
    for name, text in {**vocabulary.rules, **constraints}.items():
        if not _SEES.search(text):
            undeclared.append(name)
        for how, iris in _declared(text):
            found[how] |= iris
            if how == " at once":
                at_once.add(name)
    return Reach(
        others=_narrower(shapes, found[" of others"]),
        whole=frozenset(found[" all"]),
        gathered=_narrower(shapes, found[" at once"]),
        rules={name: text for name, text in vocabulary.rules.items() if name not in at_once},
        rules_at_once={name: text for name, text in vocabulary.rules.items() if name in at_once},
        constraints_at_once=frozenset(constraints) & at_once,
        undeclared=tuple(undeclared),
    )


def _sees_others(unit: Unit) -> bool:
    """Tell whether a shape, apart from SPARQL constraints, reads more of other nodes than their classes."""
    reads = unit.reads()
    if isinstance(unit.constraint, QueryConstraint):
        return False
    return bool(reads.inverse or reads.others or reads.everything or reads.queries)


def queries_of(plan: ShapesPlan) -> dict[str, str]:
    """Return the queries of SPARQL constraints, prefixes included, by the IRIs of the constraints."""
    constraints = [unit.constraint for unit in plan.units() if isinstance(unit.constraint, QueryConstraint)]
    return {text_of(one.node or one.component): one.query.text for one in constraints}


def _declared(text: str) -> Iterator[tuple[str, set[str]]]:
    prefixes = dict(_PREFIX.findall(text))
    for match in _SEES.finditer(text):
        if match["how"]:
            names = (name.partition(":") for name in match["what"].split())
            yield match["how"], {prefixes.get(prefix, "") + local for prefix, _, local in names}


def _narrower(graph: Graph, properties: set[str]) -> frozenset[str]:
    """Add the properties from which those given follow (RDF Schema 1.1 section 3.5)."""
    return frozenset(
        str(narrower) for prop in properties for narrower in graph.transitive_subjects(RDFS.subPropertyOf, URIRef(prop))
    )
