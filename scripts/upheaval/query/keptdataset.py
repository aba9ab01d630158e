"""The dataset of a publication as an Oxigraph folder, kept for as long as its sources stay the same."""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pyoxigraph as ox

from upheaval.faults import Refusal
from upheaval.schema.questions import Question, read_question
from upheaval.store.integrity import verify
from upheaval.store.snapshots import hold, open_snapshot, put_made
from upheaval.store.state import State

KIND = "dataset"
_UNNEEDED = ("LOCK", "LOG")
"""Files of a store that reading it does not need, and that differ from one time to the next."""


class KeptQuestions(Mapping[str, Question]):
    """Questions by name, each read when it is asked for."""

    def __init__(self, texts: Mapping[str, tuple[str, str]]) -> None:
        self._texts = texts

    def __getitem__(self, name: str) -> Question:
        """Return a question."""
        file, text = self._texts[name]
        return read_question(name, text, file)

    def __iter__(self) -> Iterator[str]:
        """Return the names, in order."""
        return iter(self._texts)

    def __len__(self) -> int:
        """Return how many questions there are."""
        return len(self._texts)


@dataclass(frozen=True, slots=True)
class KeptDataset:
    """A dataset without errors, as it was assembled.

    Attributes:
        iri: the namespace of its records.
        prefixes: namespaces by prefix, for answers.
        questions: its questions.
        store: the data, derived facts and vocabulary, each in its graph; read only.

    """

    iri: str
    prefixes: Mapping[str, str]
    questions: Mapping[str, Question]
    store: ox.Store = field(repr=False)


def open_kept(state: State, key: str) -> KeptDataset | None:
    """Return the dataset that is kept under a key, or None; while the process runs, nobody removes it.

    Args:
        state: what is remembered.
        key: the hash of the sources.

    """
    kept = state.get(KIND, key) if key else None
    if kept is None:
        return None
    held = -1
    try:
        snapshot = open_snapshot(state.root, kept.snapshot)
        held = hold(snapshot)
        if faults := verify(snapshot.folder):
            raise Refusal(faults)
        about = json.loads(kept.content)
        store = ox.Store.read_only(str(snapshot.folder))
    except (Refusal, OSError, RuntimeError):  # damaged, or removed by another process
        if held >= 0:
            os.close(held)
        state.forget(KIND, key)
        return None
    return KeptDataset(about["iri"], about["prefixes"], KeptQuestions(about["questions"]), store)


def keep(
    state: State,
    key: str,
    store: ox.Store,
    iri: str,
    prefixes: Mapping[str, str],
    questions: Mapping[str, Question],
) -> None:
    """Keep a dataset; where that is not possible, nothing happens.

    Args:
        state: where to keep it.
        key: the hash of the sources.
        store: the data, derived facts and vocabulary, each in its graph.
        iri, prefixes, questions: as in `KeptDataset`.

    """
    import tempfile

    texts = {name: (question.file, question.text) for name, question in questions.items()}
    about = {"iri": iri, "prefixes": dict(prefixes), "questions": texts}
    with suppress(OSError, RuntimeError, Refusal), tempfile.TemporaryDirectory(dir=state.folder()) as folder:
        copy = ox.Store(folder)
        copy.bulk_load(store.dump(format=ox.RdfFormat.N_QUADS) or b"", format=ox.RdfFormat.N_QUADS, lenient=True)
        for graph in store.named_graphs():
            copy.add_graph(graph)
        copy.flush()
        del copy
        for name in _UNNEEDED:
            os.unlink(Path(folder) / name)
        state.put(KIND, key, json.dumps(about).encode(), put_made(state.root, Path(folder)).hash)
