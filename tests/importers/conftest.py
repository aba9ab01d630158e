"""The publication that datasets are imported for."""

import pytest

from tests.importers.support import publication
from upheaval.importers.setting import Setting


@pytest.fixture(scope="session")
def setting(tmp_path_factory: pytest.TempPathFactory) -> Setting:
    return publication(tmp_path_factory.mktemp("pact"))


from tests.load.conftest import oxigraph as oxigraph
