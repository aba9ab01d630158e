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

from upheaval.rdf.graphs import nodes
from upheaval.rdf.namespaces import RDF, RDFS, SH
from upheaval.schema.vocabulary import Vocabulary
from upheaval.shacl.constraints import query_of

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
    constraints = {str(one): query_of(shapes, one) for one in nodes(shapes.objects(None, SH.sparql))}
    found: dict[str, set[str]] = {" of others": {str(RDF.type)}, " all": set(), " at once": set()}
    at_once: set[str] = set()
    undeclared: list[str] = []
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
