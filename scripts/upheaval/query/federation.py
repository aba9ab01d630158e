"""Questions that join the dataset with another endpoint's (SPARQL 1.1 Federated Query), where the user allows it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

import pyoxigraph as ox

from upheaval.faults import Fault, refuse, syntax_location
from upheaval.rdf.sparql import FEDERATED, judge
from upheaval.schema.questions import Question, read_question

ENDPOINTS = {"wikidata": "https://query.wikidata.org/sparql"}
"""The endpoints that questions ask, by the names under which users give an address for them."""

FOLDER = "federated"
"""The folder in `queries` with the questions that ask them."""

_RULE = "query/endpoint"
_TARGET = "https://w3id.org/statecraft#linkTarget"
_ITEM = "<http://www.wikidata.org/entity/Q"


def read_endpoints(given: tuple[str, ...]) -> dict[str, str]:
    """Return the addresses that a user gives, by the address in the questions.

    Args:
        given: texts such as `wikidata=https://query.wikidata.org/sparql`.

    Raises:
        Refusal: there is no such endpoint, or it is given what is not an address.

    """
    found: dict[str, str] = {}
    for text in given:
        name, equals, address = text.partition("=")
        if name not in ENDPOINTS or not equals:
            listed = ", ".join(f"{known}=URL" for known in ENDPOINTS)
            refuse("--endpoint", f"`{text}` is not an endpoint", f"write {listed}", rule=_RULE)
        try:
            usable = urlsplit(address).scheme in ("http", "https") and bool(urlsplit(address).hostname)
            ox.NamedNode(address)
        except ValueError:
            usable = False
        if not usable:
            refuse("--endpoint", f"`{address}` is not an address", "give one that begins with https://", rule=_RULE)
        found[ENDPOINTS[name]] = address
    return found


@dataclass(frozen=True)
class Federation:
    """What may be asked of whom beside the dataset.

    Attributes:
        root: the publication's folder.
        endpoints: the address to ask, by the address in the questions.

    """

    root: Path
    endpoints: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def questions(self) -> dict[str, Question]:
        """The questions that ask other endpoints, by name."""
        found: dict[str, Question] = {}
        for path in sorted((self.root / "queries" / FOLDER).glob("*.rq")):
            text = path.read_text(encoding="utf-8", errors="replace")
            found[path.stem] = read_question(path.stem, text, path.relative_to(self.root).as_posix())
        return found

    def cure(self, fault: Fault) -> Fault:
        """Return a fault with how to allow what it refuses, if it is that another host would be asked."""
        if FEDERATED not in fault.message:
            return fault
        ways = " or ".join(f"--endpoint {name}={address}" for name, address in ENDPOINTS.items())
        return replace(fault, cure=f"allow it with {ways}")


def ask_federated(store: ox.Store, text: str, name: str, endpoints: Mapping[str, str]) -> ox.QuerySolutions:
    """Run a SELECT that may ask the given endpoints, and nobody else.

    Args:
        store: the data.
        text: the query, with the endpoints' usual addresses.
        name: its name in messages.
        endpoints: the address to ask instead of each usual one.

    Raises:
        Refusal: the query asks other hosts or a host that a variable names, is not a SELECT, or cannot be answered.

    """
    local, placed, values = text, text, _linked_items(store, text)
    for usual, address in endpoints.items():
        service = re.compile(rf"\bSERVICE(\s+SILENT)?\s*<{re.escape(usual)}>", re.IGNORECASE)
        local = service.sub("", local)
        placed = _placed(service, placed, address, values)
    try:
        judge(local)  # without the services that are allowed, it asks nobody
        found = store.query(placed, use_default_graph_as_union=True)
        if not isinstance(found, ox.QuerySolutions):
            refuse(name, "a question to other endpoints must be a SELECT query", "write SELECT", rule="query/syntax")
        # The engine asks while it is read: what goes wrong is to go wrong here.
        content = found.serialize(format=ox.QueryResultsFormat.JSON) or b""
        whole = ox.parse_query_results(content, format=ox.QueryResultsFormat.JSON)
    except SyntaxError as error:
        cure = "fix the query, or name the endpoint with --endpoint"
        message = f"this query cannot be run: {error.msg}"
        refuse(name, message, cure, at=syntax_location(error), rule="query/syntax")
    except (RuntimeError, OSError) as error:
        _unanswered(endpoints, error)
    assert isinstance(whole, ox.QuerySolutions)
    return whole


def _placed(service: re.Pattern[str], text: str, address: str, values: str) -> str:
    """Put another address in place of a service's, and what it is to be asked about into its group."""
    whole = re.compile(f"{service.pattern}\\s*{{", re.IGNORECASE)
    return whole.sub(lambda found: f"SERVICE{found[1] or ''} <{address}> {{ {values}", text)


def _linked_items(store: ox.Store, text: str) -> str:
    """Return the items that our records are linked to as the values of `?item`, if the query does not bind it itself.

    Oxigraph sends the group of a SERVICE as it stands, without what is known of its variables.
    """
    if "?item" not in text or re.search(r"\bAS\s+\?item\b", text, re.IGNORECASE):
        return ""
    quads = store.quads_for_pattern(None, ox.NamedNode(_TARGET), None, None)
    items = sorted({str(quad.object) for quad in quads if str(quad.object).startswith(_ITEM)})
    return f"VALUES ?item {{ {' '.join(items)} }}"


def _unanswered(endpoints: Mapping[str, str], error: Exception) -> NoReturn:
    address = ", ".join(endpoints.values())
    reason = " ".join(str(error).split())
    refuse(
        address, f"the endpoint does not answer as it should: {reason}", "check the address, or try again", rule=_RULE
    )
