"""Turn spells of alliance membership into treaties with parties, steps, spans and provisions."""

from collections.abc import Mapping

import ibis

from upheaval.importers.dates import days_in_month, first_day, last_day
from upheaval.importers.declaration import Rows
from upheaval.importers.expressions import Expression, Table, union
from upheaval.importers.inputs import Sources, our


def alliances(sources: Sources, spells: Table, promises: Mapping[str, Expression]) -> list[Rows]:
    """Turn spells of membership into records.

    Args:
        sources: the crosswalk.
        spells: one row a spell: `alliance` (an id), `party` and `party_label`, `begin` and `end` (dates as texts),
            `file` and `row`.
        promises: for each code of the crosswalk's scheme `promise`, whether a spell is bound by it.

    Returns:
        Treaties, with their parties, types, provisions, steps and spans in force.

    """
    named = spells.mutate(spell=spells.alliance.concat("#row-", spells.row.cast("string")), **_flags(promises))
    table = sources.keep("spells", named)
    alliance = table.group_by("alliance").agg(
        first=table.party_label.min(),
        last=table.party_label.max(),
        parties=table.party.nunique(),
        since=table.begin.min(),
        until=table.end.max(),
        open=table.end.isnull().any(),
        row=table.row.min(),
        file=table.file.min(),
    )
    more = ibis.ifelse(
        alliance.parties > 2, ibis.literal(" and ").concat((alliance.parties - 2).cast("string"), " more"), ""
    )
    link = ibis.ifelse(alliance.parties > 2, ", ", " and ")
    name = ibis.literal("Alliance of ").concat(alliance["first"], link, alliance["last"], more)
    treaties = alliance.select(
        id="alliance",
        label=name.concat(" (", alliance.since.substr(0, 4), ")"),
        evidentialStatus=our("evidential-status", "reported"),
        earliest=first_day(alliance.since),
        latest=ibis.ifelse(alliance.open, ibis.null("string"), last_day(alliance.until)),
        file="file",
        row="row",
    )
    promised = _promised(table, promises).join(sources.codes("promise", "provision", "cooperation"), "code")
    types = promised.select(id="alliance", cooperationType="cooperation").distinct()
    parties = table.select(id="alliance", party="party").distinct()
    ended = table.filter(table.end.notnull())
    return [
        Rows("Treaty", treaties),
        Rows("Treaty", types, more=True, order=("id", "cooperationType")),
        Rows("Treaty", parties, more=True, order=("id", "party")),
        Rows("Provision", _provisions(promised), under="provision"),
        Rows("Step", _steps(table, "begin", "took-effect"), under="step"),
        Rows("Step", _steps(ended, "end", "terminated"), under="step"),
        Rows("ForceSpan", _spans(sources, table)),
    ]


def impossible_day(table: Table, *dates: str) -> Table:
    """Return the rows of which a date has a day that its month does not have, or a month beyond the twelfth."""
    wrong = ibis.literal(False)
    for date in dates:
        length, days = table[date].length(), days_in_month(table[date])
        beyond = ibis.ifelse(length == 10, table[date].substr(8, 2) > days, (length == 7) & (days == "00"))
        wrong = wrong | beyond.fill_null(False)
    return table.filter(wrong)


def _flags(promises: Mapping[str, Expression]) -> dict[str, Expression]:
    return {f"bound_{code}": bound.fill_null(False) for code, bound in promises.items()}


def _promised(table: Table, promises: Mapping[str, Expression]) -> Table:
    return union(
        table.filter(table[f"bound_{code}"])
        .group_by("alliance")
        .agg(row=table.row.min(), file=table.file.min(), bound=table.row.nunique())
        .mutate(code=ibis.literal(code))
        for code in promises
    )


def _provisions(promised: Table) -> Table:
    return promised.select(
        id=promised.alliance.concat("#", promised.code),
        of=promised.alliance,
        provisionKind=promised.provision,
        says=ibis.literal("member spells that it is coded for: ").concat(promised.bound.cast("string")),
        file=promised.file,
        row=promised.row,
    )


def _steps(table: Table, date: str, action: str) -> Table:
    return table.select(
        id=table.spell.concat(f"-{action}"),
        of=table.alliance,
        action=our("action", action),
        date=table[date],
        by=table.party,
        file=table.file,
        row=table.row,
    )


def _spans(sources: Sources, table: Table) -> Table:
    """Return the spans in force, which rules derive for curated records."""
    return table.select(
        id=table.spell.concat("-in-force"),
        forceOf=sources.iri(table.alliance),
        forceFor=table.party,
        forceStatus=our("force-status", "in-force"),
        earliest=first_day(table.begin),
        certainFrom=last_day(table.begin),
        certainUntil=first_day(table.end),
        latest=last_day(table.end),
    )
