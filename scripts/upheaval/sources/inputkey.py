"""What everything that is computed from a publication depends on, as one hash."""

from pathlib import Path

from upheaval.sources.packaged import LEDGER, VOCABULARY, vocabulary_folders
from upheaval.store.fingerprint import fingerprint
from upheaval.store.state import State


def input_key(state: State, root: Path) -> str:
    """Return the hash of this package, of the records, the vocabulary, the questions and the ledger.

    Args:
        state: where to keep what is found of each file.
        root: the publication's folder.

    Returns:
        The hash; an empty text if nothing is remembered.

    """
    folders = [folder for name in VOCABULARY for folder in vocabulary_folders(root, name)]
    return fingerprint(state, [root / "data", root / LEDGER, *folders])
