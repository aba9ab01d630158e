"""What a worker answers with: the routes of an application on Starlette, which it drives without an event loop.

Starlette is small, typed and long maintained, and leaves full control of the response, as content negotiation and
Signposting require. A framework that derives an API from annotations (FastAPI, Litestar) would get in the way.
"""

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyoxigraph as ox
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from upheaval.schema.termpaths import TermPaths
from upheaval.serve.caching import entity_tag, validators
from upheaval.serve.channels import Head
from upheaval.serve.codings import SMALLEST, compress, is_compressible
from upheaval.serve.driving import drive
from upheaval.serve.endpoint import SparqlEndpoint
from upheaval.serve.exploring import Exploring
from upheaval.serve.files import send as send_file
from upheaval.serve.headers import completed
from upheaval.serve.html import load_templates, render
from upheaval.serve.limits import Limits
from upheaval.serve.names import Names
from upheaval.serve.negotiation import GRAPHS, HTML, ROWS, accepted, choose
from upheaval.serve.problems import Problem, on_http_exception, on_problem
from upheaval.serve.protocol import DIRECT, FORM
from upheaval.serve.reconciliation import Reconciliation
from upheaval.serve.resources import OFFERS, Resources
from upheaval.serve.snapshot import SITE, Snapshot, open_build
from upheaval.serve.versions import VersionAtHand, Versions, versions_of
from upheaval.sources.reserved import owned

_COMPRESS = "compress"


class Application:
    """Answers the requests about one build.

    Args:
        folder: the build.
        root: the publication's folder, whose released versions are served as well.
        base: the public address, with a trailing slash.
        limits: the limits on requests and answers.
        pages: the folder of the web pages.
        version: the version below whose number the build is served; an empty string for the current build.

    """

    def __init__(
        self, folder: Path, root: Path, base: str, limits: Limits, pages: Path | None = None, version: str = ""
    ) -> None:
        released = versions_of(root, folder)
        served = open_build(folder, pages)
        self.app, self._handlers = create_app(served, base, limits, released, version)
        load_templates()
        self._rehearse()
        own = [one for one in released.values() if one.folder == folder and one.notice]
        notice = f"this build is version {own[0].release.version}. {own[0].notice}" if own else ""
        self.about: dict[str, Any] = {
            "title": served.title,
            "version": served.version,
            "triples": dict(served.triples),
            "notice": notice,
        }

    def _rehearse(self) -> None:
        """Answer a few requests, because a worker can open no files, not even those of modules imported when needed."""
        form, direct = {"content-type": FORM}, {"content-type": DIRECT}
        for method, path, query, headers, body in (
            ("GET", "/", "", {}, b""),
            ("GET", "/-", "", {}, b""),
            *(("GET", "/sparql", f"query=SELECT*%7B%7D&format={offer.name}", {}, b"") for offer in ROWS),
            *(("GET", "/sparql", f"query=CONSTRUCT+WHERE%7B%7D&format={offer.name}", {}, b"") for offer in GRAPHS),
            ("GET", "/sparql", "query=x", {"accept": "text/html"}, b""),
            ("POST", "/sparql", "", direct, b"SELECT * {} LIMIT x"),
            ("POST", "/sparql", "", form, b"query=SERVICE+FROM"),
        ):
            job = {"method": method, "path": path, "query": query, "headers": headers, "coding": "gzip"}
            self.respond(job, body)

    def warm(self) -> None:
        """Prepare the name index and the service description."""
        self._handlers.warm()

    def respond(self, head: Head, body: bytes) -> tuple[Head, bytes]:
        """Answer a request.

        Args:
            head: `method`, `path`, `query` (as received), `headers` (a few, by name in lower case) and `coding`, the
                content coding to answer in; or only `compress`, a coding for the body.
            body: its body.

        Returns:
            `status`, `headers`, `noted` (for the log), `keep` (whether the answer to the same request is always the
            same) and `file` (the file of the build to send as body, or an empty string); and the body.

        """
        if _COMPRESS in head:
            return {}, compress(body, head[_COMPRESS])
        noted: dict[str, Any] = {}
        state = {"noted": noted, "volatile": False, "file": ""}
        scope = {
            "type": "http", "http_version": "1.1", "method": head["method"], "path": head["path"], "root_path": "",
            "query_string": head["query"].encode("latin-1"), "scheme": "http", "client": None, "server": None,
            "headers": [(name.encode(), value.encode("latin-1")) for name, value in head["headers"].items()],
            "state": state,
        }  # fmt: skip
        try:
            answered = drive(self.app, scope, body)
        except Exception:
            logging.getLogger(__name__).exception("a request has failed")
            noted["outcome"] = "failed"
            answered = drive(Problem(500, "internal error; it has been logged").response(), scope, b"")
        fields = [(name, value) for name, value in completed(answered.headers) if name != b"content-length"]
        document, coding = answered.body, head["coding"]
        if document and not state["file"]:
            named = dict(fields)
            if len(document) >= SMALLEST and is_compressible(named.get(b"content-type", b"").decode("latin-1")):
                vary = b", ".join(filter(None, (named.get(b"vary"), b"Accept-Encoding")))
                fields = [field for field in fields if field[0] != b"vary"] + [(b"vary", vary)]
                if coding:
                    fields.append((b"content-encoding", coding.encode()))
            else:
                coding = ""
            if answered.status == 200 and b"etag" not in named:
                fields.append((b"etag", entity_tag(document, coding).encode()))
            document = compress(document, coding) if coding else document
        return {
            "status": answered.status,
            "headers": [(name.decode("latin-1"), value.decode("latin-1")) for name, value in fields],
            "noted": noted,
            "keep": answered.status in (200, 301, 303, 410) and not state["volatile"],
            "file": state["file"],
        }, document


class Handlers:
    """The handlers of a build, and their shared state."""

    def __init__(
        self, served: Snapshot, base: str, limits: Limits, released: Mapping[str, VersionAtHand], version: str
    ) -> None:
        self.served = served
        stem = served.quads.path.stem
        terms = TermPaths(served.iri, served.vocabulary, lambda path: path == stem or self._is_record(path))
        self.names = Names(served.iri, base, terms)
        self.versions = Versions(released, served, base, limits, version)
        self.resources = Resources(served, self.names, limits, self.versions.links)
        self.reconciliation = Reconciliation(served, self.names, limits)
        self.endpoint = SparqlEndpoint(served, self.names, limits)
        self.exploring = Exploring(served)
        self._version = version

    def warm(self) -> None:
        """Prepare what takes long, unless the build is only served below a version."""
        if not self._version:
            _ = self.reconciliation.index, self.endpoint.described

    def _is_record(self, path: str) -> bool:
        try:
            node = ox.NamedNode(self.served.iri + path)
        except ValueError:  # not an IRI
            return False
        graph = ox.NamedNode(f"{self.served.iri}graph/data")
        return any(self.served.store.quads_for_pattern(node, None, None, graph))

    async def root(self, request: Request) -> Response:
        """Answer for the dataset's own IRI, with a page or with the catalogue that describes it."""
        request.state.noted["route"] = "root"
        offer = choose(accepted(request), (HTML, *OFFERS))
        if offer is None:
            raise Problem(406, f"accept {', '.join(o.media for o in OFFERS)}", {"Vary": "Accept"})
        if offer is not HTML:
            path = f"catalog.{offer.name}"
            location = self.names.own(path) if path in self.served.files else self.names.document("", offer.name)
            return RedirectResponse(location, 303, {"Vary": "Accept"})
        if page := self.served.site.get("index.html"):
            return send_file(request, f"{SITE}/index.html", page, self.served, {"Vary": "Accept"})
        headers = validators(self.served.issued) | {"Vary": "Accept"}
        shown = {"served": self.served, "names": self.names, "others": self.versions.links(""), "notice": ""}
        text = render("index.html", files=sorted(self.served.files.items()), **shown)
        return Response(text, headers=headers, media_type=HTML.content_type)

    async def resource(self, request: Request) -> Response:
        """Answer for a record, a term, a file or a page, of this build or of a released version."""
        path = str(request.path_params["path"])
        if path.partition("/")[0] in self.versions:
            return await self.versions.respond(request)
        if earlier := self.versions.vocabulary(path):
            return RedirectResponse(earlier, 303)
        return await self.resources.respond(request)


def create_app(
    served: Snapshot, base: str, limits: Limits, released: Mapping[str, VersionAtHand], version: str = ""
) -> tuple[ASGIApp, Handlers]:
    """Create the application.

    Args:
        served: the build.
        base: the public address, with a trailing slash.
        limits: the limits on requests and answers.
        released: the released versions that are served as well, by number.
        version: the version below whose number the build is served, or an empty string.

    Returns:
        An ASGI application that waits for nothing, and its handlers.

    """
    handlers = Handlers(served, base, limits, released, version)
    reads, asks = ["GET", "HEAD"], ["GET", "HEAD", "POST"]
    reconcile = handlers.reconciliation
    routes = [
        Route("/", handlers.root, methods=reads),
        Route(owned("/sparql"), handlers.endpoint.sparql, methods=asks),
        Route(owned("/sparql/"), handlers.endpoint.sparql, methods=asks),
        Route(owned("/.well-known/void"), handlers.endpoint.well_known_void, methods=reads),
        Route(owned("/reconcile"), reconcile.respond, methods=asks),
        Route(owned("/reconcile/suggest/{kind}"), reconcile.suggest, methods=reads),
        Route(owned("/reconcile/preview"), reconcile.preview, methods=reads),
        Route(owned("/reconcile/properties"), reconcile.properties, methods=reads),
        Route(owned("/explore/select.{ending:path}"), handlers.exploring.select, methods=reads),
        Route("/{path:path}", handlers.resource, methods=reads),
    ]
    known: dict[Any, Any] = {Problem: on_problem, HTTPException: on_http_exception}
    return Starlette(routes=routes, exception_handlers=known), handlers
