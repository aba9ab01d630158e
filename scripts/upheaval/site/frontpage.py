"""The front page: the dataset's subject, the matrix of pairs and types, the newest records, and links."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from upheaval.site.chartpages import drawn_network, drawn_types
from upheaval.site.explorelinks import explore_link, shade
from upheaval.site.library import Library, english, items
from upheaval.site.overview import Overview, Pair
from upheaval.site.pages import Page, Renderer
from upheaval.site.recordvalues import Shown, Values

NEWEST = 5


@dataclass(frozen=True, slots=True)
class Cell:
    """A pair and a top-level type: the number of records, or why there are none, and the page that lists them."""

    path: str
    text: str
    shade: str
    remark: str = ""


def short(label: str) -> str:
    """Return a type's label without the word that all labels end in."""
    return label.removesuffix(" cooperation")


def counts(library: Library, found: Overview) -> list[tuple[Pair, list[int]]]:
    """Return the number of records of each pair in each top-level type, as the Explore page counts them."""
    return [
        (pair, [explore_link(library.corpus, pair=pair.code, type=top.code)[1] for top in library.tops])
        for pair in found.pairs
    ]


def matrix(library: Library, found: Overview) -> tuple[list[tuple[Pair, list[Cell]]], int]:
    """Count records by pair and top-level type.

    Returns:
        One row of cells per pair, and the highest count.

    """
    numbers = counts(library, found)
    most = max([count for _, row in numbers for count in row] or [1])
    rows = []
    for pair, row in numbers:
        cells = []
        for top, (concept, count) in enumerate(zip(library.tops, row, strict=True)):
            section = f"{pair.name}/#{concept.code}"
            if count:
                path, _ = explore_link(library.corpus, pair=pair.code, type=concept.code)
                cells.append(Cell(path, str(count), shade(count, most)))
            elif (pair.name, top) in found.searched:
                cells.append(Cell(section, "–", "", "searched, nothing found"))
            else:
                cells.append(Cell(section, "?", "gap", "not searched yet"))
        rows.append((pair, cells))
    return rows, most


def front_page(library: Library, found: Overview, renderer: Renderer) -> Page:
    """Return the front page."""
    values = Values(library)
    rows, most = matrix(library, found)
    publication = library.publication
    kinds = Counter(record.kind.iri for record in library.assembly.records)
    return Page(
        path="",
        template="index.html",
        title=publication.title,
        values={
            "lead": _lead(library),
            "states": [values.record(name) for name in found.states],
            "stances": _stances(library),
            "tops": [Shown(short(top.label), path=library.paths.vocabulary(top.iri)) for top in library.tops],
            "matrix": rows,
            "most": most,
            "network": drawn_network(library, found, renderer, ""),
            "types": drawn_types(library, found, renderer, "")[0],
            "newest": [entry for entry in found.about() if entry.start][: -NEWEST - 1 : -1],
            "counts": kinds,
            "total": len(library.records),
            "structured": _structured(library),
        },
    )


def _lead(library: Library) -> str:
    coalitions = [frame for frame in library.frames.values() if frame.get("type") == "Coalition"]
    text = english(coalitions[0].get("description")) if len(coalitions) == 1 else ""
    return text or library.publication.description


def _stances(library: Library) -> list[tuple[str, int]]:
    counts: Counter[str] = Counter()
    for frame in library.frames.values():
        if frame.get("type") == "Assessment":
            counts.update(str(stance) for stance in items(frame.get("stance")))
    verbs = {"affirms": "affirm", "qualifies": "qualify", "denies": "deny"}
    return [(verb, counts[stance]) for stance, verb in verbs.items() if counts[stance]]


def _structured(library: Library) -> dict[str, Any]:
    publication = library.publication
    return {
        "@context": "https://schema.org",
        "@type": "Dataset",
        "@id": publication.iri,
        "url": publication.iri,
        "name": publication.title,
        "description": publication.description,
        "license": publication.license,
        "version": publication.version,
        "datePublished": publication.issued,
        "keywords": list(publication.keyword),
        "creator": [{"@type": "Organization", "name": name} for name in publication.creator],
        "isAccessibleForFree": True,
        "distribution": [
            {
                "@type": "DataDownload",
                "contentUrl": f"{publication.iri}{publication.name}.{suffix}",
                "encodingFormat": media,
            }
            for suffix, media in (
                ("ttl", "text/turtle"),
                ("jsonld", "application/ld+json"),
                ("nq", "application/n-quads"),
            )
        ],
    }
