"""The ASGI application: its routes, and the few handlers that belong to no other module.

It is built on Starlette and uvicorn, which are small (three dependencies between them), typed, long maintained by the
same people, and leave full control of the response, as content negotiation, ETags and Signposting require. A framework
that derives an API from annotations (FastAPI, Litestar) would get in the way, and a server in another language
(Granian) gives no control of connections (`connections.py`).
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pyoxigraph as ox
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from upheaval.schema.termpaths import TermPaths
from upheaval.serve.caching import unchanged, validators
from upheaval.serve.endpoint import SparqlEndpoint
from upheaval.serve.files import send as send_file
from upheaval.serve.headers import EXPOSED, Always
from upheaval.serve.html import HERE, render
from upheaval.serve.limits import Limits
from upheaval.serve.names import Names
from upheaval.serve.negotiation import HTML, accepted, choose
from upheaval.serve.observing import Metrics, Observed
from upheaval.serve.problems import Problem, on_error, on_http_exception, on_problem
from upheaval.serve.reconciliation import Reconciliation
from upheaval.serve.resources import OFFERS, Resources
from upheaval.serve.snapshot import Snapshot
from upheaval.serve.versions import VersionAtHand, Versions
from upheaval.serve.workers import Pool
from upheaval.sources.reserved import owned

STATIC = {"style.css": "text/css; charset=utf-8", "query.js": "text/javascript; charset=utf-8"}


class Server:
    """The handlers of a server, and their shared state."""

    def __init__(
        self, served: Snapshot, pool: Pool, base: str, limits: Limits, released: Mapping[str, VersionAtHand]
    ) -> None:
        self.served, self.pool, self.limits = served, pool, limits
        stem = served.quads.path.stem
        terms = TermPaths(served.iri, served.vocabulary, lambda path: path == stem or self._is_record(path))
        self.names = Names(served.iri, base, terms)
        self.metrics = Metrics()
        self.versions = Versions(released, served, base, limits)
        self.resources = Resources(served, self.names, limits, self.versions.links)
        self.reconciliation = Reconciliation(served, self.names, limits)
        self.endpoint = SparqlEndpoint(served, pool, self.names, limits, self.metrics)
        for graph, count in served.triples.items():
            self.metrics.triples.labels(graph).set(count)

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
            return send_file(request, page, self.served, {"Vary": "Accept"})
        headers = validators(f"{self.served.identity[:24]}.html", self.served.issued) | {"Vary": "Accept"}
        if fresh := unchanged(request, headers):
            return fresh
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

    async def health(self, request: Request) -> Response:
        """Report health: 200 if a worker is alive or being replaced, otherwise 503."""
        request.state.noted["route"] = "health"
        alive, workers = self.pool.alive, len(self.pool.pids)
        state = {"status": "ok" if alive else "no workers", "version": self.served.version, "workers": workers}
        return JSONResponse(state, 200 if alive else 503, {"Cache-Control": "no-store"})

    async def show_metrics(self, request: Request) -> Response:
        """Return the metrics in Prometheus's text format."""
        request.state.noted["route"] = "metrics"
        self.metrics.busy.set(self.pool.busy)
        self.metrics.waiting.set(self.pool.waiting)
        for reason, count in self.pool.lost.items():
            self.metrics.replaced.labels(reason).set(count)
        text = await run_in_threadpool(self.metrics.text)
        return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8")

    async def static(self, request: Request) -> Response:
        """Return the style sheet, or the script of the query page."""
        request.state.noted["route"] = "static"
        name = str(request.path_params["name"])
        if name not in STATIC:
            raise Problem(404, "not found")
        return FileResponse(HERE / "static" / name, media_type=STATIC[name])


def create_app(
    served: Snapshot, pool: Pool, base: str, limits: Limits, released: Mapping[str, VersionAtHand] | None = None
) -> ASGIApp:
    """Create the application.

    Args:
        served: the build.
        pool: its workers, which the application starts and stops.
        base: the public address, with a trailing slash.
        limits: the limits on requests and answers.
        released: the released versions that are served as well, by number.

    Returns:
        An ASGI application.

    """
    server = Server(served, pool, base, limits, released or {})

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        await pool.start()
        ahead = asyncio.gather(server.reconciliation.ready(), server.endpoint.ready())
        yield
        ahead.cancel()
        await pool.close()

    reads, asks = ["GET", "HEAD"], ["GET", "HEAD", "POST"]
    reconcile = server.reconciliation
    routes = [
        Route("/", server.root, methods=reads),
        Route(owned("/sparql"), server.endpoint.sparql, methods=asks),
        Route(owned("/sparql/"), server.endpoint.sparql, methods=asks),
        Route(owned("/.well-known/void"), server.endpoint.well_known_void, methods=reads),
        Route(owned("/health"), server.health, methods=reads),
        Route(owned("/metrics"), server.show_metrics, methods=reads),
        Route(owned("/-/{name}"), server.static, methods=reads),
        Route(owned("/reconcile"), reconcile.respond, methods=asks),
        Route(owned("/reconcile/suggest/{kind}"), reconcile.suggest, methods=reads),
        Route(owned("/reconcile/preview"), reconcile.preview, methods=reads),
        Route(owned("/reconcile/properties"), reconcile.properties, methods=reads),
        Route("/{path:path}", server.resource, methods=reads),
    ]
    middleware = [
        Middleware(Observed, metrics=server.metrics),
        Middleware(Always, header_bytes=limits.header_bytes),
        Middleware(
            CORSMiddleware,
            allow_origins=["*"],
            allow_methods=["GET", "HEAD", "POST", "OPTIONS"],
            allow_headers=["*"],
            expose_headers=EXPOSED,
            max_age=86400,
        ),
    ]
    handlers: dict[Any, Any] = {Problem: on_problem, HTTPException: on_http_exception, Exception: on_error}
    return Starlette(routes=routes, middleware=middleware, exception_handlers=handlers, lifespan=lifespan)
