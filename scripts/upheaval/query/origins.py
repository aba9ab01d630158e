"""Where questions are answered from: the sources of a publication, what is kept of them, or a released version."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pyoxigraph as ox

from upheaval.query.keptdataset import keep, open_kept
from upheaval.schema.questions import Question
from upheaval.sources.inputkey import input_key
from upheaval.store.state import State
from upheaval.store.transactions import recover

Loaded = tuple[ox.Store, Mapping[str, str]]


@dataclass(frozen=True)
class Origin:
    """What can be asked questions.

    Attributes:
        iri: the namespace of its records.
        questions: its questions by name.

    """

    iri: str
    questions: Mapping[str, Question]
    _load: Callable[[], Loaded]
    _keep: Callable[[Loaded], None] = lambda _loaded: None

    @cached_property
    def _loaded(self) -> Loaded:
        return self._load()

    @property
    def store(self) -> ox.Store:
        """The data, derived facts and vocabulary, each in its graph.

        Raises:
            Refusal: the records cannot be read.

        """
        return self._loaded[0]

    @property
    def prefixes(self) -> Mapping[str, str]:
        """Namespaces by prefix, for answers."""
        return self._loaded[1]

    def keep(self) -> None:
        """Keep what was read, so that the next question finds it."""
        self._keep(self._loaded)


def released(root: Path, version: str) -> Origin:
    """Return a released version of a publication.

    Raises:
        Refusal: the files of the version are not at hand.

    """
    from upheaval.query.dataset import open_dataset
    from upheaval.rdf.declarations import prefixes_in
    from upheaval.schema.publication import open_publication

    dataset = open_dataset(root, version)
    prefix = open_publication(root).prefix
    return Origin(
        dataset.iri, dataset.examples, lambda: (dataset.store, prefixes_in(dataset.store) | {prefix: dataset.iri})
    )


def current(root: Path, state: State, partial: bool = False) -> Origin:
    """Return the sources of a publication, or what is kept of them while they stay the same.

    Args:
        root: the publication's folder.
        state: what is remembered of it. What is kept cannot be added to.
        partial: whether to leave out what cannot be read of the records, rather than to refuse them all.

    Raises:
        Refusal: there is no publication, or its metadata or questions cannot be read.

    """
    recover(root)
    key = input_key(state, root)
    if (kept := open_kept(state, key)) is not None:
        return Origin(kept.iri, kept.questions, lambda: (kept.store, kept.prefixes))
    return _sources(root, state, key, partial)


def _sources(root: Path, state: State, key: str, partial: bool) -> Origin:
    from upheaval.faults import Fault, Refusal, Severity
    from upheaval.populate.assembly import assemble
    from upheaval.rdf.graphs import in_graph
    from upheaval.schema.packagedquestions import read_questions
    from upheaval.schema.prefixes import query_prefixes
    from upheaval.schema.publication import open_publication
    from upheaval.schema.succession import former_names, succession

    publication = open_publication(root)
    questions = read_questions(publication)
    broken: list[Fault] = []

    def load() -> Loaded:
        assembly = assemble(root)
        broken.extend(fault for fault in assembly.faults if fault.severity is Severity.ERROR)
        if broken and not partial:
            raise Refusal(broken)
        # A build has this in its catalogue.
        assembly.store.extend(in_graph(succession(former_names(publication)), publication.graph("catalogue")))
        return assembly.store, query_prefixes(assembly.contract, publication)

    def kept(loaded: Loaded) -> None:
        if key and not broken and input_key(state, root) == key:  # nothing was edited in the meantime
            keep(state, key, loaded[0], publication.iri, loaded[1], questions)

    return Origin(publication.iri, questions, load, kept)
