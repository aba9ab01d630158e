"""Loading, and the example questions: beside Oxigraph itself, and rdflib."""

import signal
import statistics
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from importlib.metadata import version
from pathlib import Path
from types import FrameType

import pyoxigraph as ox
from rdflib import Graph

from tests.benchmarks.rows import Row, interleaved, taken
from upheaval.populate.assembly import assemble
from upheaval.query.answers import ask
from upheaval.rdf.graphs import to_rdflib
from upheaval.schema.packagedquestions import read_questions


def measure(root: Path, size: str, repeats: int, limit: float) -> list[Row]:
    """Ask every example question with its default parameters; each side's rows are read to the end.

    rdflib may take its share of the limit for each; a question that it has not answered by then counts that much.
    """
    assembly = assemble(root)
    texts = [question.text for question in read_questions(assembly.publication).values()]
    store = assembly.store

    def ours(text: str) -> int:
        return _count(ask(store, text, "bench"))

    def bare(text: str) -> int:
        return _count(store.query(text, use_default_graph_as_union=True))

    pairs = [interleaved(_asking(ours, text), _asking(bare, text), repeats) for text in texts]
    mine, theirs = (_means([pair[side] for pair in pairs], repeats) for side in (0, 1))
    note = f"geometric mean of {len(texts)} questions"
    rows = [Row(f"ask, {size}", f"Oxigraph {version('pyoxigraph')} itself", mine, theirs, goal=1 / 1.1, note=note)]
    graph = to_rdflib({quad.triple for quad in store})
    share = limit / len(texts)
    slow = asked_of_rdflib(graph, texts, share)
    stopped = sum(one == share for one in slow)
    if stopped:
        note += f"; {stopped} of them had no answer after {share:.3g} cpu s: a lower bound"
    means = _means([[one] for one in slow], 1)
    rows.append(Row(f"ask, {size}", f"rdflib {version('rdflib')}", mine, means, goal=20, note=note, least=stopped > 0))
    text = store.dump(format=ox.RdfFormat.N_QUADS) or b""

    def bulk() -> None:
        ox.Store().bulk_load(text, format=ox.RdfFormat.N_QUADS)

    def parsed() -> None:
        to_rdflib(quad.triple for quad in ox.parse(text, format=ox.RdfFormat.N_QUADS))

    rows.append(Row(f"load, {size}", f"rdflib {version('rdflib')}'s memory store", *interleaved(bulk, parsed, repeats)))
    return rows


def asked_of_rdflib(graph: Graph, texts: list[str], share: float) -> list[float]:
    """Return the processor seconds of each question; a question that needs more than its share is stopped there."""
    return [min(share, taken(partial(_ask_rdflib, graph, text, share))) for text in texts]


def _ask_rdflib(graph: Graph, text: str, limit: float) -> None:
    with _stopping(limit):
        for _ in graph.query(text):
            pass


class _Stopped(BaseException):
    """Raised where the processor seconds are used up; no handler of ordinary errors keeps it."""


@contextmanager
def _stopping(limit: float) -> Iterator[None]:
    """Leave a block of Python when it has used up its processor seconds."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise _Stopped

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, limit)
    try:
        yield
    except _Stopped:
        pass
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _count(found: ox.QuerySolutions | ox.QueryTriples | ox.QueryBoolean) -> int:
    return 1 if isinstance(found, ox.QueryBoolean) else len(list(found))


def _asking(ask_it: Callable[[str], int], text: str) -> Callable[[], int]:
    return lambda: ask_it(text)


def _means(times: list[list[float]], repeats: int) -> list[float]:
    """Return, for each repetition, the geometric mean over all questions; what is too short to measure counts 10 µs."""
    return [statistics.geometric_mean(max(1e-5, one[turn]) for one in times) for turn in range(repeats)]
