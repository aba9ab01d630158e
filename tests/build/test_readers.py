"""Every published file is read alike by libraries of different families: to the same canonical statements."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import rdflib
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.build.readers import READERS, by_pyoxigraph, read_12, read_by
from tests.support import ROOT, WHOLE, WORLD, copy_of_world, faults_of, sampled
from upheaval.build.export import Files, export
from upheaval.faults import Severity
from upheaval.populate.assembly import Assembly, assemble
from upheaval.rdf.datatypes import IllFormed, web_address
from upheaval.schema.context import is_class
from upheaval.serve.answering import write_graph
from upheaval.serve.describing import describe
from upheaval.site.library import open_library
from upheaval.site.recordfiles import RecordDocuments

pytestmark = pytest.mark.engine
FORMS = {".ttl", ".nt", ".nq", ".trig", ".rdf", ".jsonld"}
RECORDS = 6


@pytest.fixture(autouse=True)
def lexical_forms_as_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rdflib, "NORMALIZE_LITERALS", False)


def published(assembly: Assembly, folder: Path) -> dict[Path, str]:
    """Write every RDF file of a build, and documents of records as the site and the server have them.

    Returns:
        The canonical statements of each, by pyoxigraph.

    """
    files = export(assembly)
    library = open_library(assembly, "x")
    names = sampled(sorted(library.records), RECORDS)
    files |= dict(RecordDocuments(library).files(names))
    for name in names:
        triples, _ = describe(assembly.store, assembly.publication.iri + name, 10_000)
        files |= {f"served/{name}.{form}": write_graph(triples, form) for form in ("ttl", "jsonld", "nt", "rdf")}
    return {path: by_pyoxigraph(path) for path in written(files, folder) if path.name != "context.jsonld"}


def written(files: Files, folder: Path) -> Iterator[Path]:
    for name, content in files.items():
        path = folder / name
        if path.suffix in FORMS:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    yield from sorted(path for path in folder.rglob("*") if path.suffix in FORMS)


@pytest.fixture(scope="module")
def expected(world: Assembly, tmp_path_factory: pytest.TempPathFactory) -> dict[Path, str]:
    return published(world, tmp_path_factory.mktemp("published"))


def differing(reader: str, expected: dict[Path, str], folder: Path) -> dict[str, str]:
    found = read_by(reader, list(expected), folder)
    assert found
    return {
        path.name: "\n".join(sorted(set(text.splitlines()) ^ set(expected[path].splitlines()))[:6])
        for path, text in found.items()
        if text != expected[path]
    }


@pytest.mark.parametrize("reader", READERS)
def test_reads_every_file_alike(reader: str, expected: dict[Path, str], tmp_path: Path) -> None:
    assert differing(reader, expected, tmp_path) == {}


@pytest.mark.slow
@pytest.mark.parametrize("reader", sorted(READERS) if WHOLE else ["jsonld-streaming-parser", "raptor"])
def test_shipped_dataset_is_read_alike(reader: str, axis_build: Path, tmp_path: Path) -> None:
    files = sorted(path for path in axis_build.glob("axis-of-upheaval.*") if path.suffix in READERS[reader])
    chosen = [path for path in files if path.stem == "axis-of-upheaval"]
    expected = {path: by_pyoxigraph(path) for path in sampled(chosen, 1)}
    assert differing(reader, expected, tmp_path) == {}


def test_names_that_mean_something_else_in_each_class_are_read_alike(tmp_path: Path) -> None:
    """The context of this publication has type-scoped contexts (JSON-LD 1.1 section 4.1.8)."""
    assembly = assemble(ROOT / "tests" / "riverworld")
    assert any(is_class(term) for term in assembly.context.values() if isinstance(term, dict))
    everything = published(assembly, tmp_path)
    documents = {path: text for path, text in everything.items() if path.suffix == ".jsonld"}
    for reader in ("rdflib", "jsonld.js", "jsonld-streaming-parser"):
        assert differing(reader, documents, tmp_path) == {}, reader


def test_each_file_has_four_readers(expected: dict[Path, str]) -> None:
    for path in expected:
        readers = {reader for reader, endings in READERS.items() if path.suffix in endings}
        assert len(readers) >= 3, "besides pyoxigraph"


def test_forms_of_the_dataset_are_equal(expected: dict[Path, str]) -> None:
    for stem, endings in (("northern-pact", "ttl nt rdf jsonld"), ("statecraft", "ttl rdf jsonld")):
        names = {f"{stem}.{ending}" for ending in endings.split()}
        assert len({text for path, text in expected.items() if path.name in names}) == 1
    documents: dict[Path, set[str]] = {}
    for path, text in expected.items():
        if path.parent.name in ("doc", "served"):
            documents.setdefault(path.with_suffix(""), set()).add(text)
    assert {len(texts) for texts in documents.values()} == {1}
    assert len(documents) == 2 * RECORDS or WHOLE


def test_rdf_12_is_read_by_another_engine(expected: dict[Path, str], tmp_path: Path) -> None:
    (path,) = (path for path in expected if path.name.endswith(".12.nt"))
    assert read_12(path, tmp_path) == expected[path]
    assert "<<(" in expected[path]


PIECES = st.sampled_from([*"/éa名'();=~-_!*,@:&+$", "%20", "%C3%A9", ".x"])


def admitted(address: str) -> bool:
    try:
        return bool(web_address(address))
    except IllFormed:
        return False


PATHS = st.lists(PIECES, max_size=6).map("".join)
ADDRESSES = st.builds(
    lambda host, path, query, fragment: f"https://{host}/{path}{query}{fragment}",
    st.sampled_from(["example.org", "пример.example", "EXAMPLE.org:8080"]),
    PATHS,
    st.just("") | PATHS.map(lambda text: f"?{text}"),
    st.just("") | PATHS.map(lambda text: f"#{text}"),
).filter(admitted)
NAMESPACES = PATHS.map(lambda path: f"https://example.org/{path.strip('/')}/").filter(admitted)


@settings(max_examples=10 if WHOLE else 1, deadline=None, suppress_health_check=list(HealthCheck))
@given(NAMESPACES, st.lists(ADDRESSES, min_size=12, max_size=12, unique=True))
def test_any_iris_are_read_alike(
    tmp_path_factory: pytest.TempPathFactory, namespace: str, addresses: list[str]
) -> None:
    """A publication whose namespace and sources have dots, percent-encoding, non-ASCII letters and punctuation."""
    root = copy_of_world(tmp_path_factory.mktemp("generated"))
    file = root / "data" / "publication.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("https://example.org/northern-pact/", f'"{namespace}"'), encoding="utf-8")
    gazette = (WORLD / "data" / "sources" / "gazette.yaml").read_text(encoding="utf-8")
    for at, address in enumerate(addresses):
        source = gazette.replace("https://example.org/gazette", f'"{address}"')
        (root / "data" / "sources" / f"source-{at}.yaml").write_text(source, encoding="utf-8")
    assume(not [fault for fault in faults_of(root) if fault.severity is Severity.ERROR])
    files = export(assemble(root))
    folder = tmp_path_factory.mktemp("files")
    chosen = {name: content for name, content in files.items() if name.startswith(("northern-pact", "catalog"))}
    expected = {path: by_pyoxigraph(path) for path in written(chosen, folder)}
    texts = {path.name: text for path, text in expected.items()}
    assert len({texts[f"northern-pact.{ending}"] for ending in ("ttl", "nt", "rdf", "jsonld")}) == 1
    assert all(f"<{address}>" in texts["northern-pact.nt"] for address in addresses), "as they are written"
    for reader in sampled([*READERS], 3):
        assert differing(reader, expected, folder) == {}, reader
