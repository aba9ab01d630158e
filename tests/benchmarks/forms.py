"""The same records in the forms that peers read: tables with their mappings, and LinkML's YAML with its schema.

Tables are made from the statements that ours makes of the records, so that every peer can make the very same ones. That
favours the peers: names of nodes inside records, and the datatype of each value, are settled in what they read.
"""

import csv
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import yaml

RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
STRING = "http://www.w3.org/2001/XMLSchema#string"
IRI = "iri"
CODES = "https://w3id.org/statecraft/"
_RML = """\
@prefix rr: <http://www.w3.org/ns/r2rml#> .
@prefix rml: <http://semweb.mmlab.be/ns/rml#> .
@prefix ql: <http://semweb.mmlab.be/ns/ql#> .
"""
Node = dict[str, list[ox.NamedNode | ox.Literal]]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: the property it stands for, and what its values are.

    Attributes:
        name: in the table's head.
        predicate: an IRI.
        kind: `iri`, a datatype, or a language tag after `@`.
        prefix: what a mapping puts before each value: names of records and codes stand in tables as in the records.

    """

    name: str
    predicate: str
    kind: str
    prefix: str = ""


@dataclass(slots=True)
class Table:
    """A table: one row a node, or one a value where a property has several.

    Attributes:
        name: of the file.
        cls: the class of its nodes; empty where each row is only one more value.
        prefix: what a mapping puts before each `id`.
        columns: without the first, `id`, which is the node's name.
        rows: by the names of the columns; what a node does not have is left out.

    """

    name: str
    cls: str
    prefix: str
    columns: list[Column]
    rows: list[dict[str, str]] = field(default_factory=list)


def nodes_of(triples: Iterable[ox.Triple]) -> dict[str, Node]:
    """Return what is said of each node, by predicate."""
    found: dict[str, Node] = defaultdict(lambda: defaultdict(list))
    for subject, predicate, value in triples:
        assert isinstance(subject, ox.NamedNode), "every node has an IRI"
        assert isinstance(value, ox.NamedNode | ox.Literal)
        found[subject.value][predicate.value].append(value)
    return dict(sorted(found.items()))


def triples_of(about: Node) -> int:
    """Return how many triples a node has."""
    return sum(map(len, about.values()))


def tables(nodes: Mapping[str, Node]) -> list[Table]:
    """Make one table a class, and one for each property that has several values somewhere."""
    by_class: dict[str, dict[str, Node]] = defaultdict(dict)
    for iri, about in nodes.items():
        (cls,) = about[RDF_TYPE]
        by_class[cls.value][iri] = about
    records = {iri for iri in nodes if "#" not in iri}
    return [table for cls, members in sorted(by_class.items()) for table in _tables(cls, members, records)]


def _tables(cls: str, members: Mapping[str, Node], records: Set[str]) -> list[Table]:
    most: dict[tuple[str, str], int] = defaultdict(int)
    for about in members.values():
        for key in (pairs := [(predicate, _kind(v)) for predicate in about for v in about[predicate]]):
            most[key] = max(most[key], pairs.count(key))
    keys = sorted(key for key in most if key[0] != RDF_TYPE)
    columns = {
        key: Column(f"{_local(key[0])}_{place}", *key, _prefix(_values(members, key), records))
        for place, key in enumerate(keys)
    }
    prefix = _prefix(list(members), records)
    main = Table(_local(cls), cls, prefix, [column for key, column in columns.items() if most[key] == 1])
    links = {
        key: Table(f"{main.name}-{columns[key].name}", "", prefix, [columns[key]]) for key in keys if most[key] > 1
    }
    for iri, about in members.items():
        name = iri.removeprefix(prefix)
        row = {"id": name}
        main.rows.append(row)
        for predicate, values in about.items():
            for value in values:
                key = (predicate, _kind(value))
                if key not in columns:
                    continue
                column = columns[key]
                text = value.value.removeprefix(column.prefix)
                if key in links:
                    links[key].rows.append({"id": name, column.name: text})
                else:
                    row[column.name] = text
    return [main, *links.values()]


def _values(members: Mapping[str, Node], key: tuple[str, str]) -> list[str]:
    predicate, kind = key
    return [v.value for about in members.values() for v in about.get(predicate, ()) if kind == IRI == _kind(v)]


def _prefix(iris: list[str], records: Set[str]) -> str:
    """Return what stands before the names of records or of codes of one scheme; nothing for other IRIs and texts."""
    found = {iri[: len(iri) - len(_local(iri))] if iri in records or iri.startswith(CODES) else "" for iri in iris}
    return found.pop() if len(found) == 1 else ""


def _kind(value: ox.NamedNode | ox.Literal) -> str:
    if isinstance(value, ox.NamedNode):
        return IRI
    return f"@{value.language}" if value.language else value.datatype.value


def _local(iri: str) -> str:
    return iri.replace("#", "/").rpartition("/")[2]


def write_csv(found: Iterable[Table], folder: Path) -> None:
    """Write tables as CSV files."""
    for table in found:
        with (folder / f"{table.name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, ["id", *(column.name for column in table.columns)])
            writer.writeheader()
            writer.writerows(table.rows)


def rml(found: Iterable[Table], folder: Path) -> str:
    """Return an RML mapping of the CSV files in a folder (https://rml.io/specs/rml/): a triples map a table."""
    maps = []
    for table in found:
        source = f'[ rml:source "{folder / table.name}.csv" ; rml:referenceFormulation ql:CSV ]'
        cls = f" ; rr:class <{table.cls}>" if table.cls else ""
        objects = "".join(
            f" ;\n  rr:predicateObjectMap [ rr:predicate <{column.predicate}> ;"
            f" rr:objectMap [ {_from(column.prefix, column.name)}{_term(column.kind)} ] ]"
            for column in table.columns
        )
        subject = f"[ {_from(table.prefix, 'id')} ; rr:termType rr:IRI{cls} ]"
        maps.append(f"<#{table.name}> rml:logicalSource {source} ;\n  rr:subjectMap {subject}{objects} .\n")
    return _RML + "".join(maps)


def _from(prefix: str, name: str) -> str:
    return f'rr:template "{prefix}{{{name}}}"' if prefix else f'rml:reference "{name}"'


def _term(kind: str) -> str:
    if kind == IRI:
        return " ; rr:termType rr:IRI"
    if kind.startswith("@"):
        return f' ; rr:language "{kind[1:]}"'
    return "" if kind == STRING else f" ; rr:datatype <{kind}>"


def describe(found: Iterable[Table]) -> str:
    """Return the tables' names, classes and columns as JSON: what the templates of maplib are made from."""
    return json.dumps(
        [
            {
                "name": table.name,
                "class": table.cls,
                "prefix": table.prefix,
                "columns": [[column.name, column.predicate, column.kind, column.prefix] for column in table.columns],
            }
            for table in found
        ]
    )


def linkml_schema(nodes: Mapping[str, Node]) -> dict[str, Any]:
    """Return a LinkML schema of the nodes: a class for each class, a slot for each property, all of them optional.

    LinkML knows no language tags, and a slot has one range: texts with a language become plain ones, and dates of
    several precisions get the first one's datatype. The number of triples is the same.
    """
    slots: dict[str, dict[str, Any]] = {"id": {"identifier": True, "range": "uriorcurie"}}
    classes: dict[str, dict[str, Any]] = {}
    types = {"uriorcurie": {"uri": "xsd:anyURI", "base": "str"}, "string": {"uri": "xsd:string", "base": "str"}}
    for about in nodes.values():
        (cls,) = about[RDF_TYPE]
        used = classes.setdefault(_local(cls.value), {"class_uri": cls.value, "slots": ["id"]})["slots"]
        for predicate, values in about.items():
            if predicate == RDF_TYPE:
                continue
            name = _local(predicate)
            if name not in used:
                used.append(name)
            slots.setdefault(name, {"slot_uri": predicate, "multivalued": True, **_range(values[0], nodes, types)})
    return {
        "id": "https://example.org/synthetic/schema",
        "name": "synthetic",
        "prefixes": {"xsd": "http://www.w3.org/2001/XMLSchema#", "synthetic": "https://example.org/synthetic/"},
        "default_prefix": "synthetic",
        "types": types,
        "slots": slots,
        "classes": classes,
    }


def _range(value: ox.NamedNode | ox.Literal, nodes: Mapping[str, Node], types: dict[str, Any]) -> dict[str, Any]:
    if isinstance(value, ox.NamedNode):
        if "#" in value.value and value.value in nodes:
            return {"range": _local(nodes[value.value][RDF_TYPE][0].value), "inlined": True, "inlined_as_list": True}
        return {"range": "uriorcurie"}
    if value.language or value.datatype.value == STRING:
        return {"range": "string"}
    name = _local(value.datatype.value)
    types[name] = {"uri": f"xsd:{name}", "base": "str"}
    return {"range": name}


def write_linkml(nodes: Mapping[str, Node], folder: Path, most: int) -> int:
    """Write records as LinkML reads them: a YAML file a record, with its class, and what is in it nested.

    Args:
        nodes: of all records.
        folder: where to; the files lie in folders named after classes.
        most: of how many triples at the most; the records are taken evenly from all of them.

    Returns:
        The number of triples that were written.

    """
    records = [iri for iri in nodes if "#" not in iri]
    total = sum(map(triples_of, nodes.values()))
    written = 0
    for iri in records[:: -(-total // most)]:
        record, triples = _nested(iri, nodes)
        written += triples
        path = folder / _local(nodes[iri][RDF_TYPE][0].value) / f"{_local(iri)}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(yaml.dump(record, Dumper=yaml.CSafeDumper, sort_keys=False), encoding="utf-8")
    return written


def _nested(iri: str, nodes: Mapping[str, Node]) -> tuple[dict[str, Any], int]:
    record: dict[str, Any] = {"id": iri}
    triples = 1
    for predicate, values in nodes[iri].items():
        if predicate == RDF_TYPE:
            continue
        items = record.setdefault(_local(predicate), [])
        triples += len(values)
        for value in values:
            if isinstance(value, ox.NamedNode) and "#" in value.value and value.value in nodes:
                inner, more = _nested(value.value, nodes)
                items.append(inner)
                triples += more
            else:
                items.append(value.value)
    return record, triples
