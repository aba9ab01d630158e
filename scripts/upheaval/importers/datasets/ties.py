"""Threat and Imposition of Economic Sanctions (TIES): the case file of version 4."""

import ibis

from upheaval.importers.alliances import impossible_day
from upheaval.importers.dates import first_day, last_day, partial_date
from upheaval.importers.declaration import (
    Column,
    Dataset,
    Exclusion,
    Expression,
    File,
    Rows,
    Rule,
    Sources,
    Table,
    code,
    if_there,
    one_of,
    our,
    text,
    union,
    whole,
)
from upheaval.importers.expressions import and_more

SENDERS = ("primarysender", "sender1", "sender2", "sender3", "sender4", "sender5")
TYPES = {
    "1": "total economic embargo",
    "2": "partial economic embargo",
    "3": "import restriction",
    "4": "export restriction",
    "5": "blockade",
    "6": "asset freeze",
    "7": "termination of foreign aid",
    "8": "travel ban",
    "9": "suspension of economic agreement",
    "10": "other",
}
SEVERAL = Column(r"[0-9]+([ ,;]+[0-9]+)*|\?", "whole numbers, separated by commas")


def _first(value: Expression) -> Expression:
    return value.re_extract("^([0-9]+)", 1).nullif("")


def cases(sources: Sources) -> Table:
    """Return the cases with the dates of the sanctions; those of the case itself where they are not given."""
    table = sources.table("cases")
    start = [table[f"sancimpositionstart{part}"] for part in ("year", "month", "day")]
    imposed = partial_date(*(_first(value) for value in start))
    opened = partial_date(table.startyear, table.startmonth, table.startday)
    return table.mutate(
        id=ibis.literal("case/").concat(table.caseid),
        begin=ibis.coalesce(imposed, opened),
        end=partial_date(table.endyear, table.endmonth, table.endday),
    )


def senders(sources: Sources, table: Table) -> Table:
    """Return every sender of every case."""
    table = union(
        table.filter(table[name].notnull()).select("id", "begin", sender_code=name) for name in SENDERS
    ).distinct()
    return sources.actor(table, table.sender_code, table.begin, "sender")


def records(sources: Sources) -> list[Rows]:
    """Return a case of imposed sanctions as an act of all its senders together, against the target."""
    listed = sources.keep("cases", cases(sources))
    table = sources.actor(listed, listed.targetstate, listed.begin, "aim")
    who = sources.keep("senders", senders(sources, listed))
    first = who.group_by("id").agg(leader=who.sender_label.min(), states=who.sender.nunique())
    first = first.rename(case_="id")
    table = sources.keep("sanctions", table.join(first, table.id == first.case_))
    name = ibis.literal("Sanctions of ").concat(and_more(table.leader, table.states), " on ")
    types = ibis.literal("sanction types: ").concat(table.sanctiontype).fill_null("imposed")
    late = last_day(table.end) < first_day(table.begin)
    return [
        Rows(
            "DiplomaticAct",
            table.select(
                id="id",
                label=name.concat(table.aim_label, " (", table.begin.substr(0, 4), ")"),
                cooperationType=our("cooperation", "coordinated-sanctions"),
                target="aim",
                startDate="begin",
                endDate=ibis.ifelse(late, ibis.null("string"), table.end),
                evidentialStatus=our("evidential-status", "reported"),
                says=types,
                file="file",
                row="row",
            ),
        ),
        Rows("DiplomaticAct", who.select("id", actor="sender").distinct(), more=True, order=("id", "actor")),
    ]


def threats(sources: Sources) -> Table:
    """Return the cases in which sanctions were threatened and not imposed."""
    table = sources.table("cases")
    return table.filter((table.imposition != "1").fill_null(True))


def nobody(sources: Sources) -> Table:
    """Return the cases without a sender."""
    table = sources.table("cases")
    missing = ibis.literal(True)
    for name in SENDERS:
        missing = missing & table[name].isnull()
    return table.filter(missing)


DATASET = Dataset(
    name="ties",
    title="Threat and Imposition of Economic Sanctions",
    creator="T. Clifton Morgan, Navin Bapat and Yoshiharu Kobayashi",
    publisher="University of North Carolina at Chapel Hill",
    publisher_kind="university",
    url="https://sanctions.web.unc.edu/",
    citation=(
        "Morgan, T. Clifton, Navin Bapat and Yoshiharu Kobayashi. 2014. Threat and imposition of economic sanctions"
        " 1945-2005: Updating the TIES dataset. Conflict Management and Peace Science 31: 541-558."
    ),
    licence="Free to use with citation.",
    edition="4.0",
    files=(
        File(
            "cases",
            {
                "caseid": whole(required=True),
                "startyear": whole(required=True),
                **{name: whole() for name in ("startmonth", "startday", "endyear", "endmonth", "endday")},
                **{name: if_there(code("cow", "sender", required=False)) for name in SENDERS},
                "targetstate": code("cow", "sender"),
                "imposition": one_of("0", "1"),
                **{f"sancimpositionstart{part}": if_there(SEVERAL) for part in ("year", "month", "day")},
                "sanctiontype": if_there(text()),
            },
        ),
    ),
    actors=("cow", "sender"),
    crosswalk="ties.ttl",
    records=records,
    rules=(
        Rule(
            "cases",
            "sancimpositionstartday",
            lambda sources: impossible_day(cases(sources), "begin", "end"),
            "or another day is not in the calendar",
            "correct the date",
        ),
    ),
    exclusions=(
        Exclusion("threatened, not imposed", "cases", threats),
        Exclusion("no sender given", "cases", nobody),
    ),
    caveats=(
        "A case with an end before its sanctions begin has no end here.",
        "Cases in which sanctions were only threatened are not imported; senders that join later are not told apart.",
        "Sanctions of one sender are no cooperation: such a record has one actor and a target, and counts for no pair.",
        "Sanction types are the codebook's: " + "; ".join(f"{key} {name}" for key, name in TYPES.items()) + ".",
    ),
)
