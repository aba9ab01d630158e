"""The table of force cases: what treaty law says of each, asked as a question of the dataset."""

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

import upheaval
from tests.support import copy_of_world

pytestmark = pytest.mark.slow

CASES: dict[str, dict[str, Any]] = yaml.load(Path(__file__).with_name("cases.yaml").read_text("utf-8"), yaml.BaseLoader)
STEP = re.compile(
    r"(?P<date>[\d?~X-]+) (?P<action>[a-z-]+)(?: by (?P<by>[a-z ]+?))?"
    r"(?: toward (?P<toward>\S+))?(?: until (?P<until>\S+))?"
)
CITATION = "[{source: gazette, locator: whole}]"
ENDED = f"label: {{en: Federation}}\nstartDate: 1920\nendDate: 1991-12-26\ncitation: {CITATION}\n"
SPACE = "https://example.org/northern-pact/"


def record(case: dict[str, Any]) -> str:
    """Write a case as a record of an agreement."""
    lines = ["label: {en: A case}", f"party: [{', '.join(case['party'].split())}]", "cooperationType: trade"]
    lines += [f"{key}: {value}" for key, value in case.get("more", {}).items()]
    lines.append("step:")
    for text in case["step"].splitlines():
        step = STEP.fullmatch(text.strip())
        assert step, text
        keys = {key: value for key, value in step.groupdict().items() if value}
        if "by" in keys:
            keys["by"] = f"[{', '.join(keys['by'].split())}]"
        lines.append(f"  - {{{', '.join(f'{key}: {value}' for key, value in keys.items())}, citation: {CITATION}}}")
    return "\n".join([*lines, "evidentialStatus: acknowledged", f"citation: {CITATION}", ""])


def answers() -> list[tuple[str, ...]]:
    """The table's rows: case, day, party, answer, article."""
    return [(name, *line.split()) for name, case in CASES.items() for line in case["answer"].splitlines()]


def write(root: Path) -> None:
    copy_of_world(root)
    (root / "data" / "historical-states" / "federation.yaml").write_text(ENDED, encoding="utf-8")
    for name, case in CASES.items():
        folder = root / "data" / case.get("folder", "treaties")
        (folder / f"{name}.yaml").write_text(record(case), encoding="utf-8")


Asked = Callable[[str, str], list[dict[str, Any]]]


@pytest.fixture(scope="module")
def in_force(tmp_path_factory: pytest.TempPathFactory) -> Asked:
    """The answer to the question `in-force` for a day, without or with what is unknown."""
    root = tmp_path_factory.mktemp("force")
    write(root)
    dataset = upheaval.open(root)
    return cache(lambda day, unknown: dataset.query("in-force", at=day, unknown=unknown))


def statuses(rows: list[dict[str, Any]], name: str, party: str) -> set[str]:
    label = {"federation": "Federation", "old-arvenia": "Old Arvenia"}.get(party, party.title())
    found = [row for row in rows if row["agreement"] == SPACE + name and row["party"] == label]
    return {row["status"].replace(" ", "-") for row in found}


@pytest.mark.parametrize(("name", "day", "party", "answer", "article"), answers())
def test_answer_is_what_treaty_law_says(
    in_force: Asked, name: str, day: str, party: str, answer: str, article: str
) -> None:
    found = statuses(in_force(day, "yes"), name, party)
    assert found == ({answer} if answer != "not-in-force" else set()), article
    known = statuses(in_force(day, "no"), name, party)
    assert known == found - {"unknown"}, "what is unknown is given on request only"


def test_table_is_large_and_names_an_article_for_each_answer() -> None:
    rows = answers()
    assert len(rows) >= 40
    assert {answer for *_, answer, _ in rows} == {
        "in-force",
        "suspended",
        "provisionally-applied",
        "not-in-force",
        "unknown",
    }
    assert all(re.fullmatch(r"S?\d+(\(\d\))?(\([a-z]\))?", article) for *_, article in rows)
