"""Slices: every flavour reads alike, in bounded memory, and what is damaged is refused with its line."""

import bz2
import gzip
import random
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.link.invented import dump, full, item, truthy
from tests.support import examples
from upheaval.faults import Refusal
from upheaval.link.namekeys import key_of
from upheaval.link.slicefiles import SliceFile
from upheaval.link.superclasses import Superclasses
from upheaval.link.wikidataitems import (
    ItemCoordinates,
    ItemStatement,
    ItemText,
    ItemTime,
    ItemValue,
    Snaks,
    WikidataItem,
)

texts = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=12)
tags = st.sampled_from(["en", "ru", "zh", "fa", "ko", "mul"])
days = st.dates().map(lambda day: ItemTime(f"{day.year:04}-{day.month:02}-{day.day:02}"))
times: st.SearchStrategy[ItemTime] = days | st.builds(
    lambda year, precision: ItemTime(f"{year}-01-01", precision), st.integers(1000, 9999), st.sampled_from([9, 10])
)
numbers = st.integers(1, 10**9).map(lambda number: f"Q{number}")
points = st.builds(ItemCoordinates, st.sampled_from([0.0, 12.5, -45.25]), st.sampled_from([0.0, 120.5, -7.0]))
VALUES: dict[str, st.SearchStrategy[ItemValue]] = {
    "P31": numbers,
    "P571": times,
    "P625": points,
    "P1476": st.builds(ItemText, texts, tags),
    "P297": texts,
}


def snaks(names: list[str]) -> st.SearchStrategy[Snaks]:
    return st.fixed_dictionaries({}, optional={name: st.tuples(VALUES[name]) for name in names})


def statements(name: str) -> st.SearchStrategy[list[ItemStatement]]:
    ranks = st.sampled_from(["normal", "preferred", "deprecated"])
    references = st.just(()) | st.tuples(st.fixed_dictionaries({"P1476": st.tuples(VALUES["P1476"])}))
    one = st.builds(ItemStatement, VALUES[name], ranks, snaks(["P571", "P31"]), references)
    return st.lists(one, min_size=1, max_size=2)


items = st.builds(
    WikidataItem,
    numbers,
    st.dictionaries(tags, texts, max_size=3),
    st.dictionaries(tags, st.lists(texts, min_size=1, max_size=2, unique=True), max_size=2),
    st.dictionaries(tags, texts, max_size=2),
    st.fixed_dictionaries({}, optional={name: statements(name) for name in VALUES}),
).filter(lambda one: not one.is_empty)


def written(folder: Path, name: str, content: str | bytes) -> SliceFile:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return SliceFile(path)


@examples(60)
@given(item=items)
def test_full_triples_and_json_say_the_same(item: WikidataItem, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("slices")
    assert written(folder, "a.nt", full([item])).items({item.number}) == {item.number: item}
    assert written(folder, "a.json", dump([item])).items({item.number}) == {item.number: item}


PLACES = [
    item("Q101", "Port Arven", "Q515", P17="Q901", P571=ItemTime("1955-03-01", 10)),
    item("Q102", "Port Arven Club", "Q43229"),
    item("Q515", "city", P279=["Q486972", "Q2221906"]),
]


@pytest.mark.parametrize("name", ["s.nt", "s.nt.gz", "s.nt.bz2", "s.json", "s.json.gz", "t.nt"])
def test_names_and_classes_are_found_in_every_flavour(name: str, tmp_path: Path) -> None:
    content = (dump if ".json" in name else truthy if name == "t.nt" else full)(PLACES).encode()
    packed = (
        gzip.compress(content) if name.endswith("gz") else bz2.compress(content) if name.endswith("bz2") else content
    )
    found = written(tmp_path, name, packed)
    assert found.find({"port arven", "nothing"}, key_of) == {"port arven": ["Q101"]}
    assert found.superclasses().distances(["Q515"]) == {"Q515": 0, "Q486972": 1, "Q2221906": 1}
    (one,) = found.items({"Q101", "Q999"}).values()
    assert one.items("P17") == ["Q901"]
    assert one.best("P571")[0].value == ItemTime("1955-03-01", 10)


def test_escapes_of_the_dump_are_read(tmp_path: Path) -> None:
    subject = "<http://www.wikidata.org/entity/Q1> <http://www.w3.org/2000/01/rdf-schema#label>"
    assert written(tmp_path, "a.nt", f'{subject} "\\u0410\\"\\U0001F600"@ru .\n').find({key_of('А"😀')}, key_of) == {
        key_of('А"😀'): ["Q1"]
    }


def test_deprecated_statements_are_not_the_best() -> None:
    one = item(
        "Q1", "x", P571=[ItemStatement(ItemTime("1999-01-01"), "deprecated"), ItemStatement(ItemTime("2001-01-01"))]
    )
    assert [statement.value for statement in one.best("P571")] == [ItemTime("2001-01-01")]


@pytest.mark.parametrize(
    ("name", "content", "at", "message"),
    [
        ("a.nt", lambda: full(PLACES)[:-40], (33, 1), "is cut off in line 33"),
        ("a.nt", lambda: "", None, "is empty"),
        ("a.nt", lambda: "<!DOCTYPE html>\n", (1, 1), "is a web page"),
        ("a.nt", lambda: "@prefix wd: <x> .\n", (1, 1), "is Turtle"),
        ("a.nt", lambda: "id,label\n", (1, 1), "is neither N-Triples nor Wikibase JSON"),
        ("a.nt", lambda: truthy(PLACES) + "what is this\n", (13, 1), "has a line that is not N-Triples"),
        ("a.json", lambda: dump(PLACES)[:-30], (4, 1), "has a line that is not a Wikibase entity"),
        ("a.json", lambda: dump(PLACES).removesuffix("]\n"), (4, 1), "is cut off after line 4"),
        ("a.json", lambda: '{"id": "Q1", "labels": 3}\n', (1, 1), "has a line that is not a Wikibase entity"),
        ("a.nt", lambda: gzip.compress(full(PLACES).encode())[:-60], None, "is cut off or damaged after line"),
        ("a.nt", lambda: bz2.compress(full(PLACES).encode())[:-60], None, "is cut off or damaged after line"),
    ],
)
def test_damaged_slices_are_refused(
    name: str, content: Callable[[], str | bytes], at: tuple[int, int] | None, message: str, tmp_path: Path
) -> None:
    with pytest.raises(Refusal) as refused:
        written(tmp_path, name, content()).items({"Q101", "Q1"})
    (fault,) = refused.value.faults
    assert (fault.file, fault.at, fault.message[: len(message)]) == (name, at, message)


def test_memory_does_not_grow_with_the_slice(tmp_path: Path) -> None:
    """Ten times the lines must not take noticeably more memory."""

    def peak(lines: int) -> int:
        others = (item(f"Q{number}", f"thing {number}", "Q35120") for number in range(1000, 1000 + lines))
        source = written(tmp_path, "a.nt", truthy([*PLACES, *others]))
        tracemalloc.start()
        assert source.find({"port arven"}, key_of)
        assert source.items({"Q101"})
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    assert peak(5_000) < peak(500) + 400_000


@given(st.lists(st.tuples(st.integers(1, 12), st.integers(1, 12)), max_size=30), st.integers(1, 12))
def test_distances_are_shortest_ways(edges: list[tuple[int, int]], start: int) -> None:
    shuffled = random.Random(0).sample(edges, len(edges))
    found = Superclasses((f"Q{one}", f"Q{other}") for one, other in shuffled).distances([f"Q{start}"])
    expected, level, steps = {start: 0}, {start}, 0
    while level:
        steps += 1
        level = {other for one, other in edges if one in level} - expected.keys()
        expected.update(dict.fromkeys(level, steps))
    assert found == {f"Q{number}": steps for number, steps in expected.items()}
