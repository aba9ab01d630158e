"""The charts' pages, each with its CSV, its SVG, its query, a citation and a permalink."""

from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup

from upheaval.schema.packagedquestions import read_questions
from upheaval.site.charts import ChartRow, Rivals, network, rivals, timeline, types_over_time
from upheaval.site.citing import reference
from upheaval.site.library import Library, items
from upheaval.site.overview import Overview, Pair, TimelineEntry
from upheaval.site.pages import Page, Renderer
from upheaval.site.tabular import both

TALL = 36.0
"""Height of the highest bar in the chart of types."""


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart.

    Attributes:
        name, title: the name and title of its page.
        shows: what it shows, and how that was counted.
        drawing: SVG or HTML.
        alone: the SVG as a separate file; empty if the chart is a list of drawings.
        header, rows: its numbers, as a table.
        query: the name of the example question behind the numbers.

    """

    name: str
    title: str
    shows: str
    drawing: Markup
    alone: str
    header: list[str]
    rows: list[list[object]]
    query: str


def drawn_timeline(
    library: Library, found: Overview, pairs: list[Pair], renderer: Renderer, path: str, alone: bool = False
) -> Markup:
    """Draw the timeline of some pairs for the page at a path."""
    scale, lanes, height = timeline(library, found, pairs)
    label = "Timeline: " + ", ".join(pair.label for pair in pairs)
    return renderer.drawing(
        "timeline", path, alone, scale=scale, lanes=lanes, height=height, tops=library.tops, label=label
    )


def drawn_network(
    library: Library,
    found: Overview,
    renderer: Renderer,
    path: str,
    alone: bool = False,
    entries: list[TimelineEntry] | None = None,
    label: str = "Network of the states",
) -> Markup:
    """Draw the network of the states for the page at a path, from all entries or only the given ones."""
    nodes, edges = network(library, found, found.about() if entries is None else entries)
    return renderer.drawing("network", path, alone, nodes=nodes, edges=edges, label=label)


def charts(library: Library, found: Overview, renderer: Renderer, cells: list[tuple[Pair, list[int]]]) -> list[Chart]:
    """Draw all charts.

    Args:
        library, found: the dataset and its overview.
        renderer: the renderer of the templates.
        cells: one row per pair, with the number of records of each top-level type.

    """
    return [
        _matrix(library, renderer, cells),
        _timeline(library, found, renderer),
        _network(library, found, renderer),
        _types(library, found, renderer),
        _figures(library, renderer),
    ]


def _matrix(library: Library, renderer: Renderer, cells: list[tuple[Pair, list[int]]]) -> Chart:
    most = max([count for _, row in cells for count in row] or [1]) or 1
    values = {"cells": cells, "tops": library.tops, "most": most, "label": "Records by pair and type"}
    return Chart(
        "matrix",
        "Pairs and types of cooperation",
        "The number of agreements and activities of each pair in each top-level type. One that concerns several pairs "
        "or types counts for each of them. The area of a square is proportional to the number.",
        renderer.drawing("matrix", "charts/matrix/", False, **values),
        renderer.drawing("matrix", "charts/", True, **values),
        ["pair", "type", "records"],
        [[pair.label, top.label, count] for pair, row in cells for top, count in zip(library.tops, row, strict=True)],
        "matrix",
    )


def _timeline(library: Library, found: Overview, renderer: Renderer) -> Chart:
    rows: list[list[object]] = [
        [pair.label, library.tops[top].label, span.first, span.begun, span.ends, span.last, span.label, entry.title,
         library.publication.iri + entry.name]
        for pair in found.pairs
        for entry in found.of(pair.name)
        for top in entry.tops
        for span in entry.spans
    ]  # fmt: skip
    return Chart(
        "timeline",
        "Timeline by pair",
        "Steps of agreements, and activities from start to end, with one lane per type. A date known to the day is a "
        "narrow solid mark; one known only to the month or year is pale and spans the time in which it can have "
        "happened. Whatever has no known end continues to the date of this version.",
        drawn_timeline(library, found, found.pairs, renderer, "charts/timeline/"),
        drawn_timeline(library, found, found.pairs, renderer, "charts/", alone=True),
        ["pair", "type", "starts earliest", "starts latest", "ends earliest", "ends latest", "step", "title", "record"],
        rows,
        "timeline",
    )


def _network(library: Library, found: Overview, renderer: Renderer) -> Chart:
    parts = [Markup('<div class="figure">{}</div>').format(drawn_network(library, found, renderer, "charts/network/"))]
    parts.append(Markup('<h2>Phase by phase</h2><div class="multiples">'))
    phases = sorted(
        (frame for frame in library.frames.values() if frame.get("type") == "Phase"),
        key=lambda frame: (str(frame.get("earliest", "")), str(frame["id"])),
    )
    for phase in phases:
        members = [entry for entry in found.about() if phase["id"] in items(library.frames[entry.name].get("phase"))]
        title = library.title(phase["id"])
        drawing = drawn_network(library, found, renderer, "charts/network/", False, members, title)
        caption = Markup('<a href="../../{}/">{}</a>').format(phase["id"], title)
        parts.append(Markup('<figure class="still">{}<figcaption>{}</figcaption></figure>').format(drawing, caption))
    parts.append(Markup("</div>"))
    rows: list[list[object]] = [
        [pair.label, year, sum(pair.name in entry.dyads and year in entry.years for entry in found.about())]
        for pair in found.pairs
        for year in sorted({year for entry in found.of(pair.name) for year in entry.years})
    ]
    return Chart(
        "network",
        "Network of the states",
        "Each line is a pair; its width is the number of agreements and activities. "
        "Explore counts contention too, and leaves out what only sums up other records. The "
        "table counts, for each year, the agreements with a step and the activities that started.",
        Markup("").join(parts),
        drawn_network(library, found, renderer, "charts/", alone=True),
        ["pair", "year", "records"],
        rows,
        "dyad-year",
    )


def drawn_types(
    library: Library, found: Overview, renderer: Renderer, path: str, alone: bool = False
) -> tuple[Markup, list[ChartRow]]:
    """Draw the types over time for the page at a path, and return the drawing and its rows."""
    scale, rows, most, height = types_over_time(library, found, TALL + 10)
    values = {"scale": scale, "rows": rows, "most": most, "height": height, "tall": TALL, "label": "Types by year"}
    return renderer.drawing("types", path, alone, **values), rows


def _types(library: Library, found: Overview, renderer: Renderer) -> Chart:
    drawing, rows = drawn_types(library, found, renderer, "charts/types/")
    return Chart(
        "types",
        "Types over time",
        "One row per top-level type, all on the same scale: for each year, the agreements of these pairs with a step "
        "and the activities that started. A record counts once in each of its types.",
        drawing,
        drawn_types(library, found, renderer, "charts/", alone=True)[0],
        ["type", "year", "records"],
        [[row.label, year, count] for row in rows for year, count, _ in row.bars if count],
        "dyad-year",
    )


def _figures(library: Library, renderer: Renderer) -> Chart:
    found = rivals(library)
    drawn = [
        Markup(
            '<section class="rival"><h2><a href="../../{}/">{}</a></h2><p class="hint">{}, in {}</p>{}</section>'
        ).format(
            one.name,
            one.title,
            one.measure,
            one.unit,
            renderer.drawing("rivals", "charts/figures/", False, one=one),
        )
        for one in found
    ]
    return Chart(
        "figures",
        "Figures and who gives them",
        "Every measure for which a record has more than one figure, each with its source and the date that it refers "
        "to. Nothing is averaged; every row starts at zero and has its own scale.",
        Markup("").join(drawn),
        renderer.drawing("figures", "charts/", True, found=found, heights=_heights(found)),
        ["record", "measure", "unit", "who", "as of", "figure", "figure's IRI"],
        [
            [
                one.title,
                one.measure,
                one.unit,
                claim.who,
                claim.as_of,
                claim.shown.replace("\u202f", ""),
                library.publication.iri + claim.path.replace("/#", "#"),
            ]
            for one in found
            for claim in one.claims
        ],
        "rival-estimates",
    )


def _heights(found: list[Rivals]) -> list[int]:
    heights, y = [], 10
    for one in found:
        heights.append(y)
        y += len(one.claims) * 24 + 74
    return [*heights, y]


def chart_pages(library: Library, drawn: list[Chart], found: Overview) -> Iterator[Page]:
    """Yield a page for each chart, and the list of charts."""
    questions = read_questions(library.publication)
    publication = library.publication
    for chart in drawn:
        iri = f"{publication.iri}charts/{chart.name}"
        yield Page(
            path=f"charts/{chart.name}/",
            template="chart.html",
            title=chart.title,
            values={
                "chart": chart,
                "question": questions.get(chart.query),
                "reference": reference(publication, library.identity, chart.title, iri),
                "iri": iri,
                "safe_rows": chart.rows if len(chart.rows) <= 600 else [],
            },
        )
    yield Page(path="charts/", template="charts.html", title="Charts", values={"charts": drawn})


def chart_files(drawn: list[Chart]) -> Iterator[tuple[str, bytes]]:
    """Yield each chart's SVG and its two CSV files."""
    for chart in drawn:
        yield f"charts/{chart.name}.svg", chart.alone.encode()
        yield from both(f"charts/{chart.name}", chart.header, chart.rows).items()
