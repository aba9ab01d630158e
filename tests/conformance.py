"""Outcomes of other people's suites, collected while the tests run and written as EARL by `make conformance`."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib.namespace import DCTERMS, RDF

from tests.support import ROOT, SUITES
from upheaval.build.earl import FILE
from upheaval.rdf.writers import order, turtle

EARL = "http://www.w3.org/ns/earl#"
DOAP = "http://usefulinc.com/ns/doap#"
BASE = "https://w3id.org/statecraft/conformance#"
PREFIXES = {
    "conformance": BASE,
    "dcterms": str(DCTERMS),
    "doap": DOAP,
    "earl": EARL,
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}


@dataclass(frozen=True)
class Suite:
    """A suite: the standard it tests, its version, where its files are, and the packages that it judges."""

    title: str
    specification: str
    version: str
    folder: Path
    packages: tuple[str, ...]


PROFILES = Path(str(files("dplib"))) / "profiles" / "2.0"
KNOWN = {
    "shacl": Suite(
        "SHACL Core and SHACL-SPARQL",
        "https://www.w3.org/TR/shacl/",
        "W3C data-shapes, 2024-01",
        SUITES / "shacl",
        ("shacl", "rdf"),
    ),
    "sparql-protocol": Suite(
        "SPARQL 1.1 Protocol",
        "https://www.w3.org/TR/sparql11-protocol/",
        "W3C rdf-tests",
        SUITES / "sparql11/protocol",
        ("serve", "rdf"),
    ),
    "sparql-service-description": Suite(
        "SPARQL 1.1 Service Description",
        "https://www.w3.org/TR/sparql11-service-description/",
        "W3C rdf-tests",
        SUITES / "sparql11/service-description",
        ("serve", "rdf"),
    ),
    "reconciliation": Suite(
        "Reconciliation Service API",
        "https://www.w3.org/community/reports/reconciliation/CG-FINAL-specs-0.2-20230410/",
        "0.2",
        SUITES / "reconciliation-0.2",
        ("serve", "rdf"),
    ),
    "dcat-ap": Suite(
        "DCAT-AP",
        "https://semiceu.github.io/DCAT-AP/releases/3.0.1/",
        "3.0.1",
        SUITES / "dcat-ap-3.0.1",
        ("build", "schema", "rdf"),
    ),
    "data-package": Suite(
        "Data Package", "https://datapackage.org/standard/data-package/", "2.0", PROFILES, ("build", "schema")
    ),
}
_outcomes: dict[str, dict[str, str]] = {}


def record(suite: str, case: str, outcome: str | bool) -> None:
    """Note the outcome of a case: `passed`, `failed` or `inapplicable`; True is passed, False is failed."""
    named = {True: "passed", False: "failed"}.get(outcome, str(outcome)) if isinstance(outcome, bool) else outcome
    _outcomes.setdefault(suite, {})[case] = named


def digest(folders: Iterable[Path]) -> str:
    """Return the SHA-256 of all files below some folders, by path and content; what Python compiles is left out."""
    found = hashlib.sha256()
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path != FILE and "__pycache__" not in path.parts:
                found.update(f"{path.relative_to(folder).as_posix()}\0".encode() + path.read_bytes() + b"\0")
    return found.hexdigest()


def revision(suite: Suite) -> str:
    """Return the digest of the code that a suite judges."""
    return digest(ROOT / "scripts" / "upheaval" / package for package in suite.packages)


def write_report() -> None:
    """Write what was recorded as EARL (EARL 1.0 Schema), over the report that is committed.

    Raises:
        pytest.exit.Exception: a suite was not run, so that its outcomes would be lost.

    """
    if missing := KNOWN.keys() - _outcomes.keys():
        pytest.exit(f"no outcome of {', '.join(sorted(missing))}: are all the suites there?", returncode=1)
    triples: list[ox.Triple] = []

    def say(name: str, **values: ox.NamedNode | ox.Literal) -> ox.NamedNode:
        node = ox.NamedNode(BASE + name)
        spaces = {"a": str(RDF.type), "earl": EARL, "dcterms": str(DCTERMS), "doap": DOAP}
        for key, value in values.items():
            space, _, local = key.partition("_")
            triples.append(ox.Triple(node, ox.NamedNode(spaces[space] + local), value))
        return node

    def term(name: str) -> ox.NamedNode:
        return ox.NamedNode(EARL + name)

    tool = say("upheaval", a=term("Software"), dcterms_title=ox.Literal("The test suite of upheaval"))
    for key, suite in KNOWN.items():
        part_of = say(
            key,
            a=term("TestRequirement"),
            dcterms_title=ox.Literal(suite.title),
            dcterms_conformsTo=ox.NamedNode(suite.specification),
            dcterms_description=ox.Literal(f"{suite.version}, SHA-256 {digest([suite.folder])[:16]}"),
        )
        subject = say(
            f"{key}-subject",
            a=term("Software"),
            dcterms_title=ox.Literal(f"upheaval: {', '.join(suite.packages)}"),
            doap_revision=ox.Literal(revision(suite)),
        )
        for case, outcome in sorted(_outcomes[key].items()):
            name = f"{key}/{case}"
            test = say(name, a=term("TestCase"), dcterms_title=ox.Literal(case), dcterms_isPartOf=part_of)
            result = say(f"{name}/result", a=term("TestResult"), earl_outcome=term(outcome))
            say(
                f"{name}/assertion",
                a=term("Assertion"),
                earl_assertedBy=tool,
                earl_subject=subject,
                earl_test=test,
                earl_result=result,
                earl_mode=term("automatic"),
            )
    FILE.write_bytes(turtle(order(triples), PREFIXES))
