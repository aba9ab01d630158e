"""The builds that are loaded, and the stores that they are loaded into."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.load.stores import Server, start_oxigraph, start_virtuoso
from tests.query.test_questions import IN_THE_WORLD, QUERIES, text_of
from upheaval.populate.assembly import Assembly
from upheaval.store.builds import Build, open_build


@pytest.fixture(scope="session")
def build(world_build: Path) -> Build:
    return open_build(world_build)


@pytest.fixture(scope="session")
def questions(world: Assembly) -> dict[str, str]:
    return {name: text_of(name, world, IN_THE_WORLD.get(name, {})) for name in QUERIES}


@pytest.fixture(scope="session")
def other(build: Build, tmp_path_factory: pytest.TempPathFactory) -> Build:
    """An older state of the same publication: one fact fewer, and a day where only the month is known now."""
    import hashlib
    import json

    import pyoxigraph as ox

    from upheaval.rdf.graphs import canonical_hash

    folder: Path = tmp_path_factory.mktemp("older")
    data = f"<{build.iri}graph/data>"
    lines = build.quads[0].read_text(encoding="utf-8").splitlines(keepends=True)
    gone = next(line for line in lines if data in line and "Арвения" in line)
    month = next(line for line in lines if data in line and "#gYearMonth>" in line)
    day = month.replace("#gYearMonth>", "#date>").replace('"^^', '-01"^^')
    content = "".join(day if line == month else line for line in lines if line != gone).encode()
    (folder / build.quads[0].name).write_bytes(content)
    manifest = json.loads((build.folder / "manifest.json").read_text())
    manifest["triples"]["data"] -= 1
    manifest["files"][build.quads[0].name]["sha256"] = hashlib.sha256(content).hexdigest()
    both = {
        str(quad.triple): quad.triple
        for quad in ox.parse(content, format=ox.RdfFormat.N_QUADS)
        if getattr(quad.graph_name, "value", "") in build.identified
    }
    manifest["rdfc10_sha256"] = canonical_hash(both.values())
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return open_build(folder)


@pytest.fixture(scope="module")
def oxigraph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, str]]:
    server, base = start_oxigraph(tmp_path_factory.mktemp("oxigraph"))
    yield server, base
    server.stop()


@pytest.fixture(scope="module")
def virtuoso(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, str]]:
    server, address = start_virtuoso(tmp_path_factory.mktemp("virtuoso"))
    yield server, address
    server.stop()
