"""The seed article is carried whole: each of its statements stands in records that cite the place in it."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.support import ROOT
from upheaval.populate.assembly import Assembly

ARTICLE = "teuscher-axis"
FOUR = ("russia", "china", "iran", "north-korea")
RUN = 8
MILITARY = "Military and Security Cooperation"
ECONOMIC = "Economic and Energy Partnerships"
GEOPOLITICAL = "Geopolitical and Strategic Implications"


class Statement(NamedTuple):
    """A statement of the article: where it stands, what it says in short, and the records that carry it."""

    locator: str
    gist: str
    carried_by: tuple[str, ...]


STATEMENTS = {
    "whole": Statement("whole", "an article by Carson Teuscher", ("carson-teuscher",)),
    "title": Statement("title", "the axis and its four states", ("axis-of-upheaval",)),
    "caption": Statement(
        "caption",
        "a loose coalition that took shape about 2025",
        ("axis-of-upheaval", "teuscher-not-a-formal-alliance"),
    ),
    "introduction-1": Statement(
        "Introduction, sentence 1",
        "no formal alliance, but common interests against Western influence",
        ("axis-of-upheaval", "teuscher-not-a-formal-alliance", *FOUR),
    ),
    "introduction-2": Statement(
        "Introduction, sentence 2",
        "means and regions of their joint efforts",
        ("axis-of-upheaval", "teuscher-coordinated-efforts", "europe", "middle-east", "indo-pacific"),
    ),
    "introduction-3": Statement(
        "Introduction, sentence 3", "old rivals draw closer by military cooperation", ("teuscher-deepening-alignment",)
    ),
    "history-1": Statement(
        "History, bullet 1",
        "roots in the Cold War, with Soviet alliances and Iranian ties",
        (
            "cold-war-legacies",
            "soviet-union",
            "sino-soviet-alliance-treaty-1950",
            "soviet-north-korea-treaty-1961",
            "teuscher-cold-war-roots",
        ),
    ),
    "history-2": Statement(
        "History, bullet 2",
        "Crimea and sanctions turn Moscow to Beijing and Tehran",
        (
            "post-2014-russian-shift",
            "annexation-of-crimea-2014",
            "western-sanctions-2014",
            "crimea",
            "teuscher-turn-to-china-and-iran-2014",
        ),
    ),
    "history-3": Statement(
        "History, bullet 3",
        "American pressure of 2018 to 2023 drives the four together",
        (
            "us-strategic-pivot",
            "us-sanctions-2018-2023",
            "us-alliances-indo-pacific",
            "us-indo-pacific-strategies",
            "perceived-containment",
            "teuscher-pushed-together-2018-2023",
        ),
    ),
    "history-4": Statement(
        "History, bullet 4",
        "the war makes Russia lean on the other three",
        ("ukraine-war", "invasion-of-ukraine-2022", "teuscher-war-accelerated-reliance"),
    ),
    "military-1": Statement(
        f"{MILITARY}, bullet 1",
        "Russian and Chinese exercises, arms sales and drills at sea",
        (
            "russia-china-joint-exercises",
            "russia-china-arms-sales",
            "russia-china-pacific-naval-drills",
            "pacific-ocean",
        ),
    ),
    "military-2": Statement(
        f"{MILITARY}, bullet 2",
        "Iranian drones and missile parts for the war",
        ("iran-drones-to-russia", "iran-missile-components-to-russia"),
    ),
    "military-3": Statement(
        f"{MILITARY}, bullet 3",
        "North Korean shells, missiles and soldiers for Russia",
        (
            "north-korea-shells-and-missiles-to-russia",
            "north-korean-troops-in-russia-2024",
            "teuscher-ties-between-authoritarian-regimes",
        ),
    ),
    "military-4": Statement(
        f"{MILITARY}, bullet 4", "Chinese backing for an arming North Korea", ("china-backing-of-north-korea",)
    ),
    "economic-1": Statement(
        f"{ECONOMIC}, bullet 1",
        "Russian fuel goes to China instead of Europe",
        ("russia-oil-and-gas-rerouted-to-china", "european-union"),
    ),
    "economic-2": Statement(
        f"{ECONOMIC}, bullet 2",
        "the long-term programme of Iran and China",
        ("china-iran-25-year-programme-2021",),
    ),
    "economic-3": Statement(
        f"{ECONOMIC}, bullet 3", "Russian and Iranian payments around sanctions", ("russia-iran-payment-channels",)
    ),
    "economic-4": Statement(
        f"{ECONOMIC}, bullet 4",
        "North Korea lives on trade with China",
        ("china-north-korea-trade", "teuscher-china-economic-lifeline"),
    ),
    "geopolitical-1": Statement(
        f"{GEOPOLITICAL}, bullet 1",
        "another order through two organizations",
        (
            "alternative-order-through-sco-and-brics",
            "shanghai-cooperation-organization",
            "brics",
            "teuscher-alternative-order",
        ),
    ),
    "geopolitical-2": Statement(
        f"{GEOPOLITICAL}, bullet 2",
        "proxy conflicts in three regions",
        ("teuscher-proxy-conflicts", "middle-east", "indo-pacific"),
    ),
    "geopolitical-3": Statement(
        f"{GEOPOLITICAL}, bullet 3",
        "more warships in disputed waters",
        (
            "naval-presence-south-china-sea",
            "naval-presence-taiwan-strait",
            "naval-presence-arctic",
            "south-china-sea",
            "taiwan-strait",
            "arctic",
            "teuscher-military-footprint",
        ),
    ),
    "geopolitical-4": Statement(
        f"{GEOPOLITICAL}, bullet 4",
        "spying, false news and meddling in votes",
        (
            "axis-cyber-espionage",
            "axis-disinformation-campaigns",
            "axis-election-interference",
            "teuscher-hybrid-warfare",
        ),
    ),
    "reading-1": Statement(
        "Further Reading, item 1", "on Russian and Chinese armed forces", ("russia-china-joint-exercises",)
    ),
    "reading-2": Statement("Further Reading, item 2", "on Iranian arms for Russia", ("iran-drones-to-russia",)),
    "reading-3": Statement(
        "Further Reading, item 3", "on North Korea in the war", ("north-korea-shells-and-missiles-to-russia",)
    ),
    "reading-4": Statement("Further Reading, item 4", "an encyclopedia's article", ("axis-of-upheaval",)),
    "reading-5": Statement("Further Reading, item 5", "a think tank's project", ("cnas",)),
    "reading-6": Statement("Further Reading, item 6", "an essay on the new administration", ("war-on-the-rocks",)),
    "reading-7": Statement("Further Reading, item 7", "an article that doubts a common cause", ("vox",)),
    "reading-8": Statement("Further Reading, item 8", "a panel in Munich", ("munich-security-conference",)),
}
# The works of the reading list that the article names with a publisher, each a source of its own.
WORKS = {
    "reading-4": "wikipedia-axis-of-upheaval-original",
    "reading-5": "cnas-axis-of-upheaval-project-page",
    "reading-6": "original-cnmnewz-com-2025-01-29-the-trump-administration-vs-the-axis-of",
    "reading-7": "original-vox-newsletter-mirror-2025-09-02-are-america-s-four-main-adversaries-really",
    "reading-8": "munich-security-conference-2025-adversarial-alignment",
}


def citations_in(value: object) -> Iterator[str]:
    """Take a record's body, or a part of it, and give the locators with which it cites the article."""
    if isinstance(value, dict):
        if value.get("source") == ARTICLE:
            yield str(value.get("locator", ""))
        for part in value.values():
            yield from citations_in(part)
    elif isinstance(value, list):
        for part in value:
            yield from citations_in(part)


def texts_in(value: object) -> Iterator[str]:
    """Take a record's body, or a part of it, and give each text of more than one word in it."""
    if isinstance(value, dict):
        for part in value.values():
            yield from texts_in(part)
    elif isinstance(value, list):
        for part in value:
            yield from texts_in(part)
    elif isinstance(value, str) and " " in value:
        yield value


def runs(text: str) -> set[tuple[str, ...]]:
    """Take a text and give each run of eight words in it."""
    words = re.findall(r"\w+", text.lower())
    return {tuple(words[at : at + RUN]) for at in range(len(words) - RUN + 1)}


@pytest.fixture(scope="module")
def cited(axis: Assembly) -> dict[str, set[str]]:
    """The locators with which each record cites the article, by the record's name."""
    return {record.slug: set(citations_in(record.body)) for record in axis.records}


@pytest.mark.parametrize("name", STATEMENTS)
def test_statement_of_the_article_is_in_the_data(name: str, cited: dict[str, set[str]]) -> None:
    locator, gist, carried_by = STATEMENTS[name]
    assert carried_by
    missing = [slug for slug in carried_by if slug not in cited]
    assert not missing, f"{name} ({gist}): there is no record {', '.join(missing)}"
    silent = [slug for slug in carried_by if locator not in cited[slug]]
    assert not silent, f"{name} ({gist}): no citation of {ARTICLE} with the locator `{locator}` in {', '.join(silent)}"


def test_no_record_cites_an_unknown_place(cited: dict[str, set[str]]) -> None:
    known = {statement.locator for statement in STATEMENTS.values()}
    unknown = sorted(f"{slug}: {locator}" for slug, found in cited.items() for locator in found - known)
    assert not unknown, f"these locators are no statement of the table: {'; '.join(unknown)}"


def test_locators_differ() -> None:
    locators = [statement.locator for statement in STATEMENTS.values()]
    assert len(locators) == len(set(locators))


@pytest.mark.parametrize("name", WORKS)
def test_each_work_of_the_reading_list_is_a_source(name: str, axis: Assembly) -> None:
    assert name in STATEMENTS
    sources = {record.slug for record in axis.records if record.kind.name == "Source"}
    assert WORKS[name] in sources


def test_no_text_is_copied(axis: Assembly) -> None:
    shared = Path(os.environ.get("UPHEAVAL_SHARED", ROOT.parent / "shared"))
    path = shared / "seed" / "axis-of-upheaval.txt"
    if not path.is_file():
        pytest.skip("the article's text is not part of the project: name its folder in UPHEAVAL_SHARED")
    article = runs(path.read_text(encoding="utf-8"))
    assert article
    copied = []
    for record in axis.records:
        body = dict(record.body or {})
        if record.kind.name == "Source":  # a work keeps its title
            body.pop("label", None)
        copied += [f"{record.file}: {' '.join(run)}" for text in texts_in(body) for run in runs(text) & article]
    copied += [f"{Path(__file__).relative_to(ROOT)}: {s.gist}" for s in STATEMENTS.values() if runs(s.gist) & article]
    assert not copied, f"eight words or more in a row stand in the article too: {'; '.join(sorted(copied))}"
