"""Check the records: every row against the contract, a sample against the shapes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import ibis
import pyoxigraph as ox

from upheaval.check.dataview import classes_of
from upheaval.faults import Fault, Refusal
from upheaval.importers.actors import Actor
from upheaval.importers.dates import first_day, last_day
from upheaval.importers.declaration import Rows
from upheaval.importers.engines import Engine
from upheaval.importers.expressions import Expression, Table, union
from upheaval.importers.quads import Terms, keys, quads
from upheaval.importers.target import ImportTarget
from upheaval.rdf.datatypes import DATES
from upheaval.rdf.edtf import EDTF, PATTERN
from upheaval.rdf.graphs import in_graph
from upheaval.rdf.namespaces import RDF, XSD
from upheaval.rdf.terms import statements, text_of
from upheaval.schema.contract import Form, Key, Kind
from upheaval.schema.vocabulary import shape_faults
from upheaval.shacl.engine import evaluate
from upheaval.shacl.index import DataGraph
from upheaval.shacl.prebinding import ConstraintStore
from upheaval.shacl.shaclterms import VIOLATION

MOST_NODES = 5_000
MOST_RECORDS = 200
_DATE = r"^[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?$"
_FORMS = {
    str(XSD.decimal): r"^[+-]?([0-9]+(\.[0-9]+)?|\.[0-9]+)$",
    str(XSD.integer): r"^[+-]?[0-9]+$",
    str(XSD.boolean): r"^(true|false)$",
    str(XSD.date): _DATE,
}


def validate_rows(
    kept: list[Rows], target: ImportTarget, terms: Terms, engine: Engine, actors: list[Actor]
) -> dict[str, int]:
    """Check every row of every table: required keys, single values, forms, codes, references, order of dates.

    Args:
        kept: the tables.
        target: the contract.
        terms: the namespaces.
        engine: where the tables live.
        actors: who may be referred to beside records of the import.

    Returns:
        The number of records and nodes by class.

    Raises:
        Refusal: a row does not conform, which is a mistake in the declaration; the first record is named.

    """
    validation = _Validation(kept, target, terms, engine, actors)
    for rows in kept:
        validation.table(rows)
    if validation.faults:
        raise Refusal(validation.faults)
    return dict(sorted(validation.counts.items()))


class _Validation:
    def __init__(
        self, kept: list[Rows], target: ImportTarget, terms: Terms, engine: Engine, actors: list[Actor]
    ) -> None:
        self.kept, self.contract, self.terms, self.engine = kept, target.contract, terms, engine
        self.elsewhere = {actor.iri for actor in actors if not actor.minted}
        self.faults: list[Fault] = []
        self.counts: dict[str, int] = {}
        self.flags: list[tuple[Expression, str]] = []

    def table(self, rows: Rows) -> None:
        """Check a table: what its own cells can show in one query, what other tables must have in one each."""
        table, kind = rows.table, self.terms.kind(rows.kind)
        self.flags = []
        if kind is not None:
            for column, name in keys(rows).items():
                if name in kind.keys:
                    self._column(rows, kind.keys[name], column)
            for key in kind.keys.values():
                if key.minimum and key.name != "citation" and not rows.more:
                    self._required(rows, kind, key)
            self._span(rows)
        held = [kind.keys[name] for name in keys(rows).values() if kind is not None and name in kind.keys]
        single = not rows.more or any(key.maximum == 1 for key in held)
        self._count(rows, table, single)

    def _count(self, rows: Rows, table: Table, single: bool) -> None:
        """Count what is wrong with the rows of a table, all at once, and note it with the first record of each."""
        flags = [(wrong.fill_null(False), what) for wrong, what in self.flags]
        sums = {f"n{place}": wrong.cast("int64").sum() for place, (wrong, _) in enumerate(flags)}
        firsts = {f"id{place}": ibis.ifelse(wrong, table.id, None).min() for place, (wrong, _) in enumerate(flags)}
        found = self.engine.rows(table.agg(rows=table.count(), ids=table.id.nunique(), **sums, **firsts))[0]
        if not rows.more:
            self.counts[rows.kind] = self.counts.get(rows.kind, 0) + found["rows"]
        if single and found["rows"] != found["ids"]:
            self._note(rows, found["rows"] - found["ids"], "…", "is there twice")
        for place, (_, what) in enumerate(flags):
            self._note(rows, found[f"n{place}"], found[f"id{place}"], what)

    def _column(self, rows: Rows, key: Key, column: str) -> None:
        value = rows.table[column]
        one = key.datatypes[0] if len(key.datatypes) == 1 else ""
        dates = PATTERN if EDTF in key.datatypes else _DATE
        pattern = dates if not one and DATES.issuperset(key.datatypes) else _FORMS.get(one)
        for expected in (pattern, key.pattern):
            if expected and key.form is Form.LITERAL:
                self.flags.append((~value.re_search(expected), f"has a `{key.name}` of another form"))
        if rows.more:
            self.flags.append((value.isnull(), f"has a blank `{key.name}`"))
        if key.form is Form.CODE:
            known = sorted(iri for cls in key.classes for iri in self.contract.codes.get(cls, {}).values())
            self.flags.append((~value.isin(known), f"has a `{key.name}` that is not a code"))
        if key.form in (Form.RECORD, Form.NODE):
            self._reference(rows, key, value)

    def _reference(self, rows: Rows, key: Key, value: Expression) -> None:
        """Check that what is referred to is there, with a class that the key allows."""
        allowed = [
            other.table.select(iri=ibis.literal(self.terms.namespace(other)).concat(other.table.id))
            for other in self.kept
            if not other.more and self._is_a(other.kind, key.classes)
        ]
        outside = self.engine.memtable([{"iri": iri} for iri in sorted(self.elsewhere)], ("iri",))
        table = rows.table.select(id="id", iri=value).filter(ibis._.iri.notnull())
        missing = table.anti_join(union([outside, *allowed]), "iri")
        self._expect(rows, missing, f"has a `{key.name}` that does not exist")

    def _is_a(self, name: str, classes: Iterable[str]) -> bool:
        kind = self.terms.kind(name)
        return kind is not None and any(cls in kind.ancestors for cls in classes)

    def _required(self, rows: Rows, kind: Kind, key: Key) -> None:
        """Check that every record has a key as often as it must, here or in a table that adds to this one."""
        table = rows.table
        here = [column for column, name in keys(rows).items() if name == key.name]
        if here:
            self.flags.extend((table[column].isnull(), f"has no `{key.name}`") for column in here)
            if len(here) < key.minimum:
                self._expect(rows, table, f"has fewer than {key.minimum} `{key.name}`")
            return
        parts = [
            other.table.select(id=other.table["of" if other.under else "id"])
            for other in self.kept
            if (other.under == key.name and self._fits(rows, other, kind))
            or (other.more and other.kind == rows.kind and key.name in other.table.columns)
        ]
        if not parts:
            self._expect(rows, table, f"has no `{key.name}`")
            return
        many = union(parts).group_by("id").agg(n=ibis._.count()).filter(ibis._.n >= key.minimum)
        self._expect(rows, table.anti_join(many, "id"), f"has fewer than {key.minimum} `{key.name}`")

    def _fits(self, rows: Rows, other: Rows, kind: Kind) -> bool:
        return not other.more and not rows.under and other.under in kind.keys

    def _span(self, rows: Rows) -> None:
        table = rows.table
        if {"startDate", "endDate"} <= set(table.columns):
            self.flags.append((first_day(table.startDate) > last_day(table.endDate), "ends before it begins"))

    def _expect(self, rows: Rows, wrong: Table, what: str) -> None:
        """Note a fault for the first of the rows that are wrong, with their number."""
        found = self.engine.rows(wrong.agg(n=wrong.count(), id=wrong.id.min()))[0]
        self._note(rows, found["n"], found["id"], what)

    def _note(self, rows: Rows, count: int | None, name: str | None, what: str) -> None:
        if count:
            message = f"{rows.kind} <{self.terms.namespace(rows)}{name}> {what} ({count} such)"
            cure = "correct the declaration; the shapes say what a record must have"
            self.faults.append(Fault("import", message, cure, rule="import/record"))


def validate_sample(
    kept: list[Rows], target: ImportTarget, terms: Terms, engine: Engine, actors: list[Actor], about: list[ox.Quad]
) -> int:
    """Check a sample of the records, the same for the same data, with the shapes themselves.

    Args:
        kept: the tables.
        target: the vocabulary and the contract.
        terms: the namespaces.
        engine: where the tables live.
        actors: who may be referred to beside records of the import.
        about: what the import says of itself.

    Returns:
        How many records were checked.

    Raises:
        Refusal: one does not conform; a warning is no reason.

    """
    store = ox.Store()
    store.extend(about)
    ids, every = _sample(kept, engine)
    lines = _load(store, kept, None if every else ids, terms, engine)
    outside = {actor.iri: actor.cls for actor in actors if not actor.minted}
    known = ox.NamedNode(f"{terms.graph}/known")
    kinds = [f"<{iri}> <{RDF.type}> <{cls}> ." for iri, cls in outside.items()]
    store.load("\n".join(kinds), format=ox.RdfFormat.N_TRIPLES, to_graph=known)
    store.extend(in_graph(target.vocabulary.ontology, target.publication.graph("vocabulary")))
    data = DataGraph([*statements(quad.triple for quad in about), *lines, *kinds], classes_of(target.contract))
    plan = target.vocabulary.plan
    if plan.advanced:
        raise Refusal(shape_faults(target.publication, plan.advanced))
    graphs = (terms.graph, known.value, target.publication.graph("vocabulary"))
    found = evaluate(plan, data, lambda: ConstraintStore(store, graphs, plan.lines))
    faults = [
        Fault("import", f"{one.focus} {one.message}", "correct the declaration", rule=text_of(one.shape))
        for one in found
        if one.severity == VIOLATION and text_of(one.focus) not in outside
    ]
    if faults:
        raise Refusal(sorted(set(faults))[:20])
    return len(ids)


def _sample(kept: list[Rows], engine: Engine) -> tuple[list[str], bool]:
    """Return the ids of a sample of each kind, chosen by hash, and whether these are all."""
    main = [rows for rows in kept if not rows.under and not rows.more and not rows.shared]
    sizes = [int(engine.rows(rows.table.agg(n=rows.table.count()))[0]["n"]) for rows in kept]
    records = sum(size for rows, size in zip(kept, sizes, strict=True) if rows in main)
    each = max(1, sum(sizes) // max(1, records))
    many = max(5, min(MOST_RECORDS, MOST_NODES // each))
    ids: list[str] = []
    for rows in main:
        if rows.kind == "ForceSpan":
            continue
        chosen = rows.table.select("id", place=rows.table.id.hexdigest("md5")).order_by("place").limit(many)
        ids.extend(one["id"] for one in engine.rows(chosen))
    return ids, max(sizes, default=0) <= many


def _load(store: ox.Store, kept: list[Rows], ids: list[str] | None, terms: Terms, engine: Engine) -> list[str]:
    """Put the quads of records and of what they refer to into a store; return them as triples, as they were written.

    Without ids, the quads of all records are put there, with a single query for each table.
    """
    if ids is None:
        return [line for rows in kept for line in _put(store, rows, rows.table, terms, engine)]
    done: set[str] = set()
    lines: list[str] = []
    wanted = set(ids)
    while wanted - done:
        listed = engine.memtable([{"record": name} for name in sorted(wanted - done)], ("record",))
        done |= wanted
        for rows in kept:
            table = rows.table if rows.shared else _of_records(rows.table, listed)
            lines.extend(_put(store, rows, table, terms, engine))
        wanted |= _own_references(store, terms)
    return lines


def _put(store: ox.Store, rows: Rows, table: Table, terms: Terms, engine: Engine) -> Iterable[str]:
    """Put the quads of some rows into a store, and return them as triples."""
    found = engine.rows(table.select(text=quads(rows, table, terms)))
    text = "".join(f"{one['text']}\n" for one in found)
    store.bulk_load(text.encode(), format=ox.RdfFormat.N_QUADS)
    return statements(quad.triple for quad in ox.parse(text, format=ox.RdfFormat.N_QUADS))


def _of_records(table: Table, listed: Table) -> Table:
    named = table.mutate(record=table.id.re_replace("#.*$", ""))
    return named.semi_join(listed, "record").drop("record")


def _own_references(store: ox.Store, terms: Terms) -> set[str]:
    named: set[Any] = {quad.object for quad in store if isinstance(quad.object, ox.NamedNode)}
    own = {node.value.removeprefix(terms.base) for node in named if node.value.startswith(terms.base)}
    return {name.partition("#")[0] for name in own if "/" in name.partition("#")[0]}
