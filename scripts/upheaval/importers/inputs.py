"""The inputs of a declaration's expressions: rows, crosswalk and actors, as Ibis tables."""

from __future__ import annotations

from dataclasses import dataclass, field

import ibis

from upheaval.importers.actors import Actor
from upheaval.importers.coding import Coder
from upheaval.importers.crosswalk import Concept
from upheaval.importers.engines import Engine
from upheaval.importers.expressions import Expression, Table

_ACTOR_COLUMNS = ("code", "since", "until", "actor", "label", "number")


@dataclass(slots=True)
class Sources:
    """The tables that a declaration can use.

    Attributes:
        tables: the rows of each file of the declaration, by its name: `file`, `row` and the columns, as text.
        wide: for each table made from columns named after actors, its file.
        base: the namespace of the import.
        coder: the crosswalk and the actors.
        options: options of the declaration, such as `every-vote`.
        engine: holds the tables.

    """

    tables: dict[str, Table]
    base: str
    coder: Coder
    engine: Engine
    options: frozenset[str] = field(default=frozenset())
    wide: dict[str, str] = field(default_factory=dict)

    @property
    def concepts(self) -> dict[str, dict[str, Concept]]:
        """The crosswalk, by scheme and code."""
        return self.coder.concepts

    @property
    def actors(self) -> list[Actor]:
        """The meanings of the codes of actors."""
        return self.coder.index.actors

    def table(self, name: str) -> Table:
        """Return the rows of a file, those with faults and those excluded left out."""
        table = self.tables[name]
        if name in self.wide:
            rows = self.tables[self.wide[name]]
            return table.semi_join(rows, ["file", "row"])
        return table

    def has(self, name: str) -> bool:
        """Whether there is a file of a name."""
        return name in self.tables

    def keep(self, name: str, table: Table) -> Table:
        """Compute a table that is used more than once."""
        return self.engine.keep(f"kept_{name}", table, ())

    def iri(self, path: Expression) -> Expression:
        """Return the IRI of a record of the import from its `id`."""
        return ibis.literal(self.base).concat(path)

    def codes(self, scheme: str, *targets: str) -> Table:
        """Return a scheme of the crosswalk: `code`, and the IRI of its match in each scheme that is asked for."""
        rows = [
            {"code": code, **{target: concept.match(target) for target in targets}}
            for code, concept in self.concepts[scheme].items()
        ]
        return self.engine.memtable(rows, ("code", *targets))

    def parts(self, column: str) -> Table:
        """Return the codes in the cells of a column that holds several: `cell`, `position` (from 0) and `part`."""
        rows = [
            {"cell": cell, "position": str(position), "part": part}
            for cell, parts in sorted(self.coder.lists.get(column, {}).items())
            for position, part in enumerate(dict.fromkeys(parts))
        ]
        table = self.engine.memtable(rows, ("cell", "position", "part"))
        return table.mutate(position=table.position.cast("int32"))

    def actor(self, table: Table, code: Expression, day: Expression, name: str) -> Table:
        """Add the actor that a code means on a day, as columns NAME (an IRI), NAME_label and NAME_number.

        Args:
            table: the table to extend.
            code: the dataset's code or name.
            day: an ISO date, or the beginning of one.
            name: of the new columns.

        """
        known = self._known_actors()
        mine = known.rename({f"{name}_{column}": column for column in _ACTOR_COLUMNS})
        given = table.mutate(code_=code, day_=day)
        joined = given.left_join(
            mine,
            [
                given.code_ == mine[f"{name}_code"],
                given.day_ >= mine[f"{name}_since"],
                given.day_ < mine[f"{name}_until"],
            ],
        )
        return joined.rename({name: f"{name}_actor"}).drop(
            "code_", "day_", f"{name}_code", f"{name}_since", f"{name}_until"
        )

    def who(self, code: str) -> Expression:
        """Return the actor of a code, whatever the day, as a constant: a body or the dataset's publisher."""
        return ibis.literal(self.coder.index.find(code)[-1].iri)

    def by_number(self) -> Table:
        """Return the actors by their numbers, once each: `number`, `actor` and `label`."""
        return self._known_actors().select("number", "actor", "label").distinct()

    def _known_actors(self) -> Table:
        actors = self.actors
        places = {iri: place for place, iri in enumerate(sorted({actor.iri for actor in actors}))}
        rows = [
            {
                "code": actor.code,
                "since": actor.since,
                "until": actor.until,
                "actor": actor.iri,
                "label": actor.label,
                "number": str(places[actor.iri]),
            }
            for actor in actors
        ]
        table = self.engine.memtable(rows, _ACTOR_COLUMNS)
        return table.mutate(number=table.number.cast("int32"))


def our(scheme: str, code: str) -> Expression:
    """Return a code of ours as a constant: `our("action", "signed")`."""
    return ibis.literal(f"https://w3id.org/statecraft/{scheme}#{code}")
