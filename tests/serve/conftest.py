"""Servers that the tests of this folder share, each started once."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.serve.support import NAMESPACE, Running, make_build, running
from upheaval.populate.assembly import Assembly

KASEI = "http://kasei.us/2009/09/sparql/data/data"
RETIRED = f"<{NAMESPACE}old-name>"
_OWL, _DCTERMS, _XSD = (
    "http://www.w3.org/2002/07/owl#",
    "http://purl.org/dc/terms/",
    "http://www.w3.org/2001/XMLSchema#",
)


def more_quads() -> bytes:
    """A retired record, a hostile one, and what the W3C's protocol cases ask about."""
    graph = f"<{NAMESPACE}graph/data>"
    lines = [
        f'{RETIRED} <{_OWL}deprecated> "true"^^<{_XSD}boolean> {graph} .',
        f"{RETIRED} <{_DCTERMS}isReplacedBy> <{NAMESPACE}arvenia> {graph} .",
        f'<{NAMESPACE}evil> <http://www.w3.org/2000/01/rdf-schema#label> "<script>alert(1)</script>"@en {graph} .',
        f'<{NAMESPACE}evil> <http://example.org/link> "javascript:alert(1)" {graph} .',
        f"<{NAMESPACE}evil> <http://example.org/link> <javascript:alert(2)> {graph} .",
        f'<{NAMESPACE}имя> <http://www.w3.org/2000/01/rdf-schema#label> "имя"@ru {graph} .',
    ]
    document = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://xmlns.com/foaf/0.1/Document>"
    lines += [f"<{KASEI}{n}.rdf> {document} <{KASEI}{n}.rdf> ." for n in (1, 2, 3)]
    return "".join(f"{line}\n" for line in lines).encode()


@pytest.fixture(scope="session")
def build(world: Assembly, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_build(world, tmp_path_factory.mktemp("serve") / "build", more_quads())


@pytest.fixture(scope="session")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("log") / "access.jsonl"


@pytest.fixture(scope="session")
def server(build: Path, log: Path) -> Iterator[Running]:
    with running(build, "--per-client", "0", log=log) as started:
        yield started


@pytest.fixture(scope="session")
def strict(build: Path) -> Iterator[Running]:
    """A server with small limits."""
    options = "--seconds 1 --rows 50 --query-bytes 40000 --workers 2 --waiting 2 --per-client 3 --receive-seconds 2"
    with running(build, *options.split(), "--memory", "256", "--answer-bytes", "200000") as started:
        yield started
