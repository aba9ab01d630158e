"""Make the files of a build in memory, before anything is written."""

from collections.abc import Iterable, Mapping
from itertools import chain
from typing import Any

import pyoxigraph as ox

from upheaval.build.codebook import codebook
from upheaval.build.common import (
    Files,
    as_json,
    canonical,
    catalog_files,
    contract_files,
    describe_counts,
    in_xml,
    ledger_file,
    prefixes_of,
    reproductions,
    vocabulary_files,
)
from upheaval.build.croissant import croissant
from upheaval.build.datapackage import datapackage, path_of
from upheaval.build.distributions import add_files
from upheaval.build.folder import sha256_of
from upheaval.build.formertable import NAME as FORMER
from upheaval.build.formertable import former_table
from upheaval.build.framing import Frame, frames, to_json
from upheaval.build.manifest import make_manifest
from upheaval.build.owldocument import owl_document
from upheaval.build.panelfiles import panel_files
from upheaval.build.quality import assess
from upheaval.build.qualityreport import as_markdown
from upheaval.build.reifiers import reifications
from upheaval.build.sections import grouped_turtle
from upheaval.build.statistics import count
from upheaval.build.tables import TableMaker
from upheaval.build.yeartables import panels, state_names
from upheaval.populate.assembly import Assembly
from upheaval.rdf.graphs import from_rdflib
from upheaval.rdf.writers import PREFIXES, n_quads, n_triples, order, turtle
from upheaval.schema.prefixes import ranks
from upheaval.schema.publication import Publication
from upheaval.schema.schema import Schema
from upheaval.schema.succession import FormerName, former_names

__all__ = ["Files", "export", "formats"]


def export(assembly: Assembly, ledger: bytes | None = None) -> Files:
    """Make every file of a build.

    Args:
        assembly: a publication without faults.
        ledger: the content of its ledger; by default what is in its folder, if there is one.

    Returns:
        The content by path in the build; the manifest describes all other files.

    """
    publication, former = assembly.publication, former_names(assembly.publication, ledger)
    graphs = {name: triples_of(assembly, name) for name in ("data", "derived")}
    both = united(graphs.values())
    documents = {name: n_triples(triples) for name, triples in graphs.items()}
    statements = _joined(*documents.values())
    schema = Schema(publication, assembly.vocabulary, assembly.contract, assembly.context)
    description = describe_counts(schema, count(statements.splitlines(), objects=True), former)
    graphs["vocabulary"] = canonical([*assembly.vocabulary.ontology, *assembly.vocabulary.alignments])
    graphs["catalogue"] = from_rdflib(description)
    documents |= {name: n_triples(graphs[name]) for name in ("vocabulary", "catalogue")}
    framed = frames(both, assembly.context, publication.iri)
    tables, package = _tables(assembly, framed, former)
    files = {
        **formats(assembly, graphs, both, framed),
        f"{publication.name}.nt": statements,
        f"{publication.name}.all.nt": _joined(statements, documents["vocabulary"]),
        f"{publication.name}.12.nt": _joined(statements, documents["vocabulary"], _reified(documents["data"])),
        f"{publication.name}.nq": n_quads({publication.graph(name): text for name, text in documents.items()}),
        **vocabulary_files(schema),
        **contract_files(schema, assembly.listing),
        **tables,
        "codebook.md": codebook(assembly, package).encode(),
        "quality.md": as_markdown(assess(assembly), publication).encode(),
        **ledger_file(publication, ledger),
        **reproductions(publication),
    }
    add_files(description, publication, files, package)
    files |= catalog_files(description)
    counts = {name: len(triples) for name, triples in graphs.items()}
    # Without blank nodes, the canonical form (RDFC-1.0 section 5) is the sorted statements.
    files["manifest.json"] = make_manifest(publication, files, sha256_of(statements), counts)
    return files


def _joined(*documents: bytes) -> bytes:
    """Return the statements of sorted N-Triples documents, each once, in order."""
    return b"".join(sorted(dict.fromkeys(chain.from_iterable(one.splitlines(keepends=True) for one in documents))))


def _reified(data: bytes) -> bytes:
    return b"".join(line + b"\n" for line in reifications(data.splitlines()))


def triples_of(assembly: Assembly, name: str) -> list[ox.Triple]:
    """Return the triples of one of a dataset's graphs, such as `data` or `derived`."""
    graph = ox.NamedNode(assembly.publication.graph(name))
    return [quad.triple for quad in assembly.store.quads_for_pattern(None, None, None, graph)]


def united(graphs: Iterable[list[ox.Triple]]) -> list[ox.Triple]:
    """Return the distinct triples of several graphs."""
    return list(dict.fromkeys(triple for triples in graphs for triple in triples))


def formats(
    assembly: Assembly, graphs: Mapping[str, list[ox.Triple]], both: list[ox.Triple], framed: list[Frame]
) -> Files:
    """Write the dataset as Turtle, JSON-LD, TriG and RDF/XML, and as an OWL 2 ontology.

    Args:
        assembly: a publication.
        graphs: its triples by graph.
        both: the distinct triples of `data` and `derived`.
        framed: the same as JSON-LD.

    Returns:
        The content by file name.

    """
    publication, stem = assembly.publication, assembly.publication.name
    prefixes = prefixes_of(assembly.contract, "dc", "dcterms", "rdfs", "schema", "skos", "statecraft", "wd", "xsd")
    place = ranks(assembly.contract)
    whole = order(both, place)
    stated, concluded = set(graphs["data"]), set(graphs["derived"])
    ordered = {
        "data": [triple for triple in whole if triple in stated],
        "derived": [triple for triple in whole if triple in concluded],
        **{name: order(triples, place) for name, triples in graphs.items() if name not in ("data", "derived")},
    }
    derived = [triple for triple in ordered["derived"] if triple not in stated]
    owl = order(owl_document(publication, assembly.vocabulary, whole), place)
    named = prefixes | {publication.prefix: publication.iri}
    return {
        f"{stem}.ttl": grouped_turtle(publication, assembly.records, ordered["data"], derived, prefixes),
        f"{stem}.jsonld": to_json(assembly.context, framed),
        f"{stem}.trig": _trig(publication, ordered, prefixes),
        **in_xml(f"{stem}.rdf", whole, named),
        **in_xml(f"{stem}.owl", owl, named | {"owl": PREFIXES["owl"]}),
    }


def _trig(publication: Publication, ordered: Mapping[str, list[ox.Triple]], prefixes: Mapping[str, str]) -> bytes:
    """Write one block per graph; the bodies are Turtle, of which TriG is a superset (TriG section 2)."""
    names = dict(prefixes) | {
        name: PREFIXES[name] for name in ("owl", "dcat", "foaf", "prov", "rdf", "vann", "vcard", "void")
    }
    parts = [turtle([], names, None)]
    for name, triples in ordered.items():
        body = turtle(triples, names, None, header=False).rstrip(b"\n")
        parts.append(f"<{publication.graph(name)}> {{\n".encode() + body + b"\n}\n\n")
    return b"".join(parts)


def _tables(assembly: Assembly, framed: list[Frame], former: list[FormerName]) -> tuple[Files, dict[str, Any]]:
    """Make the tables and their descriptions; also return the Data Package descriptor itself."""
    publication, graph = assembly.publication, assembly.vocabulary.graph
    found = TableMaker(assembly.contract, assembly.context, graph, publication.iri).tables(framed)
    begins = int(publication.begins[:4]) if publication.begins else None
    by_year = panels(assembly.store, graph, int(publication.issued[:4]), begins)
    found |= by_year
    if former:
        found[FORMER] = former_table(former, publication.iri)
    files = {path_of(name): table.to_csv() for name, table in found.items()}
    files |= panel_files(publication, {name: found[name] for name in by_year}, state_names(assembly.store))
    package = datapackage(publication, found, files)
    described = {"datapackage.json": package, "croissant.json": croissant(publication, found, files)}
    return files | {name: as_json(content) for name, content in described.items()}, package
