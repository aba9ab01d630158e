"""The SPARQL endpoint: answer queries, and serve the service description and VoID."""

import re
from dataclasses import replace
from difflib import get_close_matches
from functools import cached_property
from typing import Any

import pyoxigraph as ox
from starlette.requests import Request
from starlette.responses import Response

from upheaval.faults import Refusal
from upheaval.query.binding import bind
from upheaval.query.known import KnownTerms
from upheaval.rdf.graphs import iri_of
from upheaval.rdf.sparql import select
from upheaval.schema.contract import local
from upheaval.schema.questions import Question, read_question
from upheaval.serve.answering import Job, answer, write_graph
from upheaval.serve.caching import validators
from upheaval.serve.description import service_description, void
from upheaval.serve.html import render
from upheaval.serve.limits import Limits
from upheaval.serve.names import Names, successor_link
from upheaval.serve.negotiation import CSV, GRAPHS, HTML, ROWS, TSV, TURTLE, Offer, accepted, by_word, choose
from upheaval.serve.observing import fingerprint
from upheaval.serve.problems import Problem
from upheaval.serve.protocol import QueryRequest, read_request
from upheaval.serve.snapshot import Snapshot

_VOLATILE = re.compile(r"\b(?:NOW|RAND|UUID|STRUUID|BNODE)\b|\\u", re.IGNORECASE)
"""What may make a query's answer another one the next time; an escape might spell it."""


class SparqlEndpoint:
    """The endpoint of one build."""

    def __init__(self, served: Snapshot, names: Names, limits: Limits) -> None:
        self.served, self.names, self.limits = served, names, limits
        self._questions = _questions(served.extra)

    @cached_property
    def described(self) -> list[ox.Triple]:
        """The service description; counting the triples takes a tenth of a second."""
        return service_description(self.served, self.names, self.limits)

    @cached_property
    def _void(self) -> list[ox.Triple]:
        return void(self.served, self.names, self.limits)

    async def sparql(self, request: Request) -> Response:
        """Answer the query operation (SPARQL 1.1 Protocol section 2.1), or describe the service."""
        request.state.noted["route"] = "sparql"
        asked = await read_request(request, self.limits)
        if asked.question:
            asked = self._bind(asked)
        if asked.query is None:
            return self._describe(request, asked)
        accept = accepted(request)
        offers = (*ROWS, *GRAPHS, HTML) if request.method != "POST" else (*ROWS, *GRAPHS)
        if request.method != "POST" and not asked.word and choose(accept, offers) is HTML:
            return self._page(asked.query)
        rows, graph = _forms(accept, asked)
        if rows is None and graph is None:
            raise Problem(406, f"accept {', '.join(offer.media for offer in (*ROWS, *GRAPHS))}", {"Vary": "Accept"})
        return self._query(request, asked, rows, graph)

    def _bind(self, asked: QueryRequest) -> QueryRequest:
        """Return a request for an example question with the text of its query."""
        question = self._questions.get(asked.question)
        if question is None:
            near = get_close_matches(asked.question, self._questions, 1)
            cure = f"did you mean `{near[0]}`?" if near else f"there are {', '.join(self._questions)}"
            raise Problem(400, f"no question is named `{asked.question}` ({cure})")
        try:
            known = KnownTerms(self.served.store, self.served.iri)
            text = bind(question, asked.values, known)
        except Refusal as refusal:
            raise Problem(400, "; ".join(fault.text for fault in refusal.faults)) from None
        links = ", ".join(successor_link(one.successor, one.former) for one in known.followed)
        return replace(asked, query=text, links=links)

    def _query(self, request: Request, asked: QueryRequest, rows: Offer | None, graph: Offer | None) -> Response:
        job: Job = {
            "query": asked.query,
            "prefixes": self.served.prefixes,
            "default": None if asked.default is None else list(asked.default),
            "named": None if asked.named is None else list(asked.named),
            "base": self.served.iri,
            "rows_form": rows and rows.name,
            "graph_form": graph and graph.name,
            "rows": self.limits.rows,
            "size": self.limits.answer_bytes,
            "note": f"{self.names.base}sparql#limit-rows",
        }
        noted = request.state.noted
        noted["query"] = fingerprint(asked.query or "")
        request.state.volatile = _VOLATILE.search(asked.query or "") is not None
        header, body = answer(self.served.store, job)
        noted["outcome"] = "answered" if header["status"] == 200 else "refused"
        if header["status"] != 200:
            place = {name: header[name] for name in ("line", "column") if name in header}
            raise Problem(header["status"], header["detail"], {"Vary": "Accept"}, **place)
        return self._answer(header, body, noted, asked.links)

    def _answer(self, header: dict[str, Any], body: bytes, noted: dict[str, Any], links: str) -> Response:
        offer = next(o for o in (GRAPHS if header["kind"] == "graph" else ROWS) if o.name == header["form"])
        headers = {"Vary": "Accept", "Cache-Control": "no-cache"}
        noted["rows"] = header["count"]
        if header["cut"]:
            noted["truncated"] = header["cut"]
            limit = self.limits.rows if header["cut"] == "rows" else self.limits.answer_bytes
            headers["Upheaval-Truncated"] = f"{header['cut']}; limit={limit}"
            links = ", ".join(filter(None, (links, f'<{self.names.base}sparql#limit-rows>; rel="describedby"')))
            if offer in (CSV, TSV):
                headers["Content-Disposition"] = f'inline; filename="truncated.{offer.name}"'
        if links:
            headers["Link"] = links
        if header.get("unknown"):
            headers["Upheaval-Unknown"] = "; ".join(header["unknown"]).encode("ascii", "backslashreplace").decode()
        return Response(body, headers=headers, media_type=offer.content_type)

    def _describe(self, request: Request, asked: QueryRequest) -> Response:
        offers = (*GRAPHS, HTML)
        offer = by_word(asked.word, GRAPHS) if asked.word else choose(accepted(request), offers)
        if offer is None:
            raise Problem(406, f"accept {', '.join(o.media for o in offers)}", {"Vary": "Accept"})
        if offer is HTML:
            return self._page("")
        return self._graph(self.described, offer)

    def _graph(self, triples: list[ox.Triple], offer: Offer) -> Response:
        headers = validators(self.served.issued) | {"Vary": "Accept"}
        headers["Cache-Control"] = "no-cache"  # limits and addresses depend on the options, not on the build
        return Response(write_graph(triples, offer.name), headers=headers, media_type=offer.content_type)

    def _page(self, query: str) -> Response:
        limits = list(self.limits.described())
        first = query or "SELECT * WHERE { ?subject ?predicate ?object } LIMIT 10"
        page = render(
            "query.html",
            served=self.served,
            names=self.names,
            query=first,
            examples=list(self._questions.values()),
            limits=limits,
        )
        return Response(page, headers={"Vary": "Accept"}, media_type=HTML.content_type)

    async def well_known_void(self, request: Request) -> Response:
        """Return the VoID description of the dataset (VoID section 7.2)."""
        request.state.noted["route"] = "void"
        offer = choose(accepted(request), (*GRAPHS, HTML))
        if offer is HTML:
            offer = TURTLE
        if offer is None:
            raise Problem(406, f"accept {', '.join(o.media for o in GRAPHS)}", {"Vary": "Accept"})
        return self._graph(self._void, offer)


def _forms(accept: str | None, asked: QueryRequest) -> tuple[Offer | None, Offer | None]:
    """Return the acceptable formats for rows and for graphs; a known `format` takes precedence over Accept."""
    if asked.word:
        rows, graph = by_word(asked.word, ROWS), by_word(asked.word, GRAPHS)
        if rows or graph:
            return rows or choose(accept, ROWS), graph or choose(accept, GRAPHS)
    return choose(accept, ROWS), choose(accept, GRAPHS)


def _questions(store: ox.Store) -> dict[str, Question]:
    """Return the example questions of the build by name, in the order of their titles."""
    found = select(
        store,
        "PREFIX sh: <http://www.w3.org/ns/shacl#> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> "
        "SELECT ?q ?text { ?q a sh:SPARQLExecutable ; rdfs:comment ?title ; sh:select|sh:ask|sh:construct ?text } "
        "ORDER BY ?title",
    )
    rows = [(local(iri_of(solution["q"])), iri_of(solution["text"])) for solution in found]
    return {name: read_question(name, text) for name, text in rows}
