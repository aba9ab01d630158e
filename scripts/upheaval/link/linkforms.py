"""All links of a publication in the forms that others read: SSSOM, SKOS, and OWL with annotated axioms."""

from collections.abc import Iterable

import pyoxigraph as ox

from upheaval.link.addresses import ENTITY
from upheaval.link.mappingsets import CURATED, PREFIXES, MappingLine, as_sssom
from upheaval.link.profiles import Profiles, RecordProfile
from upheaval.populate.assembly import Assembly
from upheaval.rdf.sparql import select
from upheaval.rdf.writers import turtle

NUMBERS = {"high": "0.9", "medium": "0.6"}
"""What SSSOM's confidence is where ours is a word."""

_SKOS = PREFIXES["skos"]
_OWL = "http://www.w3.org/2002/07/owl#"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_SSSOM = "https://w3id.org/sssom/"
_DOUBLE = ox.NamedNode("http://www.w3.org/2001/XMLSchema#double")
_EVIDENCE = """
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX statecraft: <https://w3id.org/statecraft#>
SELECT ?link ?confidence ?title ?locator ?says WHERE {
  ?link a statecraft:Link ; statecraft:confidence ?confidence ; statecraft:citation ?citation .
  ?citation statecraft:source/rdfs:label ?title ; statecraft:locator ?locator ;
    statecraft:bearing <https://w3id.org/statecraft/bearing#supports> .
  OPTIONAL { ?citation statecraft:says ?says }
  FILTER (LANG(?title) = "en")
}
"""


def mapping_lines(assembly: Assembly, profiles: Profiles) -> tuple[list[MappingLine], dict[str, str]]:
    """Return the links as mappings of SSSOM, and the prefixes that their identifiers need.

    Args:
        assembly: the publication.
        profiles: its records.

    """
    publication = assembly.publication
    prefixes = {publication.prefix: publication.iri}
    confidences: dict[str, str] = {}
    evidence: dict[str, set[str]] = {}
    for row in select(assembly.store, _EVIDENCE):
        link = row["link"].value.removeprefix(publication.iri)
        confidences[link] = NUMBERS.get(row["confidence"].value.rpartition("#")[2], "")
        says = f": {row['says'].value}" if row["says"] is not None else ""
        evidence.setdefault(link, set()).add(f"{row['title'].value}, {row['locator'].value}{says}")
    lines = []
    for profile in profiles.records.values():
        for link in profile.links:
            begin, prefix = _prefix(link.target, prefixes)
            lines.append(
                MappingLine(
                    f"{publication.prefix}:{profile.slug}",
                    profile.label,
                    f"skos:{_predicate(link.relation)}",
                    f"{prefix}:{link.target.removeprefix(begin)}",
                    CURATED,
                    confidence=confidences.get(link.slug, ""),
                    comment="; ".join(sorted(evidence.get(link.slug, ()))),
                )
            )
    return lines, prefixes


def _predicate(relation: str) -> str:
    """Return the SKOS property of a code such as `exact-match`."""
    word, _, kind = relation.partition("-")
    return word + kind.capitalize()


def _prefix(target: str, prefixes: dict[str, str]) -> tuple[str, str]:
    """Return the namespace of a target and its prefix, a new one for a new namespace."""
    if target.startswith(ENTITY):
        return ENTITY, "wikidata"
    begin = target[: target.rstrip("/").rfind("/") + 1]
    for prefix, namespace in prefixes.items():
        if namespace == begin:
            return begin, prefix
    host = begin.partition("://")[2].partition("/")[0].replace(".", "_").replace(":", "_").replace("-", "_")
    prefix = host if host not in prefixes else f"{host}_{len(prefixes)}"
    prefixes[prefix] = begin
    return begin, prefix


def links_as_sssom(assembly: Assembly, profiles: Profiles) -> str:
    """Return all links as an SSSOM mapping set."""
    publication = assembly.publication
    lines, prefixes = mapping_lines(assembly, profiles)
    metadata = {
        "mapping_set_id": f"{publication.iri}links",
        "mapping_set_version": publication.version,
        "mapping_set_title": f"Links of {publication.title}",
        "license": publication.license,
    }
    return as_sssom(lines, metadata, prefixes)


def links_as_turtle(assembly: Assembly, profiles: Profiles, annotated: bool) -> bytes:
    """Return all links as Turtle.

    Args:
        assembly: the publication.
        profiles: its records.
        annotated: whether each is also an axiom of OWL with its justification and confidence (SSSOM, "OWL and RDF").

    """
    lines, _ = mapping_lines(assembly, profiles)
    by_subject: Iterable[tuple[RecordProfile, str, str]] = (
        (profile, link.target, _predicate(link.relation))
        for profile in profiles.records.values()
        for link in profile.links
    )
    triples: list[ox.Triple] = []
    for line, (profile, target, predicate) in zip(lines, by_subject, strict=True):
        subject, object_ = ox.NamedNode(profile.iri), ox.NamedNode(target)
        relation = ox.NamedNode(_SKOS + predicate)
        triples.append(ox.Triple(subject, relation, object_))
        if not annotated:
            continue
        axiom = ox.NamedNode(f"{profile.iri}#link-{line.object_id.replace(':', '-').strip('/')}")
        about: list[tuple[str, ox.NamedNode | ox.Literal]] = [
            (f"{_RDF}type", ox.NamedNode(f"{_OWL}Axiom")),
            (f"{_OWL}annotatedSource", subject),
            (f"{_OWL}annotatedProperty", relation),
            (f"{_OWL}annotatedTarget", object_),
            (f"{_SSSOM}mapping_justification", ox.NamedNode(PREFIXES["semapv"] + CURATED.partition(":")[2])),
        ]
        if line.confidence:
            about.append((f"{_SSSOM}confidence", ox.Literal(line.confidence, datatype=_DOUBLE)))
        triples += [ox.Triple(axiom, ox.NamedNode(name), value) for name, value in about]
    if annotated:
        kind = ox.NamedNode(f"{_OWL}AnnotationProperty")
        used = sorted({triple.predicate.value for triple in triples if triple.predicate.value.startswith(_SKOS)})
        triples += [ox.Triple(ox.NamedNode(name), ox.NamedNode(f"{_RDF}type"), kind) for name in used]
    prefixes = {"skos": _SKOS, "owl": _OWL, "rdf": _RDF, "sssom": _SSSOM, "semapv": PREFIXES["semapv"], "wd": ENTITY}
    return turtle(list(dict.fromkeys(triples)), prefixes, None)
