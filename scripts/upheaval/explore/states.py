"""The state of the Explore page, which is its address: the facets that are set, and how the rows are shown."""

import calendar
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qsl, quote

from upheaval.explore.corpus import DAYS, MANY, Corpus

_DAY = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?", re.ASCII)
_SHOWN = ("view", "sort", "columns")
"""What only says how the rows are shown, which is the page's own matter."""
LABELS = {
    "pair": "pair of states", "actor": "actor", "type": "type", "kind": "kind of record", "from": "from",
    "until": "until", "place": "place", "status": "evidential status", "support": "support", "source": "source",
    "dispute": "dispute", "force": "in force on", "summaries": "summaries of other records",
}  # fmt: skip
ORDER = tuple(LABELS)
"""The facets in the order of an address."""


@dataclass(frozen=True, slots=True)
class ExploreState:
    """What is selected.

    Attributes:
        chosen: the values by facet, sorted; a record needs one of each facet.
        days: `from`, `until` and `force`, as written.
        summaries: whether records that only sum up others are in it, too.

    """

    chosen: dict[str, tuple[str, ...]] = field(default_factory=dict)
    days: dict[str, str] = field(default_factory=dict)
    summaries: bool = False

    def choose(self, **facets: str) -> "ExploreState":
        """Return the state with one value for each of some facets."""
        return replace(self, chosen=self.chosen | {facet: (name,) for facet, name in facets.items()})

    @property
    def period(self) -> tuple[str, str]:
        """The first and last day of the period; `9999-12-31` if it is open."""
        return first_day(self.days.get("from", "")), last_day(self.days.get("until", ""))


def real(written: str) -> bool:
    """Return whether a text is a year, a month or a day of the calendar."""
    found = _DAY.fullmatch(written)
    if not found or found[1] == "0000":
        return False
    month = int(found[2] or 1)
    return 1 <= month <= 12 and 1 <= int(found[3] or 1) <= calendar.monthrange(int(found[1]), month)[1]


def first_day(written: str) -> str:
    """Return the first day of a year, month or day; that of the year 1 for an empty text."""
    return (written or "0001") + "-01-01"[len(written or "0001") - 4 :]


def last_day(written: str) -> str:
    """Return the last day of a year, month or day; that of the year 9999 for an empty text."""
    year, _, rest = (written or "9999").partition("-")
    month, _, day = (rest or "12").partition("-")
    return f"{year}-{month}-{day or calendar.monthrange(int(year), int(month))[1]}"


def read_state(corpus: Corpus, words: str) -> tuple[ExploreState, list[str]]:
    """Read a state from the query of an address.

    Returns:
        The state and what is wrong with the address, one sentence each.

    """
    chosen: dict[str, list[str]] = {}
    days: dict[str, str] = {}
    summaries, problems = False, list[str]()
    for key, value in parse_qsl(words, keep_blank_values=True):
        if key in MANY and value in corpus.codes[key]:
            chosen.setdefault(key, []).append(value)
        elif key in DAYS and real(value):
            days[key] = value
        elif (key, value) == ("summaries", "with"):
            summaries = True
        elif key not in _SHOWN:
            problems.append(_problem(key, value))
    return ExploreState({key: tuple(sorted(set(names))) for key, names in chosen.items()}, days, summaries), problems


def _problem(key: str, value: str) -> str:
    if key in MANY:
        return f"no {LABELS[key]} is named `{value}`"
    if key in DAYS:
        return f"`{key}` takes a year, a month or a day, such as 2014-11, not `{value}`"
    if key == "summaries":
        return "`summaries` takes `with`"
    return f"there is no facet `{key}`; there are {', '.join(ORDER)}"


def pairs_of(state: ExploreState) -> Iterable[tuple[str, str]]:
    """Yield the facets of a state and their values, in the order of its address."""
    for key in ORDER:
        if key in state.days:
            yield key, state.days[key]
        elif key == "summaries":
            if state.summaries:
                yield key, "with"
        else:
            yield from ((key, name) for name in state.chosen.get(key, ()))


def address(state: ExploreState) -> str:
    """Return the query of a state's address: the same text for the same state."""
    return "&".join(f"{key}={quote(value, safe='')}" for key, value in pairs_of(state))


def words_of(corpus: Corpus, state: ExploreState) -> str:
    """Return what a state selects, in words."""
    parts = []
    for key in ORDER:
        if key in state.days:
            parts.append(f"{LABELS[key]} {state.days[key]}")
        elif key in state.chosen:
            parts.append(" or ".join(corpus.codes[key][name].label for name in state.chosen[key]))
        elif key == "summaries" and state.summaries:
            parts.append("with summaries of other records")
    return "; ".join(parts) or "all agreements, activities and acts of contention"
