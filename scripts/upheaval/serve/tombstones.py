"""Answers for names that are no longer in use: where they lead to, or a page that says what became of them.

A name with one successor redirects for good (301, RFC 9110 section 15.4.2), in the form that was asked for; one with
several is answered with a choice (300, section 15.4.1), and one without with 410 (section 15.5.11).
"""

import pyoxigraph as ox
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from upheaval.schema.succession import COMMENT, REPLACED
from upheaval.serve.answering import write_graph
from upheaval.serve.describing import about
from upheaval.serve.html import link, render
from upheaval.serve.names import DOCUMENTS, Names, ascii_iri, successor_link
from upheaval.serve.negotiation import HTML, Offer, accepted, choose
from upheaval.serve.problems import Problem
from upheaval.serve.snapshot import Snapshot

_AGE = {"Cache-Control": "public, max-age=300"}


class Tombstones:
    """The names of a build that are no longer in use."""

    def __init__(self, served: Snapshot, names: Names) -> None:
        self.served, self.names = served, names
        self._by_path: dict[str, str] = {}
        for iri in served.retired:
            path = names.path(iri)
            if path is not None and "#" not in path:
                self._by_path[path.removeprefix(names.prefix)] = iri
        for iri in names.terms.former:
            self._by_path[names.terms.page(iri).removesuffix("/")] = iri

    def find(self, path: str) -> str | None:
        """Return the former name that has a path, encoded or not, or None."""
        return self._by_path.get(path) or self._by_path.get(ascii_iri(path))

    def respond(
        self, request: Request, iri: str, document: bool, asked: Offer | None, offers: tuple[Offer, ...]
    ) -> Response:
        """Answer for a former name.

        Args:
            request: the request.
            iri: the former name.
            document: whether the document about it is asked for, and not the thing itself.
            asked: the format that the path names, or None.
            offers: the formats that there are.

        """
        found = [triple.object for triple in about(self.served.store, ox.NamedNode(iri), REPLACED)]
        successors = sorted(target.value for target in found if isinstance(target, ox.NamedNode))
        links = ", ".join(map(successor_link, successors))
        headers = {"Link": links} if links else {}
        if len(successors) == 1:
            location = self._location(successors[0], document, request.url.path.endswith("/"), asked)
            return RedirectResponse(location, 301, headers | _AGE)
        status = 300 if successors else 410
        offer = asked or choose(accepted(request), offers)
        if offer is None:
            raise Problem(status, self._said(iri), headers | {"Vary": "Accept"}, replacedBy=successors)
        headers |= {"Vary": "Accept"} | _AGE
        if offer is HTML:
            links_to = [(target, link(target, self.names)) for target in successors]
            text = render(
                "tombstone.html",
                iri=iri,
                said=self._said(iri),
                successors=links_to,
                served=self.served,
                names=self.names,
            )
            return Response(text, status, headers, HTML.content_type)
        body = write_graph(list(about(self.served.store, ox.NamedNode(iri))), offer.name)
        return Response(body, status, headers, offer.content_type)

    def _said(self, iri: str) -> str:
        """Return what became of a name, when and why."""
        found = [triple.object for triple in about(self.served.store, ox.NamedNode(iri), COMMENT)]
        texts = sorted(text.value for text in found if isinstance(text, ox.Literal))
        return texts[0] if texts else "This resource is no longer in use."

    def _location(self, successor: str, document: bool, page: bool, asked: Offer | None) -> str:
        """Return the address of a successor in the form that was asked for: thing, document, page or format."""
        suffix = f".{asked.name}" if asked else ""
        path = self.names.path(successor)
        if path is None:
            return ascii_iri(successor)
        term_page = self.names.terms.page(successor)
        if page and term_page and f"{term_page}index.html" in self.served.site:
            return ascii_iri(self.names.own(term_page))
        whole, hash_, fragment = path.partition("#")
        if document and successor.startswith(self.names.namespace):
            whole = f"{self.names.prefix}{DOCUMENTS}{whole.removeprefix(self.names.prefix)}"
        elif page and f"{whole.removeprefix(self.names.prefix)}/index.html" in self.served.site:
            whole += "/"
        return f"{whole}{suffix}{hash_}{fragment}"
