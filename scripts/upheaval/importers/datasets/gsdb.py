"""Global Sanctions Data Base (GSDB): the case file, or the dyadic file with a row a pair and year."""

import re
from collections.abc import Callable

import ibis

from upheaval.importers.declaration import (
    Column,
    Dataset,
    Expression,
    File,
    Rows,
    Sources,
    Table,
    codes,
    if_there,
    one_of,
    our,
    union,
    whole,
    written,
    year,
)
from upheaval.importers.expressions import and_more

MEASURES = ("trade", "arms", "military", "financial", "travel", "other")
CLOSED = 2019
"""The first edition that gives cases which go on its own last year as their end."""
COLUMNS = ("id", "sender_cell", "target_cell", "begin", "end", "says", "file", "row")


def listed(cell: str, known: Callable[[str], bool]) -> list[str]:
    """Return the names in a cell, separated by commas, semicolons or slashes, some of which have commas themselves."""
    if known(cell):
        return [cell]
    found: list[str] = []
    pieces = re.split(r"\s*([,;/&]|\band\b)\s*", cell.strip())
    words, marks = pieces[::2], pieces[1::2]
    place = 0
    while place < len(words):
        for end in range(len(words), place, -1):
            name = words[place] + "".join(
                f"{mark} {word}" for mark, word in zip(marks[place : end - 1], words[place + 1 : end], strict=True)
            )
            if end == place + 1 or known(name):
                found.append(name)
                place = end
                break
    return list(dict.fromkeys(name for name in found if name))


def _measures(table: Table) -> Expression:
    """Return the measures of a row in words."""
    words = [ibis.ifelse(table[name] == "1", f"{name}, ", "") for name in MEASURES]
    return words[0].concat(*words[1:]).re_replace(", $", "")


def sanctions(sources: Sources) -> Table:
    """Return the rows of either file: the sanctions that they are part of, their senders, targets and span."""
    found = []
    if sources.has("cases"):
        found.append(_cases(sources.table("cases")))
    if sources.has("pairs"):
        found.append(_pairs(sources.table("pairs")))
    return union(each.select(*COLUMNS) for each in found)


def _cases(table: Table) -> Table:
    """Return the rows of the case file; those of one case, target and span are one act of several senders."""
    table = table.mutate(newest=table.end.cast("int32").max().over(ibis.window()))
    goes_on = (table.end.cast("int32") == table.newest) & (table.newest >= CLOSED)
    same = ibis.window(group_by="case_id", order_by=["sanctioned_state", "begin", "end"])
    table = table.mutate(place=ibis.dense_rank().over(same))
    suffix = ibis.ifelse(table.place > 0, ibis.literal("-").concat((table.place + 1).cast("string")), "")
    return table.select(
        "begin",
        "file",
        "row",
        id=ibis.literal("case/").concat(table.case_id, suffix),
        sender_cell="sanctioning_state",
        target_cell="sanctioned_state",
        end=ibis.ifelse(goes_on, ibis.null("string"), table.end),
        says=_measures(table),
    )


def _pairs(table: Table) -> Table:
    """Return the rows of the dyadic file; an unbroken run of years of a case and target is one act of its senders."""
    newest = table.year.cast("int32").max().over(ibis.window())
    table = table.mutate(says=_measures(table), newest=newest, number=table.year.cast("int32"))
    table = table.mutate(case=table.case_id.split(",").unnest())
    table = table.mutate(case=table.case.strip())
    key = ["case", "sanctioned_state"]
    table = table.mutate(place=ibis.dense_rank().over(ibis.window(group_by=key, order_by="number")))
    table = table.mutate(run=table.number - table.place)
    runs = ibis.window(group_by=[*key, "run"])
    table = table.mutate(first=table.number.min().over(runs), last=table.number.max().over(runs))
    target = table.sanctioned_state.lower().re_replace("[^a-z0-9]+", "-")
    goes_on = (table["last"] == table.newest) & (table.newest >= CLOSED)
    return table.select(
        "file",
        "row",
        "says",
        id=ibis.literal("case/").concat(table.case, "-", target, "-", table["first"].cast("string")),
        sender_cell="sanctioning_state",
        target_cell="sanctioned_state",
        begin=table["first"].cast("string"),
        end=ibis.ifelse(goes_on, ibis.null("string"), table["last"].cast("string")),
    )


def named(sources: Sources, table: Table, side: str, column: str) -> Table:
    """Return every sender or target of every act."""
    parts = sources.parts(column).select("cell", "part")
    given = table.select("id", "begin", cell=f"{side}_cell").distinct().join(parts, "cell")
    return sources.actor(given, given.part, given.begin, side).filter(ibis._[side].notnull())


def records(sources: Sources) -> list[Rows]:
    """Return sanctions as acts of all their senders together, against their targets."""
    table = sources.keep("sanctions", sanctions(sources))
    senders = sources.keep("senders", named(sources, table, "sender", "sanctioning_state"))
    targets = named(sources, table, "target", "sanctioned_state")
    own = senders.select(id_="id", sender_="sender").distinct()
    targets = targets.anti_join(own, [targets.id == own.id_, targets.target == own.sender_])
    targets = sources.keep("targets", targets)
    acts = table.group_by("id").agg(
        begin=table.begin.min(),
        end=table.end.max(),
        open=table.end.isnull().any(),
        says=table.says.max(),
        file=table.file.min(),
        row=table.row.min(),
    )
    who = senders.group_by("id").agg(leader=senders.sender_label.min(), states=senders.sender.nunique())
    whom = targets.group_by("id").agg(aim=targets.target_label.min())
    acts = acts.join(who, "id").join(whom, "id")
    label = ibis.literal("Sanctions of ").concat(and_more(acts.leader, acts.states), " on ", acts.aim)
    return [
        Rows(
            "DiplomaticAct",
            acts.select(
                id="id",
                label=label.concat(" (", acts.begin, ")"),
                cooperationType=our("cooperation", "coordinated-sanctions"),
                startDate="begin",
                endDate=ibis.ifelse(acts.open | (acts.end < acts.begin), ibis.null("string"), acts.end),
                evidentialStatus=our("evidential-status", "reported"),
                says=ibis.literal("measures: ").concat(acts.says.nullif("")),
                file="file",
                row="row",
            ),
        ),
        Rows("DiplomaticAct", senders.select("id", actor="sender").distinct(), more=True, order=("id", "actor")),
        Rows("DiplomaticAct", targets.select("id", "target").distinct(), more=True, order=("id", "target")),
    ]


def used(sources: Sources) -> Table:
    """Return the rows of either file."""
    names = [name for name in ("cases", "pairs") if sources.has(name)]
    return union(sources.table(name).select("file", "row") for name in names)


STATE = ("sender", "iso3", "name")
FLAGS = {name: if_there(one_of("0", "1")) for name in MEASURES}

DATASET = Dataset(
    name="gsdb",
    title="Global Sanctions Data Base",
    creator="Gabriel Felbermayr, Aleksandra Kirilakha, Constantinos Syropoulos, Erdal Yalcin and Yoto V. Yotov",
    publisher="Global Sanctions Data Base",
    publisher_kind="university",
    url="https://www.globalsanctionsdatabase.com/",
    citation=(
        "Felbermayr, Gabriel, Aleksandra Kirilakha, Constantinos Syropoulos, Erdal Yalcin and Yoto V. Yotov. 2020. The"
        " Global Sanctions Data Base. European Economic Review 129: 103561."
    ),
    licence="Free for academic use on request; cite it when you use it.",
    edition="4",
    files=(
        File(
            "cases",
            {
                "case_id": whole(required=True),
                "sanctioned_state": written(codes(listed, *STATE, required=True), "sanctioned_state_iso3"),
                "sanctioning_state": written(codes(listed, *STATE, required=True), "sanctioning_state_iso3"),
                "begin": year(required=True),
                "end": year(),
                **FLAGS,
            },
            optional=True,
            counted=True,
        ),
        File(
            "pairs",
            {
                "case_id": Column(r"[0-9]+(\.0+)?([,; ]+[0-9]+)*", "case numbers separated by commas", required=True),
                "sanctioned_state": written(codes(listed, *STATE, required=True), "sanctioned_state_iso3"),
                "sanctioning_state": written(codes(listed, *STATE, required=True), "sanctioning_state_iso3"),
                "year": year(required=True),
                **FLAGS,
            },
            optional=True,
            counted=True,
        ),
    ),
    actors=STATE,
    crosswalk="gsdb.ttl",
    records=records,
    counted=used,
    caveats=(
        "Several senders of a case act together, in one record; in the dyadic file those of all its years do.",
        "From the edition of 2019 on, a case that ends in the last year of the file goes on, and has no end here.",
        "Sanctions of one sender are no cooperation: such a record has one actor and a target, and counts for no pair.",
        "Success and objectives are not imported.",
    ),
)
