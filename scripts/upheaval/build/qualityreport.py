"""The quality report, for the terminal and for the build."""

from collections.abc import Iterable, Sequence

from upheaval.build.quality import Quality
from upheaval.schema.publication import Publication

LEGEND = "Numbers count records; – searched, nothing found; ? not searched yet."
SERIES = ("series", "members", "recorded", "searched, nothing found", "not searched")
FORCE = ("kind", "agreements", "in force", "unknown", "not in force")
LABELS = ("language", "terms", "number", "with a label", "without")
MARKS = {"gap": "?", "searched, nothing found": "–"}


def as_markdown(quality: Quality, publication: Publication) -> str:
    """Write the report.

    Args:
        quality: the quality of the dataset.
        publication: the publication.

    Returns:
        Markdown with the matrix of pair, type and phase, single sources, disputes, possible duplicates, the least
        recently retrieved sources, missing links, of how many agreements it is unknown whether they are in force, and
        how many terms of the vocabulary have a label in other languages.

    """
    header, cells = matrix(quality)
    parts = [
        f"# Quality of {publication.title} {publication.version}\n",
        f"{totals(quality)}\n",
        "## Coverage\n",
        f"{LEGEND}\n",
        _table(header, cells),
        _section("Series", SERIES, series(quality)),
        _section("On a single independent source", ("record", "name", "publisher"), quality.single_source),
        _section("Disputed", ("record", "name", "publisher", "says"), quality.disputed),
        _section("Possible duplicates", ("record", "first day", "record", "first day"), quality.duplicates),
        f"## Agreements in force on {publication.issued}\n",
        _table(FORCE, quality.force),
        _section("Least recently retrieved", ("source", "publisher", "read"), quality.oldest),
        _section(
            "Without a link to another dataset",
            ("kind", "number", "records"),
            [(kind, str(len(slugs)), ", ".join(slugs)) for kind, slugs in sorted(quality.unlinked.items())],
        ),
        _section("Labels of the vocabulary in other languages", LABELS, quality.labels),
    ]
    return "\n".join(parts)


def totals(quality: Quality) -> str:
    """Return a sentence with the totals."""
    gaps = sum(row[5] == "gap" for row in quality.coverage)
    unlinked = sum(map(len, quality.unlinked.values()))
    return (
        f"{len(quality.coverage)} cells of pair, type and phase, {gaps} of them gaps; "
        f"{len(quality.single_source)} records on a single independent source; "
        f"{len({row[0] for row in quality.disputed})} disputed; "
        f"{len(quality.duplicates)} possible duplicates; {unlinked} records without a link."
    )


def matrix(quality: Quality) -> tuple[list[str], list[list[str]]]:
    """Return the coverage as a table with one row per pair and type, and one column per phase."""
    phases = list(dict.fromkeys(row[2] for row in quality.coverage))
    cells: dict[tuple[str, str], dict[str, str]] = {}
    for pair, kind, phase, records, _findings, state in quality.coverage:
        cells.setdefault((pair, kind.removesuffix(" cooperation")), {})[phase] = MARKS.get(state, records)
    return ["pair", "type", *phases], [[*key, *(row[phase] for phase in phases)] for key, row in cells.items()]


def series(quality: Quality) -> list[list[str]]:
    """Return how many members of each series are recorded, were searched for in vain, or were not searched for."""
    states: dict[str, dict[tuple[str, str], str]] = {}
    for name, member, day, _record, state in quality.series:
        states.setdefault(name, {})[member, day] = state
    return [
        [name, str(len(members)), *(str(list(members.values()).count(state)) for state in SERIES[2:])]
        for name, members in states.items()
    ]


def _section(title: str, header: Sequence[str], found: Iterable[Sequence[str]]) -> str:
    found = list(found)
    return f"## {title} ({len(found)})\n\n{_table(header, found) if found else 'None.'}\n"


def _table(header: Sequence[str], found: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *found]
    return "".join(f"| {' | '.join(_cell(value) for value in line)} |\n" for line in lines)


def _cell(value: str) -> str:
    return value.replace("|", "\\|").replace("\n", " ")
