"""Synthetic publications of any size, in the shapes of the real one: states, sources, transfers, agreements.

The same number gives the same bytes. Every fourth record is an agreement with steps and provisions, every fourth a
transfer with an estimate, and half are sources, which other records cite. Every third agreement has ended.
"""

import random
import shutil
from pathlib import Path

TRIPLES_A_RECORD = 24
"""About so many triples, derived ones included, come of one record of a large publication."""

STATES = 60
ITEMS = 40
SEED = 4361
TYPES = ("drone-transfer", "artillery-ammunition-transfer", "major-weapons-transfer")
PUBLICATION = """\
iri: https://example.org/synthetic/
prefix: synthetic
name: synthetic
title: Synthetic
description: Made records, for measuring.
license: https://creativecommons.org/licenses/by/4.0/
creator: Nobody
version: 1.0.0
issued: 2020-12-31
"""


def generate(root: Path, triples: int) -> int:
    """Write a publication of about so many triples into a new folder, and return the number of its records."""
    chance = random.Random(SEED)
    units = max(8, triples // (4 * TRIPLES_A_RECORD))
    shutil.rmtree(root, ignore_errors=True)
    for folder in ("states", "weapon-systems", "phases", "sources", "arms-transfers", "treaties"):
        (root / "data" / folder).mkdir(parents=True)
    _put(root, "publication", PUBLICATION)
    for year, phase in ((1950, "first"), (1990, "second")):
        span = f"startDate: {year}\n" + (f"endDate: {year + 39}\n" if year < 1990 else "")
        _put(root, f"phases/{phase}-phase", f"label: {{en: {phase} phase}}\n{span}citation: [{_cited(0)}]\n")
    for number in range(STATES):
        text = f"label: {{en: State {number}}}\ncowCode: {number + 1}\ncitation: [{_cited(0)}]\n"
        _put(root, f"states/state-{number:02}", text)
    for number in range(ITEMS):
        text = f"label: {{en: Item {number}}}\nitemKind: uncrewed-aircraft\ncitation: [{_cited(1)}]\n"
        _put(root, f"weapon-systems/item-{number:02}", text)
    for unit in range(units):
        for source in (2 * unit, 2 * unit + 1):
            _put(root, f"sources/source-{source:07}", _source(source, chance))
        one, other = (f"state-{number:02}" for number in chance.sample(range(STATES), 2))
        cited = ", ".join(_cited(source) for source in chance.sample(range(2 * units), 2))
        year = chance.randrange(1950, 2020)
        _put(root, f"arms-transfers/transfer-{unit:07}", _transfer(unit, one, other, year, cited, chance))
        _put(root, f"treaties/treaty-{unit:07}", _treaty(unit, one, other, year, cited))
    return 4 * units + STATES + ITEMS + 2


def _put(root: Path, name: str, text: str) -> None:
    (root / "data" / f"{name}.yaml").write_text(text, encoding="utf-8")


def _cited(source: int) -> str:
    return f"{{source: source-{source:07}, locator: page {source % 300}}}"


def _source(number: int, chance: random.Random) -> str:
    day = f"{chance.randrange(1990, 2020)}-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}"
    return (
        f'label: {{en: "Report {number} on what was reported"}}\npublisher: Publisher {chance.randrange(500)}\n'
        f"sourceKind: news\nissued: {day}\nlanguage: en\n"
        f"url: https://example.org/reports/{number}\nretrieved: 2026-01-01\n"
    )


def _transfer(unit: int, one: str, other: str, year: int, cited: str, chance: random.Random) -> str:
    return (
        f"label: {{en: Transfer {unit}}}\ndescription: {{en: What source {unit} says of the delivery in a sentence.}}\n"
        f"cooperationType: {chance.choice(TYPES)}\nsupplier: {one}\nrecipient: {other}\n"
        f"item: item-{chance.randrange(ITEMS):02}\ndate: {year}-{chance.randrange(1, 13):02}\n"
        f"evidentialStatus: reported\nestimate:\n  - measure: pieces delivered\n    value: {chance.randrange(1, 900)}\n"
        f"    unit: pieces\n    asOf: {year}\n    claimedBy: {one}\n    citation: [{cited}]\ncitation: [{cited}]\n"
    )


def _treaty(unit: int, one: str, other: str, year: int, cited: str) -> str:
    end = (
        f"  - {{action: terminated, date: {year + 2}-01-01, by: {one}, citation: [{cited}]}}\n" if unit % 3 == 0 else ""
    )
    return (
        f"label: {{en: Treaty {unit}}}\nparty: [{one}, {other}]\ncooperationType: [trade, consultation-commitment]\n"
        f"step:\n  - {{action: signed, date: {year}-05-04, citation: [{cited}]}}\n"
        f"  - {{action: entered-into-force, date: {year + 1}-01-01, citation: [{cited}]}}\n{end}"
        f"provision:\n  - {{provisionKind: consultation, article: 3, citation: [{cited}]}}\n"
        f"evidentialStatus: acknowledged\ncitation: [{cited}]\n"
    )
