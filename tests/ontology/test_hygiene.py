"""The rules of the vocabulary: each file of hygiene/ finds nothing, and each is shown to find what it is for."""

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pytest

from upheaval.rdf.graphs import in_graph
from upheaval.schema.publication import open_publication
from upheaval.schema.vocabulary import Vocabulary, load_vocabulary

ROOT = Path(__file__).resolve().parents[2]
RULES = sorted((ROOT / "tests" / "hygiene").glob("*.rq"))
PARTS = ("ontology", "alignments", "shapes")
EVERYWHERE = "ontology shapes"
SHOWN = 20

each_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.stem)


@cache
def vocabulary() -> Vocabulary:
    """Give the vocabulary as a build publishes it."""
    return load_vocabulary(open_publication(ROOT))


def merged(parts: str, extra: str = "") -> ox.Store:
    """Take the names of parts and some Turtle more, and give one graph of all."""
    store = ox.Store()
    for part in parts.split():
        store.extend(in_graph(getattr(vocabulary(), part)))
    store.extend(ox.parse(extra, format=ox.RdfFormat.TURTLE))
    return store


def header(rule: Path) -> dict[str, str]:
    """Take a rule's file and give the fields of its opening comment."""
    opening = re.match(r"(?:#.*\n)*", rule.read_text(encoding="utf-8"))
    assert opening is not None
    return dict(re.findall(r"^# (\w+): (.*\S)", opening.group(), re.MULTILINE))


def offences(rule: Path, store: ox.Store) -> list[str]:
    """Take a rule's file and a graph, and give a line for each offence."""
    found = store.query(rule.read_text(encoding="utf-8"))
    assert isinstance(found, ox.QuerySolutions), f"{rule.name} is not a SELECT query"
    return sorted("  ".join(str(value) for value in row if value is not None) for row in found)


@cache
def standing(rule: Path) -> list[str]:
    """Take a rule's file and give the offences of the vocabulary as it stands."""
    return offences(rule, merged(header(rule).get("over", EVERYWHERE)))


def listed(lines: Iterable[str]) -> str:
    """Take lines and give them as an indented list, cut where it grows too long to read."""
    lines = list(lines)
    more = [f"… and {len(lines) - SHOWN} more"] if len(lines) > SHOWN else []
    return "".join(f"\n  {line}" for line in [*lines[:SHOWN], *more])


@each_rule
def test_vocabulary_follows_the_rule(rule: Path) -> None:
    fields = header(rule)
    found = standing(rule)
    assert not found, f"not so: {fields['title']} ({fields['source']}){listed(found)}"


@each_rule
def test_rule_finds_an_offence(rule: Path) -> None:
    bad = rule.with_suffix(".bad.ttl").read_text(encoding="utf-8")
    parts = header(rule).get("over", EVERYWHERE)
    assert set(offences(rule, merged(parts, bad))) - set(standing(rule)), (
        f"{rule.name} does not see the offence in {rule.stem}.bad.ttl"
    )


@each_rule
def test_rule_has_a_header(rule: Path) -> None:
    fields = header(rule)
    assert set(fields) >= {"title", "source"}, f"{rule.name} opens with `# title:` and `# source:`"
    assert set(fields.get("over", EVERYWHERE).split()) <= set(PARTS), f"{rule.name} names an unknown part"


def test_each_rule_has_an_offending_file() -> None:
    folder = ROOT / "tests" / "hygiene"
    assert {path.name.removesuffix(".bad.ttl") for path in folder.glob("*.ttl")} == {r.stem for r in RULES}
    assert {path.suffix for path in folder.iterdir()} == {".rq", ".ttl"}


def test_titles_differ() -> None:
    titles = [header(rule)["title"] for rule in RULES]
    assert len(titles) == len(set(titles))


def undescribed(text: str, store: ox.Store) -> set[str]:
    """Take SPARQL text and a graph, and give the prefixed names of ours in it that the graph does not type."""
    kind = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
    names = set(re.findall(r"(?<![\w-])statecraft:([A-Za-z]\w*)", text))
    return {
        name
        for name in names
        if not any(store.quads_for_pattern(ox.NamedNode(f"https://w3id.org/statecraft#{name}"), kind, None))
    }


def test_queries_use_terms_that_exist() -> None:
    # No rule above can look into the text of a query, where a misspelt term matches nothing and says nothing.
    store = merged("ontology shapes")
    constraints = {
        quad.subject.value.rpartition("#")[2]: quad.object.value
        for quad in store.quads_for_pattern(None, ox.NamedNode("http://www.w3.org/ns/shacl#select"), None)
        if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.Literal)
    }
    files = [*RULES, *sorted(ROOT.glob("ontology/rules/*.rq"))]
    texts = constraints | {path.name: path.read_text(encoding="utf-8") for path in files}
    assert constraints
    wrong = {where: sorted(names) for where, text in texts.items() if (names := undescribed(text, store))}
    assert not wrong


def test_misspelt_terms_in_queries_are_found() -> None:
    query = "SELECT ?x { ?x statecraft:partey ?y ; statecraft:party ?z }"
    assert undescribed(query, merged("ontology")) == {"partey"}
