"""Linked data over HTTP: every IRI that a build mints leads to a document about it.

A record's IRI names a thing, so it redirects to a document with 303 (Cool URIs for the Semantic Web, section 4.2), and
so does a term with a slash. Terms with a hash are in a document that answers 200 itself. Documents are negotiated or
requested by suffix, and carry Signposting links (FAIR Signposting profile, level 1).
"""

import re
from collections.abc import Callable, Iterable
from functools import cached_property
from itertools import chain
from urllib.parse import quote, urlsplit

import pyoxigraph as ox
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from upheaval.rdf.graphs import iri_of
from upheaval.rdf.namespaces import DCTERMS, RDF, STATECRAFT
from upheaval.rdf.xsd import XSD
from upheaval.schema.contract import local
from upheaval.schema.termdocuments import TermDocuments
from upheaval.schema.termpaths import document_of
from upheaval.serve.answering import write_graph
from upheaval.serve.caching import validators
from upheaval.serve.describing import about, describe
from upheaval.serve.files import send
from upheaval.serve.html import View, render, view
from upheaval.serve.limits import Limits
from upheaval.serve.names import DOCUMENTS, Names, ascii_iri
from upheaval.serve.negotiation import GRAPHS, HTML, TURTLE, Offer, accepted, choose, writable
from upheaval.serve.policy import ANSWERS
from upheaval.serve.problems import Problem
from upheaval.serve.resultformats import Unwritable
from upheaval.serve.snapshot import SITE, Snapshot
from upheaval.serve.tombstones import Tombstones

OFFERS = (TURTLE, HTML, *GRAPHS[1:])
_STATECRAFT = str(STATECRAFT).removesuffix("#")
_BY_SUFFIX = {offer.name: offer for offer in OFFERS}
_TOPIC = ox.NamedNode("http://xmlns.com/foaf/0.1/primaryTopic")
_IN_DATASET = ox.NamedNode("http://rdfs.org/ns/void#inDataset")


def _serialized(triples: list[ox.Triple], offer: Offer) -> bytes:
    try:
        return write_graph(triples, offer.name)
    except Unwritable as error:
        raise Problem(406, str(error), {"Vary": "Accept"}) from None


class Resources:
    """The linked data of one build."""

    def __init__(
        self,
        served: Snapshot,
        names: Names,
        limits: Limits,
        versions: Callable[[str], list[tuple[str, str, str]]] = lambda _name: [],
        notice: str = "",
    ) -> None:
        """Prepare the answers.

        Args:
            served: the build.
            names: its addresses.
            limits: the limits on answers.
            versions: gives the address, the version and a remark for each version of a page, by its name.
            notice: what every page has to say first, such as that the version was withdrawn.

        """
        self.served, self.names, self.limits = served, names, limits
        self.versions, self.notice = versions, notice
        self.tombstones = Tombstones(served, names)
        self._graphs = {graph.value for graph in served.store.named_graphs() if isinstance(graph, ox.NamedNode)}
        self._written_terms: dict[tuple[str, Offer], bytes] = {}
        own = served.files.get(f"{local(_STATECRAFT)}.ttl")
        self._vocabulary_file = own.path.read_bytes() if own else b""

    @cached_property
    def _documents(self) -> TermDocuments:
        graph = ox.NamedNode(f"{self.served.iri}graph/vocabulary")
        terms = self.served.store.quads_for_pattern(None, None, None, graph)
        return TermDocuments((quad.triple for quad in chain(terms, self.served.extra)), self.names.terms)

    async def respond(self, request: Request) -> Response:
        """Answer a request for any path that no other route handles.

        Raises:
            Problem: 404 if nothing has this path, 406 if no representation is acceptable, 503 for a file that has
                changed since the server started.

        """
        path = str(request.path_params["path"])
        noted = request.state.noted
        if path in self.served.files:
            noted["route"] = "file"
            return send(request, path, self.served.files[path], self.served)
        if former := self._former(request, path):
            noted["route"] = "former"
            return former
        if path.startswith(DOCUMENTS):
            noted["route"] = "document"
            return await self._document(request, path.removeprefix(DOCUMENTS))
        for name, offer in self._readings(path):
            if vocabulary := self.names.vocabulary(name):
                noted["route"] = "vocabulary"
                return await self._vocabulary(request, vocabulary, name, offer)
            if term := self.names.term(name):
                noted["route"] = "term"
                return await self._term(request, term, name, offer)
        vocabulary = self.names.vocabulary(path.removesuffix("/"))
        if vocabulary and vocabulary.endswith("/") and self._negotiate(request) is not HTML:
            noted["route"] = "vocabulary"
            return await self._vocabulary(request, vocabulary, path.removesuffix("/"), None)
        file = f"{path}index.html" if path.endswith("/") else path
        if path.endswith("/") and self._exists(self.names.thing(path[:-1])) and not choose(accepted(request), (HTML,)):
            return self._thing(request, path[:-1])
        if file in self.served.site:
            noted["route"] = "page"
            return self._send_page(request, file)
        return self._thing(request, path)

    def _former(self, request: Request, path: str) -> Response | None:
        """Return the answer for a name that is no longer in use, or None if the path is that of none."""
        document = path.startswith(DOCUMENTS)
        for name, offer in self._readings(path.removeprefix(DOCUMENTS).removesuffix("/")):
            if iri := self.tombstones.find(name):
                return self.tombstones.respond(request, iri, document, offer, OFFERS)
        return None

    def _send_page(self, request: Request, file: str) -> Response:
        name = file.removesuffix("/index.html")
        iri = self.names.thing(name)
        about_record = name != file and self._exists(iri)
        return send(
            request,
            f"{SITE}/{file}",
            self.served.site[file],
            self.served,
            {"Link": self._links(iri, name, HTML), "Vary": "Accept"} if about_record else {},
        )

    def _readings(self, path: str) -> Iterable[tuple[str, Offer | None]]:
        """Yield what a path may mean: a resource of that name, or, without its suffix, a resource and a format."""
        yield path, None
        stem, dot, suffix = path.rpartition(".")
        if dot and suffix in _BY_SUFFIX:
            yield stem, _BY_SUFFIX[suffix]

    def _thing(self, request: Request, path: str) -> Response:
        if version := self._version(path):
            request.state.noted["route"] = "vocabulary"
            return RedirectResponse(version, 303)
        for name, asked in self._readings(path):
            iri = self.names.thing(name)
            if not self._exists(iri):
                continue
            request.state.noted["route"] = "thing"
            offer = asked or self._negotiate(request)
            location = self.names.document(name, offer.name)
            if name == "catalog" and f"{name}.{offer.name}" in self.served.files:
                location = self.names.own(f"{name}.{offer.name}")
            if offer is HTML and f"{name}/index.html" in self.served.site:
                location = self.names.own(f"{quote(name)}/")
            headers = {"Vary": "Accept", "Link": self._links(iri, name, None), "Cache-Control": "public, max-age=300"}
            return RedirectResponse(location, 303, headers)
        return self._missing(request, path)

    def _missing(self, request: Request, path: str) -> Response:
        """Return a page that leads on, for who asks for HTML by name.

        Raises:
            Problem: 404 for everybody else.

        """
        if "text/html" not in (accepted(request) or ""):
            raise Problem(404, "not found", {"Vary": "Accept"})
        words = re.sub(r"[^\w]+", " ", path.rpartition(".")[0] or path).strip()
        text = render("missing.html", path=path, words=words, served=self.served, names=self.names)
        headers = {"Vary": "Accept", "Cache-Control": "no-store", "Content-Security-Policy": ANSWERS}
        return Response(text, 404, headers, HTML.content_type)

    def _version(self, path: str) -> str | None:
        """Return the path of the vocabulary whose version IRI has a path, or None."""
        found = [iri for version, iri in self.served.versions.items() if urlsplit(version).path.strip("/") == path]
        return self.names.path(found[0]) if found else None

    def _exists(self, iri: str) -> bool:
        return iri in self._graphs or self.served.store_of(iri) is not None

    def _negotiate(self, request: Request) -> Offer:
        offer = choose(accepted(request), OFFERS)
        if offer is None:
            listed = ", ".join(offer.media for offer in OFFERS)
            raise Problem(406, f"accept {listed}", {"Vary": "Accept"})
        return offer

    async def _document(self, request: Request, path: str) -> Response:
        found = next((reading for reading in self._readings(path) if self._exists(self.names.thing(reading[0]))), None)
        if found is None:
            raise Problem(404, "there is no such document")
        name, asked = found
        iri = self.names.thing(name)
        offer = asked or self._negotiate(request)
        headers = validators(self.served.issued)
        headers |= {"Vary": "Accept", "Link": self._links(iri, name, offer)}
        if asked is None:
            headers["Content-Location"] = self.names.document(name, offer.name)
        body, cut = self._written(iri, name, offer)
        if cut:
            headers["Upheaval-Truncated"] = f"rows; limit={self.limits.rows}"
        return Response(body, headers=headers, media_type=offer.content_type)

    def _written(self, iri: str, name: str, offer: Offer) -> tuple[bytes, bool]:
        store = self.served.store_of(iri) or self.served.store
        if iri in self._graphs:
            graph = ox.NamedNode(iri)
            quads = store.quads_for_pattern(None, None, None, graph)
            triples = [quad.triple for quad, _ in zip(quads, range(self.limits.rows + 1), strict=False)]
            cut = len(triples) > self.limits.rows
            triples = triples[: self.limits.rows]
        else:
            triples, cut = describe(store, iri, self.limits.rows)
        if offer is not HTML:
            return _serialized([*triples, *self._metadata(iri, name)], offer), cut
        twins = [(other.name, self.names.document(name, other.name)) for other in writable(triples)]
        page = view(store, iri, [] if iri in self._graphs else triples, self.names)
        counted = len(triples) if iri in self._graphs else None
        return self._rendered(page, twins, cut, self.versions(name), counted), cut

    def _rendered(
        self,
        page: View,
        twins: list[tuple[str, str]],
        cut: bool,
        others: list[tuple[str, str, str]],
        counted: int | None = None,
    ) -> bytes:
        shown = {"served": self.served, "names": self.names, "others": others, "notice": self.notice}
        return render("document.html", page=page, twins=twins, cut=cut, counted=counted, **shown)

    def _metadata(self, iri: str, name: str) -> list[ox.Triple]:
        """Return metadata of the document itself: its topic, dataset, date and licence."""
        document = ox.NamedNode(ascii_iri(self.names.absolute(self.names.document(name))))
        day = ox.Literal(self.served.issued.date().isoformat(), datatype=ox.NamedNode(XSD + "date"))
        metadata: list[tuple[ox.NamedNode, ox.NamedNode | ox.Literal]] = [
            (_TOPIC, ox.NamedNode(iri)),
            (_IN_DATASET, ox.NamedNode(self.served.iri)),
            (ox.NamedNode(str(DCTERMS.modified)), day),
        ]
        if self.served.license:
            metadata.append((ox.NamedNode(str(DCTERMS.license)), ox.NamedNode(self.served.license)))
        return [ox.Triple(document, predicate, value) for predicate, value in metadata]

    def _links(self, iri: str, name: str, shown: Offer | None) -> str:
        """Return the Link field (RFC 8288): cite-as, describedby, alternate, license, collection and type."""
        links = [f'<{ascii_iri(iri)}>; rel="cite-as"']
        for offer in OFFERS:
            if offer is not shown:
                relation = "alternate" if offer is HTML else "describedby alternate"
                links.append(f'<{self.names.document(name, offer.name)}>; rel="{relation}"; type="{offer.media}"')
        if self.served.license:
            links.append(f'<{ascii_iri(self.served.license)}>; rel="license"')
        links.append(f'<{ascii_iri(self.served.iri)}>; rel="collection"')
        store = self.served.store_of(iri)
        if store is not None:
            types = about(store, ox.NamedNode(iri), ox.NamedNode(str(RDF.type)))
            found = sorted(triple.object.value for triple in types if isinstance(triple.object, ox.NamedNode))
            links.extend(f'<{ascii_iri(cls)}>; rel="type"' for cls in found[:8])
        return ", ".join(links)

    async def _vocabulary(self, request: Request, iri: str, name: str, asked: Offer | None) -> Response:
        offer = asked or self._negotiate(request)
        twin = f"{name}.{offer.name}"
        headers = {"Vary": "Accept", "Link": self._twins(name, offer)}
        if asked is None:
            headers["Content-Location"] = ascii_iri(self.names.own(twin))
        if iri == _STATECRAFT and twin in self.served.files:
            return send(request, twin, self.served.files[twin], self.served, headers)
        if offer is HTML and (page := self._page(iri)):  # the page's links are relative to the folder
            return RedirectResponse(page, 303, {"Vary": "Accept", "Link": headers["Link"]})
        headers |= validators(self.served.issued)
        body = self._terms(iri, name, offer)
        return Response(body, headers=headers, media_type=offer.content_type)

    def _page(self, iri: str) -> str:
        """Return the encoded path of the web page about a vocabulary or term, or an empty string if there is none."""
        page = self.names.terms.page(iri)
        return ascii_iri(self.names.own(page)) if page and f"{page}index.html" in self.served.site else ""

    async def _term(self, request: Request, iri: str, name: str, asked: Offer | None) -> Response:
        """Answer for a term whose IRI has no fragment: it redirects to what is about it, like a record."""
        offer = asked or self._negotiate(request)
        headers = {"Vary": "Accept", "Link": self._twins(name, None if asked is None else offer)}
        if asked is None:
            location = (offer is HTML and self._page(iri)) or ascii_iri(self.names.own(f"{name}.{offer.name}"))
            return RedirectResponse(location, 303, headers | {"Cache-Control": "public, max-age=300"})
        headers |= validators(self.served.issued)
        body, cut = self._written_term(iri, name, offer)
        if cut:
            headers["Upheaval-Truncated"] = f"rows; limit={self.limits.rows}"
        return Response(body, headers=headers, media_type=offer.content_type)

    def _written_term(self, iri: str, name: str, offer: Offer) -> tuple[bytes, bool]:
        triples, cut = describe(self.served.store, iri, self.limits.rows)
        if offer is not HTML:
            return write_graph(triples, offer.name), cut
        twins = [(other.name, ascii_iri(self.names.own(f"{name}.{other.name}"))) for other in writable(triples)]
        return self._rendered(view(self.served.store, iri, triples, self.names), twins, cut, self.versions(name)), cut

    def _twins(self, name: str, shown: Offer | None) -> str:
        return ", ".join(
            f'<{ascii_iri(self.names.own(f"{name}.{offer.name}"))}>; rel="alternate"; type="{offer.media}"'
            for offer in OFFERS
            if offer is not shown
        )

    def _terms(self, iri: str, name: str, offer: Offer) -> bytes:
        """Return a vocabulary's document, cached because it is long and never changes."""
        if (iri, offer) not in self._written_terms:
            self._written_terms[iri, offer] = self._write_terms(iri, name, offer)
        return self._written_terms[iri, offer]

    def _write_terms(self, iri: str, name: str, offer: Offer) -> bytes:
        if iri == _STATECRAFT and self._vocabulary_file:
            triples = [quad.triple for quad in ox.parse(self._vocabulary_file, format=ox.RdfFormat.TURTLE)]
        else:
            triples = self._documents.triples(iri)
        if offer is not HTML:
            return _serialized(triples, offer)
        by_subject: dict[str, list[ox.Triple]] = {}
        for triple in triples:
            by_subject.setdefault(iri_of(triple.subject), []).append(triple)
        store = self.served.store_of(iri) or self.served.extra
        own = [one for one in self._documents.subjects(iri) if one.startswith(iri) and document_of(one) != iri]
        terms = [(local(term), view(store, term, by_subject[term], self.names)) for term in own if term in by_subject]
        twins = [(other.name, ascii_iri(self.names.own(f"{name}.{other.name}"))) for other in writable(triples)]
        page = view(store, iri, by_subject.get(iri) or by_subject.get(f"{iri}#", []), self.names)
        return render("vocabulary.html", page=page, terms=terms, twins=twins, served=self.served, names=self.names)
