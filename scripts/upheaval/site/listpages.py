"""List pages: the kinds of record, the records of each kind from A to Z, downloads, quality, and conformance."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from upheaval.build.earl import FILE, read_conformance
from upheaval.build.mediatypes import MEDIA
from upheaval.build.quality import Quality, assess
from upheaval.build.qualityreport import LEGEND, totals
from upheaval.build.qualityreport import matrix as coverage
from upheaval.site.library import Library, items, text
from upheaval.site.overview import dated
from upheaval.site.pages import Page
from upheaval.site.recordvalues import Shown
from upheaval.site.texts import TEXTS, render_text, texts


def list_pages(library: Library) -> Iterator[Page]:
    """Yield the list of kinds, and a list of records for each kind."""
    kinds = sorted(
        {record.kind.iri: record.kind for record in library.assembly.records}.values(), key=lambda k: k.label
    )
    found = [(kind, library.of_kind(kind)) for kind in kinds]
    yield Page(
        path="records/",
        template="kinds.html",
        title="Records",
        values={"kinds": [(kind, len(frames)) for kind, frames in found]},
    )
    for kind, frames in found:
        rows = [
            (Shown(library.title(frame["id"]), path=library.paths.record(frame["id"])), _when(frame), _who(frame))
            for frame in frames
        ]
        yield Page(
            path=f"records/{kind.folder}/",
            template="kind.html",
            title=f"{kind.label} records".capitalize(),
            values={"kind": kind, "rows": rows, "kind_path": library.paths.vocabulary(kind.iri)},
        )


def _when(frame: dict[str, Any]) -> str:
    return dated(frame) or text(frame.get("issued", ""))


def _who(frame: dict[str, Any]) -> str:
    return ", ".join(text(one) for one in items(frame.get("publisher")))


def text_pages(library: Library) -> Iterator[Page]:
    """Yield the pages made from the publication's own texts."""
    root = library.publication.root
    for name in texts(root):
        yield Page(f"{name}/", "text.html", TEXTS[name][1], {"body": render_text(root, name)})


def downloads_page(library: Library, build: Path) -> Page:
    """Return the downloads page: the build's files with sizes and checksums, and the codebook of its tables."""
    manifest = json.loads((build / "manifest.json").read_text(encoding="utf-8"))
    package = json.loads((build / "datapackage.json").read_text(encoding="utf-8"))
    files = [
        (path, entry["bytes"], entry["sha256"], MEDIA.get(Path(path).suffix, ""))
        for path, entry in sorted(manifest["files"].items())
    ]
    return Page(
        path="downloads/",
        template="downloads.html",
        title="Downloads",
        values={
            "dumps": [entry for entry in files if "/" not in entry[0]],
            "tables": [entry for entry in files if entry[0].startswith("csv/")],
            "panels": [entry for entry in files if entry[0].startswith("data/")],
            "schemas": [entry for entry in files if entry[0].startswith("schema/")],
            "codebook": [one for one in package["resources"] if "schema" in one],
            "triples": manifest["triples"],
        },
    )


def quality_page(library: Library) -> Page:
    """Return the quality page: coverage, records with a single source, disputed ones, and what was checked."""
    quality = assess(library.assembly)
    header, rows = coverage(quality)
    return Page(
        path="quality/",
        template="quality.html",
        title="Quality",
        values={
            "totals": totals(quality),
            "legend": LEGEND,
            "header": header,
            "rows": rows,
            "sections": list(_sections(library, quality)),
            "checked": {
                "records": len(library.records),
                "shapes": sum(len(kind.keys) for kind in library.contract.kinds.values()),
                "kinds": len(library.contract.kinds),
            },
        },
    )


def _sections(library: Library, quality: Quality) -> Iterator[tuple[str, list[str], list[list[Shown]]]]:
    def row(cells: list[str], records: tuple[int, ...]) -> list[Shown]:
        return [
            Shown(cell, path=library.paths.record(cell) if place in records and cell in library.records else "")
            for place, cell in enumerate(cells)
        ]

    yield (
        "On a single independent source",
        ["record", "name", "publisher"],
        [row(r, (0,)) for r in quality.single_source],
    )
    yield "Disputed", ["record", "name", "publisher", "says"], [row(r, (0,)) for r in quality.disputed]
    yield (
        "Possible duplicates",
        ["record", "first day", "record", "first day"],
        [row(list(r), (0, 2)) for r in quality.duplicates],
    )
    yield "Least recently retrieved", ["source", "publisher", "read"], [row(r, (0,)) for r in quality.oldest]
    yield (
        "Without a link to another dataset",
        ["kind", "records"],
        [[Shown(kind), Shown(str(len(slugs)))] for kind, slugs in sorted(quality.unlinked.items())],
    )


def conformance_page() -> Page:
    """Return the page that shows what the suites of the standards say of the tool that made this publication."""
    suites = read_conformance(FILE.read_bytes())
    return Page("conformance/", "conformance.html", "Conformance", {"suites": suites})
