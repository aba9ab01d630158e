"""The selection of the Explore page: in Python, in the browser's own modules and in SPARQL it is the same."""

import json
import random
import shutil
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pyoxigraph as ox
import pytest

from tests.support import WHOLE, skip_or_fail
from upheaval.explore.corpus import MANY, Corpus, read_corpus
from upheaval.explore.selecting import facets, matrix, select, years
from upheaval.explore.selectionfiles import FILES
from upheaval.explore.selectionquery import query
from upheaval.explore.states import ExploreState, address, read_state
from upheaval.populate.assembly import Assembly
from upheaval.site.assets import ASSETS
from upheaval.site.exploreindex import explore_index
from upheaval.site.library import open_library
from upheaval.site.overview import overview
from upheaval.site.pages import compact

MODULES = ("selection.js", "statefiles.js", "citations.js", "drawing.js")
NUMBER = 400 if WHOLE else 60


@pytest.fixture(scope="module")
def index(axis: Assembly) -> bytes:
    library = open_library(axis, "0" * 64)
    return compact(explore_index(library, overview(library)))


@pytest.fixture(scope="module")
def corpus(index: bytes) -> Corpus:
    return read_corpus(index)


@pytest.fixture(scope="module")
def addresses(corpus: Corpus) -> list[str]:
    """Addresses of many states, most of them of few facets, so that they select something."""
    chance = random.Random(16)
    days = ["1949", "1961-07", "2014-11-30", "2020-02-29", "2024"]
    found = ["", "summaries=with"]
    for _ in range(NUMBER):
        words: list[tuple[str, str]] = []
        for key in chance.sample(MANY, chance.choice([0, 1, 1, 2, 3])):
            entry = chance.choice(corpus.every)
            names = sorted(entry[key]) or list(corpus.codes[key])
            words += [(key, name) for name in chance.choices(names, k=chance.choice([1, 1, 2]))]
        words += [(key, chance.choice(days)) for key in ("from", "until", "force") if chance.random() < 0.2]
        if chance.random() < 0.2:
            words.append(("summaries", "with"))
        found.append(urlencode(words))
    return found


def in_browser(index: bytes, addresses: list[str], folder: Path) -> list[dict[str, Any]]:
    """Have the browser's modules select, without a browser."""
    node = shutil.which("node")
    if node is None:
        skip_or_fail("no Node here")
    assert node
    for name in MODULES:
        shutil.copy(ASSETS / name, folder)
    (folder / "package.json").write_text('{"type": "module"}')
    (folder / "records.json").write_bytes(index)
    command = [node, str(Path(__file__).parent / "state.mjs"), str(folder), str(folder / "records.json")]
    done = subprocess.run(command, input=json.dumps(addresses), capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    answers: list[dict[str, Any]] = json.loads(done.stdout)
    return answers


def test_the_browser_and_python_select_count_and_write_the_same(
    index: bytes, corpus: Corpus, addresses: list[str], tmp_path: Path
) -> None:
    wrong = ["pair=x", "from=2014-13", "until=2023-02-29", "pairs=china--russia", "summaries=no", "view=map&sort=-when"]
    for words, theirs in zip([*addresses, *wrong], in_browser(index, [*addresses, *wrong], tmp_path), strict=True):
        state, problems = read_state(corpus, words)
        assert theirs["address"] == address(state), words
        assert theirs["problems"] == problems, words
        assert theirs["names"] == [corpus.entries[place].name for place in select(corpus, state)], words
        assert theirs["facets"] == facets(corpus, state), words
        found = years(corpus, state)
        assert theirs["years"] == {"counts": [list(one) for one in found.counts.items()], "unknown": found.unknown}
        assert theirs["matrix"] == dict(zip(("pairs", "types", "cells"), matrix(corpus, state), strict=True)), words
        for ending, (_, write) in FILES.items():
            assert theirs["files"][ending] == write(corpus, state).decode(), (words, ending)


def test_sparql_gives_the_same_rows(axis: Assembly, corpus: Corpus, addresses: list[str]) -> None:
    selected = 0
    for words in addresses:
        state, _ = read_state(corpus, words)
        found = axis.store.query(query(corpus, state), use_default_graph_as_union=True)
        assert isinstance(found, ox.QuerySolutions)
        rows = sorted((row["record"].value, row["title"].value) for row in found)
        entries = [corpus.entries[place] for place in select(corpus, state)]
        assert rows == sorted((corpus.about["iri"] + entry.name, entry.title) for entry in entries), words
        selected += bool(rows)
    assert selected > len(addresses) / 2


def test_every_count_is_that_of_the_address_that_it_links_to(corpus: Corpus, addresses: list[str]) -> None:
    for words in addresses[:20]:
        state, _ = read_state(corpus, words)
        for key, counts in facets(corpus, state).items():
            for name, count in list(counts.items())[:5]:
                assert len(select(corpus, state.choose(**{key: name}))) == count, (words, key, name)
        pairs, types, cells = matrix(corpus, state)
        for pair, row in zip(pairs, cells, strict=True):
            for name, count in zip(types, row, strict=True):
                assert len(select(corpus, state.choose(pair=pair, type=name))) == count, (words, pair, name)
        for year, count in list(years(corpus, state).counts.items())[:8]:
            then, _ = read_state(corpus, f"{address(state)}&from={year}&until={year}")
            if not {"from", "until"} & state.days.keys():
                assert len(select(corpus, then)) == count, (words, year)


def test_an_address_is_one_text_for_one_state(corpus: Corpus, addresses: list[str]) -> None:
    for words in addresses:
        state, problems = read_state(corpus, words)
        assert not problems
        assert read_state(corpus, address(state)) == (state, [])


def test_what_an_address_gets_wrong_is_said(corpus: Corpus) -> None:
    _, problems = read_state(corpus, "pair=china--rusia&from=2014-13&colour=red&summaries=some")
    assert problems[0] == "no pair of states is named `china--rusia`"
    assert problems[1].startswith("`from` takes a year, a month or a day")
    assert problems[2].startswith("there is no facet `colour`")
    assert problems[3] == "`summaries` takes `with`"


CONDUCT = """PREFIX statecraft: <https://w3id.org/statecraft#>
SELECT ?dyad ?type ?count WHERE {
  ?node statecraft:cooperationOf|statecraft:contentionOf ?dyad ; statecraft:ofType ?type ; statecraft:recordCount ?count
}"""


def test_dyadic_conduct_counts_what_explore_counts(axis: Assembly, corpus: Corpus) -> None:
    pairs, types = ({code.iri: name for name, code in corpus.codes[key].items()} for key in ("pair", "type"))
    counted = {
        (pair, name): sum(
            pair in every["pair"] and name in every["type"] and not entry.summary
            for entry, every in zip(corpus.entries, corpus.every, strict=True)
        )
        for pair in corpus.about["pairs"]
        for name in corpus.tops
    }
    found = axis.store.query(CONDUCT, use_default_graph_as_union=True)
    assert isinstance(found, ox.QuerySolutions)
    derived = {
        (pairs[row["dyad"].value], types[row["type"].value]): int(row["count"].value)
        for row in found
        if row["type"].value in types
    }
    assert {cell: derived.get(cell, 0) for cell in counted} == counted
    assert any(entry.summary for entry in corpus.entries)


def test_a_type_of_contention_is_not_taken_for_one_of_cooperation(corpus: Corpus) -> None:
    one, other = (corpus.codes["type"][name] for name in ("legal-and-territorial", "contention-economic"))
    assert one.iri == "https://w3id.org/statecraft/cooperation#legal-and-territorial"
    assert other.iri == "https://w3id.org/statecraft/contention#economic"


def test_summaries_of_other_records_are_not_counted_beside_them(corpus: Corpus) -> None:
    without, with_them = (select(corpus, ExploreState(summaries=summaries)) for summaries in (False, True))
    more = [corpus.entries[place] for place in set(with_them) - set(without)]
    assert all(entry.summary for entry in more)
    assert len(with_them) == len(corpus.entries)
