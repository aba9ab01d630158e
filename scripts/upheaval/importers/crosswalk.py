"""Crosswalks: SKOS concepts that map the codes of a dataset to the vocabulary."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import pyoxigraph as ox

from upheaval.faults import Fault, Refusal, refuse, syntax_location
from upheaval.rdf.graphs import iri_of
from upheaval.rdf.namespaces import SKOS
from upheaval.schema.contract import Contract, local

HERE = Path(__file__).parent / "crosswalks"
_MATCHES = {str(SKOS[name]) for name in ("exactMatch", "closeMatch", "broadMatch")}


@dataclass(frozen=True, slots=True)
class Concept:
    """One code of a dataset.

    Attributes:
        code: the dataset's code; empty for the concept of a rule.
        label: its English name; empty if its match has one.
        matches: the IRIs that it matches, exactly, closely or as something narrower.

    """

    code: str
    label: str
    matches: tuple[str, ...]

    def match(self, scheme: str) -> str | None:
        """Return the match in one of our schemes, by the scheme's name with underscores, such as `item_kind`."""
        return next((iri for iri in self.matches if scheme_of(iri) == scheme), None)


@dataclass(slots=True)
class Scheme:
    """The codes of one kind, and the rules for those that are not among them.

    Attributes:
        codes: the concepts, by code.
        rules: regular expressions, and the broader concept for the codes in which they are found.

    """

    codes: dict[str, Concept] = field(default_factory=dict)
    rules: list[tuple[re.Pattern[str], Concept]] = field(default_factory=list)
    folded: dict[str, Concept] = field(default_factory=dict)

    def add(self, concept: Concept) -> None:
        """Add a code; one that differs from another by letter case, blanks or hyphens alone counts as that one."""
        self.codes[concept.code] = concept
        self.folded.setdefault(fold(concept.code), concept)

    def exact(self, code: str) -> Concept | None:
        """Return the concept of a code."""
        return self.codes.get(code) or self.folded.get(fold(code))

    def broader(self, code: str) -> Concept | None:
        """Return the broader concept of a code that is not listed, by the rules.

        The head of an English compound is its last word, so the rule that matches furthest right wins, and among those
        the longest match.
        """
        hits = (
            (hit.end(), hit.end() - hit.start(), -number)
            for number, (rule, _) in enumerate(self.rules)
            for hit in rule.finditer(code)
        )
        best = max(hits, default=None)
        return None if best is None else self.rules[-best[2]][1]


def fold(code: str) -> str:
    """Return a code as it is compared."""
    return re.sub(r"[\s_‐‑–-]+", " ", code).strip().casefold()


def read_crosswalk(given: str, contract: Contract, states: Iterable[str]) -> dict[str, Scheme]:
    """Read the crosswalk of a dataset.

    A concept has a `skos:notation`, the code, or is a rule: its `skos:hiddenLabel` is a regular expression, and a code
    that is not listed and in which it is found (whatever the letter case) is taken as what the rule matches.

    Args:
        given: Turtle, or the name of a file in `crosswalks/`.
        contract: the codes that concepts may match.
        states: the IRIs of the states that they may match.

    Returns:
        The schemes by their local names.

    Raises:
        Refusal: it is not Turtle, lists a code twice, has a rule that is not a regular expression, or matches
            something that does not exist.

    """
    name = given if given.endswith(".ttl") else "crosswalk"
    data = (HERE / given).read_bytes() if given.endswith(".ttl") else given.encode()
    known = {iri for codes in contract.codes.values() for iri in codes.values()} | set(states)
    found: dict[str, Scheme] = {}
    faults: list[Fault] = []
    for iri, about in sorted(by_subject(data, name).items()):
        for scheme in about.get(str(SKOS.inScheme), []):
            entries = found.setdefault(local(scheme), Scheme())
            matches = tuple(sorted(match for kind in _MATCHES for match in about.get(kind, [])))
            unknown = [match for match in matches if match not in known]
            faults.extend(_fault(name, f"<{iri}> matches <{match}>, which does not exist") for match in unknown)
            label = one(about, str(SKOS.prefLabel))
            for code in about.get(str(SKOS.notation), []):
                if code in entries.codes:
                    faults.append(_fault(name, f"the code `{code}` is given twice in {scheme}"))
                entries.add(Concept(code, label, matches))
            for pattern in about.get(str(SKOS.hiddenLabel), []):
                try:
                    entries.rules.append((re.compile(pattern, re.IGNORECASE), Concept("", label, matches)))
                except re.error as error:
                    faults.append(_fault(name, f"<{iri}> has the rule `{pattern}`, not a regular expression: {error}"))
    if faults:
        raise Refusal(faults)
    return found


def scheme_of(iri: str) -> str:
    """Return the name of the scheme that a code of ours is in, with underscores."""
    return local(iri.rpartition("#")[0]).replace("-", "_")


def by_subject(data: bytes, name: str) -> dict[str, dict[str, list[str]]]:
    """Return the statements of a Turtle document by subject and predicate.

    Raises:
        Refusal: it is not Turtle.

    """
    found: dict[str, dict[str, list[str]]] = {}
    try:
        for quad in ox.parse(data, format=ox.RdfFormat.TURTLE):
            found.setdefault(iri_of(quad.subject), {}).setdefault(quad.predicate.value, []).append(iri_of(quad.object))
    except SyntaxError as error:
        refuse(name, f"is not Turtle: {error.msg}", "fix it", at=syntax_location(error), rule="import/crosswalk")
    return found


def one(about: dict[str, list[str]], predicate: str) -> str:
    """Return the first value of a predicate, or an empty text."""
    return next(iter(about.get(predicate, [])), "")


def _fault(name: str, message: str) -> Fault:
    return Fault(name, message, "correct the crosswalk", rule="import/crosswalk")
