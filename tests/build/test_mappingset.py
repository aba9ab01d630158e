"""The alignments as SSSOM: what is in the Turtle file, row by row, in a form that its own library reads."""

import csv
import io

import pyoxigraph as ox
import yaml

from upheaval.build.export import Files
from upheaval.build.mappingset import FILE
from upheaval.link.mappingsets import read_sssom
from upheaval.rdf.writers import PREFIXES

MATCHES = ("subClassOf", "subPropertyOf", "exactMatch", "closeMatch", "broadMatch", "narrowMatch", "relatedMatch")


def test_every_alignment_is_a_row(world_files: Files) -> None:
    text = world_files[FILE].decode()
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    rows = list(csv.DictReader(io.StringIO("\n".join(lines)), delimiter="\t"))
    quads = ox.parse(world_files["alignments.ttl"], format=ox.RdfFormat.TURTLE)
    said = {
        (quad.subject.value, quad.predicate.value, quad.object.value)
        for quad in quads
        if quad.predicate.value.endswith(MATCHES)
        and isinstance(quad.subject, ox.NamedNode)
        and isinstance(quad.object, ox.NamedNode)
    }
    found = set()
    for row in rows:
        prefix, _, name = row["predicate_id"].partition(":")
        found.add((row["subject_id"], PREFIXES[prefix] + name, row["object_id"]))
        assert row["subject_label"]
    assert found == said
    assert len(rows) == len(found)


def test_header_is_yaml_and_our_reader_reads_it(world_files: Files) -> None:
    text = world_files[FILE].decode()
    head = yaml.safe_load("\n".join(line[1:] for line in text.splitlines() if line.startswith("#")))
    assert head["mapping_set_id"].endswith(FILE)
    assert head["license"].startswith("https://")
    assert {"skos", "rdfs", "semapv"} <= head["curie_map"].keys()
    assert {line.mapping_justification for line in read_sssom(text, FILE)} == {"semapv:ManualMappingCuration"}


def test_the_vocabularies_are_there(world_files: Files) -> None:
    text = world_files[FILE].decode()
    for space in (
        "http://semanticweb.cs.vu.nl/2009/11/sem/",
        "http://www.cidoc-crm.org/cidoc-crm/",
        "https://w3id.org/semanticarts/ns/ontology/gist/",
        "https://spec.edmcouncil.org/fibo/",
        "http://metadata.un.org/thesaurus/",
        "https://schema.org/",
    ):
        assert space in text
