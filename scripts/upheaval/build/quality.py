"""Assess the quality of a dataset: coverage, single sources, disputes, likely duplicates and missing links."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import combinations

import pyoxigraph as ox
from rdflib import Graph, Literal, URIRef

from upheaval.populate.assembly import Assembly
from upheaval.query.answers import ask, rows
from upheaval.rdf.namespaces import OWL, RDF, RDFS, SKOS, STATECRAFT
from upheaval.schema.contract import local
from upheaval.schema.packagedquestions import read_questions

NEAR = 5
"""Records with the same actors and types whose first days are at most this many days apart may be duplicates."""

STATE = "https://w3id.org/statecraft#"
LINKABLE = ("State", "Organization", "Place", "Item", "Treaty", "Coalition")
_RECORDS = """
PREFIX statecraft: <https://w3id.org/statecraft#>
SELECT ?record ?class ?actor ?type ?day WHERE {
  ?record a ?class ; statecraft:involves ?actor ; statecraft:cooperationType ?type ; statecraft:earliest ?day .
}
"""
_OLDEST = """
PREFIX statecraft: <https://w3id.org/statecraft#>
PREFIX dc: <http://purl.org/dc/elements/1.1/>
SELECT ?source ?publisher ?read WHERE {
  ?source a statecraft:Source ; dc:publisher ?publisher . OPTIONAL { ?source statecraft:retrieved ?read }
  FILTER NOT EXISTS { ?other statecraft:republicationOf ?source }
}
ORDER BY ?read ?source
LIMIT 20
"""
_FORCE = """
PREFIX force-status: <https://w3id.org/statecraft/force-status#>
PREFIX statecraft: <https://w3id.org/statecraft#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
SELECT DISTINCT ?agreement ?code WHERE {{
  VALUES ?at {{ "{day}"^^xsd:date }}
  ?span statecraft:forceOf ?agreement ; statecraft:forceStatus ?status ; statecraft:earliest ?earliest .
  OPTIONAL {{ ?span statecraft:latest ?latest }}
  OPTIONAL {{ ?span statecraft:certainFrom ?from }}
  OPTIONAL {{ ?span statecraft:certainUntil ?until }}
  FILTER (?earliest <= ?at && (!BOUND(?latest) || ?latest >= ?at))
  BIND (IF(COALESCE(?from > ?at, false) || COALESCE(?until < ?at, false), force-status:unknown, ?status) AS ?code)
}}
"""
_LINKED = "SELECT DISTINCT ?record WHERE { ?link <https://w3id.org/statecraft#subject> ?record }"


@dataclass(frozen=True, slots=True)
class Quality:
    """The quality of a dataset.

    Attributes:
        coverage: the pair, type, phase, records, findings and state of each cell.
        series: the series, member, date, record and state of each member of a series.
        single_source: records that only one independent source supports, with its publisher.
        disputed: records and the sources that dispute them.
        duplicates: pairs of possible duplicates, with their first days.
        force: for each kind of agreement the number of records, of those in force for a party on the version's day,
            of those of which that is unknown, and of those that are not in force.
        oldest: the least recently retrieved sources, first those without a date of retrieval.
        unlinked: records without a link to another dataset, by kind.
        labels: for each other language of the vocabulary's labels, and for classes and each kind of type, the number
            of terms, of those with a label in it, and of those without.

    """

    coverage: list[list[str]]
    series: list[list[str]]
    single_source: list[list[str]]
    disputed: list[list[str]]
    duplicates: list[tuple[str, str, str, str]]
    force: list[list[str]]
    oldest: list[list[str]]
    unlinked: dict[str, list[str]]
    labels: list[list[str]]


def assess(assembly: Assembly) -> Quality:
    """Assess a dataset.

    Args:
        assembly: the dataset with its derived facts.

    Returns:
        The quality; rows that come from example questions are missing if the publication lacks those questions.

    """
    return Quality(
        coverage=_question(assembly, "coverage"),
        series=_question(assembly, "series-coverage"),
        single_source=_question(assembly, "single-source"),
        disputed=_question(assembly, "disputed"),
        duplicates=list(_duplicates(assembly)),
        force=_force(assembly),
        oldest=_short(assembly, _rows(assembly, _OLDEST)),
        unlinked=_unlinked(assembly),
        labels=_labels(assembly.vocabulary.graph),
    )


def _question(assembly: Assembly, name: str) -> list[list[str]]:
    question = read_questions(assembly.publication).get(name)
    return _short(assembly, _rows(assembly, question.text)) if question else []


def _rows(assembly: Assembly, text: str) -> list[list[str]]:
    found = ask(assembly.store, text, "quality")
    return rows(found)[1] if isinstance(found, ox.QuerySolutions) else []


def _short(assembly: Assembly, found: list[list[str]]) -> list[list[str]]:
    base = assembly.publication.iri
    return [[value.removeprefix(base) for value in row] for row in found]


def _duplicates(assembly: Assembly) -> Iterator[tuple[str, str, str, str]]:
    actors: dict[str, set[str]] = {}
    types: dict[str, set[str]] = {}
    days: dict[str, tuple[str, str]] = {}
    for record, cls, actor, kind, day in _short(assembly, _rows(assembly, _RECORDS)):
        actors.setdefault(record, set()).add(actor)
        types.setdefault(record, set()).add(kind)
        days[record] = (cls, day)
    alike: dict[tuple[str, frozenset[str]], list[str]] = {}
    for record, (cls, _) in days.items():
        alike.setdefault((cls, frozenset(actors[record])), []).append(record)
    for records in alike.values():
        for one, other in combinations(sorted(records, key=lambda record: days[record][1]), 2):
            apart = date.fromisoformat(days[other][1]) - date.fromisoformat(days[one][1])
            if apart.days <= NEAR and types[one] & types[other]:
                yield one, days[one][1], other, days[other][1]


def _force(assembly: Assembly) -> list[list[str]]:
    statuses: dict[str, set[str]] = {}
    for agreement, status in _short(assembly, _rows(assembly, _FORCE.format(day=assembly.publication.issued))):
        statuses.setdefault(agreement, set()).add(local(status))
    counts: dict[str, Counter[str]] = {}
    for record in assembly.records:
        if "Agreement" in {local(cls) for cls in record.kind.ancestors}:
            found = statuses.get(record.slug, set())
            answer = "in force" if found - {"unknown"} else "unknown" if found else "not in force"
            counts.setdefault(record.kind.folder or "", Counter())[answer] += 1
    return [
        [kind, str(count.total()), *(str(count[answer]) for answer in ("in force", "unknown", "not in force"))]
        for kind, count in sorted(counts.items())
    ]


def _unlinked(assembly: Assembly) -> dict[str, list[str]]:
    linked = {row[0] for row in _short(assembly, _rows(assembly, _LINKED))}
    missing: dict[str, list[str]] = {}
    for record in assembly.records:
        ancestors = {local(cls) for cls in record.kind.ancestors}
        if record.slug not in linked and not ancestors.isdisjoint(LINKABLE):
            missing.setdefault(record.kind.folder or "", []).append(record.slug)
    return missing


def _labels(graph: Graph) -> list[list[str]]:
    """Return how many terms have a label in each language but English, of those that people read most."""
    kinds = {
        "classes": (OWL.Class, RDFS.label),
        "cooperation types": (STATECRAFT.CooperationType, SKOS.prefLabel),
        "contention types": (STATECRAFT.ContentionType, SKOS.prefLabel),
    }
    found: dict[tuple[str, str], int] = {}
    terms: dict[str, set[URIRef]] = {}
    for kind, (cls, label) in kinds.items():
        described = (term for term in graph.subjects(RDF.type, cls) if isinstance(term, URIRef))
        terms[kind] = {term for term in described if term.startswith("https://w3id.org/statecraft")}
        for term in terms[kind]:
            texts = (text for text in graph.objects(term, label) if isinstance(text, Literal))
            for language in {text.language for text in texts} - {"en", None}:
                found[str(language), kind] = found.get((str(language), kind), 0) + 1
    return [
        [language, kind, str(len(terms[kind])), str(number), str(len(terms[kind]) - number)]
        for language in sorted({language for language, _ in found})
        for kind in kinds
        for number in [found.get((language, kind), 0)]
    ]
