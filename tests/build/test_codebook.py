"""The codebook has a rule for every kind of conduct, and every code with what it means and how often it is used."""

import re
from pathlib import Path

from tests.support import ROOT, copy_of_world
from upheaval.build.codebook import codebook
from upheaval.populate.assembly import Assembly, assemble
from upheaval.schema.contract import local

SELF_EXPLANATORY = {
    "coalitions",
    "commodities",
    "drivers",
    "historical-states",
    "infrastructure",
    "links",
    "organizations",
    "persons",
    "phases",
    "places",
    "sources",
    "states",
    "vessels",
    "voting-similarities",
    "weapon-systems",
}
"""Kinds of things that other records need; the section on actors, or their definition, says all."""


def test_every_kind_has_a_rule_of_inclusion(axis: Assembly) -> None:
    text = (ROOT / "docs" / "codebook.md").read_text(encoding="utf-8")
    ruled = set(re.findall(r"`([a-z-]+)`", " ".join(re.findall(r"^\| (`.*?) \|", text, re.MULTILINE))))
    assert set(axis.contract.folders) == ruled | SELF_EXPLANATORY


def test_every_code_is_listed_with_its_uses(axis: Assembly) -> None:
    text = codebook(axis, {"resources": []})
    for codes in axis.contract.codes.values():
        for iri in codes.values():
            assert f"`{local(iri)}` |" in text
    supporting = next(line for line in text.splitlines() if line.startswith("| `supports` |"))
    written = sum(
        str(quad.predicate.value).endswith("#bearing") and str(quad.object).endswith("bearing#supports>")
        for quad in axis.store
    )
    assert supporting.endswith(f"| {written} |")


def test_publication_without_rules_gets_its_codes(tmp_path: Path) -> None:
    world = assemble(copy_of_world(tmp_path))
    text = codebook(world, {"resources": []})
    assert text.startswith(f"# Codebook of {world.publication.title}\n\n## Codes\n")
    (world.publication.root / "docs").mkdir()
    (world.publication.root / "docs" / "codebook.md").write_text("# How we code\n\nStrictly.\n", encoding="utf-8")
    assert codebook(world, {"resources": []}).startswith("# How we code\n\nStrictly.\n\n## Codes\n")
