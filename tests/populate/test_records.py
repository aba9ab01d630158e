"""Files and folders: which records are read, what is wrong with names, and that one fault does not make others."""

import re
from pathlib import Path

import pytest

from tests.support import copy_of_world, faults_of
from upheaval.build.export import Files
from upheaval.faults import Fault, Refusal
from upheaval.populate.assembly import Assembly, assemble
from upheaval.populate.records import list_files, place_records, read_records
from upheaval.schema.publication import open_publication
from upheaval.sources.reserved import RESERVED, owned

STATE = "label: {en: A state}\ncitation: [{source: gazette, locator: whole}]\n"
MINIMAL = """\
iri: https://example.org/p/
prefix: p
name: p
title: P
description: P
license: https://creativecommons.org/licenses/by/4.0/
creator: Somebody
version: 1.0.0
issued: 2020-12-31
"""


@pytest.fixture(autouse=True)
def _vocabulary_read_once(world: Assembly, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("upheaval.schema.schema.load_vocabulary", lambda _publication: world.vocabulary)
    monkeypatch.setattr("upheaval.schema.schema.derive_contract", lambda _graph, _place: world.contract)
    monkeypatch.setattr("upheaval.check.vocabularyfaults.unknown_terms", lambda _vocabulary: [])


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return copy_of_world(tmp_path)


def put(root: Path, file: str, text: str = STATE) -> list[str]:
    """Write a file, check the publication, and return its faults."""
    target = root / file
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")
    return [str(fault) for fault in faults_of(root)]


def test_records_are_named_by_their_files(root: Path) -> None:
    assert put(root, "data/states/edenia.yaml") == []
    assembly = assemble(root)
    assert "https://example.org/northern-pact/edenia" in assembly.populated.locations
    files = [record.file for record in assembly.records]
    assert "data/states/edenia.yaml" in files
    assert files == sorted(files)
    assert "data/publication.yaml" not in files


def test_record_may_be_in_a_subfolder(root: Path) -> None:
    assert put(root, "data/states/north/edenia.yaml") == []
    assert {record.kind.name for record in assemble(root).records if record.slug == "edenia"} == {"State"}


@pytest.mark.parametrize(
    ("file", "fault"),
    [
        ("data/state/edenia.yaml", "no kind of record has the folder data/state (did you mean data/states?)"),
        ("data/treaty/edenia.yaml", "no kind of record has the folder data/treaty (did you mean data/treaties?)"),
        ("data/States/edenia.yaml", "no kind of record has the folder data/States (did you mean data/states?)"),
        ("data/edenia.yaml", "a record must be in the folder of its kind (move it into one of the folders in data)"),
        ("data/states/edenia.yml", "a record's file name must end in .yaml (rename it to `edenia.yaml`)"),
        ("data/states/edenia.YAML", "a record's file name must end in .yaml (rename it to `edenia.yaml`)"),
        ("data/states/notes.txt", "a record's file name must end in .yaml (move it elsewhere)"),
    ],
)
def test_a_file_in_the_wrong_place_is_a_fault(root: Path, file: str, fault: str) -> None:
    assert put(root, file) == [f"{file}: error: {fault}"]


@pytest.mark.parametrize(
    ("name", "better"),
    [
        ("Edenia", "edenia"),
        ("new_edenia", "new-edenia"),
        ("new edenia", "new-edenia"),
        ("new--edenia", "new-edenia"),
        ("-edenia-", "edenia"),
        ("edenia.old", "edenia-old"),
        ("édenia", "denia"),
        ("Эдения", "a-name"),
    ],
)
def test_a_malformed_record_name_is_a_fault(root: Path, name: str, better: str) -> None:
    message = "a record's file name may only have lower-case letters, digits and single hyphens"
    file = f"data/states/{name}.yaml"
    assert put(root, file) == [f"{file}: error: {message} (rename it to `{better}.yaml`)"]


@pytest.mark.parametrize("name", ["Arvenia.yaml", "arvenia.yml", "ARVENIA.YAML", "_arvenia.yaml"])
def test_a_cure_never_overwrites_another_record(root: Path, name: str) -> None:
    (fault,) = put(root, f"data/places/{name}")
    assert fault.endswith("(there is a `arvenia.yaml` already: delete one of the two, or rename this one)")


@pytest.mark.slow
def test_two_cures_never_propose_one_name(root: Path) -> None:
    put(root, "data/states/New_Edenia.yaml")
    put(root, "data/places/New Edenia.yaml")
    first, second = put(root, "data/states/edenia.yaml")
    assert first.endswith("(rename it to `new-edenia.yaml`)")
    assert second.endswith("(there is a `new-edenia.yaml` already: delete one of the two, or rename this one)")


@pytest.mark.slow
def test_what_systems_and_editors_leave_is_no_record(root: Path) -> None:
    for name in (
        ".DS_Store",
        ".arvenia.yaml.swp",
        "arvenia.yaml~",
        "._arvenia.yaml",
        "4913",
        "Thumbs.db",
        ".git/x.yaml",
    ):
        put(root, f"data/states/{name}", "")
    (root / "data/states/.#arvenia.yaml").symlink_to("somebody@host.1234")
    for folder in ("ontology", "shapes", "queries"):
        (root / folder).mkdir()
        for suffix in ("ttl", "rq"):
            (root / folder / f".#x.{suffix}").symlink_to("somebody@host.1234")
            (root / folder / f"._x.{suffix}").write_bytes(b"\0\5\x16\7")
    assert faults_of(root) == []


def test_unknown_folder_gives_a_list_of_folders(root: Path) -> None:
    (fault,) = put(root, "data/zzz/edenia.yaml")
    assert "no kind of record has the folder data/zzz (the folders are " in fault
    assert ", treaties" in fault


def test_name_taken_by_another_folder(root: Path) -> None:
    (fault,) = put(root, "data/places/arvenia.yaml", "label: {en: A place}\nplaceKind: city\n")
    assert fault.startswith("data/states/arvenia.yaml: error: data/places/arvenia.yaml has the same name")


@pytest.mark.slow
def test_faults_have_rules(root: Path) -> None:
    for file in (
        "data/state/a.yaml",
        "data/a.yaml",
        "data/states/b.yml",
        "data/states/C.yaml",
        "data/places/timber.yaml",
    ):
        put(root, file)
    rules = {fault.rule for fault in faults_of(root) if fault.rule.startswith("record/")}
    assert rules == {"record/folder", "record/suffix", "record/name", "record/name-twice"}


@pytest.mark.parametrize("text", ["label: [", "label: {en: A}\n\tx: 1\n", "- a\n- b\n", "", "just text\n"])
def test_references_to_an_unreadable_record_still_resolve(root: Path, text: str) -> None:
    """A state that nearly every record refers to: only its own fault is shown."""
    faults = put(root, "data/states/arvenia.yaml", text)
    assert {fault.partition(":")[0] for fault in faults} == {"data/states/arvenia.yaml"}
    assert not [fault for fault in faults if "name in English" in fault or "cites at least" in fault]


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("cooperationType: [consultation-commitment, trade]", "cooperationType: ~", "3:18"),
        ("date: 1990-05-04, ", "date: '', ", "6:28"),
        ("action: signed", "action: !code signed", "6:14"),
        ("evidentialStatus: acknowledged", "evidentialStatus: &status acknowledged", "13:19"),
        ("party: [arvenia, belmora]", "party: [arvenia, belmora]\nparty: [corvania]", "3:1"),
    ],
)
def test_refused_value_causes_no_other_fault(root: Path, old: str, new: str, place: str) -> None:
    file = "data/treaties/neighbourhood-treaty-1990.yaml"
    text = (root / file).read_text(encoding="utf-8")
    assert old in text
    (fault,) = put(root, file, text.replace(old, new, 1))
    assert fault.startswith(f"{file}:{place}: error: ")


@pytest.mark.parametrize(
    ("file", "old", "new", "place"),
    [
        ("exercises/patrol-2014", "date: 2014-07", "date: July 2014", "4:1"),
        ("exercises/patrol-2014", "[arvenia, belmora]", "[arvenla, belmora]", "3:15"),
        ("exercises/patrol-2014", "[arvenia, belmora]", "arvenla", "3:1"),
        ("links/arvenia-atlas", "subject: arvenia", "subject: arvenla", "1:1"),
        ("findings/no-energy-arvenia-corvania", "arvenia, ", "arvenla, ", "2:17"),
        ("coalitions/northern-pact", "member: corvania", "member: corvanla", "9:6"),
        ("states/belmora", "label: {en: Belmora}", "label: Belmora", "1:1"),
        ("states/belmora", "source: gazette", "source: gazete", "4:13"),
        ("sources/gazette", "sourceKind: official", "sourceKind: oficial", "3:1"),
        ("phases/first-phase", "startDate: 1950", "startDate: 195", "2:1"),
        ("treaties/fishing-treaty-1970", "date: 1970", "date: 19700", "5:22"),
    ],
)
def test_one_mistake_gives_one_fault(root: Path, file: str, old: str, new: str, place: str) -> None:
    text = (root / "data" / f"{file}.yaml").read_text(encoding="utf-8")
    assert old in text
    faults = put(root, f"data/{file}.yaml", text.replace(old, new, 1))
    assert [fault.partition(": error: ")[0] for fault in faults] == [f"data/{file}.yaml:{place}"]


def test_publication_without_records(tmp_path: Path) -> None:
    (fault,) = put(tmp_path, "data/publication.yaml", MINIMAL)
    assert "the dataset is empty" in fault


def test_no_data_folder(tmp_path: Path) -> None:
    (rule,) = _refused(tmp_path, None)
    assert rule.startswith("data/publication.yaml: error: no publication in ")


def test_data_folder_that_goes_missing(root: Path, world: Assembly) -> None:
    publication = open_publication(root)
    (root / "data").rename(root / "dates")
    with pytest.raises(Refusal, match="there is no `data` folder"):
        list_files(publication)
    records, faults = read_records(publication, place_records(["data/states/arvenia.yaml"], world.contract)[0])
    assert [(record.slug, record.body) for record in records] == [("arvenia", None)]
    assert [fault.message.partition(":")[0] for fault in faults] == ["cannot be read"]


def test_unreadable_file_is_a_fault(root: Path) -> None:
    (root / "data/states/edenia.yaml").write_bytes(b"label: {en: \xff}\n")
    faults = faults_of(root)
    assert {fault.file for fault in faults} == {"data/states/edenia.yaml"}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (MINIMAL.replace("title: P\n", ""), " error: the publication has no `title` (add `title:`)"),
        (
            MINIMAL.replace("title: P\n", "titel: P\ntitle: P\n"),
            "4:1: error: unknown key `titel` (did you mean `title`?)",
        ),
        (MINIMAL + "zzz: P\n", "10:1: error: unknown key `zzz` (the keys are iri, prefix, "),
        (
            MINIMAL.replace("/p/", "/p"),
            "1:1: error: `https://example.org/p` is not a namespace: ",
        ),
        (
            MINIMAL.replace("https://example", "ftp://example"),
            "1:1: error: `ftp://example.org/p/` has the scheme `ftp`",
        ),
        (MINIMAL.replace("https://example.org/p/", "https:///p/"), "1:1: error: `https:///p/` has no host"),
        (
            MINIMAL.replace("prefix: p", "prefix: p:q"),
            "2:1: error: `p:q` is not a valid prefix: it starts with a letter",
        ),
        (
            MINIMAL.replace("name: p", "name: ../p"),
            "3:1: error: `../p` is not a valid name: it may only have",
        ),
        (MINIMAL + "publisherType: Club\n", "10:1: error: `Club` is not a type of publisher (write one of Academia-"),
        (MINIMAL + "spatial: [0, 0, 10]\n", "10:1: error: `spatial` is not a bounding box (write four degrees: west, "),
        (MINIMAL + "spatial: [0, 10, 10, 0]\n", "10:1: error: `spatial` is not a bounding box"),
        (MINIMAL + "spatial: [0, 0, 190, 10]\n", "10:1: error: `spatial` is not a bounding box"),
        (MINIMAL + "spatial: {west: 1}\n", "10:1: error: `spatial` is not a bounding box"),
        ("- a\n", "1:1: error: "),
    ],
)
def test_invalid_publication_metadata_is_refused(tmp_path: Path, text: str, fault: str) -> None:
    (message,) = _refused(tmp_path, text)
    assert message.startswith(f"data/publication.yaml:{fault}")


def test_every_fault_of_a_publication_is_shown(tmp_path: Path) -> None:
    messages = _refused(tmp_path, "iri: https://example.org/p\nprefx: p\n")
    assert [one.rule for one in _faults(tmp_path)].count("publication/missing-key") == 8
    assert len(messages) == 10


def test_publication_metadata_is_read(tmp_path: Path) -> None:
    put(tmp_path, "data/publication.yaml", MINIMAL + "keyword: [a, b]\nhomepage: https://example.org/\n")
    publication = open_publication(tmp_path)
    assert (publication.creator, publication.publisher) == (("Somebody",), "Somebody")
    assert (publication.keyword, publication.homepage) == (("a", "b"), "https://example.org/")
    assert publication.graph("data") == "https://example.org/p/graph/data"
    assert (publication.publisher_type, publication.spatial) == ("", ())
    more = "publisherType: Company\nspatial: [-10.5, 0, 10, 20]\n"
    put(tmp_path, "data/publication.yaml", MINIMAL + more)
    publication = open_publication(tmp_path)
    assert (publication.publisher_type, publication.spatial) == ("Company", ("-10.5", "0", "10", "20"))


def _refused(root: Path, text: str | None) -> list[str]:
    if text is not None:
        (root / "data").mkdir()
        (root / "data/publication.yaml").write_text(text, encoding="utf-8")
    return [str(fault) for fault in _faults(root)]


def _faults(root: Path) -> tuple[Fault, ...]:
    with pytest.raises(Refusal) as caught:
        open_publication(root)
    return caught.value.faults


@pytest.mark.parametrize(
    ("before", "after", "wrong"),
    [
        ("iri: https://example.org/northern-pact/", "iri: https://a b/", "has a space"),
        ("iri: https://example.org/northern-pact/", "iri: [https://a.org/]", "`iri` must be a string"),
        ("title: Northern Pact", "title: {en: Northern Pact}", "`title` must be a string"),
        ("license: https:", "license: ftp:", "only http and https"),
    ],
)
def test_publication_metadata_is_validated(tmp_path: Path, before: str, after: str, wrong: str) -> None:
    root = copy_of_world(tmp_path)
    file = root / "data" / "publication.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace(before, after), encoding="utf-8")
    with pytest.raises(Refusal, match=wrong):
        open_publication(root)


@pytest.mark.parametrize("slug", ["sparql", "health", "reconcile", "graph", "index", "search", "catalog"])
def test_reserved_name_is_refused(root: Path, slug: str) -> None:
    (fault,) = put(root, f"data/states/{slug}.yaml")
    assert fault.startswith(f"data/states/{slug}.yaml: error: the name `{slug}` is reserved for the ")
    assert fault.endswith(f"(rename it to `the-{slug}.yaml`)")


def test_every_other_name_in_a_build_is_reserved(axis: Assembly, axis_files: Files) -> None:
    """Files of the build, and IRIs of the namespace that are no record's."""
    files = {name for path in axis_files if (name := path.partition("/")[0].partition(".")[0])}
    assert files - {axis.publication.name} <= set(RESERVED)
    records = {record.slug for record in axis.records}
    terms = {term for quad in axis.store for term in (quad.subject, quad.object, quad.graph_name)}
    ours = {str(getattr(term, "value", "")) for term in terms}
    names = {re.split("[/#]", iri.removeprefix(axis.publication.iri))[0] for iri in ours if is_local(iri, axis)}
    assert {"graph", "dyad"} <= names - records - {""} <= set(RESERVED)
    assert not records & set(RESERVED)


def is_local(iri: str, assembly: Assembly) -> bool:
    return iri.startswith(assembly.publication.iri)


def test_a_route_cannot_hide_a_record() -> None:
    assert owned("/reconcile/preview") == "/reconcile/preview"
    assert owned("/.well-known/void") == "/.well-known/void"
    with pytest.raises(ValueError, match="a record could be named belmora"):
        owned("/belmora")
