"""What everything that is computed from a publication depends on, as one hash."""

from functools import cached_property
from pathlib import Path

from upheaval.sources.packaged import LEDGER, VOCABULARY, vocabulary_folders
from upheaval.store.fingerprint import Fingerprint, Unknown, digest, fingerprint
from upheaval.store.state import State

_METADATA = "data/publication.yaml"


class Inputs(Fingerprint):
    """The records, the vocabulary, the questions and the ledger of a publication."""

    @cached_property
    def records(self) -> dict[str, str]:
        """The hashes of the files among the records, by name."""
        return {name: one for name, one in self.contents.items() if name.startswith("data/") and name != _METADATA}

    @cached_property
    def vocabulary(self) -> str:
        """The hash of this package and of everything but the records."""
        return digest({name: one for name, one in self.contents.items() if name not in self.records})


def inputs(state: State, root: Path) -> Inputs | None:
    """Return what everything that is computed from a publication depends on, or None if nothing is remembered.

    Args:
        state: where to keep what is found of each file.
        root: the publication's folder.

    """
    try:
        found = Inputs(state, source_paths(root)) if state.enabled else None
        return found if found is not None and found.key else None
    except (OSError, Unknown):
        return None


def input_key(state: State, root: Path) -> str:
    """Return the hash of all of them; an empty text if nothing is remembered; the arguments are those of `inputs`."""
    return fingerprint(state, source_paths(root))


def source_paths(root: Path) -> list[Path]:
    """Return the files and folders of the sources of a publication."""
    folders = [folder for name in VOCABULARY for folder in vocabulary_folders(root, name)]
    return [root / "data", root / LEDGER, *folders]
