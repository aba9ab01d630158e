"""Describe the actors that an import refers to and the publication lacks, as records of the import."""

from __future__ import annotations

from upheaval.importers.actors import Actor
from upheaval.importers.declaration import Rows
from upheaval.importers.expressions import Table, union
from upheaval.importers.inputs import Sources
from upheaval.importers.quads import Terms, keys
from upheaval.rdf.namespaces import STATECRAFT
from upheaval.schema.contract import Contract

_KEYS = {
    "State": ("isoAlpha2", "isoAlpha3", "cowCode", "gwCode"),
    "HistoricalState": ("cowCode", "gwCode", "startDate", "endDate"),
    "Organization": ("organizationKind",),
    "Actor": (),
}


def describe(kept: list[Rows], actors: list[Actor], sources: Sources, contract: Contract, terms: Terms) -> list[Rows]:
    """Return tables of the actors that records refer to and that are the import's own.

    Args:
        kept: the records.
        actors: what the dataset's codes mean.
        sources: for the engine.
        contract: says which keys hold actors.
        terms: the namespaces.

    """
    columns = [
        rows.table.select(actor=rows.table[name]) for rows in kept for name in _actor_columns(rows, contract, terms)
    ]
    found = sources.engine.rows(union(columns).distinct()) if columns else []
    used = {one["actor"] for one in found}
    wanted: dict[str, Actor] = {}
    for actor in actors:
        if actor.minted and actor.iri in used:
            wanted.setdefault(actor.iri, actor)
    tables = []
    for kind, names in _KEYS.items():
        lines = [_line(actor, terms) for _, actor in sorted(wanted.items()) if actor.kind == kind]
        if lines:
            table: Table = sources.engine.memtable(lines, ("id", "label", *names, "locator"))
            tables.append(Rows(kind, table, shared=True))
    return tables


def _actor_columns(rows: Rows, contract: Contract, terms: Terms) -> list[str]:
    kind = terms.kind(rows.kind)
    if kind is None:
        return []
    return [
        column
        for column, key in keys(rows).items()
        if key in kind.keys
        and any(str(STATECRAFT.Actor) in contract.wider.get(cls, ()) for cls in kind.keys[key].classes)
    ]


def _line(actor: Actor, terms: Terms) -> dict[str, str | None]:
    country = actor.country
    about = {
        "id": actor.iri.removeprefix(terms.shared),
        "label": actor.label,
        "organizationKind": actor.organization_kind,
        "locator": f"code {actor.code}",
    }
    if country is not None:
        about |= {
            "isoAlpha2": country.code("iso2"),
            "isoAlpha3": country.code("iso3"),
            "cowCode": country.code("cow"),
            "gwCode": country.code("gw"),
            "startDate": country.start,
            "endDate": country.end,
        }
    return {name: value or None for name, value in about.items()}
