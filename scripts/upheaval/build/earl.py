"""What other people's test suites say of this tool: the committed EARL report, for the build and the pages."""

from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from upheaval.rdf.graphs import iri_of

FILE = Path(__file__).with_name("conformance.ttl")
"""Written by `make conformance`, never by hand."""

_EARL = "http://www.w3.org/ns/earl#"
_DCTERMS = "http://purl.org/dc/terms/"
_TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")


@dataclass(frozen=True, slots=True)
class SuiteReport:
    """The outcomes of one suite.

    Attributes:
        title: its name.
        specification: the IRI of what it tests.
        version: of the suite.
        outcomes: the name of each case and its outcome (`passed`, `failed`, `inapplicable`), by name.

    """

    title: str
    specification: str
    version: str
    outcomes: dict[str, str]

    def count(self, outcome: str) -> int:
        """Return the number of cases with an outcome."""
        return sum(found == outcome for found in self.outcomes.values())

    @property
    def others(self) -> dict[str, str]:
        """The cases that did not pass, with their outcomes."""
        return {name: outcome for name, outcome in self.outcomes.items() if outcome != "passed"}


def read_conformance(text: bytes) -> list[SuiteReport]:
    """Read an EARL report (EARL 1.0 Schema).

    Args:
        text: Turtle, as `make conformance` writes it.

    Returns:
        The suites, by title.

    """
    statements: dict[str, dict[str, str]] = {}
    for quad in ox.parse(text, format=ox.RdfFormat.TURTLE):
        statements.setdefault(iri_of(quad.subject), {})[quad.predicate.value] = iri_of(quad.object)
    outcomes: dict[str, dict[str, str]] = {}
    for one in statements.values():
        if one[_TYPE.value] == f"{_EARL}Assertion":
            case = statements[one[f"{_EARL}test"]]
            outcome = statements[one[f"{_EARL}result"]][f"{_EARL}outcome"].removeprefix(_EARL)
            outcomes.setdefault(case[f"{_DCTERMS}isPartOf"], {})[case[f"{_DCTERMS}title"]] = outcome
    suites = (
        SuiteReport(
            statements[suite][f"{_DCTERMS}title"],
            statements[suite][f"{_DCTERMS}conformsTo"],
            statements[suite][f"{_DCTERMS}description"],
            dict(sorted(found.items())),
        )
        for suite, found in outcomes.items()
    )
    return sorted(suites, key=lambda suite: suite.title)
