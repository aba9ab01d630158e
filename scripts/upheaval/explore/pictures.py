"""Pictures of a state as SVG: counts per year, and pairs by types. All positions are whole pixels."""

from html import escape
from math import floor

from upheaval.explore.corpus import Corpus
from upheaval.explore.selecting import matrix, select, years
from upheaval.explore.states import ExploreState, address, words_of

WIDE, NARROW = 960, 340
"""The widths of a picture for a page or a file, and for a telephone."""
STYLE = (
    "svg{background:#fff;color:#1b2129;font:12px system-ui,sans-serif}text{fill:currentColor}.bar,.square{fill:#1d4e89}"
    ".square{fill-opacity:.45}.rule{stroke:#d3d8df}.quiet{fill:#525c69}.title{font-weight:600;font-size:14px}"
    ".unknown{fill:none;stroke:#1d4e89;stroke-dasharray:3 2}"
    "@media(prefers-color-scheme:dark){svg{background:#12161c;color:#e6eaf0}.bar,.square{fill:#8cbcff}"
    ".rule{stroke:#3a4452}.quiet{fill:#a9b3c1}.unknown{stroke:#8cbcff}}"
)
"""The style of a separate file; in a page, the style sheet has the same classes."""


def near(value: float) -> int:
    """Round to the nearest whole pixel, halves up, as JavaScript's `Math.floor` does it, too."""
    return floor(value + 0.5)


def step_of(most: int, ticks: int) -> int:
    """Return the distance of the marks on a scale from 0: 1, 2 or 5 times a power of ten."""
    step = 1
    while most / step > ticks:
        step = step * 5 // 2 if str(step)[0] == "2" else step * 2
    return step


def _open(corpus: Corpus, state: ExploreState, size: tuple[int, int], name: str, alone: bool) -> list[str]:
    about, (width, height) = corpus.about, size
    count = len(select(corpus, state))
    title = f"{name}: {words_of(corpus, state)} ({count} record{'' if count == 1 else 's'})"
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
    named = f'class="chart drawn" role="group" aria-label="{escape(title)}">'
    if not alone:
        return [head + named]
    words = address(state)
    source = f"{about['title']} {about['version']}, {about['issued']}; RDFC-1.0 {about['identity'][:12]}"
    return [
        f'{head}width="{width}" height="{height}" {named}',
        f"<style>{STYLE}</style>",
        f'<text class="title" x="8" y="18">{escape(title)}</text>',
        f'<text class="quiet" x="8" y="{height - 8}">{escape(source)}; '
        f"{escape(about['iri'])}explore/{'?' if words else ''}{escape(words)}</text>",
    ]


def years_picture(corpus: Corpus, state: ExploreState, width: int = WIDE, alone: bool = True) -> str:
    """Draw the counts per year as bars: every year has its place, and an unknown year has one of its own."""
    found = years(corpus, state)
    top, height, left = (34 if alone else 18), 300, 40
    floor_at = height - (48 if alone else 30)
    right = width - (70 if found.unknown else 10)
    most = max([*found.counts.values(), found.unknown, 1])
    scale = (floor_at - top) / most
    parts = _open(corpus, state, (width, height), "Records per year", alone)
    step = step_of(most, 5)
    for mark in range(0, most + 1, step):
        y = near(floor_at - mark * scale)
        parts.append(f'<line class="rule" x1="{left}" x2="{width - 8}" y1="{y}" y2="{y}"/>')
        parts.append(f'<text class="quiet" x="{left - 6}" y="{y + 4}" text-anchor="end">{mark}</text>')
    parts.append(f'<text class="quiet" x="8" y="{top - 6}">records</text>')
    slot = (right - left) / max(len(found.counts), 1)
    every = step_of(len(found.counts), max(1, (right - left) // 46))
    for place, (year, count) in enumerate(found.counts.items()):
        x, after = near(left + place * slot), near(left + (place + 1) * slot)
        y = near(floor_at - count * scale)
        wide = max(1, after - x - (1 if after - x > 2 else 0))
        parts.append(
            f'<rect class="bar" data-year="{year}" x="{x}" y="{y}" width="{wide}" height="{floor_at - y}">'
            f"<title>{year}: {count}</title></rect>"
        )
        if year % every == 0 and x + 40 < width:
            parts.append(f'<text class="quiet" x="{x}" y="{floor_at + 16}">{year}</text>')
    if found.unknown:
        y = near(floor_at - found.unknown * scale)
        parts.append(
            f'<rect class="unknown" x="{width - 44}" y="{y}" width="24" height="{floor_at - y}">'
            f"<title>year unknown: {found.unknown}</title></rect>"
            f'<text class="quiet" x="{width - 8}" y="{floor_at + 16}" text-anchor="end">unknown</text>'
        )
    return "\n".join([*parts, "</svg>", ""])


def matrix_picture(corpus: Corpus, state: ExploreState, width: int = WIDE, alone: bool = True) -> str:
    """Draw pairs by types: the area of a square is proportional to the number in it."""
    pairs, types, cells = matrix(corpus, state)
    left, top, tall = 260, (72 if alone else 44), 46
    side = (width - left - 8) / max(len(pairs), 1)
    most = max([count for row in cells for count in row] or [1]) or 1
    height = top + tall * len(types) + (30 if alone else 6)
    parts = _open(corpus, state, (width, height), "Records by pair and type", alone)
    for column, pair in enumerate(pairs):
        x = near(left + (column + 0.5) * side)
        for line, text in enumerate(corpus.codes["pair"][pair].label.split(" – ")):
            parts.append(f'<text x="{x}" y="{top - 22 + 14 * line}" text-anchor="middle">{escape(text)}</text>')
    for line, name in enumerate(types):
        y = top + tall * line + tall // 2
        label = corpus.codes["type"][name].label
        parts.append(f'<text x="{left - 10}" y="{y + 4}" text-anchor="end">{escape(label)}</text>')
        for column, row in enumerate(cells):
            x, count = near(left + (column + 0.5) * side), row[line]
            size = near(40 * (count / most) ** 0.5)
            if count:
                parts.append(
                    f'<rect class="square" x="{x - size // 2}" y="{y - size // 2}" width="{size}" height="{size}"/>'
                )
            beside = x if size > 26 or not count else x + size // 2 + 12
            parts.append(f'<text x="{beside}" y="{y + 4}" text-anchor="middle">{count}</text>')
    return "\n".join([*parts, "</svg>", ""])
