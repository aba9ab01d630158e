"""The metadata of a publication: each fault at its line, with what is wrong and what to write instead."""

from pathlib import Path

import pytest
from rdflib.namespace import DCAT, FOAF, PROV, SKOS

from tests.support import ROOT, copy_of_world, faults_of
from upheaval.build.export import Files, export
from upheaval.faults import Fault, Refusal, Severity
from upheaval.populate.assembly import Assembly, assemble
from upheaval.schema.configuration import name_problem, prefix_problem
from upheaval.schema.publication import open_publication
from upheaval.schema.schema import prepare

LINES = {
    "iri": "https://example.org/p/",
    "prefix": "p",
    "name": "p",
    "title": "P",
    "description": "P",
    "license": "https://creativecommons.org/licenses/by/4.0/",
    "creator": "Somebody",
    "publisher": "Somebody",
    "version": "1.0.0",
    "issued": "2020-12-31",
}


def write(root: Path, **changes: str) -> Path:
    (root / "data").mkdir(exist_ok=True)
    lines = [f"{key}: {value}\n" for key, value in (LINES | changes).items()]
    (root / "data/publication.yaml").write_text("".join(lines), encoding="utf-8")
    return root


def refused(root: Path, **changes: str) -> list[Fault]:
    with pytest.raises(Refusal) as refusal:
        open_publication(write(root, **changes))
    for fault in refusal.value.faults:
        assert fault.cure
        assert fault.file == "data/publication.yaml"
    return list(refusal.value.faults)


def only(root: Path, key: str, value: str) -> Fault:
    (fault,) = refused(root, **{key: value})
    assert fault.at is not None
    assert fault.at[0] == [*(LINES | {key: value})].index(key) + 1
    return fault


def test_nothing_is_wrong_with_what_is_right(tmp_path: Path) -> None:
    publication = open_publication(write(tmp_path, iri="https://näher.example/fluß/"))
    assert publication.iri == "https://näher.example/fluß/"
    assert publication.warnings == ()


@pytest.mark.parametrize(
    "iri",
    [
        "https://example.org/a/../b/",
        "https://example.org/./b/",
        "https://example.org/a/..",
        "https://example.org/%2e%2e/",
        "https://example.org/b",
        "https://example.org/b#",
        "https://example.org/b#c/",
        "https://example.org/b?c=/",
        "https://example.org/a b/",
        '" https://example.org/"',
        "example.org/b/",
        "/b/",
        "//example.org/b/",
        "b/",
        "http:/example.org/",
        "https:///b/",
        "https://:80/b/",
        "https://example.org:x/",
        "https://example.org:443/",
        "https://example.org./b/",
        "http://example.org//b/",
        "ftp://example.org/",
        "urn:x:y/",
        "file:///tmp/",
        "HTTPS://example.org/",
        "https://Example.org/",
        "https://me@example.org/",
        "https://example.org/%7Eme/",
        "https://example.org/%41/",
        "https://example.org/%c3%a9/",
        "https://example.org/%zz/",
        "https://example.org/100%/",
        "https://example.org/<b>/",
        "https://example.org/a\\b/",
        "https://example.org/e\u0301/",
        "https://w3id.org/statecraft/",
        "http://www.wikidata.org/entity/",
    ],
)
def test_a_namespace_in_another_form_is_refused(tmp_path: Path, iri: str) -> None:
    faults = [fault for fault in refused(tmp_path, iri=iri) if fault.severity is Severity.ERROR]
    assert [fault.rule for fault in faults] == ["publication/iri"]
    assert {fault.at for fault in faults} == {(1, 1)}


@pytest.mark.parametrize("key", ["license", "homepage", "priorVersion", "source"])
@pytest.mark.parametrize("value", ["CC-BY-4.0", "creativecommons.org/x", "https://example.org/../x", "mailto:a@b.c"])
def test_other_addresses_are_checked_too(tmp_path: Path, key: str, value: str) -> None:
    assert only(tmp_path, key, value).rule == f"publication/{key}"


def test_an_address_in_a_list_is_at_fault_where_it_is(tmp_path: Path) -> None:
    (fault,) = refused(tmp_path, source="[https://example.org/a?b#c, nowhere]")
    assert fault.at == (11, 37)


@pytest.mark.slow
def test_every_output_of_a_build_is_a_name_that_a_publication_may_not_have(world_files: Files, world: Assembly) -> None:
    stems = {path.partition("/")[0].partition(".")[0] for path in world_files} - {world.publication.name}
    assert stems >= {"statecraft", "catalog", "shapes", "csv", "datapackage", "croissant", "conformance", "manifest"}
    assert [stem for stem in {*stems, "site"} if name_problem(stem) is None] == []


@pytest.mark.parametrize("name", ["Statecraft", "a b", "a/b", "../a", "a.b", "ä", "-a", "a--b", "a_b"])
def test_a_name_that_is_no_file_name_everywhere_is_refused(tmp_path: Path, name: str) -> None:
    assert only(tmp_path, "name", name).rule == "publication/name"


@pytest.mark.parametrize("prefix", ["1a", "a:", "a b", "_a", "-a", "a.", "xml", "XMLx", "a/b", "é:"])
def test_a_prefix_that_turtle_or_xml_refuse_is_refused(tmp_path: Path, prefix: str) -> None:
    assert only(tmp_path, "prefix", f'"{prefix}"').rule == "publication/prefix"


@pytest.mark.parametrize("space", [SKOS, PROV, FOAF, DCAT])
def test_a_standard_prefix_is_taken(space: object) -> None:
    name = {SKOS: "skos", PROV: "prov", FOAF: "foaf", DCAT: "dcat"}[space]  # type: ignore[index]
    found = prefix_problem(name, "https://example.org/p/")
    assert found is not None
    assert str(space) in found[0]


@pytest.mark.parametrize("prefix", ["time", "org", "schema", "statecraft", "xsd", "wd", "geo", "sosa", "SKOS"])
def test_other_standard_prefixes_are_taken(tmp_path: Path, prefix: str) -> None:
    assert "stands for <http" in only(tmp_path, "prefix", prefix).message


@pytest.mark.parametrize("prefix", ["p", "a-pact", "Pact", "p1", "río", "a.b"])
def test_other_prefixes_are_free(prefix: str) -> None:
    assert prefix_problem(prefix, "https://example.org/p/") is None


@pytest.mark.parametrize(
    "key", ["publisher", "title", "license", "creator", "name", "prefix", "iri", "issued", "version"]
)
def test_a_placeholder_is_one_fault(tmp_path: Path, key: str) -> None:
    assert only(tmp_path, key, "...").rule == "yaml/placeholder"


@pytest.mark.parametrize("version", ["1 0", "1/0", "v#1", "1.0?", "-1"])
def test_a_version_goes_into_an_iri(tmp_path: Path, version: str) -> None:
    assert only(tmp_path, "version", version).rule == "publication/version"


def test_all_faults_are_listed_together(tmp_path: Path) -> None:
    faults = refused(tmp_path, iri="b", name="csv", prefix="foaf", publisher="...", issued="2020-02-30", licence="x")
    assert [fault.at and fault.at[0] for fault in faults] == [1, 2, 3, 8, 10, 11]


def test_a_conflict_in_the_metadata_is_one_fault(tmp_path: Path) -> None:
    (fault,) = refused(tmp_path, title="|\n  a\n<<<<<<< HEAD\n  b\n=======\n  c\n>>>>>>> x")
    assert (fault.at, fault.rule) == ((6, 1), "text/merge-conflict")


@pytest.mark.slow
def test_a_warning_about_the_metadata_stops_nothing_and_is_shown(tmp_path: Path) -> None:
    root = copy_of_world(tmp_path)
    file = root / "data/publication.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("title: ", "title: A\u00a0"), encoding="utf-8")
    (fault,) = faults_of(root)
    assert (fault.file, fault.rule) == ("data/publication.yaml", "text/no-break-space")


(CURRENT,) = open_publication(ROOT).conforms_to


def with_version(root: Path, *versions: str) -> Path:
    file = root / "data/publication.yaml"
    text = file.read_text(encoding="utf-8") + f"conformsTo: [{', '.join(versions)}]\n"
    file.write_text(text, encoding="utf-8")
    return root


@pytest.mark.slow
def test_a_version_that_is_installed_is_in_the_catalogue_and_the_data_package(tmp_path: Path) -> None:
    root = with_version(copy_of_world(tmp_path), CURRENT)
    assembly = assemble(root)
    files = export(assembly)
    assert (
        f"dcterms:conformsTo <{CURRENT}>".encode() in files["catalog.ttl"] or CURRENT.encode() in files["catalog.ttl"]
    )
    assert f'"conformsTo": [\n  "{CURRENT}"\n ]'.encode() in files["datapackage.json"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("version", "words"),
    [
        ("https://w3id.org/statecraft/9.9.9", f"but <{CURRENT}> is installed"),
        ("https://w3id.org/statecraft", f"but <{CURRENT}> is installed"),
        ("https://institute.example/profile/2.0", "no ontology here has the version"),
    ],
)
def test_another_version_is_a_fault_at_its_place(tmp_path: Path, version: str, words: str) -> None:
    root = with_version(copy_of_world(tmp_path), CURRENT, version)
    with pytest.raises(Refusal) as refusal:
        prepare(root)
    (fault,) = refusal.value.faults
    assert words in fault.message
    assert fault.cure
    assert fault.at is not None
    assert fault.at[1] == len(f"conformsTo: [{CURRENT}, ") + 1


def test_the_profile_of_an_institute_is_a_version_like_any_other(tmp_path: Path) -> None:
    root = with_version(copy_of_world(tmp_path), "https://institute.example/profile/2.0")
    (root / "ontology").mkdir()
    (root / "ontology/profile.ttl").write_text(
        "<https://institute.example/profile> a <http://www.w3.org/2002/07/owl#Ontology> ; "
        "<http://www.w3.org/2002/07/owl#versionIRI> <https://institute.example/profile/2.0> ."
    )
    assert prepare(root).publication.conforms_to == ("https://institute.example/profile/2.0",)


def test_the_prefix_of_codes_is_taken(tmp_path: Path) -> None:
    root = copy_of_world(tmp_path)
    file = root / "data/publication.yaml"
    lines = [line if not line.startswith("prefix:") else "prefix: bearing" for line in file.read_text().splitlines()]
    file.write_text("\n".join(lines) + "\n")
    with pytest.raises(Refusal, match="the prefix `bearing` stands for the codes in") as refusal:
        prepare(root)
    assert refusal.value.faults[0].at is not None
