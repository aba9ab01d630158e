"""Verify that a store holds a build: compare counts, hashes and the rows of every question."""

import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import pyoxigraph as ox

from upheaval.load.stores import Progress, ResultRow, TripleStore, rows
from upheaval.rdf.graphs import canonical_hash
from upheaval.rdf.sparql import judge, select
from upheaval.store.builds import Build, Unloaded, printable

EQUAL, ORDER = "equal", "equal, in another order"
# A graph is canonicalized in memory; larger graphs, which only imports have, are compared by count.
LARGEST = 1_000_000


@dataclass(slots=True)
class LoadReport:
    """The result of loading and verifying.

    Attributes:
        build: the build.
        counts: the number of triples in the store, by graph.
        differing: the graphs whose canonical hash differs from the build's.
        identity: the hash of the data and derived facts, read back.
        questions: for each question `equal`, `equal, in another order`, or the difference.
        changed: whether anything was written.
        seconds: the time spent writing.

    """

    build: Build
    counts: dict[str, int]
    differing: list[str]
    identity: str
    questions: dict[str, str] = field(default_factory=dict)
    changed: bool = False
    seconds: float = 0.0

    @property
    def same_content(self) -> bool:
        """Whether every graph equals the build's, by count and canonical hash."""
        return self.counts == self.build.counts and not self.differing and self.identity == self.build.identity

    @property
    def ok(self) -> bool:
        """Whether the content and all answers equal the build's."""
        return self.same_content and all(verdict in (EQUAL, ORDER) for verdict in self.questions.values())


def compare(store: TripleStore, build: Build) -> LoadReport:
    """Read the build's graphs back from a store and compare counts and canonical hashes (RDFC-1.0)."""
    counts = store.counts(build)
    if counts != build.counts:
        return LoadReport(
            build, counts, [graph for graph, count in build.counts.items() if counts.get(graph) != count], ""
        )
    if all(count > LARGEST for count in counts.values()):
        return LoadReport(build, counts, [], build.identity)
    here = build.store()
    differing: list[str] = []
    both: dict[str, ox.Triple] = {}
    for graph, count in build.counts.items():
        if count > LARGEST:
            continue
        found = store.triples(graph)
        held = [quad.triple for quad in here.quads_for_pattern(None, None, None, ox.NamedNode(graph))]
        if set(found) != set(held) and canonical_hash(found) != canonical_hash(held):
            differing.append(graph)
        if graph in build.identified:
            both |= {str(triple): triple for triple in found}
    return LoadReport(build, counts, differing, canonical_hash(both.values()))


def ask_all(store: TripleStore, build: Build, questions: Mapping[str, str]) -> dict[str, str]:
    """Compare each question's rows in a store with those of the embedded engine."""
    here = build.store()
    judged = {name: _judged(name, text) for name, text in questions.items()}
    found = store.answers(judged, build)
    verdicts = {}
    for name, text in judged.items():
        verdicts[name] = _verdict(rows(select(here, text)), found[name])
    return verdicts


def _judged(name: str, text: str) -> str:
    try:
        return judge(text).text
    except SyntaxError as error:
        raise Unloaded(f"the question {name} is refused: {error.msg}", "build again without it") from None


def _verdict(wanted: list[ResultRow], found: list[ResultRow] | str) -> str:
    if isinstance(found, str):
        return printable(found)
    if found == wanted:
        return EQUAL
    if not (missing := Counter(wanted) - Counter(found)) and not (Counter(found) - Counter(wanted)):
        return ORDER
    more = list((Counter(found) - Counter(wanted)).elements())
    example = f"; has {printable(', '.join(more[0])[:200])}" if more else ""
    lacking = f"; lacks {', '.join(next(iter(missing)))}" if missing else ""
    return f"{len(found)} rows, {len(wanted)} here{lacking}{example}"


def load(
    store: TripleStore, build: Build, questions: Mapping[str, str], progress: Progress, only_check: bool
) -> LoadReport:
    """Load a build if the store does not hold it yet, and verify it.

    Args:
        store: the store.
        build: the build.
        questions: SELECT queries by name, whose rows are compared.
        progress: called with the number of triples just loaded.
        only_check: compare, but write nothing.

    Returns:
        The content of the store, compared with the build.

    Raises:
        Unloaded: the store cannot be reached or refuses a request; the message says what it holds.

    """
    report = compare(store, build)
    if not report.same_content and not only_check:
        begin = time.monotonic()
        store.replace(build, progress)
        seconds = time.monotonic() - begin
        report = compare(store, build)
        report.changed, report.seconds = True, seconds
    if report.counts == build.counts:
        report.questions = ask_all(store, build, questions)
    return report
