"""Alliance Treaty Obligations and Provisions: the member-level file (atop4_01m.csv and its like)."""

import ibis

from upheaval.importers.alliances import alliances, impossible_day
from upheaval.importers.dates import partial_date
from upheaval.importers.declaration import Dataset, File, Rows, Rule, Sources, Table, code, one_of, text, whole

PROMISES = ("defense", "offense", "neutral", "nonagg", "consul")


def dated(sources: Sources) -> Table:
    """Return the rows with their dates, in which 0 and a blank stand for what is unknown or has not come."""
    table = sources.table("members")
    return table.mutate(
        alliance=ibis.literal("alliance/").concat(table.atopid),
        begin=partial_date(table.yrent, table.moent, table.dayent),
        end=partial_date(table.yrexit, table.moexit, table.dayexit),
    )


def records(sources: Sources) -> list[Rows]:
    """Alliances as treaties; each member's span as steps and a span in force; obligations as provisions."""
    table = dated(sources)
    spells = sources.actor(table, table.member, table.begin, "party")
    return alliances(sources, spells, {promise: spells[promise] == "1" for promise in PROMISES})


DATASET = Dataset(
    name="atop",
    title="Alliance Treaty Obligations and Provisions",
    creator="Brett Ashley Leeds",
    publisher="ATOP Project",
    publisher_kind="university",
    url="http://www.atopdata.org/",
    citation=(
        "Leeds, Brett Ashley, Jeffrey M. Ritter, Sara McLaughlin Mitchell and Andrew G. Long. 2002. Alliance Treaty"
        " Obligations and Provisions, 1815-1944. International Interactions 28: 237-260."
    ),
    licence="No licence to redistribute is given; cite it when you use it.",
    edition="4.01",
    files=(
        File(
            "members",
            {
                "atopid": whole(required=True),
                "member": code("cow", "actor"),
                "yrent": whole(required=True),
                **{name: whole() for name in ("moent", "dayent", "yrexit", "moexit", "dayexit")},
                "phase": whole(),
                **{promise: one_of("0", "1", required=True) for promise in PROMISES},
                "version": text(),
            },
        ),
    ),
    actors=("cow", "actor"),
    crosswalk="atop.ttl",
    records=records,
    rules=(
        Rule(
            "members",
            "dayent",
            lambda sources: impossible_day(dated(sources), "begin", "end"),
            "or another day is not in the calendar",
            "correct the date",
        ),
    ),
    caveats=(
        "A member that left and came back, or whose obligations changed in a phase, has several spells.",
        "Conditions, institutions and the other obligations beyond the five are not imported.",
        "Codes of states mean the state of the day on which a spell begins, as in `cow`.",
        "Every alliance is imported as a treaty, whatever its form was.",
    ),
)
