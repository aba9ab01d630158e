"""The pages of records: statements, citations, incoming links, source text, and how to cite them."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from upheaval.build.framing import Frame
from upheaval.schema.contract import local
from upheaval.site.citing import reference
from upheaval.site.explorelinks import explore_link
from upheaval.site.library import Library, items, property_iri, property_label, text
from upheaval.site.pages import Page
from upheaval.site.recordvalues import Fact, Shown, Values
from upheaval.site.structured import structured
from upheaval.sources.parser import MappingNode

MATCHES = ("exactMatch", "closeMatch", "broadMatch")
SUPPORT = ("independentSources", "officialOnly", "disputed")
"""What is derived and has a place of its own on the page."""

MANY = 60
"""Number of incoming links per key that are shown before the rest is collapsed."""


def record_pages(library: Library, slugs: Iterable[str]) -> Iterator[Page]:
    """Yield a page for each of the given records."""
    values = Values(library)
    for slug in slugs:
        yield _page(library, values, slug)


def _page(library: Library, values: Values, slug: str) -> Page:
    frame, record = library.frames[slug], library.records[slug]
    title, iri = library.title(slug), library.publication.iri + slug
    lines = body_lines(record.body)
    return Page(
        path=library.paths.record(slug),
        template="record.html",
        title=title,
        values={
            "slug": slug,
            "iri": iri,
            "kind": record.kind,
            "kind_path": library.paths.vocabulary(record.kind.iri),
            "names": _names(frame),
            "texts": _texts(frame),
            "status": status(frame),
            "facts": [fact for fact in values.facts(frame, lines) if fact.line],
            "steps": [values.part(step) for step in sorted(items(frame.get("step")), key=_day)],
            "estimates": [values.part(estimate) for estimate in items(frame.get("estimate"))],
            "parts": values.parts(frame),
            "cards": values.cards(frame),
            "derived": _derived(library, values, frame),
            "incoming": _incoming(library, slug),
            "matches": [link for key in MATCHES for link in items(frame.get(key))],
            "file": record.file,
            "source": (library.publication.root / record.file).read_text(encoding="utf-8").splitlines(),
            "explored": explored(library, slug),
            "reference": reference(library.publication, library.identity, title, iri),
            "structured": structured(library, frame),
        },
    )


def explored(library: Library, slug: str) -> list[tuple[str, str, int]]:
    """Return how many records involve an actor, are at a place or cite a source: words, path and count of each."""
    words = {"actor": "involve it", "place": "are there", "source": "cite it"}
    found = [(text, *explore_link(library.corpus, **{facet: slug})) for facet, text in words.items()]
    return [(text, path, count) for text, path, count in found if path]


def _day(step: Frame) -> tuple[str, str]:
    return text(step.get("earliest", "")), str(step["id"])


def _names(frame: Frame) -> list[tuple[str, list[str]]]:
    """Return the names by language, the label first."""
    found: dict[str, list[str]] = {}
    for key in ("label", "altLabel"):
        for tag, names in (frame.get(key) or {}).items():
            found.setdefault(tag, []).extend(str(name) for name in items(names))
    return sorted(found.items(), key=lambda entry: (entry[0] != "en", entry[0]))


def _texts(frame: Frame) -> list[tuple[str, str, str]]:
    return [
        (key, tag, str(one))
        for key in ("claim", "description")
        for tag, texts in sorted((frame.get(key) or {}).items())
        for one in items(texts)
    ]


def status(frame: Frame) -> dict[str, Any]:
    """Return a record's support, from the derived facts."""
    number = text(frame.get("independentSources", ""))
    return {
        "independent": int(number) if number else None,
        "official": text(frame.get("officialOnly", "")) == "true",
        "disputed": text(frame.get("disputed", "")) == "true",
    }


def _words(value: object) -> str:
    return str(value["@id"]) if isinstance(value, dict) and "@id" in value else text(value)


def _derived(library: Library, values: Values, frame: Frame) -> list[Fact]:
    """Return what rules conclude of a record, but for what pages show in their own ways and for wider properties."""
    keys = {property_iri(library, frame, key): key for key in frame}
    concluded = library.concluded.get(frame["id"], set()) & keys.keys()
    facts = []
    for prop in sorted(concluded - library.wider, key=lambda prop: (property_label(library, prop), prop)):
        key = keys[prop]
        if key in SUPPORT or key in MATCHES:
            continue
        shown = [
            values.record(one) if isinstance(one, str) and one in library.frames else Shown(_words(one))
            for one in items(frame[key])
        ]
        facts.append(Fact(property_label(library, prop), library.paths.vocabulary(prop), shown))
    return facts + [_force(library, values, span) for span in library.spans.get(frame["id"], ())]


def _force(library: Library, values: Values, span: Frame) -> Fact:
    """Return for whom an agreement has a force status, from when until when, and by which rule if that is inferred."""
    concept = library.concepts[items(span["forceStatus"])[0]]
    since = _day_between(span["earliest"], span.get("certainFrom"))
    until = f"to {_day_between(span.get('certainUntil'), span['latest'])}" if "latest" in span else "no end known"
    shown = [values.record(items(span["forceFor"])[0]), Shown(f"from {since}, {until}")]
    bases = dict.fromkeys(text(span[key]) for key in ("beginBasis", "endBasis") if key in span)
    shown += [Shown(f"inferred: {basis}") for basis in bases]
    return Fact(concept.label, library.paths.vocabulary(concept.iri), shown)


def _day_between(first: object, last: object) -> str:
    """Return a day, or the two between which it lies."""
    known = list(dict.fromkeys(text(day) for day in (first, last) if day))
    return known[0] if len(known) == 1 else f"between {known[0]} and {known[1]}"


def _incoming(library: Library, slug: str) -> list[tuple[str, int, list[Shown], list[Shown]]]:
    """Return the incoming links by property: label, number, first links and collapsed ones, with frequent ones last."""
    by_property: dict[str, list[str]] = {}
    for prop, name in library.incoming.get(slug, ()):
        by_property.setdefault(prop, []).append(name)
    shown = []
    counts = Counter({prop: len(names) for prop, names in by_property.items()})
    for prop in sorted(counts, key=lambda prop: (counts[prop], local(prop), prop)):
        links = [
            Shown(library.title(name), path=library.paths.record(name))
            for name in sorted(by_property[prop], key=lambda name: (library.title(name).casefold(), name))
        ]
        shown.append((property_label(library, prop), len(links), links[:MANY], links[MANY:]))
    return shown


def body_lines(body: MappingNode | None) -> dict[str, int]:
    """Return the line number of each key of a record."""
    return {key: body.key_position(key)[0] for key in body} if body is not None else {}
