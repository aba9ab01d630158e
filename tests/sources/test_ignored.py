"""What systems and editors leave beside sources is not read, whatever its name ends in."""

import pytest

from upheaval.sources.ignored import is_ignored

LEFT = """.DS_Store ._pact.yaml .#pact.yaml .pact.yaml.swp .pact.yaml.swo .gitkeep .git/config pact.yaml~ #pact.yaml#
Thumbs.db thumbs.db desktop.ini pact.yaml.orig pact.yaml.rej pact.yaml.bak 4913 pact.yaml___jb_tmp___ ~$pact.xlsx
pact.yaml.part states/.idea/x.yaml __pycache__/x.yaml .~lock.pact.yaml# Icon\r .nfs0001 .directory"""
SOURCES = "pact.yaml states/pact.yaml pact.yml notes.txt Pact.yaml a.b.yaml swp.yaml pact~.yaml 4914 pact.bak.yaml"


@pytest.mark.parametrize("path", LEFT.replace("\n", " ").split(" "))
def test_left_behind(path: str) -> None:
    assert is_ignored(path)


@pytest.mark.parametrize("path", SOURCES.split())
def test_sources_are_read(path: str) -> None:
    assert not is_ignored(path)
