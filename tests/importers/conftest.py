"""The publication that datasets are imported for, and imports of invented excerpts."""

from collections.abc import Iterator

import pytest

from tests.importers.support import Imports, publication
from tests.load.stores import start_oxigraph
from upheaval.importers.target import ImportTarget


@pytest.fixture(scope="session")
def target(tmp_path_factory: pytest.TempPathFactory) -> ImportTarget:
    return publication(tmp_path_factory.mktemp("pact"))


@pytest.fixture(scope="session")
def imports(target: ImportTarget, tmp_path_factory: pytest.TempPathFactory) -> Imports:
    return Imports(target, tmp_path_factory)


@pytest.fixture(scope="module")
def oxigraph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    server, url = start_oxigraph(tmp_path_factory.mktemp("oxigraph"))
    yield url
    server.stop()
