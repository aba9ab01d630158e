"""Which records a state selects, and how they are counted by facet, by year, and by pair and type.

A record is counted once in a selection. It is an agreement, an activity or an act of contention: what has a type of
cooperation or of contention. What only sums up other records is not counted beside them.
"""

from collections import Counter
from dataclasses import dataclass, replace

from upheaval.explore.corpus import MANY, Corpus, CorpusEntry
from upheaval.explore.states import ExploreState, last_day


def select(corpus: Corpus, state: ExploreState, without: str = "") -> list[int]:
    """Return the positions of the entries that a state selects, in order.

    Args:
        corpus: the index.
        state: what is selected.
        without: a facet to leave aside, of which values are counted.

    """
    chosen = {key: frozenset(names) for key, names in state.chosen.items() if key != without and names}
    return [
        place
        for place, (entry, every) in enumerate(zip(corpus.entries, corpus.every, strict=True))
        if (state.summaries or not entry.summary)
        and all(not every[key].isdisjoint(names) for key, names in chosen.items())
        and in_period(entry, state)
        and in_force(entry, state)
    ]


def in_period(entry: CorpusEntry, state: ExploreState) -> bool:
    """Return whether a record begins, or an agreement has a step, within the period of a state."""
    return not ({"from", "until"} & state.days.keys()) or bool(days_in(entry, state))


def days_in(entry: CorpusEntry, state: ExploreState) -> list[str]:
    """Return the days on which a record begins, or an agreement has a step, that are within the period of a state."""
    first, last = state.period
    return [day for day in entry.begins if first <= day <= last]


def in_force(entry: CorpusEntry, state: ExploreState) -> bool:
    """Return whether an agreement certainly is in force for a party on the (last) day that a state names."""
    if "force" not in state.days:
        return True
    day = last_day(state.days["force"])
    return any(first <= day and (not last or last >= day) for first, last in entry.force)


def facet(corpus: Corpus, state: ExploreState, key: str) -> dict[str, int]:
    """Return how many records each value of a facet would select, given all other facets; those with none are left out.

    The values come in the order of the index.
    """
    counts = Counter(name for place in select(corpus, state, key) for name in corpus.every[place][key])
    return {name: counts[name] for name in corpus.codes[key] if counts[name]}


def facets(corpus: Corpus, state: ExploreState) -> dict[str, dict[str, int]]:
    """Return the counts of all facets that take several values."""
    return {key: facet(corpus, state, key) for key in MANY}


@dataclass(frozen=True, slots=True)
class YearCounts:
    """Counts by year: every year from the first to the last, and the records without a known one."""

    counts: dict[int, int]
    unknown: int


def years(corpus: Corpus, state: ExploreState) -> YearCounts:
    """Count the records of a state by the years in which they begin, or in which an agreement has a step."""
    found: Counter[int] = Counter()
    unknown = 0
    for place in select(corpus, state):
        entry = corpus.entries[place]
        found.update({int(day[:4]) for day in days_in(entry, state)})
        unknown += not entry.begins
    span = range(min(found), max(found) + 1) if found else range(0)
    return YearCounts({year: found[year] for year in span}, unknown)


def matrix(corpus: Corpus, state: ExploreState) -> tuple[list[str], list[str], list[list[int]]]:
    """Count the records of a state by pair and type.

    Returns:
        The pairs (those of the state, or those that the publication is about), the types (those of the state, or the
        top-level ones), and a row of counts for each pair. A count is that of the state with this pair and type alone.

    """
    pairs = list(state.chosen.get("pair", ())) or list(corpus.about["pairs"])
    types = list(state.chosen.get("type", ())) or corpus.tops
    bare = replace(state, chosen={key: names for key, names in state.chosen.items() if key not in ("pair", "type")})
    every = [corpus.every[place] for place in select(corpus, bare)]
    return pairs, types, [[sum(p in one["pair"] and t in one["type"] for one in every) for t in types] for p in pairs]
