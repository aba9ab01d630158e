"""The geometry of the charts: plain numbers that templates write as SVG."""

from dataclasses import dataclass
from datetime import date
from math import cos, pi, sin

from upheaval.build.framing import Frame
from upheaval.site.library import Library, items, text
from upheaval.site.overview import Overview, Pair, Span, TimelineEntry

WIDTH, GUTTER, LANE, HEAD = 1200, 190, 11, 22
"""Dimensions of the timeline: its width, the space for labels, and the height of a type's lane and a pair's heading."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A rectangle: its position and size, and whether it shows what is certain."""

    x: float
    y: float
    width: float
    height: float
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Mark:
    """The mark of an entry in one lane of the timeline."""

    entry: TimelineEntry
    top: int
    title: str
    bars: list[Bar]


@dataclass(frozen=True, slots=True)
class Lane:
    """A pair in the timeline."""

    pair: Pair
    y: float
    marks: list[Mark]


@dataclass(frozen=True, slots=True)
class Axis:
    """A scale of years, `width` units long and starting at `left`."""

    first: int
    last: int
    left: float
    width: float

    def at(self, day: str) -> float:
        """Return the position of a day."""
        found = date.fromisoformat(day)
        share = found.timetuple().tm_yday - 1
        return self.year(found.year + share / 366)

    def year(self, year: float) -> float:
        """Return the position of the start of a year."""
        return round(self.left + (year - self.first) / (self.last - self.first) * self.width, 1)

    @property
    def ticks(self) -> list[tuple[int, float]]:
        """The decades and their positions."""
        return [(year, self.year(year)) for year in range(-(-self.first // 10) * 10, self.last + 1, 10)]


def axis(found: Overview, issued: str, left: float = GUTTER, width: float = WIDTH - GUTTER - 10) -> Axis:
    """Return an axis that covers all dated entries."""
    years = [int(entry.start[:4]) for entry in found.about() if entry.start]
    last = int(issued[:4]) + 1
    return Axis(min([*years, last - 10]), last, left, width)


def timeline(library: Library, found: Overview, pairs: list[Pair]) -> tuple[Axis, list[Lane], float]:
    """Lay out a timeline by pair.

    Returns:
        The axis, the pairs with their lanes, and the total height.

    """
    scale = axis(found, library.publication.issued)
    lanes = []
    y = 30.0
    for pair in pairs:
        marks = [
            mark
            for entry in found.of(pair.name)
            for top in entry.tops
            for mark in _marks(library, scale, entry, top, y + HEAD + top * LANE)
        ]
        lanes.append(Lane(pair, y, marks))
        y += HEAD + len(library.tops) * LANE + 14
    return scale, lanes, y


def _marks(library: Library, scale: Axis, entry: TimelineEntry, top: int, y: float) -> list[Mark]:
    """Draw an entry's spans: solid where they are certain, pale where the dates leave them open."""
    marks = []
    for span in entry.spans:
        if not span.first or int(span.first[:4]) < scale.first:
            continue
        title = f"{span.when}: {entry.title}{f' ({span.label})' if span.label else ''}"
        marks.append(Mark(entry, top, title, _bars(scale, span, y, library.publication.issued)))
    return marks


def _bars(scale: Axis, span: Span, y: float, issued: str) -> list[Bar]:
    height = LANE - 3
    ends, last = (span.ends, span.last) if span.ends else (issued, issued)
    if span.first == ends or (span.first, span.begun) == (span.ends, span.last):
        width = max(scale.at(span.begun) - scale.at(span.first), 2)
        return [Bar(scale.at(span.first), y, round(width, 1), height, span.first == span.begun)]
    bars = []
    for begin, end, sure in ((span.first, span.begun, False), (span.begun, ends, True), (ends, last, False)):
        if begin < end:
            bars.append(Bar(scale.at(begin), y, round(max(scale.at(end) - scale.at(begin), 1), 1), height, sure))
    return bars


@dataclass(frozen=True, slots=True)
class NetworkNode:
    """A state in the network."""

    name: str
    label: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Edge:
    """A pair in the network; its width shows the number of records."""

    pair: Pair
    x1: float
    y1: float
    x2: float
    y2: float
    count: int
    width: float

    @property
    def middle(self) -> tuple[float, float]:
        """The position of its number: a third of the way along, so that numbers of crossing edges do not overlap."""
        return round(self.x1 + (self.x2 - self.x1) * 0.36, 1), round(self.y1 + (self.y2 - self.y1) * 0.36, 1)


def edge_width(count: int, most: int) -> float:
    """Return the width of an edge, whose area is proportional to the count."""
    return round(1 + 15 * count / most, 1) if count else 0


def network(
    library: Library, found: Overview, entries: list[TimelineEntry], size: float = 340
) -> tuple[list[NetworkNode], list[Edge]]:
    """Lay out the states on a circle and connect those with common records."""
    centre, radius = size / 2, size / 2 - 56
    nodes = {
        name: NetworkNode(
            name,
            library.title(name),
            round(centre + radius * cos(2 * pi * place / len(found.states) - 3 * pi / 4), 1),
            round(centre + radius * sin(2 * pi * place / len(found.states) - 3 * pi / 4), 1),
        )
        for place, name in enumerate(found.states)
    }
    counts = {pair.name: sum(pair.name in entry.dyads for entry in entries) for pair in found.pairs}
    most = max([*counts.values(), 1])
    edges = []
    for pair in found.pairs:
        one, other = (nodes[member] for member in pair.members)
        count = counts[pair.name]
        edges.append(Edge(pair, one.x, one.y, other.x, other.y, count, edge_width(count, most)))
    return list(nodes.values()), edges


@dataclass(frozen=True, slots=True)
class ChartRow:
    """A type over time."""

    top: int
    label: str
    y: float
    bars: list[tuple[int, int, Bar]]


def types_over_time(library: Library, found: Overview, height: float = 46) -> tuple[Axis, list[ChartRow], int, float]:
    """Lay out a row of bars for each top-level type, all on the same scale.

    Returns:
        The axis, the rows (year, count and bar of each), the highest count and the total height.

    """
    scale = axis(found, library.publication.issued, 220, WIDTH - 230)
    counts: dict[tuple[int, int], int] = {}
    for entry in found.about():
        for top in entry.tops:
            for year in entry.years:
                counts[top, year] = counts.get((top, year), 0) + 1
    most = max([*counts.values(), 1])
    slot = scale.width / (scale.last - scale.first)
    rows = []
    for place, concept in enumerate(library.tops):
        floor = 30 + (place + 1) * height
        bars = []
        for year in range(scale.first, scale.last):
            count = counts.get((place, year), 0)
            tall = round((height - 10) * count / most, 1)
            bars.append((year, count, Bar(scale.year(year), round(floor - tall, 1), round(slot * 0.8, 1), tall)))
        rows.append(ChartRow(place, concept.label, floor, bars))
    return scale, rows, most, 30 + len(library.tops) * height + 12


@dataclass(frozen=True, slots=True)
class Claim:
    """A figure in a chart of rival figures: its source, its date, and its position between 0 and the highest."""

    who: str
    as_of: str
    shown: str
    low: float
    high: float
    path: str


@dataclass(frozen=True, slots=True)
class Rivals:
    """The figures for one measure of a record."""

    name: str
    title: str
    measure: str
    unit: str
    claims: list[Claim]


def rivals(library: Library) -> list[Rivals]:
    """Gather the measures for which a record has more than one figure.

    Returns:
        One item per measure, sorted by the record's title; positions are fractions of the highest figure.

    """
    found = []
    for name in library.records:
        by_measure: dict[tuple[str, str], list[Frame]] = {}
        for estimate in items(library.frames[name].get("estimate")):
            by_measure.setdefault((text(estimate["measure"]), text(estimate["unit"])), []).append(estimate)
        for (measure, _unit), estimates in sorted(by_measure.items()):
            if len(estimates) > 1:
                found.append(_rivals(library, name, measure, estimates))
    return sorted(found, key=lambda one: (one.title.casefold(), one.name, one.measure))


def _rivals(library: Library, name: str, measure: str, estimates: list[Frame]) -> Rivals:
    most = max(max(_bounds(estimate)) for estimate in estimates) or 1
    kind = library.kind(estimates[0])
    unit = library.concept(kind.keys["unit"].classes, str(estimates[0].get("unit", ""))) if kind else None
    claims = []
    for estimate in estimates:
        low, high = _bounds(estimate)
        as_of = text(estimate.get("asOf", estimate.get("endDate", estimate.get("startDate", ""))))
        claims.append(
            Claim(
                who=", ".join(library.title(one) for one in items(estimate.get("claimedBy"))),
                as_of=as_of,
                shown=_shown(estimate, low, high),
                low=round(low / most, 4),
                high=round(high / most, 4),
                path=library.paths.record(estimate["id"]),
            )
        )
    claims.sort(key=lambda claim: (claim.as_of, claim.who, claim.shown))
    return Rivals(name, library.title(name), measure, unit.label if unit else "", claims)


def _bounds(estimate: Frame) -> tuple[float, float]:
    value = text(estimate.get("value", ""))
    low, high = text(estimate.get("low", value)), text(estimate.get("high", value))
    return float(low or high or 0), float(high or low or 0)


def _shown(estimate: Frame, low: float, high: float) -> str:
    if "value" in estimate:
        return _amount(float(text(estimate["value"])))
    if "low" not in estimate or "high" not in estimate:
        return f"at least {_amount(low)}" if "low" in estimate else f"at most {_amount(high)}"
    return f"{_amount(low)} to {_amount(high)}"


def _amount(value: float) -> str:
    return f"{value:,.10g}".replace(",", "\u202f")
