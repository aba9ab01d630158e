"""What a declaration's expressions start from: the rows of the files, the crosswalk and the actors, as Ibis tables."""

from __future__ import annotations

from dataclasses import dataclass, field

import ibis

from upheaval.importers.crosswalk import Actor, Concept
from upheaval.importers.engines import Engine
from upheaval.importers.expressions import Expression, Table

_ACTOR_COLUMNS = ("code", "since", "until", "actor", "label", "number")


@dataclass(slots=True)
class Sources:
    """The tables that a declaration can use.

    Attributes:
        tables: the rows of each file of the declaration, by its name: `file`, `row` and the columns, as text.
        base: the namespace of the import.
        concepts: the crosswalk, by scheme and code.
        actors: what the codes of actors stand for.
        options: what was asked for beyond the usual, such as `every-vote`.
        engine: where the tables live.

    """

    tables: dict[str, Table]
    base: str
    concepts: dict[str, dict[str, Concept]]
    actors: list[Actor]
    engine: Engine
    options: frozenset[str] = field(default=frozenset())

    def table(self, name: str) -> Table:
        """Return the rows of a file, those with faults and those excluded left out."""
        return self.tables[name]

    def keep(self, name: str, table: Table) -> Table:
        """Work out a table that is used more than once."""
        return self.engine.keep(f"kept_{name}", table, ())

    def iri(self, path: Expression) -> Expression:
        """Return the IRI of a record of the import from its `id`."""
        return ibis.literal(self.base).concat(path)

    def codes(self, scheme: str, *targets: str) -> Table:
        """Return a scheme of the crosswalk: `code`, and a column a scheme of ours that is asked for, with IRIs."""
        rows = [
            {"code": concept.code, **{target: concept.match(target) for target in targets}}
            for concept in self.concepts[scheme].values()
        ]
        return self.engine.memtable(rows, ("code", *targets))

    def actor(self, table: Table, code: Expression, day: Expression, name: str) -> Table:
        """Add who a code stands for on a day: columns NAME with an IRI, NAME_label and NAME_number.

        Args:
            table: to which they are added.
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

    def by_number(self) -> Table:
        """Return the actors by their numbers, once each: `number`, `actor` and `label`."""
        return self._known_actors().select("number", "actor", "label").distinct()

    def _known_actors(self) -> Table:
        places = {iri: place for place, iri in enumerate(sorted({actor.iri for actor in self.actors}))}
        rows = [
            {
                "code": actor.code,
                "since": actor.since,
                "until": actor.until,
                "actor": actor.iri,
                "label": actor.label,
                "number": str(places[actor.iri]),
            }
            for actor in self.actors
        ]
        table = self.engine.memtable(rows, _ACTOR_COLUMNS)
        return table.mutate(number=table.number.cast("int32"))


def our(scheme: str, code: str) -> Expression:
    """Return a code of ours as a constant: `our("action", "signed")`."""
    return ibis.literal(f"https://w3id.org/statecraft/{scheme}#{code}")
