"""Loading the three real stores: load, verify, load again, break, go on."""

import os
from pathlib import Path

import pytest

from tests.load.stores import Server, free_port, http_port, need_jena
from tests.support import sweep
from upheaval.load.http import SparqlClient
from upheaval.load.sparqlstore import SparqlStore
from upheaval.load.targets import Options, open_target
from upheaval.load.tdb2 import Tdb2
from upheaval.load.verification import LoadReport, load
from upheaval.load.virtuoso import Virtuoso
from upheaval.store.builds import Build, Unloaded, open_build

SMALL = Options(chunk=500, timeout=120)


def loading(target: str, build: Build, questions: dict[str, str] | None = None, **environment: str) -> LoadReport:
    return load(open_target(target, SMALL, environment), build, questions or {}, lambda count: None, False)


def held(target: str, build: Build) -> LoadReport:
    return load(open_target(target, SMALL, {}), build, {}, lambda count: None, True)


def check_life(target: str, build: Build, other: Build, questions: dict[str, str]) -> None:
    first = loading(target, other)
    assert first.changed
    assert first.same_content
    second = loading(target, build, questions)
    assert second.changed
    assert second.same_content
    assert second.identity == build.identity
    assert {name: verdict for name, verdict in second.questions.items() if verdict != "equal"} == {}
    assert len(second.questions) == len(questions)
    third = loading(target, build)
    assert not third.changed
    assert third.ok
    assert not held(target, other).same_content


def test_oxigraph(oxigraph: tuple[Server, str], build: Build, other: Build, questions: dict[str, str]) -> None:
    check_life(f"oxigraph:{oxigraph[1]}", build, other, questions)


def test_virtuoso(virtuoso: tuple[Server, str], build: Build, other: Build, questions: dict[str, str]) -> None:
    check_life(f"virtuoso:{virtuoso[1]}", build, other, questions)
    assert list((virtuoso[0].folder / "staging").iterdir()) == []


@pytest.mark.engine
def test_tdb2(tmp_path: Path, build: Build, other: Build, questions: dict[str, str]) -> None:
    need_jena()
    check_life(f"tdb2:{tmp_path / 'axis'}", build, other, questions)
    assert [path.name for path in tmp_path.iterdir()] == ["axis"]


@sweep
def test_the_dataset_itself(oxigraph: tuple[Server, str], axis_build: Path) -> None:
    build = open_build(axis_build)
    report = loading(f"oxigraph:{oxigraph[1]}", build, build.questions())
    assert report.changed
    assert report.ok, report.questions
    assert sum(report.counts.values()) > 50_000


@pytest.mark.parametrize("protocol", ["update", "gsp"])
def test_any_endpoint(oxigraph: tuple[Server, str], build: Build, other: Build, protocol: str) -> None:
    base = oxigraph[1]
    update, gsp = (f"{base}/update", "") if protocol == "update" else ("", f"{base}/store")
    options = Options(update=update, gsp=gsp, chunk=700)
    store = open_target(f"sparql:{base}/query", options, {})
    for each in (other, build):
        report = load(store, each, {}, lambda count: None, False)
        assert report.changed
        assert report.same_content
    assert not load(store, build, {}, lambda count: None, False).changed


def test_virtuoso_over_http_asks_for_a_digest(virtuoso: tuple[Server, str], build: Build, other: Build) -> None:
    """Graphs are put with Digest authentication (RFC 7616), which Virtuoso demands where Oxigraph has none."""
    base = f"http://127.0.0.1:{http_port(virtuoso[0])}"
    options = Options(gsp=f"{base}/sparql-graph-crud-auth", timeout=120)
    wrong = open_target(f"sparql:{base}/sparql-auth", options, {"UPHEAVAL_USER": "dba", "UPHEAVAL_PASSWORD": "wrong"})
    with pytest.raises(Unloaded, match=r"refuses user dba \(401"):
        load(wrong, build, {}, lambda count: None, False)
    right = open_target(f"sparql:{base}/sparql-auth", options, {"UPHEAVAL_USER": "dba", "UPHEAVAL_PASSWORD": "dba"})
    for each in (other, build):
        report = load(right, each, {}, lambda count: None, False)
        assert report.changed
        assert report.counts == each.counts
    assert not load(right, build, {}, lambda count: None, True).differing


class Stumbling(SparqlStore):
    """A store whose connection breaks after some chunks."""

    def __init__(self, endpoint: SparqlClient, server: Server, after: int) -> None:
        super().__init__(endpoint, 500)
        self.server, self.after, self.sent = server, after, 0

    def _add(self, chunk: object, graph: str) -> None:
        if self.sent == self.after:
            self.server.kill()
        self.sent += 1
        super()._add(chunk, graph)  # type: ignore[arg-type]


def test_oxigraph_killed_while_loading_keeps_its_content_and_can_resume(
    oxigraph: tuple[Server, str], build: Build, other: Build
) -> None:
    server, base = oxigraph
    loading(f"oxigraph:{base}", other)
    endpoint = SparqlClient(f"{base}/query", f"{base}/update", f"{base}/store", timeout=30)
    with pytest.raises(Unloaded, match=r"cannot be reached.*old content is unchanged, 4 chunks are loaded"):
        Stumbling(endpoint, server, 4).replace(build, lambda count: None)
    server.start()
    assert held(f"oxigraph:{base}", other).same_content
    again = Stumbling(endpoint, server, 1000)
    again.replace(build, lambda count: None)
    assert again.sent == sum(1 for _ in build.chunks(500)) - 4
    assert held(f"oxigraph:{base}", build).same_content
    text = 'SELECT ?g { GRAPH ?g { ?s ?p ?o } FILTER (CONTAINS(STR(?g), "/loading/")) }'
    assert list(endpoint.select(text)) == []


def test_leftovers_of_another_build_are_dropped(oxigraph: tuple[Server, str], build: Build, other: Build) -> None:
    base = oxigraph[1]
    endpoint = SparqlClient(f"{base}/query", f"{base}/update", f"{base}/store")
    stale = f"{build.iri}graph/data/loading/0123456789ab"
    insert = f"INSERT DATA {{ GRAPH <{stale}> {{ <{stale}> <http://purl.org/dc/terms/hasPart> 0 }} }}"
    endpoint.change(insert)
    loading(f"oxigraph:{base}", other)
    loading(f"oxigraph:{base}", build)
    assert list(endpoint.select(f"SELECT * {{ GRAPH <{stale}> {{ ?s ?p ?o }} }}")) == []


def test_error_lists_the_graphs_that_are_incomplete(oxigraph: tuple[Server, str], build: Build, other: Build) -> None:
    base = oxigraph[1]
    loading(f"oxigraph:{base}", other)

    class Refusing(SparqlClient):
        def add(self, graph: str, triples: object, method: str = "POST") -> None:
            if graph.endswith("/derived"):
                raise Unloaded("refused")
            SparqlClient.add(self, graph, triples, method)  # type: ignore[arg-type]

    store = SparqlStore(Refusing(f"{base}/query", "", f"{base}/store"), 500)
    with pytest.raises(Unloaded, match=r"new: \S+catalogue, \S+data; unchanged: \S+derived, \S+vocabulary"):
        store.replace(build, lambda count: None)


def test_virtuoso_killed_while_loading_keeps_its_content_and_can_resume(
    virtuoso: tuple[Server, str], build: Build, other: Build
) -> None:
    server, address = virtuoso
    target = f"virtuoso:{address}"
    loading(target, other)

    class Killing(Virtuoso):
        loads = 0

        def sql(self, *statements: str) -> str:
            if "rdf_loader_run()" in statements and not any("dates.nq" in each for each in statements):
                self.loads += 1
                if self.loads == 4:
                    server.kill()
            return super().sql(*statements)

    store = Killing(address, SparqlClient("", timeout=60), 500)
    with pytest.raises(Unloaded, match=r"Virtuoso does not answer.*old content is unchanged, 3 of \d+ files"):
        store.replace(build, lambda count: None)
    (server.folder / "virtuoso.lck").unlink(missing_ok=True)
    server.start()
    assert held(target, other).same_content
    store.loads = 100
    store.replace(build, lambda count: None)
    assert store.loads - 100 == sum(1 for _ in build.chunks(500)) - 3
    assert held(target, build).same_content


def test_virtuoso_publishes_all_graphs_or_none(virtuoso: tuple[Server, str], build: Build, other: Build) -> None:
    address = virtuoso[1]
    target = f"virtuoso:{address}"
    loading(target, other)

    class Breaking(Virtuoso):
        def sql(self, *statements: str) -> str:
            broken = (each.replace("  commit work;", "  signal ('22023', 'broken');") for each in statements)
            return super().sql(*broken)

    with pytest.raises(Unloaded, match=r"broken.*old content is unchanged"):
        Breaking(address, SparqlClient("", timeout=60), 100_000).replace(build, lambda count: None)
    assert held(target, other).same_content
    assert loading(target, build).same_content


@pytest.mark.engine
def test_failed_load_into_tdb2_keeps_its_content(tmp_path: Path, build: Build, other: Build) -> None:
    need_jena()
    folder = tmp_path / "axis"
    loading(f"tdb2:{folder}", other)

    class Breaking(Tdb2):
        def _java(self, *arguments: str) -> str:
            if arguments[0] == "tdb2.tdbloader":
                broken = tmp_path / "broken.nq"
                broken.write_bytes(build.quads[0].read_bytes()[:5000])
                arguments = (*arguments[:-1], str(broken))
            return super()._java(*arguments)

    with pytest.raises(Unloaded, match="the old database is unchanged"):
        Breaking(folder, 120).replace(build, lambda count: None)
    assert held(f"tdb2:{folder}", other).same_content
    (folder / "tdb.lock").write_text(f"{os.getpid()}\n")
    with pytest.raises(Unloaded, match=f"in use by process {os.getpid()}"):
        loading(f"tdb2:{folder}", build)


def test_folder_that_is_not_a_tdb2_database_is_refused(tmp_path: Path, build: Build) -> None:
    need_jena()
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(Unloaded, match="is not a TDB2 database"):
        loading(f"tdb2:{tmp_path}", build)
    assert (tmp_path / "thesis.txt").read_text() == "mine"


def test_a_wrong_password_and_a_missing_server_are_reported(virtuoso: tuple[Server, str], build: Build) -> None:
    with pytest.raises(Unloaded, match=r"refuses user dba .set UPHEAVAL_USER and UPHEAVAL_PASSWORD"):
        loading(f"virtuoso:{virtuoso[1]}", build, UPHEAVAL_PASSWORD="wrong")
    nobody = free_port()
    with pytest.raises(Unloaded, match="Virtuoso does not answer"):
        loading(f"virtuoso:127.0.0.1:{nobody}", build)
    with pytest.raises(Unloaded, match="refused"):
        loading(f"oxigraph:http://127.0.0.1:{nobody}", build)
