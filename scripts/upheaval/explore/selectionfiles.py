"""The files of a state: its rows as CSV and JSON, what they mean, and the query that gives them."""

import hashlib
import json
from collections.abc import Callable
from typing import Any

from upheaval.build.tables import to_csv
from upheaval.explore.corpus import Corpus, CorpusEntry
from upheaval.explore.pictures import matrix_picture, years_picture
from upheaval.explore.references import as_bibtex, as_csl, as_ris
from upheaval.explore.selecting import select
from upheaval.explore.selectionquery import query
from upheaval.explore.states import ExploreState, address, pairs_of, words_of

COLUMNS = {
    "record": "IRI of the record",
    "title": "its English name",
    "kind": "its class",
    "types": "its types of cooperation or contention, as codes",
    "pairs": "the pairs of states that it concerns",
    "actors": "whom it involves, the states of organizations and persons included",
    "when": "its date as written: that of its first step, the day, or the start",
    "first": "the first day on which it can have begun",
    "last": "the last day on which it can have ended; empty if no end is known",
    "places": "where it took place",
    "status": "its evidential status",
    "independent_sources": "on how many independent sources it rests",
    "official_only": "whether only official sources support it",
    "disputed": "whether a source disputes it",
    "summary": "whether it only sums up other records, which are counted in its place",
    "sources": "IRIs of the sources that it and its parts cite",
}
"""The columns and what they hold; several values in a cell are separated by a space."""
COUNTED = (
    "One row per agreement, activity or act of contention that is selected: a record with a type of cooperation or "
    "contention. A type or place includes the narrower ones. A period selects what begins in it, and agreements with "
    "a step in it, by the first possible day. What only sums up other records is not counted beside them."
)


def row(corpus: Corpus, entry: CorpusEntry) -> dict[str, Any]:
    """Return an entry as a row: texts, numbers, booleans, and lists of texts."""
    iri, values = corpus.about["iri"], entry.values
    return {
        "record": iri + entry.name,
        "title": entry.title,
        "kind": values["kind"][0],
        "types": list(values["type"]),
        "pairs": list(values["pair"]),
        "actors": list(values["actor"]),
        "when": entry.when,
        "first": entry.first,
        "last": entry.last,
        "places": list(values["place"]),
        "status": values["status"][0] if values["status"] else "",
        "independent_sources": entry.independent,
        "official_only": entry.official,
        "disputed": entry.disputed,
        "summary": entry.summary,
        "sources": [iri + name for name in values["source"]],
    }


def rows(corpus: Corpus, state: ExploreState) -> list[dict[str, Any]]:
    """Return the rows of a state."""
    return [row(corpus, corpus.entries[place]) for place in select(corpus, state)]


def as_csv(corpus: Corpus, state: ExploreState) -> bytes:
    """Write the rows of a state as CSV (RFC 4180)."""
    return to_csv(list(COLUMNS), [[_cell(value) for value in one.values()] for one in rows(corpus, state)])


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return " ".join(value) if isinstance(value, list) else str(value)


def as_json(corpus: Corpus, state: ExploreState) -> bytes:
    """Write the rows of a state as JSON, with the state."""
    found = rows(corpus, state)
    return _json({"state": _state(state), "count": len(found), "records": found})


def _state(state: ExploreState) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for key, value in pairs_of(state):
        found.setdefault(key, []).append(value)
    return found


def _json(content: object) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()


def as_metadata(corpus: Corpus, state: ExploreState) -> bytes:
    """Write what one needs to know to use the rows of a state, as JSON."""
    about, content = corpus.about, as_csv(corpus, state)
    words = address(state)
    return _json(
        {
            "title": f"{about['title']}: {words_of(corpus, state)}",
            "address": page(corpus, state),
            "filter": _state(state),
            "counted": COUNTED,
            "count": len(select(corpus, state)),
            "columns": [{"name": name, "description": text} for name, text in COLUMNS.items()],
            "creator": about["creator"],
            "license": about["license"],
            "version": about["version"],
            "issued": about["issued"],
            "data_rdfc10_sha256": about["identity"],
            "result_sha256": hashlib.sha256(content).hexdigest(),
            "served": f"{about['iri']}explore/select.csv{'?' if words else ''}{words}",
        }
    )


def page(corpus: Corpus, state: ExploreState) -> str:
    """Return the address of a state's page."""
    words = address(state)
    return f"{corpus.about['iri']}explore/{'?' if words else ''}{words}"


def as_query(corpus: Corpus, state: ExploreState) -> bytes:
    """Write the query that gives the rows of a state."""
    return query(corpus, state).encode()


FILES: dict[str, tuple[str, Callable[[Corpus, ExploreState], bytes]]] = {
    "csv": ("text/csv", as_csv),
    "json": ("application/json", as_json),
    "metadata.json": ("application/json", as_metadata),
    "rq": ("application/sparql-query", as_query),
    "bib": ("application/x-bibtex", as_bibtex),
    "ris": ("application/x-research-info-systems", as_ris),
    "csl.json": ("application/vnd.citationstyles.csl+json", as_csl),
    "years.svg": ("image/svg+xml", lambda corpus, state: years_picture(corpus, state).encode()),
    "matrix.svg": ("image/svg+xml", lambda corpus, state: matrix_picture(corpus, state).encode()),
}
"""The files of a state by the ending of their names: the media type, and what writes them."""
