"""Check a publication, going on from what the last check of it kept."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from upheaval.faults import Fault
from upheaval.sources.inputkey import Inputs, inputs
from upheaval.store.state import State
from upheaval.store.transactions import recover

if TYPE_CHECKING:
    from upheaval.populate.assembly import Assembly


def remembered_check(root: Path, jobs: int, state: State) -> tuple[list[Fault], int, Inputs | None]:
    """Check a publication, or remember what a check of the same sources found.

    Args:
        root: its folder.
        jobs: the number of processes.
        state: what is remembered.

    Returns:
        The faults, the number of records, and the sources that were checked; None where nothing is remembered.

    Raises:
        Refusal: the publication, its vocabulary or its shapes cannot be used at all.

    """
    from upheaval.check.keptfaults import keep_faults, kept_faults

    recover(root)
    sources = inputs(state, root)
    if sources is not None and (known := kept_faults(state, sources.key)) is not None:
        return *known, sources
    from upheaval.check.incremental import CheckSnapshot, check

    if sources is None:
        snapshot, faults = check(CheckSnapshot(root, jobs))
        return faults, len(snapshot.listing.entries), None
    from upheaval.check.checksnapshot import Lost
    from upheaval.check.keptcheck import KeptCheck

    kept = KeptCheck(state, sources.vocabulary, root, jobs)
    try:
        snapshot, faults = check(kept.snapshot, contents=sources.records)
    except Lost:
        kept.forget()
        snapshot, faults = check(kept.snapshot, contents=sources.records)
    records = len(snapshot.listing.entries)
    if sources.holds():  # nothing was edited in the meantime
        keep_faults(state, sources.key, faults, records)
        kept.keep(snapshot)
    return faults, records, sources


def checked_assembly(root: Path, jobs: int, state: State) -> tuple[Assembly, list[Fault]]:
    """Read a publication's sources into a dataset, and check it; the arguments are those of `remembered_check`.

    Returns:
        The dataset, and all faults of the sources that it was read from.

    Raises:
        Refusal: the publication, its vocabulary or its shapes cannot be used at all.

    """
    from upheaval.populate.assembly import assemble

    if state.enabled:
        faults, _, sources = remembered_check(root, jobs, state)
        assembly = assemble(root)
        if sources is not None and sources.holds():
            return assembly, faults
    else:
        assembly = assemble(root)
    from upheaval.check.checking import check as check_whole

    return assembly, check_whole(assembly)
