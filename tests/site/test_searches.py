"""The 100 searches of searches.csv: each has the hit that its row expects first, found by the pages' own code.

The searches are in other words than the names that they are for: abbreviations, codes, other scripts and spellings,
typing errors, dates, parties, types. `first` is the name of a record.
"""

import csv
import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support import skip_or_fail
from upheaval.site.client import bundle, cache_folder

HERE = Path(__file__).parent
pytestmark = pytest.mark.slow

Hits = dict[str, list[dict[str, str]]]


def find(site: Path, queries: list[str]) -> Hits:
    """Return the first hits of each query."""
    made, reason = bundle(cache_folder())
    if made is None:
        skip_or_fail(f"no bundle: {reason}")
    assert made
    node = shutil.which("node")
    assert node
    files = [*site.glob("assets/search-????????????.json"), *site.glob("assets/search-sources-*.json")]
    command = [node, str(HERE / "searches.mjs"), str(made.folder / "src" / "finder.js"), *map(str, files)]
    done = subprocess.run(command, input="\n".join(queries), capture_output=True, text=True, timeout=120, check=True)
    return dict(zip(queries, map(json.loads, done.stdout.splitlines()), strict=True))


def expected() -> list[dict[str, str]]:
    with (HERE / "searches.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def found(axis_site: Path) -> Hits:
    return find(axis_site, [row["query"] for row in expected()])


def test_there_are_a_hundred_searches() -> None:
    assert len({row["query"] for row in expected()}) == 100


def test_each_search_has_its_first_hit(found: Hits) -> None:
    firsts = {query: hits[0]["path"].strip("/") if hits else "" for query, hits in found.items()}
    wrong = {row["query"]: (firsts[row["query"]], row["first"]) for row in expected()}
    assert {query: pair for query, pair in wrong.items() if pair[0] != pair[1]} == {}


def test_a_hit_says_what_matches_if_its_title_does_not(found: Hits) -> None:
    reasons = {query: found[query][0]["other"] for query in ("Q159", "ШОС", "DPRK", "mutual defence", "2019-07-23")}
    assert reasons == {
        "Q159": "Q159",
        "ШОС": "ШОС",
        "DPRK": "DPRK",
        "mutual defence": "mutual defence",
        "2019-07-23": "2019-07-23",
    }


def test_the_thing_stands_before_the_news_about_it(axis_site: Path) -> None:
    for hits in find(axis_site, ["agreement on", "Gazprom", "drone transfer", "North Korea troops"]).values():
        are_news = [hit["kind"] == "source" for hit in hits]
        assert are_news == sorted(are_news), hits
        assert not are_news[0]


def test_a_search_for_nothing_that_is_there_finds_nothing(axis_site: Path) -> None:
    assert find(axis_site, ["qqzzxxjj", "...", "<img src=x onerror=alert(1)>"])["qqzzxxjj"] == []
