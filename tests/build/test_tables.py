"""The tables hold what the records say, one column for each key and each derived property."""

import csv
import io
import json
import tomllib
from pathlib import Path

import pyoxigraph as ox
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tests.ownrule import with_own_rule
from tests.support import ROOT, copy_of_world
from upheaval import __version__
from upheaval.build.export import Files, export
from upheaval.build.tables import escape
from upheaval.populate.assembly import Assembly, assemble
from upheaval.rdf.graphs import iri_of
from upheaval.schema.contract import Form

ODD = ["a, b", 'a "b"', "a\nb", "=1+1", "+1", "-1", "@x", "=cmd|' /C calc'!A0", " a ", "Арвения", "a;b\tc", "'"]


@pytest.fixture(scope="module")
def files(world_files: Files) -> Files:
    return world_files


def read(content: bytes) -> list[dict[str, str]]:
    rows = list(csv.reader(io.StringIO(content.decode(), newline=""), strict=True))
    assert {len(row) for row in rows} == {len(rows[0])}
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


def test_table_has_one_row_per_record_and_the_columns_of_the_contract(files: Files, world: Assembly) -> None:
    for folder, kind in world.contract.folders.items():
        records = [record for record in world.records if record.kind is kind]
        assert (f"csv/{folder}.csv" in files) == bool(records)
        if records:
            rows = read(files[f"csv/{folder}.csv"])
            assert [row["id"] for row in rows] == sorted(record.slug for record in records)
            plain = [key.name for key in kind.keys.values() if key.form not in (Form.NODE, Form.LANGUAGE)]
            assert [name for name in rows[0] if name in plain] == plain


def test_cells_hold_what_the_records_say(files: Files) -> None:
    states = {row["id"]: row for row in read(files["csv/states.csv"])}
    assert states["arvenia"]["label_en"] == "Arvenia"
    assert states["arvenia"]["label_ru"] == "Арвения"
    assert states["arvenia"]["altLabel_en"] == "Republic of Arvenia|The Vale"
    assert states["belmora"]["label_ru"] == ""
    treaty = next(row for row in read(files["csv/treaties.csv"]) if row["id"] == "neighbourhood-treaty-1990")
    assert treaty["cooperationType"] == "consultation-commitment|trade"
    assert treaty["party"] == "arvenia|belmora"
    transfer = next(row for row in read(files["csv/arms-transfers.csv"]) if row["id"] == "shells-to-corvania-2011")
    assert (transfer["startDate"], transfer["endDate"]) == ("2011-01", "2011-03-15")
    assert (transfer["earliest"], transfer["independentSources"], transfer["disputed"]) == ("2011-01-01", "2", "true")


def test_row_of_a_part_names_its_whole(files: Files) -> None:
    steps = [row for row in read(files["csv/steps.csv"]) if row["partOf"] == "river-charter-1999"]
    assert sorted((row["action"], row["date"], row["by"]) for row in steps) == [
        ("entered-into-force", "2000-01-01", ""),
        ("signed", "1999-07-01", ""),
        ("withdrew", "2015-06-30", "belmora"),
    ]
    within = [row["partOf"] for row in read(files["csv/citations.csv"])]
    assert {row["id"] for row in steps} <= set(within)


def test_any_text_survives_a_table(tmp_path: Path) -> None:
    root = copy_of_world(tmp_path)
    for number, text in enumerate(ODD):
        quoted = json.dumps(text, ensure_ascii=False)
        record = f"label: {{en: {quoted}}}\naltLabel: {{en: [{quoted}, z]}}\n"
        (root / f"data/states/odd-{number}.yaml").write_text(record, encoding="utf-8")
    found = {row["id"]: row for row in read(export(assemble(root))["csv/states.csv"])}
    for number, text in enumerate(ODD):
        assert found[f"odd-{number}"]["label_en"] == text
        cells = found[f"odd-{number}"]["altLabel_en"].split("|")
        assert [unescape(cell) for cell in cells] == sorted([text, "z"])


def unescape(cell: str) -> str:
    """Read a value of a list as README says it is written."""
    return cell.replace("%7C", "|").replace("%257C", "%7C").replace("%2525", "%25")


@given(st.lists(st.text("|%257Ca") | st.text(), min_size=1))
def test_values_of_a_list_can_be_told_apart(values: list[str]) -> None:
    assert [unescape(cell) for cell in "|".join(map(escape, values)).split("|")] == values


NAMESPACES = ["https://rivers.example/terms#", "https://rivers.example/terms/", "urn:rivers:"]


@pytest.mark.parametrize("namespace", NAMESPACES)
def test_derived_properties_of_other_namespaces_are_in_every_file(namespace: str, tmp_path: Path) -> None:
    files = export(assemble(with_own_rule(tmp_path, namespace)))
    arvenia = {row["id"]: row for row in read(files["csv/states.csv"])}["arvenia"]
    assert (arvenia["nameLength"], arvenia["sameLength"], arvenia["undefined"]) == ("7", "belmora|dorland", "7")
    assert arvenia[f"{namespace}dyad"] == "Arvenia", "its name belongs to Statecraft's property"
    (states,) = (one for one in json.loads(files["datapackage.json"])["resources"] if one["name"] == "states")
    fields = {field["name"]: field for field in states["schema"]["fields"]}
    assert (fields["nameLength"]["type"], fields["nameLength"]["title"]) == ("integer", "name length")
    assert fields["nameLength"]["description"] == "The number of letters of a state's name."
    assert fields["sameLength"]["title"] == "same length"
    assert fields["undefined"]["type"] == "integer"
    context = json.loads(files["context.jsonld"])["@context"]
    assert context["nameLength"] == {
        "@id": f"{namespace}nameLength",
        "@type": "http://www.w3.org/2001/XMLSchema#integer",
    }
    assert context["dyad"]["@id"] == "https://w3id.org/statecraft#dyad"
    assert "undefined" not in context
    frame = {one["id"]: one for one in json.loads(files["northern-pact.jsonld"])["@graph"]}["arvenia"]
    assert (frame["nameLength"], sorted(frame["sameLength"])) == ("7", ["belmora", "dorland"])
    statements = set(files["northern-pact.nt"].splitlines())
    data = {**json.loads(files["northern-pact.jsonld"]), "@context": context}
    back = {f"{quad.triple} .".encode() for quad in parse_jsonld(json.dumps(data))}
    assert back == statements


def parse_jsonld(text: str) -> list[ox.Quad]:
    return list(ox.parse(text.encode(), format=ox.RdfFormat.JSON_LD))


OWN = """\
@prefix own: <https://own.example/> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix statecraft: <https://w3id.org/statecraft#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
own:Depot a sh:NodeShape ; rdfs:label "depot"@en ; sh:targetClass own:D ; statecraft:folder "steps" ;
  sh:property own:d-step , own:d-label , own:d-label_en .
own:Move a sh:NodeShape ; rdfs:label "move"@en ; sh:targetClass own:M ; sh:property own:m-partOf .
own:d-label sh:path rdfs:label ; sh:datatype rdf:langString ; sh:uniqueLang true .
own:d-label_en sh:path own:label_en ; sh:datatype xsd:string ; sh:maxCount 1 .
own:d-step sh:path own:step ; sh:class own:M .
own:m-partOf sh:path own:partOf ; sh:datatype xsd:string ; sh:maxCount 1 .
"""


def test_tables_and_columns_of_equal_names_are_told_apart(tmp_path: Path) -> None:
    root = copy_of_world(tmp_path)
    (root / "shapes").mkdir(exist_ok=True)
    (root / "shapes/own.ttl").write_text(OWN)
    (root / "data/steps").mkdir()
    (root / "data/steps/depot.yaml").write_text("label: {en: Depot}\nlabel_en: x\nstep: [{partOf: y}]\n")
    found = export(assemble(root))
    rows = {
        name: list(csv.DictReader(io.StringIO(found[f"csv/{name}.csv"].decode())))
        for name in ("steps", "steps-M", "steps-Step")
    }
    assert rows["steps"] == [{"id": "depot", "label_en": "Depot", "https://own.example/label_en": "x"}]
    assert [(row["inside"], row["partOf"]) for row in rows["steps-M"]] == [("depot", "y")]
    assert len(rows["steps-Step"]) > 1


def test_each_version_is_the_same_wherever_it_stands(axis: Assembly) -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert (citation["version"], str(citation["date-released"])) == (axis.publication.version, axis.publication.issued)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == __version__
    header = ox.NamedNode("https://w3id.org/statecraft")
    info = ox.NamedNode("http://www.w3.org/2002/07/owl#versionInfo")
    (stated,) = axis.store.quads_for_pattern(header, info, None)
    assert axis.publication.conforms_to == (f"{header.value}/{iri_of(stated.object)}",)
