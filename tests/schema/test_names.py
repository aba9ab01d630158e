"""Names of anybody's terms: the same name in two classes lives side by side; one that cannot be read is refused."""

import csv
import io
import json
from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib import Graph

from tests.support import ROOT
from upheaval.build.export import export
from upheaval.check.checking import check
from upheaval.faults import Refusal, Severity
from upheaval.populate.assembly import Assembly, assemble
from upheaval.rdf.graphs import canonical_hash, from_rdflib
from upheaval.schema.schema import Schema, prepare
from upheaval.schema.vocabulary import wider_properties

PREFIXES = """\
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix statecraft: <https://w3id.org/statecraft#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix mine: <https://mine.example/ns#> .
@prefix its: <https://its.example/ns/> .
"""
PUBLICATION = """\
iri: https://mine.example/
prefix: my
name: mine
title: Mine
description: A publication.
license: https://creativecommons.org/licenses/by/4.0/
creator: [A Team]
version: 1.0.0
issued: 2026-01-01
"""
RIVER = ROOT / "tests" / "riverworld"


def publication(root: Path, ontology: str = "", shapes: str = "", **records: str) -> Path:
    """Write a publication with some Turtle and, by `folder__name`, some records."""
    files = {
        "data/publication.yaml": PUBLICATION,
        "ontology/own.ttl": PREFIXES + ontology,
        "shapes/own.ttl": PREFIXES + shapes,
        "data/sources/book.yaml": "label: {en: Book}\npublisher: P\nsourceKind: reference\n",
        **{f"data/{name.replace('__', '/').replace('_', '-')}.yaml": text for name, text in records.items()},
    }
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return root


def key(prop: str, more: str, cls: str = "statecraft:State", name: str = "p") -> str:
    """Write the shape of a key."""
    return (
        f"mine:{name}-of sh:targetClass {cls} ; a sh:NodeShape ; sh:property mine:{name} .\n"
        f'mine:{name} a sh:PropertyShape ; sh:path {prop} ; {more} ; sh:message "it is wrong (mend it)" .\n'
    )


def refused(root: Path) -> list[str]:
    with pytest.raises(Refusal) as refusal:
        prepare(root)
    return [str(fault) for fault in refusal.value.faults]


@pytest.fixture(scope="module")
def river() -> Assembly:
    return assemble(RIVER)


@pytest.mark.slow
def test_records_of_anybodys_classes_conform(river: Assembly) -> None:
    assert check(river) == []
    assert check(river, "pyshacl") == []


def objects(assembly: Assembly, subject: str, predicate: str) -> set[str]:
    node = ox.NamedNode(assembly.publication.iri + subject)
    found = assembly.store.quads_for_pattern(node, ox.NamedNode(predicate), None)
    return {quad.object.value for quad in found}  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("subject", "predicate", "expected"),
    [
        ("at-the-bridge#reading-8-70-2024-05-10", "https://river.example/def/says", {"3"}),
        (
            "at-the-bridge#reading-8-70-2024-05-10/citation-yearbook-row-14",
            "https://w3id.org/statecraft#says",
            {"High water."},
        ),
        (
            "at-the-bridge",
            "https://river.example/def/creator",
            {"https://data.river.example/id/river-commission", "https://data.river.example/id/upper-land"},
        ),
        ("yearbook", "http://purl.org/dc/elements/1.1/creator", {"Иван Иванов"}),
        ("sava", "https://river.example/def/phase", {"https://data.river.example/id/first-crest"}),
        (
            "sava",
            "https://river.example/def/use",
            {"https://river.example/def/drip", "https://river.example/def/uses/Treaty"},
        ),
        ("yearbook", "https://w3id.org/statecraft#sourceKind", {"urn:river-commission:bulletin"}),
        (
            "river-treaty-1999",
            "https://w3id.org/statecraft#cooperationType",
            {
                "https://river.example/def/flood-warning",
                "https://w3id.org/statecraft/cooperation#environment-and-water",
            },
        ),
        (
            "first-crest",
            "http://www.w3.org/1999/02/22-rdf-syntax-ns#type",
            {"https://river.example/def/Phase"},
        ),
        (
            "upper-land",
            "https://river.example/def/sharesRiverWith",
            {"https://data.river.example/id/lower-land"},
        ),
    ],
)
def test_equal_names_live_side_by_side(river: Assembly, subject: str, predicate: str, expected: set[str]) -> None:
    assert objects(river, subject, predicate) == expected


def test_three_json_ld_processors_read_the_records_alike(river: Assembly) -> None:
    """The fast writer for known documents, pyoxigraph's processor and rdflib's."""
    text = json.dumps({"@context": river.context, "@graph": river.populated.documents})
    written = [quad.triple for quad in river.store.quads_for_pattern(None, None, None, graph(river, "data"))]
    by_oxigraph = ox.Store()
    by_oxigraph.load(text.encode(), format=ox.RdfFormat.JSON_LD)
    by_rdflib = Graph().parse(data=text, format="json-ld")
    expected = canonical_hash(written)
    assert canonical_hash(quad.triple for quad in by_oxigraph) == expected
    store = ox.Store()
    store.extend(ox.Quad(*triple) for triple in from_rdflib(by_rdflib))
    assert canonical_hash(quad.triple for quad in store) == expected


def graph(assembly: Assembly, name: str) -> ox.NamedNode:
    return ox.NamedNode(assembly.publication.graph(name))


def test_only_classes_with_a_name_of_their_own_have_a_context_of_their_own(river: Assembly) -> None:
    scoped = {
        name: sorted(entry["@context"])
        for name, entry in river.context.items()
        if isinstance(entry, dict) and "@context" in entry and "@type" not in entry
    }
    assert scoped == {"Gauge": ["creator"], "Reading": ["says"], "River": ["phase"]}


STATE = "label: {en: A}\ncitation: {source: book, locator: page 1}\n"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("ontology", "shapes", "expected"),
    [
        (
            "\nmine:type a owl:DatatypeProperty .",
            key("mine:type", "sh:datatype xsd:string"),
            "ontology/own.ttl:11:1: error: <https://mine.example/ns#type> cannot be a key: `type` is reserved",
        ),
        (
            "mine:id a owl:DatatypeProperty .",
            key("mine:id", "sh:datatype xsd:string"),
            "ontology/own.ttl:10:1: error: <https://mine.example/ns#id> cannot be a key: `id` is reserved",
        ),
        (
            "its:@context a owl:DatatypeProperty .".replace("its:@context", "<https://its.example/ns/@context>"),
            key("<https://its.example/ns/@context>", "sh:datatype xsd:string"),
            "ontology/own.ttl:10:1: error: <https://its.example/ns/@context> cannot be a key: `@context` is not a name",
        ),
        (
            "mine:__proto__ a owl:DatatypeProperty .",
            key("mine:__proto__", "sh:datatype xsd:string"),
            "ontology/own.ttl:10:1: error: <https://mine.example/ns#__proto__> cannot be a key: `__proto__` is not a",
        ),
        (
            "<https://its.example/p/> a owl:DatatypeProperty .",
            key("<https://its.example/p/>", "sh:datatype xsd:string"),
            "ontology/own.ttl:10:1: error: <https://its.example/p/> cannot be a key: `` is not a name",
        ),
        (
            "mine:size a owl:DatatypeProperty .\nits:size a owl:DatatypeProperty .",
            key("mine:size", "sh:datatype xsd:string") + key("its:size", "sh:datatype xsd:string", name="q"),
            "ontology/own.ttl:10:1: error: the key `size` would stand for both <https://its.example/ns/size> and "
            "<https://mine.example/ns#size> in one record",
        ),
        (
            "mine:party a owl:DatatypeProperty .",
            key("mine:party", "sh:datatype xsd:string", "statecraft:Treaty"),
            "ontology/own.ttl:10:1: error: the key `party` would stand for both "
            "<https://w3id.org/statecraft#party> and <https://mine.example/ns#party> in one record",
        ),
        (
            "mine:persons a statecraft:Unit .",
            "",
            "ontology/own.ttl:10:1: error: the code `persons` of <https://w3id.org/statecraft#Unit> stands for both "
            "<https://w3id.org/statecraft/unit#persons> and <https://mine.example/ns#persons>",
        ),
        (
            "<https://its.example/unit/> a statecraft:Unit .",
            "",
            "ontology/own.ttl:10:1: error: <https://its.example/unit/> gives no code",
        ),
        (
            "mine:War a owl:Class .",
            'mine:s a sh:NodeShape ; sh:targetClass mine:War ; statecraft:folder "wars" .',
            "ontology/own.ttl:10:1: error: the class <https://mine.example/ns#War> has no label",
        ),
        (
            'mine:War a owl:Class ; rdfs:label "war"@en .',
            'mine:s a sh:NodeShape ; sh:targetClass mine:War ; statecraft:folder "treaties" .',
            "ontology/own.ttl:10:1: error: the folder `treaties` belongs to both <https://w3id.org/statecraft#Treaty> "
            "and <https://mine.example/ns#War>",
        ),
        (
            "",
            key("mine:many", 'sh:maxCount "two" ; sh:datatype xsd:string'),
            'shapes/own.ttl:11:61: error: the value of sh:maxCount is "two", which is not an xsd:integer',
        ),
        (
            "",
            key("mine:when", "sh:node mine:Choice") + "mine:Choice sh:or _:l . _:l rdf:first mine:x ; rdf:rest _:l .",
            "shapes/own.ttl:12:13: error: the value of sh:or is not a well-formed list",
        ),
        (
            "mine:Mood a owl:Class ; rdfs:subClassOf skos:Concept .",
            key("mine:mood", "sh:class mine:Mood"),
            "shapes/own.ttl:11:1: error: <https://mine.example/ns#p> requires codes of <https://mine.example/ns#Mood>",
        ),
        (
            "mine:Part a owl:Class .",
            key("mine:part", "sh:class mine:Part"),
            "shapes/own.ttl:11:1: error: <https://mine.example/ns#p> requires nodes of <https://mine.example/ns#Part>",
        ),
    ],
)
def test_what_cannot_be_read_is_one_fault_at_its_term(
    tmp_path: Path, ontology: str, shapes: str, expected: str
) -> None:
    root = publication(tmp_path, ontology, shapes)
    (fault,) = refused(root)
    assert fault.startswith(expected), fault


@pytest.mark.parametrize("file", ["ontology/own.ttl", "shapes/own.ttl", "ontology/codes/x.ttl"])
def test_file_that_does_not_parse_is_one_fault_at_its_line(tmp_path: Path, file: str) -> None:
    root = publication(tmp_path)
    (root / file).parent.mkdir(exist_ok=True)
    (root / file).write_text(PREFIXES + "mine:a mine:b .\n")
    (fault,) = refused(root)
    assert fault.startswith(f"{file}:10:15: error: this is not Turtle")


@pytest.mark.slow
@pytest.mark.parametrize(
    "prop", ["<urn:x:prop>", "<https://its.example/22>", "<https://its.example/a%20b>", "<https://its.example/слово>"]
)
def test_key_of_any_iri_is_read(tmp_path: Path, prop: str) -> None:
    name = prop.strip("<>").replace(":", "/").rpartition("/")[2]
    state = f'{STATE}"{name}": "3"\n'
    assembly = assemble(publication(tmp_path, shapes=key(prop, "sh:datatype xsd:string"), states__a=state))
    assert [fault for fault in check(assembly) if fault.severity is not Severity.NOTE] == []
    assert objects(assembly, "a", prop.strip("<>")) == {"3"}


def test_codes_of_a_narrower_class_are_codes_of_the_wider(tmp_path: Path) -> None:
    own = "mine:Coin a owl:Class ; rdfs:subClassOf statecraft:Unit . mine:groats a mine:Coin ."
    schema: Schema = prepare(publication(tmp_path, own))
    assert schema.contract.codes["https://w3id.org/statecraft#Unit"]["groats"] == "https://mine.example/ns#groats"
    assert list(schema.contract.codes["https://mine.example/ns#Coin"]) == ["groats"]


@pytest.mark.slow
def test_fault_of_a_clash_says_where_both_are(tmp_path: Path) -> None:
    ontology = "mine:size a owl:DatatypeProperty .\nits:size a owl:DatatypeProperty ."
    shapes = key("mine:size", "sh:datatype xsd:string") + key("its:size", "sh:datatype xsd:string", name="q")
    (fault,) = refused(publication(tmp_path, ontology, shapes))
    assert fault.startswith("ontology/own.ttl:10:1:")
    assert "the other is in ontology/own.ttl:11" in fault


@pytest.mark.slow
@pytest.mark.parametrize("folder", ["../wars", "a/b", "a_b", "wars ", "-"])
def test_folder_that_is_no_name_is_a_fault(tmp_path: Path, folder: str) -> None:
    ontology = 'mine:War a owl:Class ; rdfs:label "war"@en .'
    shapes = f'mine:s a sh:NodeShape ; sh:targetClass mine:War ; statecraft:folder "{folder}" .'
    (fault,) = refused(publication(tmp_path, ontology, shapes))
    assert fault.startswith(f"ontology/own.ttl:10:1: error: `{folder}` cannot be the folder of")


def test_classes_of_reserved_names_are_named_by_their_iris(tmp_path: Path) -> None:
    ontology = "".join(
        f'mine:{name} a owl:Class ; rdfs:label "x"@en ; rdfs:subClassOf statecraft:Entity , statecraft:Sourced .\n'
        f'mine:{name}s a sh:NodeShape ; sh:targetClass mine:{name} ; statecraft:folder "my-{name}" .\n'
        for name in ("type", "id", "xsd", "State")
    )
    root = publication(tmp_path, shapes=ontology, my_type__a=STATE, my_State__b=STATE)
    assembly = assemble(root)
    assert [fault for fault in assembly.faults if fault.severity is Severity.ERROR] == []
    assert objects(assembly, "a", "http://www.w3.org/1999/02/22-rdf-syntax-ns#type") == {"https://mine.example/ns#type"}
    assert objects(assembly, "b", "http://www.w3.org/1999/02/22-rdf-syntax-ns#type") == {
        "https://mine.example/ns#State"
    }


def test_wider_properties_of_anybody_are_materialized(tmp_path: Path) -> None:
    ontology = """
    mine:lends a owl:ObjectProperty ; rdfs:label "lends"@en ; rdfs:subPropertyOf its:supports .
    its:supports a owl:ObjectProperty ; rdfs:label "supports"@en ; rdfs:subPropertyOf statecraft:participant .
    its:supports rdfs:subPropertyOf <https://elsewhere.example/knows> .
    """
    shapes = key("mine:lends", "sh:class statecraft:State")
    assembly = assemble(publication(tmp_path, ontology, shapes, states__a=STATE, states__b=f"{STATE}lends: a\n"))
    a = {"https://mine.example/a"}
    for wider in ("https://its.example/ns/supports", "https://w3id.org/statecraft#participant"):
        assert objects(assembly, "b", wider) == a
    assert objects(assembly, "b", "https://elsewhere.example/knows") == set()
    assert wider_properties(assembly.vocabulary.graph)["https://mine.example/ns#lends"] == (
        "https://its.example/ns/supports",
        "https://w3id.org/statecraft#involves",
        "https://w3id.org/statecraft#participant",
    )


CODES = ("true", "false", "null", "a", "type", "id", "label", "no", "365", "365.0", "1e5", "~", "value")


@pytest.mark.slow
def test_codes_named_like_keywords_and_numbers_in_every_format(tmp_path: Path) -> None:
    codes = "".join(
        f'<urn:own:{code}> a <urn:own:Flag> ; skos:inScheme <urn:own:flags> ; skos:prefLabel "{code}"@en ;'
        f' skos:definition "{code}."@en .\n'
        for code in CODES
    )
    ontology = f"""<urn:own> a owl:Ontology ; rdfs:label "Own"@en . <urn:own:flags> a skos:ConceptScheme .
<urn:own:dam> a owl:Class ; rdfs:subClassOf statecraft:Entity ; rdfs:label "dam"@en ; rdfs:comment "A dam."@en .
<urn:own:Flag> a owl:Class ; rdfs:subClassOf skos:Concept ; rdfs:label "flag"@en ; rdfs:comment "A flag."@en .
<urn:own:flag> a owl:ObjectProperty ; rdfs:label "flag"@en ; rdfs:comment "A flag."@en .
<urn:own:height> a owl:DatatypeProperty ; rdfs:label "height"@en ; rdfs:comment "Without a range."@en .
{codes}"""
    shapes = (
        'mine:dams a sh:NodeShape ; rdfs:comment "A dam." ; sh:targetClass <urn:own:dam> ; statecraft:folder "dams" .'
    )
    more = key("<urn:own:flag>", "sh:class <urn:own:Flag>", "<urn:own:dam>", "f")
    more += key("<urn:own:height>", "sh:maxCount 1", "<urn:own:dam>", "h")
    written = [json.dumps(code) if code in ("null", "~") else code for code in CODES]
    records = {f"dams__d{n}": f"label: {{en: D{n}}}\nflag: {code}\nheight: no\n" for n, code in enumerate(written)}
    root = publication(tmp_path, ontology, f"{shapes}\n{more}", **records)
    assembly = assemble(root)
    assert check(assembly) == []
    for n, code in enumerate(CODES):
        assert objects(assembly, f"d{n}", "urn:own:flag") == {f"urn:own:{code}"}
        assert objects(assembly, f"d{n}", "urn:own:height") == {"no"}
    files = export(assembly)
    expected = canonical_hash(quad.triple for quad in ox.parse(files["mine.nt"], format=ox.RdfFormat.N_TRIPLES))
    for suffix, form in (("ttl", "turtle"), ("rdf", "xml"), ("jsonld", "json-ld")):
        assert canonical_hash(from_rdflib(Graph().parse(data=files[f"mine.{suffix}"], format=form))) == expected, suffix
    table = list(csv.DictReader(io.StringIO(files["csv/dams.csv"].decode())))
    assert {row["flag"] for row in table} == set(CODES)
