"""Messages and docstrings keep to plain English: phrases that read as translated do not come back."""

import hashlib
import re

import pytest

from tests.support import ROOT

AVOIDED = {
    r"\bmend(s|ed|ing)? (it|them|the)\b": "fix",
    r"(?<!there )\b(is|are) no (build|date|number|site|text|name|state|code|record|web address|IRI)s?\b": "is not a …",
    r"\bcome again\b": "try again",
    r"\bis untouched\b": "is unchanged",
    r"\bmake room\b": "free up disk space",
}
RELEASED = {"0.1.0": "b858e2c7dd3c366f", "0.2.0": "5942dfa8b114bbc7"}
"""The start of the SHA-256 of what the changelog says of a version, which git's merges like to add later entries to."""
FILES = [
    path
    for folder in ("scripts/upheaval", "queries")
    for path in sorted((ROOT / folder).rglob("*"))
    if path.suffix in (".py", ".html", ".js", ".rq") and not {"node_modules", "shacl", "check"} & set(path.parts)
]


@pytest.mark.parametrize("phrase", AVOIDED)
def test_no_text_uses_an_unidiomatic_phrase(phrase: str) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in FILES
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if re.search(phrase, line)
    ]
    assert found == [], f"write: {AVOIDED[phrase]}"


def test_the_changelog_of_a_released_version_stays_as_it_is() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    sections = re.findall(r"^## \[?(\d[\d.]*)\]?(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    found = {version: hashlib.sha256(said.encode()).hexdigest()[:16] for version, said in sections}
    assert {version: found.get(version) for version in RELEASED} == RELEASED, "write below `## [Unreleased]`"
