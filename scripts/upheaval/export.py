"""The files of a build, as bytes by path: everything is made in memory before anything is written."""

import json
from collections.abc import Mapping

import pyoxigraph as ox
from rdflib import Graph

from upheaval.assembly import Assembly
from upheaval.catalog import add_files, describe
from upheaval.dyadyear import dyad_years
from upheaval.framing import frames, to_json
from upheaval.graphs import from_rdflib, in_graph, write
from upheaval.jsonschema import schemas
from upheaval.manifest import canonical_hash, make_manifest
from upheaval.quality import assess
from upheaval.qualityreport import as_markdown
from upheaval.questions import read_questions
from upheaval.serialization import (
    PREFIXES,
    code_prefixes,
    grouped_turtle,
    n_quads,
    n_triples,
    order,
    ranks,
    rdf_xml,
    turtle,
)
from upheaval.sparqlexamples import to_triples
from upheaval.tables import Table, datapackage, tables, to_csv

Files = dict[str, bytes]
VOCABULARY = "https://w3id.org/statecraft"


def export(assembly: Assembly) -> Files:
    """Make every file of a build.

    Args:
        assembly: a publication without faults.

    Returns:
        Content by path under the build folder; the manifest describes all the others.

    """
    publication = assembly.publication
    graphs = {room: _triples(assembly.store, publication.graph(room)) for room in ("data", "derived")}
    both = list({str(triple): triple for triples in graphs.values() for triple in triples}.values())
    description = describe(publication, both, _vocabularies(assembly))
    graphs["vocabulary"] = canonical([*assembly.vocabulary.ontology, *assembly.vocabulary.alignments])
    graphs["catalogue"] = from_rdflib(description)
    files = {
        **_data(assembly, graphs, both),
        **_vocabulary(assembly),
        **_contract(assembly, both),
        **_tables(assembly, both),
        "quality.md": as_markdown(assess(assembly), publication).encode(),
    }
    add_files(description, publication, files)
    files |= _catalog(assembly, description)
    counts = {room: len(triples) for room, triples in graphs.items()}
    files["manifest.json"] = make_manifest(publication, files, canonical_hash(both), counts)
    return files


def canonical(triples: list[ox.Triple]) -> list[ox.Triple]:
    """Return triples with blank nodes labelled canonically (RDFC-1.0), in a stable order."""
    dataset = ox.Dataset(in_graph(triples))
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return order(quad.triple for quad in dataset)


def _triples(store: ox.Store, graph: str) -> list[ox.Triple]:
    return [quad.triple for quad in store.quads_for_pattern(None, None, None, ox.NamedNode(graph))]


def _vocabularies(assembly: Assembly) -> list[str]:
    used = {triple.predicate.value for triple in assembly.vocabulary.ontology}
    known = ("dcterms", "rdfs", "skos")
    return [VOCABULARY, *(PREFIXES[p] for p in known if any(iri.startswith(PREFIXES[p]) for iri in used))]


def _prefixes(assembly: Assembly, *names: str) -> dict[str, str]:
    return {name: PREFIXES[name] for name in names} | code_prefixes(assembly.contract)


def _data(assembly: Assembly, graphs: Mapping[str, list[ox.Triple]], both: list[ox.Triple]) -> Files:
    publication, stem = assembly.publication, assembly.publication.name
    prefixes = _prefixes(assembly, "dc", "dcterms", "rdfs", "schema", "skos", "statecraft", "wd", "xsd")
    place = ranks(assembly.contract)
    quads = [
        quad for room, triples in graphs.items() for quad in in_graph(order(triples, place), publication.graph(room))
    ]
    stated = {str(triple) for triple in graphs["data"]}
    derived = [triple for triple in graphs["derived"] if str(triple) not in stated]
    framed = frames(both, assembly.context, publication.iri)
    return {
        f"{stem}.ttl": grouped_turtle(
            publication, assembly.contract, assembly.records, graphs["data"], derived, prefixes
        ),
        f"{stem}.jsonld": to_json(assembly.context, framed),
        f"{stem}.nt": n_triples(both),
        f"{stem}.nq": n_quads(quads),
        f"{stem}.trig": _trig(graphs, assembly, prefixes),
        f"{stem}.rdf": rdf_xml(order(both, place), prefixes | {publication.prefix: publication.iri}),
    }


def _trig(graphs: Mapping[str, list[ox.Triple]], assembly: Assembly, prefixes: Mapping[str, str]) -> bytes:
    """Write one block a graph; the bodies are Turtle, which TriG contains (TriG section 2)."""
    publication, place = assembly.publication, ranks(assembly.contract)
    names = dict(prefixes) | {
        name: PREFIXES[name] for name in ("owl", "dcat", "foaf", "prov", "rdf", "spdx", "vann", "void")
    }
    parts = [turtle([], names, None)]
    for room, triples in graphs.items():
        body = turtle(order(triples, place), names, None, header=False).rstrip(b"\n")
        parts.append(f"<{publication.graph(room)}> {{\n".encode() + body + b"\n}\n\n")
    return b"".join(parts)


def _vocabulary(assembly: Assembly) -> Files:
    prefixes = _prefixes(assembly, "dc", "dcterms", "owl", "rdf", "rdfs", "schema", "skos", "statecraft", "vann", "xsd")
    ontology = canonical(assembly.vocabulary.ontology)
    shapes = canonical(assembly.vocabulary.shapes)
    more = {name: PREFIXES[name] for name in ("prov", "sh", "shapes", "wd")}
    return {
        "statecraft.ttl": turtle(ontology, prefixes),
        "statecraft.jsonld": _expanded(ontology),
        "statecraft.rdf": rdf_xml(ontology, prefixes),
        "alignments.ttl": turtle(canonical(assembly.vocabulary.alignments), prefixes | more),
        "shapes.ttl": turtle(shapes, prefixes | more),
    }


def _expanded(triples: list[ox.Triple]) -> bytes:
    expanded = json.loads(write(triples, ox.RdfFormat.JSON_LD))
    return _json(expanded)


def _json(content: object) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()


def _contract(assembly: Assembly, both: list[ox.Triple]) -> Files:
    publication = assembly.publication
    questions = read_questions(publication)
    prefixes = {name: PREFIXES[name] for name in ("rdf", "rdfs", "schema", "sh")}
    return {
        "context.jsonld": _json({"@context": assembly.context}),
        "queries.ttl": turtle(order(to_triples(questions.values(), publication)), prefixes),
        **{
            f"schema/{folder}.json": _json(schema)
            for folder, schema in schemas(assembly.contract, publication.iri).items()
        },
    }


def _tables(assembly: Assembly, both: list[ox.Triple]) -> Files:
    publication = assembly.publication
    found: dict[str, Table] = tables(frames(both, assembly.context, publication.iri), assembly.contract)
    found["dyad_year"] = dyad_years(assembly.store, int(publication.issued[:4]))
    return {
        **{f"csv/{name}.csv": to_csv(header, rows) for name, (header, rows) in found.items()},
        "datapackage.json": _json(datapackage(publication, assembly.contract, found)),
    }


def _catalog(assembly: Assembly, description: Graph) -> Files:
    names = ("dcat", "dcterms", "foaf", "prov", "rdf", "rdfs", "schema", "spdx", "statecraft", "void", "xsd")
    triples = order(from_rdflib(description))
    return {
        "catalog.ttl": turtle(triples, {name: PREFIXES[name] for name in names}),
        "catalog.jsonld": _expanded(triples),
    }
