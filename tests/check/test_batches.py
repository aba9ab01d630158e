"""Batches of any size have the same faults and the same statements as all records together."""

import random
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import rivers
from tests.fixtures import Trial
from tests.support import WHOLE, examples, sampled, sweep
from upheaval.check.batches import Batch, reached, read_batch
from upheaval.check.checking import check as check_whole
from upheaval.check.evaluation import evaluate, evaluate_together, is_misled, joined
from upheaval.check.incremental import CheckSnapshot, check
from upheaval.check.plan import make_plan
from upheaval.faults import Fault
from upheaval.populate.assembly import Assembly, assemble
from upheaval.populate.records import list_records

pytestmark = pytest.mark.slow

Names = Sequence[str]


def shown(faults: list[Fault]) -> list[str]:
    return [f"{fault} {fault.rule}" for fault in faults]


def statements_of(assembly: Assembly) -> set[bytes]:
    """Return what records say and what is derived, as N-Triples."""
    graphs = [assembly.publication.graph(name) for name in ("data", "derived")]
    return {line for graph in graphs for line in lines_of(assembly.store, graph)}


def lines_of(store: ox.Store, graph: str) -> list[bytes]:
    return (store.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=ox.NamedNode(graph)) or b"").splitlines()


def in_batches(assembly: Assembly, size: int, mistrusted: bool = False) -> set[bytes]:
    """Return the same, found in batches of so many records."""
    schema = assembly.schema
    listing = list_records(schema.publication, schema.contract)
    plan = replace(make_plan(schema, listing), mistrusted=mistrusted)
    records = read_batch(plan, listing, listing.entries.values())
    slugs = sorted(records)
    excerpts = {slug: one.excerpt for slug, one in records.items()}
    broken = frozenset(pair for one in records.values() for pair in one.broken)
    evaluations = []
    for start in range(0, len(slugs), size):
        own = slugs[start : start + size]
        named = {name for slug in own for name in records[slug].named} | plan.whole(listing)
        batch = Batch(frozenset(own), [records[slug].lines for slug in own], broken, reached(named, excerpts.get))
        evaluations.append(evaluate(plan, listing, batch))
    gathered = sorted(line + b"\n" for one in records.values() for line in one.gathered.splitlines())
    batches = joined(evaluations)
    together = evaluate_together(plan, listing, gathered, batches, broken)
    if not mistrusted and is_misled(joined([batches, together]), listing):
        return in_batches(assembly, size, mistrusted=True)
    store = ox.Store()
    store.load(b"".join(one.lines for one in records.values()), format=ox.RdfFormat.N_TRIPLES)
    data = (store.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=ox.DefaultGraph()) or b"").splitlines()
    shared = (lines for one in (batches, together) for lines in one.shared.values())
    return set().union(data, *(one.derived for one in evaluations), *shared)


def agree(root: Path, sizes: Sequence[int]) -> tuple[set[bytes], list[Fault]]:
    """Hold batches of some sizes to all records together."""
    assembly = assemble(root)
    faults, expected = check_whole(assembly), statements_of(assembly)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("upheaval.schema.schema.prepare", lambda _root: assembly.schema)
        for size in sizes:
            found = in_batches(assembly, size)
            assert (size, sorted(found - expected), sorted(expected - found)) == (size, [], [])
            assert (size, shown(check(CheckSnapshot(root, 1, size))[1])) == (size, shown(faults))
    return expected, faults


@pytest.mark.parametrize("size", [pytest.param(1, marks=sweep), 3, 1000])
def test_every_fixture_gives_the_same_in_batches(trial: Trial, size: int) -> None:
    assert in_batches(trial.assembly, size) == statements_of(trial.assembly)


@pytest.mark.parametrize("rule", sampled(sorted(rivers.RULES), 31))
def test_each_rule_gives_the_same_in_batches(rule: str, tmp_path: Path) -> None:
    concluded = 0
    for seed in range(3):
        root = tmp_path / str(seed)
        rivers.write_vocabulary(root, [*FIRST.get(rule, ()), rule], [], [])
        rivers.write_records(root, random.Random(seed))
        statements, _ = agree(root, (1, 3))
        concluded += len(statements)
    assert concluded


FIRST = {
    "derived-of-another": ["own"],
    "not-derived-of-another": ["own"],
    "inverse-from-river": ["own"],
    "what-others-concluded": ["inverse-conclusion"],
    "what-was-counted": ["count"],
    "reads-optional": ["optional"],
    "reads-that-class": ["class-of-another"],
    "wider-of-another": ["wider"],
    "reads-of-a-term": ["of-a-term"],
    "pair-size": ["pairs"],
    "lone-pair": ["pairs"],
    "unfed": ["two-away"],
    "class-whole": ["basin-by-rule"],
    "pair-label": ["pairs"],
    "graph-derived": ["own", "another"],
}


@pytest.mark.parametrize("constraint", sampled(sorted(rivers.CONSTRAINTS), 8))
def test_each_constraint_gives_the_same_in_batches(constraint: str, tmp_path: Path) -> None:
    found = 0
    for seed in range(40):
        if found and seed > 3:
            break
        root = tmp_path / str(seed)
        rules = ["pairs", "count", "inverse-conclusion", "what-others-concluded", "class-of-another"]
        rivers.write_vocabulary(root, rules, [constraint], [])
        rivers.write_records(root, random.Random(seed))
        found += sum(fault.rule.endswith(f"#c-{constraint}") for fault in agree(root, (1, 4))[1])
    assert found


KEPT = ("pair", "readings", "twin-code", "twin-reading")
"""Shapes that the records satisfy: what has to be seen is that batches find no fault either."""


@pytest.mark.parametrize("shape", sampled(sorted(rivers.MORE_SHAPES), 8))
def test_each_shape_gives_the_same_in_batches(shape: str, tmp_path: Path) -> None:
    found = 0
    for seed in range(4 if shape in KEPT and not WHOLE else 40):
        if found and seed > 3:
            break
        root = tmp_path / str(seed)
        rules = ["pairs", "count", "inverse-conclusion", "all-downstream", "class-of-another", "optional"]
        rivers.write_vocabulary(root, [*rules, "twin-reading", "inside-elsewhere"], [], [shape])
        rivers.write_records(root, random.Random(seed))
        names = set(re.findall(r"v:([xy]\d+) a sh:PropertyShape", rivers.MORE_SHAPES[shape]))
        found += sum(fault.rule.rpartition("#")[2] in names for fault in agree(root, (1, 4))[1])
    assert found or shape in KEPT


@examples(300)
@given(
    rules=st.lists(st.sampled_from(sorted(rivers.RULES)), max_size=7, unique=True),
    constraints=st.lists(st.sampled_from(sorted(rivers.CONSTRAINTS)), max_size=4, unique=True),
    shapes=st.lists(st.sampled_from(sorted(rivers.MORE_SHAPES)), max_size=3, unique=True),
    seed=st.integers(0, 2**32),
    size=st.integers(1, 5),
)
def test_any_rules_and_shapes_together_give_the_same_in_batches(
    tmp_path_factory: pytest.TempPathFactory, rules: Names, constraints: Names, shapes: Names, seed: int, size: int
) -> None:
    root = tmp_path_factory.mktemp("rivers")
    rivers.write_vocabulary(root, rules, constraints, shapes)
    rivers.write_records(root, random.Random(seed))
    agree(root, (1, size))
