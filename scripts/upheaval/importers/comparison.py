"""Compare a publication with imported datasets: what both have, what one has, and where they contradict each other."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import pyoxigraph as ox
from rapidfuzz import fuzz

from upheaval.importers.comparedrecords import PROMISES, ComparedRecord, entries, universe

_ALIKE = 90
_COMMON = frozenset({"project", "class", "missile", "missiles", "system", "systems", "fighters", "launchers", "engine"})
_COUNTS = frozenset(
    ("pieces", "aircraft", "vessels", "vehicles", "missiles", "units", "million-trend-indicator-values")
)
_TIV = "million-trend-indicator-values"
_SYMBOL = re.compile(r"S/(?:RES/)?[0-9]+(?:/[0-9]+| ?\([0-9]+\))?|A/(?:RES/)?[A-Z0-9/.-]+")


@dataclass(frozen=True, slots=True)
class Finding:
    """A row of the comparison: `matched`, `contradicting`, `only-ours` or `only-theirs`, with a reason."""

    dataset: str
    status: str
    reason: str
    ours: ComparedRecord | None
    theirs: ComparedRecord | None
    detail: str = ""

    def row(self) -> tuple[str, ...]:
        """Return the row as texts, in the order of the report's columns."""
        one = self.theirs or self.ours
        rows = " ".join(sorted(self.theirs.values["row"])) if self.theirs else ""
        iris = (self.ours.iri if self.ours else "", self.theirs.iri if self.theirs else "", rows)
        spans = (_span(self.ours), _span(self.theirs))
        return self.dataset, self.status, self.reason, *iris, *spans, self.detail, one.label if one else ""


def compare(store: ox.Store, begins: str = "") -> list[Finding]:
    """Compare our records with imported ones that concern two members of a coalition of the publication.

    Args:
        store: a publication with imports in it.
        begins: the first day that our data cover, or an empty string.

    Returns:
        A row for each imported record, and for each of ours that none of them matches, by dataset, status and reason.

    """
    states = universe(store)
    found: list[Finding] = []
    kinds: tuple[tuple[str, Callable[[set[str], ComparedRecord], bool], _Rule], ...] = (
        ("transfers", _between, _transfers),
        ("agreements", _among, _agreements),
        ("ballots", _against, _ballots),
    )
    for kind, concerns, rule in kinds:
        every = entries(store, kind)
        ours = [entry for entry in every if not entry.dataset]
        for dataset in sorted({entry.dataset for entry in every} - {""}):
            theirs = [entry for entry in every if entry.dataset == dataset]
            found.extend(rule(dataset, ours, theirs, partial(concerns, states), begins))
    return sorted(found, key=lambda one: one.row())


_Rule = Callable[
    [str, Sequence[ComparedRecord], Sequence[ComparedRecord], Callable[[ComparedRecord], bool], str], Iterator[Finding]
]


def _between(states: set[str], entry: ComparedRecord) -> bool:
    return bool(entry.values["supplier"] & states and entry.values["recipient"] & states)


def _among(states: set[str], entry: ComparedRecord) -> bool:
    return len(entry.values["party"] & states) > 1


def _against(states: set[str], entry: ComparedRecord) -> bool:
    return any(choice == "against" for voter, choice in entry.votes().items() if voter in states)


def _transfers(
    dataset: str,
    ours: Sequence[ComparedRecord],
    theirs: Sequence[ComparedRecord],
    concerns: Callable[[ComparedRecord], bool],
    begins: str,
) -> Iterator[Finding]:
    ours, theirs = [one for one in ours if concerns(one)], [one for one in theirs if concerns(one)]
    single = [one for one in ours if "true" not in one.values["aggregate"]]
    rows: dict[str, list[ComparedRecord]] = {}
    for their in theirs:
        near = [one for one in single if _same_way(one, their) and _overlap(one, their)]
        best = max(near, key=lambda one: (_likeness(one, their), -_years_apart(one, their), one.iri), default=None)
        likeness = _likeness(best, their) if best else 0
        if best and likeness:
            rows.setdefault(best.iri, []).extend([their] if likeness > 1 else [])
            yield Finding(dataset, "matched", "same" if likeness > 1 else "name-alike", best, their)
            continue
        sums = [one for one in ours if one not in single and _same_way(one, their) and _overlap(one, their)]
        early = bool(begins) and (their.end or their.begin) < begins
        reason = "before-our-period" if early else "in-an-aggregate" if sums else "other-weapon" if near else ""
        yield Finding(dataset, "only-theirs", reason or "not-recorded", sums[0] if sums else None, their)
    scope = {value for one in theirs for value in one.values["type"]}
    last = max((one.years[1] for one in theirs), default=0)
    for one in ours:
        if one.iri in rows:
            beside = [their for their in theirs if _same_way(one, their) and _overlap(one, their)]
            yield from _contradictions(dataset, one, rows[one.iri], beside)
        else:
            yield Finding(dataset, "only-ours", _why_only_ours(one, scope, last), one, None)


def _contradictions(
    dataset: str, ours: ComparedRecord, rows: list[ComparedRecord], beside: list[ComparedRecord]
) -> Iterator[Finding]:
    """Yield what one of our transfers says that no row says: figures given as theirs, and years.

    Args:
        dataset: the name of theirs.
        ours: our transfer.
        rows: their rows of the same weapon.
        beside: all their rows of the same pair and years, as our record may have figures of munitions too.

    """
    if not rows:
        return
    shown = {figure for row in beside for figure in row.figures()}
    for by, unit, number in sorted(ours.figures()):
        same = {shape for who, shape, _ in shown if who == by}
        if not same or unit not in _COUNTS:
            continue
        measured = [value for who, shape, value in shown if who == by and (shape == _TIV) == (unit == _TIV)]
        sums = {sum(values) for values in _each_sum(rows, by, unit == _TIV)}
        if number not in {*measured, *sums}:
            told = ", ".join(f"{value:g}" for value in sorted({*measured, *sums}))
            yield Finding(
                dataset, "contradicting", "figure-differs", ours, rows[0], f"{number:g} {unit}; theirs: {told}"
            )
    first, last = min(row.years[0] for row in rows), max(row.years[1] for row in rows)
    if ours.begin and (ours.years[0] < first or (ours.end and ours.years[1] > last)):
        detail = f"ours {_span(ours)}; theirs {first}–{last}"
        yield Finding(dataset, "contradicting", "years-differ", ours, rows[0], detail)


def _each_sum(rows: list[ComparedRecord], by: str, tiv: bool) -> Iterator[list[float]]:
    """Yield the numbers of all rows together, the smaller and the greater of each: delivered, and ordered."""
    numbers = [[value for who, unit, value in row.figures() if who == by and (unit == _TIV) == tiv] for row in rows]
    yield [min(one) for one in numbers if one]
    yield [max(one) for one in numbers if one]


def _agreements(
    dataset: str,
    ours: Sequence[ComparedRecord],
    theirs: Sequence[ComparedRecord],
    concerns: Callable[[ComparedRecord], bool],
    begins: str,
) -> Iterator[Finding]:
    ours, theirs = [one for one in ours if concerns(one)], [one for one in theirs if concerns(one)]
    promising = [one for one in ours if one.local("promise") & set(PROMISES)]
    taken = set()
    for their in theirs:
        near = [one for one in promising if _same_parties(one, their) and abs(one.years[0] - their.years[0]) <= 1]
        best = min(near, key=lambda one: (_apart(one, their), one.iri), default=None)
        if best is None:
            early = bool(begins) and (their.end or "9999") < begins
            yield Finding(dataset, "only-theirs", "before-our-period" if early else "not-recorded", None, their)
            continue
        taken.add(best.iri)
        differing = list(_differing(best, their))
        for reason, detail in differing:
            yield Finding(dataset, "contradicting", reason, best, their, detail)
        if not differing:
            yield Finding(dataset, "matched", "same", best, their)
    last = max((one.years[0] for one in theirs), default=0)
    for one in promising:
        if one.iri not in taken:
            yield Finding(
                dataset, "only-ours", "after-their-edition" if one.years[0] > last else "not-listed", one, None
            )


def _differing(ours: ComparedRecord, theirs: ComparedRecord) -> Iterator[tuple[str, str]]:
    """Yield how an agreement differs: in the promises that it makes, and in the year in which it ends."""
    mine, coded = (one.local("promise") & set(PROMISES) for one in (ours, theirs))
    if mine != coded:
        yield "promise-differs", f"ours {' '.join(sorted(mine)) or '–'}; theirs {' '.join(sorted(coded)) or '–'}"
    ends = {span.partition("/")[2][:4] for span in ours.values["inForce"]} - {".."}
    open_ended = any(span.endswith("..") for span in ours.values["inForce"])
    if ends and not open_ended and theirs.end and theirs.end[:4] not in ends:
        yield "end-differs", f"ours {max(ends)}; theirs {theirs.end[:4]}"
    elif theirs.end and open_ended:
        yield "end-differs", f"ours none; theirs {theirs.end[:4]}"


def _ballots(
    dataset: str,
    ours: Sequence[ComparedRecord],
    theirs: Sequence[ComparedRecord],
    concerns: Callable[[ComparedRecord], bool],
    begins: str,
) -> Iterator[Finding]:
    by_day: dict[str, list[ComparedRecord]] = {}
    for their in theirs:
        by_day.setdefault(their.begin, []).append(their)
    taken = set()
    for one in ours:
        same_day = [their for their in by_day.get(one.begin, ()) if their.values["body"] & one.values["body"]]
        symbols = {symbol.replace(" ", "") for symbol in one.values["symbol"]}
        named = [
            their for their in same_day if symbols & {text.replace(" ", "") for text in _SYMBOL.findall(their.label)}
        ]
        chosen = named or (same_day if len(same_day) == 1 else [])
        if not chosen:
            continue
        their = chosen[0]
        taken.add(their.iri)
        cast, listed = one.votes(), their.votes()
        differing = sorted(voter for voter in cast.keys() & listed.keys() if cast[voter] != listed[voter])
        detail = "; ".join(
            f"{voter.rpartition('/')[2]}: ours {cast[voter]}, theirs {listed[voter]}" for voter in differing
        )
        status, reason = ("contradicting", "choice-differs") if differing else ("matched", "same")
        yield Finding(dataset, status, reason, one, their, detail)
    for their in theirs:
        if their.iri not in taken and concerns(their):
            early = bool(begins) and their.begin < begins
            yield Finding(dataset, "only-theirs", "before-our-period" if early else "not-recorded", None, their)


def _why_only_ours(one: ComparedRecord, scope: set[str], last: int) -> str:
    if "true" in one.values["aggregate"]:
        return "aggregate"
    if not one.values["type"] <= scope:
        return "outside-their-scope"
    if one.years[0] > last:
        return "after-their-edition"
    return "contested" if one.local("status") & {"alleged", "disputed"} else "not-listed"


def _same_way(one: ComparedRecord, other: ComparedRecord) -> bool:
    return all(bool(one.values[side] & other.values[side]) for side in ("supplier", "recipient"))


def _same_parties(one: ComparedRecord, other: ComparedRecord) -> bool:
    smaller, greater = sorted((one.values["party"], other.values["party"]), key=len)
    return len(smaller & greater) > 1 and smaller <= greater and len(greater) <= 2 * len(smaller)


def _overlap(one: ComparedRecord, other: ComparedRecord) -> bool:
    (first, last), (begin, end) = one.years, other.years
    return first <= end + 1 and begin <= (last if one.end else max(last, first + 2)) + 1


def _apart(one: ComparedRecord, other: ComparedRecord) -> int:
    from datetime import date

    return abs(date.fromisoformat(one.begin).toordinal() - date.fromisoformat(other.begin).toordinal())


def _years_apart(one: ComparedRecord, other: ComparedRecord) -> int:
    return abs(one.years[0] - other.years[0])


def _likeness(one: ComparedRecord, other: ComparedRecord) -> int:
    """Return how alike the weapons of two transfers are: 2 by designation and kind, 1 by one of the names, 0 not."""
    mine, theirs = (set().union(*map(_designations, entry.values["item"])) for entry in (one, other))
    if mine & theirs:
        return 2 if one.values["kind"] & other.values["kind"] else 1
    words, others = (set().union(*map(_words, entry.values["item"])) for entry in (one, other))
    alike = any(fuzz.ratio(word, name) >= _ALIKE for word in words for name in others)
    return (2 if one.values["kind"] & other.values["kind"] else 1) if alike else 0


def _designations(name: str) -> set[str]:
    """Return the letters and number of each designation in a name: mig21 for MiG-21PFM; a calibre is none."""
    plain = re.sub(r"\(.*\)|[0-9]+ ?mm", "", name.lower())
    return {letters + number for letters, number in re.findall(r"([^\W\d_]+)[ -]?([0-9]+)", plain)}


def _words(name: str) -> set[str]:
    """Return the words of a name that may be the name of a weapon: not its description in brackets."""
    return {word for word in re.findall(r"[^\W\d_]{5,}", re.sub(r"\(.*\)", "", name).lower()) if word not in _COMMON}


def _span(entry: ComparedRecord | None) -> str:
    if entry is None or not (entry.begin or entry.end):
        return ""
    return f"{entry.begin[:4]}–{entry.end[:4]}" if entry.begin[:4] != entry.end[:4] else entry.begin[:4]
