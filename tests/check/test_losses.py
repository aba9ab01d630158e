"""No IRI that was published is lost without a word, whichever way a publication is checked."""

import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import TypeVar

import pyoxigraph as ox
import pytest

from tests.support import copy_of_world, faults_of
from upheaval.build.streaming import stream
from upheaval.check.incremental import CheckSnapshot, check
from upheaval.faults import Fault
from upheaval.populate.assembly import Assembly
from upheaval.schema.ledger import FILE, Entry, Fate, Ledger, read_ledger, relative, write_ledger

pytestmark = pytest.mark.slow

SPACE = "https://example.org/northern-pact/"
_Work = TypeVar("_Work")


def _untracked(work: Iterable[_Work], _total: int, _what: str, _size: int) -> Iterable[_Work]:
    return work


@pytest.fixture
def root(world: Assembly, tmp_path: Path) -> Path:
    """A copy of the invented publication, all of whose IRIs have been published."""
    folder = copy_of_world(tmp_path / "pub")
    iris = {
        relative(quad.subject.value, SPACE)
        for quad in world.store
        if isinstance(quad.subject, ox.NamedNode) and quad.subject.value.startswith(SPACE)
    }
    terms = {"https://w3id.org/statecraft#State", "graph/data"}
    write_ledger(folder / FILE, Ledger({iri: Entry(iri, "0.1.0") for iri in iris | terms}))
    return folder


def _annotate(root: Path, iri: str, state: Fate, *successors: str) -> None:
    entry = Entry(iri, "0.1.0", state, successors, "2026-11-30", "" if successors else "It was never signed.")
    write_ledger(root / FILE, read_ledger(root).with_entries([entry]))


def _found(root: Path) -> list[Fault]:
    """Return what is wrong with the ledger, which each way to check finds alike."""
    _, found = check(CheckSnapshot(root))
    whole = faults_of(root)
    streamed = stream(root, root.parent / "out", 1, False, _untracked, 40).faults
    ways = [sorted(fault for fault in faults if fault.file == FILE) for faults in (found, whole, streamed)]
    assert ways[0] == ways[1] == ways[2]
    return ways[0]


def _unused(root: Path) -> Path:
    """Return a record that no other one refers to."""
    files = sorted((root / "data").glob("*/*.yaml"))
    text = "\n".join(file.read_text(encoding="utf-8") for file in files)
    return next(file for file in files if text.count(file.stem) == 0 and file.parent.name == "exercises")


def test_what_is_there_is_not_lost(root: Path) -> None:
    assert _found(root) == []


def test_a_record_that_is_gone_is_one_fault_at_its_line(root: Path) -> None:
    file = _unused(root)
    file.unlink()
    (fault,) = [one for one in _found(root) if "/" not in one.message]
    line = read_ledger(root).entries[file.stem].line
    assert str(fault).startswith(
        f"{FILE}:{line}:1: error: `{file.stem}` was published in 0.1.0, and no record has this"
    )
    assert f"`upheaval rename {file.stem} NEW`" in fault.cure


def test_a_retired_record_is_not_missed_and_its_name_stays_free(root: Path) -> None:
    file = _unused(root)
    kept = file.read_text(encoding="utf-8")
    file.unlink()
    _annotate(root, file.stem, Fate.RETIRED)
    assert {fault.rule for fault in _found(root)} == {"ledger/unconcluded"}
    for iri in [fault.message.split("`")[1] for fault in _found(root)]:
        _annotate(root, iri, Fate.RETIRED)
    assert _found(root) == []
    file.write_text(kept, encoding="utf-8")
    assert any("its name is in use again" in fault.message for fault in _found(root))


def test_a_renamed_record_takes_its_nodes_along(root: Path) -> None:
    file = _unused(root)
    shutil.move(file, file.with_stem("the-new-name"))
    _annotate(root, file.stem, Fate.RENAMED, "the-new-name")
    assert _found(root) == []


def test_a_term_that_is_gone_is_a_fault(root: Path) -> None:
    iri = "https://w3id.org/statecraft#Empire"
    write_ledger(root / FILE, read_ledger(root).with_entries([Entry(iri, "0.1.0")]))
    (fault,) = _found(root)
    assert fault.message == f"<{iri}> was published in 0.1.0, and the vocabulary no longer describes it"


def test_a_successor_that_never_was_is_a_fault(root: Path) -> None:
    _annotate(root, "an-old-name", Fate.RENAMED, "nobody")
    (fault,) = _found(root)
    assert fault.message == "the successor of `an-old-name`, `nobody`, is neither made nor in the ledger"


def test_a_node_that_is_gone_is_one_fault_with_its_new_name(root: Path) -> None:
    file = _unused(root)
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("locator: notice", "locator: notice 2"), encoding="utf-8")
    found = _found(root)
    assert found
    assert all("the record no longer has it" in fault.message for fault in found)
    assert all("-notice-2'`" in fault.cure for fault in found)


def test_a_spoilt_ledger_is_a_fault_beside_the_others(root: Path) -> None:
    (root / FILE).write_text("nothing\n", encoding="utf-8")
    (fault,) = _found(root)
    assert fault.at == (1, 1)
