"""What several tests share: the project's own publication and a small invented one, each assembled once."""

import pytest

from tests.fixtures import Trial, try_fixtures
from tests.support import ROOT, WORLD
from upheaval.populate.assembly import Assembly, assemble


@pytest.fixture(scope="session")
def axis() -> Assembly:
    return assemble(ROOT)


@pytest.fixture(scope="session")
def world() -> Assembly:
    return assemble(WORLD)


@pytest.fixture(scope="session")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Trial:
    return try_fixtures(tmp_path_factory.mktemp("trial"))
