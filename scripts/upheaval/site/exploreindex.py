"""The index of records that the Explore page selects from."""

from collections.abc import Iterator
from typing import Any

from upheaval.build.framing import Frame
from upheaval.explore.corpus import CODED, FIELDS
from upheaval.rdf.namespaces import STATECRAFT
from upheaval.site.library import ConceptEntry, Library, items, text
from upheaval.site.overview import Overview, dated, entry_spans

PATH = "explore/records.json"
_DYAD = "dyad/"
_UNKNOWN = "https://w3id.org/statecraft/force-status#unknown"
_TYPES = (("cooperationType", STATECRAFT.CooperationType), ("contentionType", STATECRAFT.ContentionType))
_SOURCED = ("step", "provision", "membership", "vote", "belligerency", "attribution", "estimate")
"""The parts of a record whose citations count as its own."""


def explore_index(library: Library, found: Overview) -> dict[str, Any]:
    """Return the index: about the publication, the codes of each facet, and a row for each record with a type."""
    rows = sorted(_rows(library), key=lambda row: (row["first"] or "9999", row["name"]))
    codes = _codes(library, rows)
    places = {key: {row[0]: place for place, row in enumerate(codes[key])} for key in CODED}
    publication = library.publication
    return {
        "publication": {
            "iri": publication.iri,
            "prefix": publication.prefix,
            "name": publication.name,
            "title": publication.title,
            "version": publication.version,
            "issued": publication.issued,
            "license": publication.license,
            "creator": list(publication.creator),
            "identity": library.identity,
            "pairs": [pair.name.removeprefix(_DYAD) for pair in found.pairs],
        },
        "fields": list(FIELDS),
        "codes": codes,
        "records": [
            [[places[key][name] for name in row[key]] if key in CODED else row[key] for key in FIELDS] for row in rows
        ],
    }


def _rows(library: Library) -> Iterator[dict[str, Any]]:
    for name in library.records:
        frame = library.frames[name]
        concepts = types_of(library, frame)
        if not concepts:
            continue
        steps = items(frame.get("step"))
        begins = {text(one["earliest"]) for one in (steps or [frame]) if "earliest" in one}
        yield {
            "name": name,
            "title": library.title(name),
            "kind": [str(frame["type"])],
            "type": [type_name(library, concept) for concept in concepts],
            "pair": sorted(dyad.removeprefix(_DYAD) for dyad in items(frame.get("dyad"))),
            "actor": sorted({*items(frame.get("involves")), *items(frame.get("involvesState"))}),
            "place": sorted(map(str, items(frame.get("place")))),
            "status": [str(one) for one in items(frame.get("evidentialStatus"))],
            "source": sorted(set(_sources(frame))),
            "when": dated(frame),
            "first": text(frame.get("earliest", "")),
            "last": text(frame.get("latest", "")),
            "begins": sorted(begins),
            "spans": [[span.first, span.last, span.label] for span in entry_spans(library, frame, steps) if span.first],
            "force": sorted(_force(library, name)),
            "independent": int(text(frame.get("independentSources", "0"))),
            "official": _is_true(frame, "officialOnly"),
            "disputed": _is_true(frame, "disputed"),
            "summary": _is_true(frame, "aggregate"),
        }


def _is_true(frame: Frame, key: str) -> int:
    return int(text(frame.get(key, "")) == "true")


def types_of(library: Library, frame: Frame) -> list[ConceptEntry]:
    """Return a record's types of cooperation and contention."""
    return [
        concept
        for key, cls in _TYPES
        for code in items(frame.get(key))
        if (concept := library.concept([str(cls)], str(code)))
    ]


def type_name(library: Library, concept: ConceptEntry) -> str:
    """Return the name of a type in addresses: its code, which one of contention may share with one of cooperation."""
    contention = library.contract.codes.get(str(STATECRAFT.ContentionType), {})
    return f"contention-{concept.code}" if contention.get(concept.code) == concept.iri else concept.code


def _sources(frame: Frame) -> Iterator[str]:
    parts = [part for key in _SOURCED for part in items(frame.get(key)) if isinstance(part, dict)]
    for one in (frame, *parts):
        for citation in items(one.get("citation")):
            yield from map(str, items(citation.get("source")))


def _force(library: Library, name: str) -> set[tuple[str, str]]:
    """Return the spans in which an agreement certainly is in force for a party, as the question `in-force` has it."""
    found = set()
    for span in library.spans.get(name, ()):
        if _UNKNOWN in items(span["forceStatus"]):
            continue
        first = max(text(span[key]) for key in ("earliest", "certainFrom") if key in span)
        last = min((text(span[key]) for key in ("latest", "certainUntil") if key in span), default="")
        if not last or first <= last:
            found.add((first, last))
    return found


def _codes(library: Library, rows: list[dict[str, Any]]) -> dict[str, list[list[Any]]]:
    """Return the values that records have, and those that contain them: name, label, broader ones, IRI, and more."""
    used = {key: {name for row in rows for name in row[key]} for key in CODED}
    iri = library.publication.iri

    def record(name: str, broader: list[str], more: object = None) -> list[Any]:
        return [name, library.title(name), broader, iri + name, more]

    places = _places(library, used["place"])
    kinds = {kind.name: kind for kind in library.contract.folders.values()}
    return {
        "kind": [[name, kinds[name].label, [], kinds[name].iri, None] for name in sorted(used["kind"])],
        "type": list(_types(library, rows)),
        "pair": [
            [name, library.title(_DYAD + name), [], iri + _DYAD + name, None]
            for name in sorted(used["pair"], key=lambda name: library.title(_DYAD + name))
        ],
        "actor": [
            record(name, [], text(library.frames[name].get("isoNumeric", "")) or None)
            for name in sorted(used["actor"], key=lambda name: (library.title(name).casefold(), name))
        ],
        "place": [record(name, broader, shapes) for name, broader, shapes in places],
        "status": [
            [concept.code, concept.label, [], concept.iri, None]
            for name in sorted(used["status"])
            if (concept := library.concept([str(STATECRAFT.EvidentialStatus)], name))
        ],
        "source": [record(name, []) for name in sorted(used["source"])],
    }


def _places(library: Library, used: set[str]) -> list[tuple[str, list[str], list[str]]]:
    """Return the places of records and those around them, each with its geometries as well-known text."""
    found: dict[str, tuple[str, list[str], list[str]]] = {}
    left = sorted(used)
    while left:
        name = left.pop()
        if name in found:
            continue
        frame = library.frames.get(name, {})
        broader = sorted({str(one) for key in ("within", "locatedIn") for one in items(frame.get(key))})
        shapes = [text(one["asWKT"]) for one in items(frame.get("hasGeometry")) if "asWKT" in one]
        found[name] = name, broader, shapes
        left.extend(broader)
    return sorted(found.values(), key=lambda one: (library.title(one[0]).casefold(), one[0]))


def _types(library: Library, rows: list[dict[str, Any]]) -> Iterator[list[Any]]:
    """Yield the types of both families, each tree from the top down, in the order of the vocabulary."""
    used = {name for row in rows for name in row["type"]}
    for _, cls in _TYPES:
        concepts = {iri: library.concepts[iri] for iri in library.contract.codes.get(str(cls), {}).values()}
        wide, left = set[str](), [iri for iri, concept in concepts.items() if type_name(library, concept) in used]
        while left:
            iri = left.pop()
            if iri not in wide:
                wide.add(iri)
                left.extend(broader for broader in concepts[iri].broader if broader in concepts)
        order = {top.iri: place for place, top in enumerate(library.tops)}
        tops = [iri for iri in concepts if not set(concepts[iri].broader) & concepts.keys()]
        wide |= {iri for iri in tops if iri in order}  # a top-level type without records is a column of zeros
        for iri in sorted(wide, key=lambda iri: (iri not in tops, order.get(iri, 99), concepts[iri].label.casefold())):
            broader = [type_name(library, concepts[one]) for one in concepts[iri].broader if one in concepts]
            yield [type_name(library, concepts[iri]), concepts[iri].label, broader, iri, str(cls).rpartition("#")[2]]
