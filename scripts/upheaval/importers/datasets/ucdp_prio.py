"""UCDP/PRIO Armed Conflict Dataset: the conflict-year file; troops in support of a side become deployments."""

import re
from collections.abc import Callable

import ibis

from upheaval.importers.declaration import (
    Dataset,
    Exclusion,
    File,
    Rows,
    Sources,
    Table,
    codes,
    if_there,
    one_of,
    our,
    text,
    union,
    whole,
    year,
)

TYPES = {
    "extrasystemic": ("1", "extrasystemic"),
    "interstate": ("2", "interstate"),
    "intrastate": ("3", "intrastate"),
    "internationalised intrastate": ("4", "ii", "internationalized intrastate", "internationalised intrastate"),
}
SIDES = (("a", "b"), ("b", "a"))


def listed(cell: str, _known: object) -> list[str]:
    """Return the codes of a cell such as `2, 200` or `2;200`."""
    return [part for part in re.split(r"[,;]\s*|\s+", cell.strip()) if part]


def troops(sources: Sources) -> Table:
    """Return a row for each state with troops in a conflict, side and year, and whom it fights for and against."""
    table = sources.table("conflicts")
    found = []
    for own, other in SIDES:
        side = ibis.coalesce(table[f"side_{own}"], ibis.literal(f"side {own.upper()}"))
        against = ibis.coalesce(table[f"side_{other}"], ibis.literal(f"side {other.upper()}"))
        mine = table.filter(table[f"gwno_{own}_2nd"].notnull()).select(
            "file",
            "row",
            "conflict_id",
            "year",
            cell=f"gwno_{own}_2nd",
            supported=f"gwno_{own}",
            opposed=f"gwno_{other}",
            side=ibis.literal(own),
            words=side.concat(" against ", against),
            place=table.location,
        )
        parts = sources.parts(f"gwno_{own}_2nd").select("cell", "part")
        found.append(mine.join(parts, "cell").drop("cell"))
    found_table = union(found)
    return sources.actor(found_table, found_table.part, found_table.year, "sender")


def spells(sources: Sources) -> Table:
    """Return the troops with the first and last year of every unbroken run of years, and a name for it."""
    table = troops(sources)
    table = table.mutate(number=table.year.cast("int32"))
    key = ["conflict_id", "side", "sender"]
    table = table.mutate(rank=ibis.dense_rank().over(ibis.window(group_by=key, order_by="number")))
    table = table.mutate(run=table.number - table.rank)
    runs = ibis.window(group_by=[*key, "run"])
    table = table.mutate(first=table.number.min().over(runs), last=table.number.max().over(runs))
    tail = table.sender.re_replace("^.*/", "").concat("-", table.side, "-", table["first"].cast("string"))
    return table.mutate(id=ibis.literal("deployment/").concat(table.conflict_id, "-", tail))


def states(sources: Sources, table: Table, column: str, cells: tuple[str, ...], name: str) -> Table:
    """Return the states in a cell for every deployment, but for those that send troops themselves."""
    parts = union(sources.parts(cell).select("cell", "part") for cell in cells)
    given = table.select("id", "year", "sender", cell=column).join(parts.distinct(), "cell")
    given = sources.actor(given, given.part, given.year, name)
    senders = table.select("id", other="sender")
    given = given.select("id", name).distinct()
    return given.anti_join(senders, [given.id == senders.id, given[name] == senders.other])


def records(sources: Sources) -> list[Rows]:
    """Return a deployment for each state and unbroken run of years in which its troops supported a side."""
    table = sources.keep("troops", spells(sources))
    newest = sources.table("conflicts").agg(newest=ibis._.year.max().cast("int32"))
    grouped = table.group_by("id").agg(
        label=table.sender_label.min().concat(": troops in ", table.place.min().fill_null("a conflict")),
        sender=table.sender.min(),
        first=table["first"].min(),
        last=table["last"].max(),
        says=table.words.min(),
        conflict=table.conflict_id.min(),
        row=table.row.min(),
        file=table.file.min(),
    )
    grouped = grouped.cross_join(newest)
    goes_on = grouped["last"] == grouped.newest
    deployments = grouped.select(
        id="id",
        label=grouped.label.concat(" (", grouped["first"].cast("string"), ")"),
        sender="sender",
        startDate=grouped["first"].cast("string"),
        endDate=ibis.ifelse(goes_on, ibis.null("string"), grouped["last"].cast("string")),
        cooperationType=our("cooperation", "combat-deployment"),
        evidentialStatus=our("evidential-status", "reported"),
        says=ibis.literal("conflict ").concat(grouped.conflict, ", in support of ", grouped.says),
        file="file",
        row="row",
    )
    sides = ("gwno_a", "gwno_b")
    host = states(sources, table, "supported", sides, "host")
    target = states(sources, table, "opposed", sides, "target")
    return [
        Rows("Deployment", deployments),
        Rows("Deployment", host, more=True, order=("id", "host")),
        Rows("Deployment", target, more=True, order=("id", "target")),
    ]


def unsupported(kinds: tuple[str, ...]) -> Callable[[Sources], Table]:
    """Return what finds the rows of a type of conflict in which no state supports a side with troops."""

    def rows(sources: Sources) -> Table:
        table = sources.table("conflicts")
        alone = table.gwno_a_2nd.isnull() & table.gwno_b_2nd.isnull()
        return table.filter(alone & table.type_of_conflict.lower().isin(kinds))

    return rows


DATASET = Dataset(
    name="ucdp-prio",
    title="UCDP/PRIO Armed Conflict Dataset",
    creator="Uppsala Conflict Data Program and Peace Research Institute Oslo",
    publisher="Uppsala University",
    publisher_kind="university",
    url="https://ucdp.uu.se/downloads/",
    citation=(
        "Gleditsch, Nils Petter, Peter Wallensteen, Mikael Eriksson, Margareta Sollenberg and Håvard Strand. 2002."
        " Armed Conflict 1946-2001: A New Dataset. Journal of Peace Research 39: 615-637."
    ),
    licence="CC BY 4.0.",
    edition="25.1",
    files=(
        File(
            "conflicts",
            {
                "conflict_id": whole(required=True),
                "year": year(required=True),
                "type_of_conflict": one_of(*(word for words in TYPES.values() for word in words), required=True),
                **{f"gwno_{side}": codes(listed, "gw") for side in ("a", "b")},
                **{f"gwno_{side}_2nd": codes(listed, "gw") for side in ("a", "b")},
                **{name: if_there(text()) for name in ("location", "side_a", "side_b", "version")},
            },
        ),
    ),
    actors=("gw",),
    crosswalk="",
    records=records,
    counted=troops,
    exclusions=tuple(
        Exclusion(f"{name} conflict without troops in support", "conflicts", unsupported(words))
        for name, words in TYPES.items()
    ),
    caveats=(
        "Only troops that a state sends in support of a side are imported; the parties to a conflict are not.",
        "A deployment is an unbroken run of years in which the troops are coded; one that runs to the last year of the"
        " file has no end.",
        "A side that is not a state is named in the citation; such a deployment has no host or no target.",
    ),
)
