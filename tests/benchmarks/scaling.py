"""How the time of every question, rule and constraint grows: on the project's own data, once, twice and four times.

Each copy has its own records of what happened and who says so, and the same states, organizations and places, so that
a pair of states has twice as much to count in twice as much data. What grows faster than the data is marked.
"""

import gc
import math
import re
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import pyoxigraph as ox

from tests.benchmarks.rows import Row
from upheaval.check.dataview import lines_in
from upheaval.check.plan import Plan, make_plan
from upheaval.populate.assembly import Assembly, assemble
from upheaval.populate.datastore import new_store
from upheaval.populate.rules import run_rule
from upheaval.query.answers import ask
from upheaval.rdf.terms import lines_of, text_of
from upheaval.schema.packagedquestions import read_questions
from upheaval.shacl.engine import evaluate
from upheaval.shacl.index import DataGraph
from upheaval.shacl.prebinding import ConstraintStore
from upheaval.shacl.shapesplan import Unit
from upheaval.shacl.sparqlconstraints import QueryConstraint

SHARED = frozenset(
    {
        *("coalitions", "commodities", "drivers", "historical-states", "links", "organizations", "phases", "places"),
        *("states", "weapon-systems"),
    }
)
"""The folders whose records are in the data once: what others refer to, and links, of which two would be rivals."""

EXPONENT = 1.2
"""How fast the time of anything may grow with the data."""

SECONDS, QUADS = 2.0, 200_000
"""How long anything may take at about so many quads."""

_SHORT = 0.1
"""Below so many seconds at the largest size, an exponent says more about the clock."""


@dataclass(slots=True)
class Growth:
    """What something took, by size.

    Attributes:
        what: its kind and name.
        points: quads of data and derived facts, and seconds.

    """

    what: str
    points: list[tuple[float, float]] = field(default_factory=list)

    @property
    def exponent(self) -> float | None:
        """How its time grows with the data, by least squares; None where it takes too short to tell."""
        if self.points[-1][1] < _SHORT or len(self.points) < 2:
            return None
        logs = [(math.log(size), math.log(max(seconds, 1e-4))) for size, seconds in self.points]
        return statistics.linear_regression(*zip(*logs, strict=True)).slope

    @property
    def at_size(self) -> float:
        """What it took at the size that is nearest to QUADS."""
        return min(self.points, key=lambda point: abs(point[0] - QUADS))[1]

    @property
    def marks(self) -> list[str]:
        """What is wrong with it."""
        found = []
        if self.exponent is not None and self.exponent > EXPONENT:
            found.append(f"GROWS with exponent {self.exponent:.2f}")
        if self.at_size > SECONDS:
            found.append(f"SLOW: {self.at_size:.1f} s")
        return found

    def row(self) -> Row:
        """Return its row of the table."""
        exponent = "too short for an exponent" if self.exponent is None else f"exponent {self.exponent:.2f}"
        each = ", ".join(f"{seconds:.3f} s at {size:,.0f}" for size, seconds in self.points)
        note = "; ".join([*self.marks, exponent, each])
        return Row(self.what, f"{SECONDS:g} s allowed", [max(self.at_size, 1e-4)], [SECONDS], "s", 1, note)


def measure(root: Path, copies: Sequence[int], repeats: int) -> list[Row]:
    """Return the rows of all questions, rules and SPARQL constraints, the slowest first, and of the worst other shapes.

    Args:
        root: a publication.
        copies: how many times over its data are taken.
        repeats: how often each is run; the fastest counts.

    """
    assembly = assemble(root)
    found: dict[str, Growth] = {}
    for times in copies:
        _measure_once(assembly, times, repeats, found)
    marked = [growth for growth in found.values() if growth.marks]
    shapes = {what: growth for what, growth in found.items() if what.startswith("shape ")}
    worst = max(shapes.values(), key=lambda growth: growth.at_size)
    told = [growth for what, growth in found.items() if what not in shapes or growth is worst or growth in marked]
    about = f"of {len(found)} questions on two stores, rules, constraints and shapes"
    summary = Row("scaling, marked", about, [len(marked) or 1e-9], [1], "number", 1)
    return [summary, *(growth.row() for growth in sorted(told, key=lambda growth: -growth.at_size))]


def _measure_once(assembly: Assembly, times: int, repeats: int, found: dict[str, Growth]) -> None:
    plan = make_plan(assembly.schema, assembly.listing)
    lines = multiplied(assembly, times)
    store = new_store(assembly.publication, plan.vocabulary, [lines])
    rules = dict(_rules(plan, store, repeats))
    size = sum(len(lines_in(store, assembly.publication.graph(name))) for name in ("data", "derived"))
    measured: dict[str, float] = {f"rule {name}": seconds for name, seconds in rules.items()}
    questions = read_questions(assembly.publication)
    with TemporaryDirectory() as folder:
        disk = ox.Store(folder)
        disk.bulk_load(store.dump(format=ox.RdfFormat.N_QUADS) or b"", format=ox.RdfFormat.N_QUADS)
        for where, one in (("memory", store), ("disk", disk)):
            for name, question in questions.items():
                measured[f"question {name}, {where}"] = fastest(partial(_ask, one, question.text), repeats)
        del disk
    measured |= dict(_constraints(plan, store, lines, repeats))
    for what, seconds in measured.items():
        found.setdefault(what, Growth(what)).points.append((size, seconds))


def _ask(store: ox.Store, text: str) -> None:
    answer = ask(store, text, "scaling")
    if not isinstance(answer, ox.QueryBoolean):
        list(answer)


def _rules(plan: Plan, store: ox.Store, repeats: int) -> Iterator[tuple[str, float]]:
    graph = plan.publication.graph("derived")
    for name, text in plan.rules.items():
        yield name, fastest(partial(_ask, store, text), repeats)
        run_rule(store, name, text, graph)


def _constraints(plan: Plan, store: ox.Store, lines: bytes, repeats: int) -> Iterator[tuple[str, float]]:
    publication = plan.publication
    derived = publication.graph("derived")
    graph = DataGraph([*lines_of(lines), *lines_in(store, derived)], plan.classes)
    graphs = [publication.graph(name) for name in ("data", "derived", "vocabulary")]
    constraints = ConstraintStore(store, graphs, plan.shapes.lines)
    units: dict[str, list[Unit]] = {}
    for unit in plan.units:
        kind = "constraint" if isinstance(unit.constraint, QueryConstraint) else "shape"
        units.setdefault(f"{kind} {text_of(unit.name).rpartition('#')[2]}", []).append(unit)
    for name, some in units.items():
        yield name, fastest(partial(evaluate, some, graph, lambda: constraints), repeats)


def multiplied(assembly: Assembly, times: int) -> bytes:
    """Return what the records of a publication say, so many times over, as N-Triples."""
    base = re.escape(f"<{assembly.publication.iri}".encode())
    name = re.compile(base + rb"([a-z0-9-]+)(?=[#>])")
    copied = {
        slug.encode() for slug, entry in assembly.listing.entries.items() if entry.file.split("/")[1] not in SHARED
    }
    lines = "".join(f"{line}\n" for line in assembly.statements).encode()
    return b"".join([lines, *(name.sub(partial(_renamed, copied, copy), lines) for copy in range(1, times))])


def _renamed(copied: set[bytes], copy: int, match: re.Match[bytes]) -> bytes:
    return match[0] + f"-copy-{copy}".encode() if match[1] in copied else match[0]


def fastest(work: Callable[[], object], repeats: int) -> float:
    """Return the processor seconds of a piece of work, run so often: the fewest."""
    found = []
    gc.disable()
    for _ in range(repeats):
        begin = time.process_time()
        work()
        found.append(time.process_time() - begin)
    gc.enable()
    return min(found)
