"""The tables are described so that others read them: by the Data Package standard, and by Croissant."""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import frictionless
import mlcroissant
import pandas
import pytest
from jsonschema import Draft7Validator

from tests.conformance import PROFILES, record
from tests.support import copy_of_world
from upheaval.build.export import Files, export
from upheaval.build.folder import write_build
from upheaval.curate.templates import new_publication
from upheaval.populate.assembly import Assembly, assemble
from upheaval.schema.contract import Form

PROFILE = json.loads((PROFILES / "datapackage.json").read_text(encoding="utf-8"))
MACHINE_TYPES = {
    "boolean": "sc:Boolean",
    "date": "sc:Date",
    "integer": "sc:Integer",
    "number": "sc:Float",
    "year": "sc:Integer",
}


@pytest.fixture(scope="module")
def files(world: Assembly) -> Files:
    return export(world)


@pytest.fixture(scope="module")
def build(files: Files, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tables") / "build"
    write_build(files, folder)
    return folder


def package_of(files: Mapping[str, bytes]) -> dict[str, Any]:
    package: dict[str, Any] = json.loads(files["datapackage.json"])
    return package


def fields_of(files: Files) -> Iterator[tuple[str, dict[str, Any]]]:
    for resource in package_of(files)["resources"]:
        for field in resource.get("schema", {}).get("fields", ()):
            yield resource["name"], field


def test_data_package_is_valid_and_its_tables_fit_their_schemas(
    files: Files, build: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("socket.socket.connect", lambda *_: pytest.fail("something is fetched"))
    report = frictionless.Package(str(build / "datapackage.json")).validate()
    assert report.valid, report.flatten(["name", "type", "message"])
    tables = {path for path in files if path.startswith(("csv/", "data/"))}
    assert {task.place for task in report.tasks} == tables
    described = package_of(files)
    assert described["version"] == json.loads(files["manifest.json"])["version"] == "1.0.0"
    assert {resource["path"] for resource in described["resources"]} == tables
    assert len({resource["name"] for resource in described["resources"]}) == len(described["resources"])


def test_data_package_follows_the_json_schema_of_the_standard(files: Files) -> None:
    validator = Draft7Validator(PROFILE)
    errors = [error.message for error in validator.iter_errors(package_of(files))]
    record("data-package", "datapackage", not errors)
    assert errors == []
    assert not validator.is_valid(package_of(files) | {"keywords": []})


@pytest.mark.parametrize(("profile", "part"), [("dataresource", None), ("tableschema", "schema")])
def test_each_resource_follows_the_json_schema_of_its_kind(files: Files, profile: str, part: str | None) -> None:
    validator = Draft7Validator(json.loads((PROFILES / f"{profile}.json").read_text(encoding="utf-8")))
    resources = package_of(files)["resources"]
    found = [one[part] if part else one for one in resources if not part or part in one]
    errors = [error.message for one in found for error in validator.iter_errors(one)]
    record("data-package", profile, not errors)
    assert errors == []


def test_data_package_of_a_new_publication_follows_the_standard(tmp_path: Path) -> None:
    new_publication(tmp_path / "A-Pact")
    package = package_of(export(assemble(tmp_path / "A-Pact")))
    assert [error.message for error in Draft7Validator(PROFILE).iter_errors(package)] == []


def test_every_column_is_described(files: Files) -> None:
    for table, field in fields_of(files):
        assert field["title"], (table, field)
        assert field["description"].endswith("."), (table, field)
    for resource in package_of(files)["resources"]:
        assert resource["title"]
        assert resource["description"]
        if "schema" in resource:
            years = resource["name"].endswith(("-year", "-year-directed"))
            assert resource["schema"]["missingValues"] == (["", "NA"] if years else [""])


def test_column_has_the_type_that_the_shape_demands(files: Files, world: Assembly) -> None:
    types = {"integer": "integer", "decimal": "number", "boolean": "boolean", "date": "date", "gYear": "year"}
    fields = {(table, field["name"]): field for table, field in fields_of(files)}
    seen = set()
    for folder, kind in world.contract.folders.items():
        for key in kind.keys.values():
            field = fields.get((folder, key.name))
            if field is None or key.form is not Form.LITERAL:
                continue
            names = [datatype.rpartition("#")[2] for datatype in key.datatypes]
            wanted = types.get(names[0], "string") if len(names) == 1 else "string"
            if key.maximum == 1:
                assert field["type"] == wanted, (folder, key.name)
                assert field.get("constraints", {}).get("required", False) == (key.minimum > 0)
                seen.add(wanted)
            else:
                assert (field["delimiter"], field["itemType"]) == ("|", wanted), (folder, key.name)
    assert seen == {"string", "date", "integer", "boolean"}
    derived = {name: field["type"] for (_, name), field in fields.items()}
    wanted_of_derived = {"earliest": "date", "disputed": "boolean", "independentSources": "integer", "year": "year"}
    assert {name: derived[name] for name in wanted_of_derived} == wanted_of_derived


def test_date_of_unknown_precision_has_a_pattern(files: Files) -> None:
    (field,) = (field for table, field in fields_of(files) if (table, field["name"]) == ("arms-transfers", "date"))
    schema = frictionless.Schema.from_descriptor({"fields": [field]})
    for text, fits in (("2010", True), ("2010-05", True), ("2010-05-31", True), ("2010-5", False), ("May 2010", False)):
        notes = schema.read_cells([text])[1]
        assert (not any(notes)) == fits, text


def test_column_of_codes_lists_them(files: Files, world: Assembly) -> None:
    (field,) = (
        field for table, field in fields_of(files) if (table, field["name"]) == ("treaties", "evidentialStatus")
    )
    codes = world.contract.codes["https://w3id.org/statecraft#EvidentialStatus"]
    assert field["constraints"]["enum"] == sorted(codes)


def test_values_with_a_bar_can_be_split(tmp_path: Path) -> None:
    root = copy_of_world(tmp_path)
    state = 'label: {en: Rur}\naltLabel: {en: ["a|b", "c"]}\ncitation: [{source: almanac-2012, locator: p. 1}]\n'
    source = next((root / "data" / "sources").glob("*.yaml")).stem
    (root / "data" / "states" / "rur.yaml").write_text(state.replace("almanac-2012", source), encoding="utf-8")
    files = export(assemble(root))
    rows = csv.DictReader(io.StringIO(files["csv/states.csv"].decode(), newline=""))
    (cell,) = (row["altLabel_en"] for row in rows if row["id"] == "rur")
    assert cell == "a%7Cb|c"
    (field,) = (field for table, field in fields_of(files) if (table, field["name"]) == ("states", "altLabel_en"))
    assert "%7C stands for a vertical bar" in field["description"]


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
def test_croissant_is_valid_and_gives_the_rows_of_the_tables(
    files: Files, build: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("socket.socket.connect", lambda *_: pytest.fail("something is fetched"))
    dataset = mlcroissant.Dataset(jsonld=build / "croissant.json")
    assert dataset.metadata.ctx.conforms_to.value == "http://mlcommons.org/croissant/1.1"
    assert not dataset.metadata.ctx.issues.errors
    assert not dataset.metadata.ctx.issues.warnings
    assert "not standard" not in caplog.text
    assert {one.uuid for one in dataset.metadata.record_sets} == {
        Path(path).stem for path in files if path.startswith("csv/")
    }
    treaty = next(row for row in dataset.records("treaties") if row["treaties/id"] == b"neighbourhood-treaty-1990")
    assert treaty["treaties/party"] == [b"arvenia", b"belmora"]
    years = list(dataset.records("dyad_year"))
    rows = list(csv.DictReader(io.StringIO(files["csv/dyad_year.csv"].decode(), newline="")))
    read = [None if pandas.isna(row["dyad_year/records"]) else row["dyad_year/records"] for row in years]
    assert read == [None if row["records"] in ("", "NA") else int(row["records"]) for row in rows]


def test_croissant_and_data_package_agree(files: Files) -> None:
    described = json.loads(files["croissant.json"])
    fields = {field["@id"]: field for one in described["recordSet"] for field in one["field"]}
    for table, field in fields_of(files):
        other = fields[f"{table.replace('-year', '_year').replace('-directed', '_directed')}/{field['name']}"]
        plain = MACHINE_TYPES.get(field.get("itemType", field["type"]), "sc:Text")
        assert other["dataType"] == ("sc:URL" if field.get("format") == "uri" else plain)
        assert other.get("isArray", False) == ("delimiter" in field)
