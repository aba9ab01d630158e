"""Correlates of War, Formal Alliances: the file by member (alliance_v4.1_by_member.csv)."""

import ibis

from upheaval.importers.alliances import alliances, impossible_day
from upheaval.importers.dates import partial_date
from upheaval.importers.declaration import Dataset, File, Rows, Rule, Sources, Table, code, one_of, text, whole

PROMISES = ("defense", "neutrality", "nonaggression", "entente")
DATES = ("all_st", "all_end", "mem_st", "mem_end")


def dated(sources: Sources) -> Table:
    """Return the rows with their dates; a span cut off by the beginning of the data begins with its alliance."""
    table = sources.table("members")
    dates = {date: partial_date(*(table[f"{date}_{part}"] for part in ("year", "month", "day"))) for date in DATES}
    table = table.mutate(**dates)
    return table.mutate(
        alliance=ibis.literal("alliance/").concat(table.version4id),
        begin=ibis.ifelse(table.left_censor == "1", table.all_st, table.mem_st),
        end=table.mem_end,
    )


def records(sources: Sources) -> list[Rows]:
    """Alliances as treaties; each member's span as steps and a span in force; obligations as provisions."""
    table = dated(sources)
    spells = sources.actor(table, table.ccode, table.begin, "party")
    return alliances(sources, spells, {promise: spells[promise] == "1" for promise in PROMISES})


DATASET = Dataset(
    name="cow",
    title="Formal Alliances",
    creator="Douglas M. Gibler",
    publisher="Correlates of War Project",
    publisher_kind="university",
    url="https://correlatesofwar.org/data-sets/formal-alliances/",
    citation="Gibler, Douglas M. 2009. International Military Alliances, 1648-2008. CQ Press.",
    licence="No licence to redistribute is given; cite it when you use it.",
    edition="4.1",
    files=(
        File(
            "members",
            {
                "version4id": whole(required=True),
                "ccode": code("cow"),
                "state_name": text(required=True),
                **{
                    f"{date}_{part}": whole(required=date == "mem_st")
                    for date in DATES
                    for part in ("day", "month", "year")
                },
                "ss_type": text(),
                "left_censor": one_of("0", "1"),
                "right_censor": one_of("0", "1"),
                **{promise: one_of("0", "1") for promise in PROMISES},
                "version": text(),
            },
        ),
    ),
    actors=("cow",),
    crosswalk="cow.ttl",
    records=records,
    rules=(
        Rule(
            "members",
            "mem_st_day",
            lambda sources: impossible_day(dated(sources), *DATES),
            "or another day is not in the calendar",
            "correct the date",
        ),
    ),
    caveats=(
        "COW counts the Soviet Union and Russia, and China before and after 1949, as one state each; here a member's"
        " spell belongs to the state of the day on which it begins.",
        "Spells that begin with the data in 1816 begin here with their alliance; those that go on when the data end"
        " have no end.",
        "Every alliance is imported as a treaty, whatever its form was; an entente is a promise to consult.",
    ),
)
