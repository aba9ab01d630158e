"""Militarized Interstate Disputes: the participants' file (MIDB 5.0), or a file by pairs of states (also GML's)."""

from collections.abc import Callable

import ibis

from upheaval.importers.alliances import impossible_day
from upheaval.importers.dates import partial_date
from upheaval.importers.declaration import (
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
    written,
    year,
)
from upheaval.importers.expressions import and_more

ACTED = 2
"""Hostility levels: 1 no militarized action, 2 threat to use force, 3 display of force, 4 use of force, 5 war."""
LEVELS = {2: "threat to use force", 3: "display of force", 4: "use of force", 5: "war"}
COLUMNS = ("dispute", "code", "side", "level", "begin", "end", "file", "row")


def dated(sources: Sources) -> Table:
    """Return the participants with the dates of their part in a dispute."""
    table = sources.table("participants")
    return table.mutate(
        begin=partial_date(table.styear, table.stmon, table.stday),
        end=partial_date(table.endyear, table.endmon, table.endday),
    )


def participants(sources: Sources) -> Table:
    """Return who took part in which dispute, on which side, how far they went and when, from files of either form."""
    found = []
    if sources.has("participants"):
        table = dated(sources)
        found.append(
            table.select(
                "begin",
                "end",
                "file",
                "row",
                dispute="dispnum",
                code="ccode",
                side="sidea",
                level=_level(table.hostlev),
            )
        )
    if sources.has("pairs"):
        table = sources.table("pairs")
        found.extend(
            table.select(
                "file",
                "row",
                dispute="dispnum",
                code=f"ccode{number}",
                side=f"sidea{number}",
                level=_level(table[f"hostlev{number}"]),
                begin="year",
                end="year",
            )
            for number in (1, 2)
        )
    table = union(each.select(*COLUMNS) for each in found)
    return sources.actor(table, table.code, table.begin, "state")


def _level(value: Expression) -> Expression:
    return value.cast("int32").fill_null(0)


def sides(table: Table) -> Table:
    """Return the sides of the participants' disputes that took militarized action: how far, when and against whom."""
    acting = table.filter(table.level >= ACTED).group_by("dispute", "side")
    side = acting.agg(
        level=ibis._.level.max(),
        begin=ibis._.begin.min(),
        end=ibis._.end.max(),
        states=ibis._.state.nunique(),
        who=ibis._.state_label.min(),
        file=ibis._.file.min(),
        row=ibis._.row.min(),
    )
    opposed = table.group_by("dispute", "side").agg(whom=ibis._.state_label.min(), others=ibis._.state.nunique())
    opposed = opposed.rename(dispute_="dispute", side_="side")
    joined = side.left_join(opposed, [side.dispute == opposed.dispute_, side.side != opposed.side_])
    return joined.mutate(id=ibis.literal("dispute/").concat(joined.dispute, "-side-", _letter(joined.side)))


def _letter(side: Expression) -> Expression:
    return ibis.ifelse(side == "1", "a", "b")


def records(sources: Sources) -> list[Rows]:
    """Return an act for each side of a dispute that took militarized action, of all its states against all others."""
    table = sources.keep("participants", participants(sources))
    acts = sources.keep("sides", sides(table))
    names = ibis.cases(*((acts.level == level, words) for level, words in LEVELS.items()), else_="")
    against = ibis.literal(" against ").concat(and_more(acts.whom, acts.others)).fill_null("")
    label = ibis.literal("Dispute ").concat(acts.dispute, ": ", and_more(acts.who, acts.states), against)
    joint = (acts.states > 1) & (acts.level >= 4)
    common = {
        "id": acts.id,
        "label": label,
        "startDate": acts.begin,
        "endDate": acts.end,
        "evidentialStatus": our("evidential-status", "reported"),
        "says": ibis.literal("highest action: ").concat(names, " (hostility level ", acts.level.cast("string"), ")"),
        "file": acts.file,
        "row": acts.row,
    }
    types = {
        "DiplomaticAct": our("cooperation", "diplomatic-and-political"),
        "Deployment": ibis.ifelse(
            joint, our("cooperation", "combat-deployment"), our("cooperation", "deployment-and-presence")
        ),
    }
    active = table.filter(table.level >= ACTED).select("dispute", "side", "state").distinct()
    everyone = table.select(dispute_="dispute", side_="side", target="state").distinct()
    found = []
    for kind, key, these in (
        ("DiplomaticAct", "actor", acts.level == ACTED),
        ("Deployment", "sender", acts.level > ACTED),
    ):
        mine = acts.filter(these)
        own = mine.select("id", "dispute", "side").join(active, ["dispute", "side"])
        joined = mine.join(everyone, [mine.dispute == everyone.dispute_, mine.side != everyone.side_])
        found += [
            Rows(
                kind, acts.select(**common, cooperationType=types[kind], keep_=these).filter(ibis._.keep_).drop("keep_")
            ),
            Rows(kind, own.select("id", **{key: own.state}), more=True, order=("id", key)),
            Rows(kind, joined.select("id", "target").distinct(), more=True, order=("id", "target")),
        ]
    return found


def used(sources: Sources) -> Table:
    """Return the rows of states that acted or that another side acted against."""
    table = participants(sources)
    acting = table.filter(table.level >= ACTED).select(dispute_="dispute").distinct()
    return table.semi_join(acting, table.dispute == acting.dispute_).select("file", "row")


def without_action(name: str) -> Callable[[Sources], Table]:
    """Return what finds the rows of disputes in which no side took militarized action."""

    def rows(sources: Sources) -> Table:
        return sources.table(name).select("file", "row").anti_join(used(sources), ["file", "row"])

    return rows


DATASET = Dataset(
    name="cow-mid",
    title="Militarized Interstate Disputes",
    creator="Glenn Palmer and others",
    publisher="Correlates of War Project",
    publisher_kind="university",
    url="https://correlatesofwar.org/data-sets/mids/",
    citation=(
        "Palmer, Glenn, Roseanne W. McManus, Vito D'Orazio, Michael R. Kenwick, Mikaela Karstens, Chase Bloch, Nick"
        " Dietrich, Kayla Kahn, Kellan Ritter and Michael J. Soules. 2022. The MID5 Dataset, 2011-2014: Procedures,"
        " Coding Rules, and Description. Conflict Management and Peace Science 39: 470-482."
    ),
    licence="No licence to redistribute is given; cite it when you use it.",
    edition="5.0",
    files=(
        File(
            "participants",
            {
                "dispnum": written(whole(required=True), "dispnum3", "dispnum4"),
                "ccode": code("cow"),
                "styear": whole(required=True),
                **{name: whole() for name in ("stday", "stmon", "endday", "endmon", "endyear")},
                "sidea": one_of("0", "1", required=True),
                "hiact": whole(),
                "hostlev": one_of("0", "1", "2", "3", "4", "5"),
                "version": if_there(text()),
            },
            optional=True,
            counted=True,
        ),
        File(
            "pairs",
            {
                "dispnum": written(whole(required=True), "disno"),
                "ccode1": written(code("cow"), "statea"),
                "ccode2": written(code("cow"), "stateb"),
                "year": year(required=True),
                "sidea1": written(one_of("0", "1", required=True), "sideaa"),
                "sidea2": written(one_of("0", "1", required=True), "sideab"),
                "hostlev1": written(one_of("0", "1", "2", "3", "4", "5"), "hihosta"),
                "hostlev2": written(one_of("0", "1", "2", "3", "4", "5"), "hihostb"),
                "version": if_there(text()),
            },
            optional=True,
            counted=True,
        ),
    ),
    actors=("cow",),
    crosswalk="",
    records=records,
    counted=used,
    rules=(
        Rule(
            "participants",
            "stday",
            lambda sources: impossible_day(dated(sources), "begin", "end"),
            "or another day is not in the calendar",
            "correct the date",
        ),
    ),
    exclusions=tuple(
        Exclusion("no militarized action in the dispute", name, without_action(name))
        for name in ("participants", "pairs")
    ),
    caveats=(
        "A side of a dispute is one record: its states that took militarized action, together, against all states of"
        " the other side. Each side that acted has one, so acts of two states against one another count as much as"
        " joint action.",
        "A threat is a diplomatic act; a display or use of force and war are deployments. What one state does alone is"
        " no cooperation: the record has one actor and a target, and counts for no pair.",
        "A file by pairs of states has years alone; the dates are its first and last year.",
    ),
)
