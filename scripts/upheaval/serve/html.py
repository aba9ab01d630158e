"""Plain pages for people: a document's triples as a tree, which a template writes with escaping."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import pyoxigraph as ox
from jinja2 import Environment, FileSystemLoader

from upheaval.rdf.graphs import iri_of
from upheaval.rdf.namespaces import DCTERMS, RDF, RDFS, SKOS
from upheaval.serve.describing import labels

HERE = Path(__file__).parent
_NAMES = tuple(str(iri) for iri in (RDFS.label, SKOS.prefLabel, DCTERMS.title))
_ENVIRONMENT = Environment(
    loader=FileSystemLoader(HERE / "templates"),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)


@dataclass(slots=True)
class HtmlValue:
    """A value: its text, link, language or type, and its own rows if it is shown in place."""

    text: str
    href: str = ""
    note: str = ""
    rows: list["HtmlRow"] = field(default_factory=list)


@dataclass(slots=True)
class HtmlRow:
    """A property and its values."""

    name: str
    href: str
    values: list[HtmlValue]


@dataclass(slots=True)
class View:
    """A page about a resource: its name, types and statements, and the links to it."""

    iri: str
    title: str
    types: list[HtmlValue]
    rows: list[HtmlRow]
    incoming: list[HtmlRow]


class HtmlPaths(Protocol):
    """Where links lead."""

    def path(self, iri: str) -> str | None:
        """Return the address of an IRI's page, or None if there is none."""


def render(template: str, **values: Any) -> bytes:
    """Render a template; all values are escaped."""
    return _ENVIRONMENT.get_template(template).render(**values).encode()


def load_templates() -> None:
    """Read all templates now: a worker can open no files."""
    for name in _ENVIRONMENT.list_templates():
        _ENVIRONMENT.get_template(name)


def link(iri: str, names: HtmlPaths) -> str:
    """Return a link for an IRI: a path of this server, the IRI itself if it is http(s), or an empty string."""
    local = names.path(iri)
    if local is not None:
        return local
    return iri if urlsplit(iri).scheme in ("http", "https") else ""


def view(store: ox.Store, iri: str, triples: Iterable[ox.Triple], names: HtmlPaths) -> View:
    """Arrange the triples of a document.

    Args:
        store: the dataset, for the labels of properties and classes.
        iri: the resource.
        triples: its description from `describing.describe`.
        names: where links lead.

    Returns:
        The page. Nodes inside the resource and cited sources are shown in place, where they are first mentioned.

    """
    return _Page(store, iri, list(triples), names).view()


class _Page:
    def __init__(self, store: ox.Store, iri: str, triples: list[ox.Triple], names: HtmlPaths) -> None:
        self.store, self.iri, self.names = store, iri, names
        self.statements: dict[str, dict[str, list[Any]]] = {}
        self.incoming: dict[str, list[str]] = {}
        self.labels: dict[str, tuple[bool, str]] = {}
        for triple in triples:
            subject, target = iri_of(triple.subject), triple.object
            self.statements.setdefault(subject, {}).setdefault(triple.predicate.value, []).append(target)
            if triple.predicate.value in _NAMES and isinstance(target, ox.Literal):
                self._name(subject, target)
            if iri_of(target) == iri and subject.partition("#")[0] != iri and isinstance(target, ox.NamedNode):
                self.incoming.setdefault(triple.predicate.value, []).append(subject)

    def _name(self, subject: str, text: ox.Literal) -> None:
        english = (text.language or "").startswith("en")
        if subject not in self.labels or (english and not self.labels[subject][0]):
            self.labels[subject] = (english, text.value)

    def label(self, iri: str) -> str:
        if iri not in self.labels:
            try:
                for triple in labels(self.store, [ox.NamedNode(iri)]):
                    if isinstance(triple.object, ox.Literal):
                        self._name(iri, triple.object)
            except ValueError:
                pass
        last = iri.rstrip("/#")
        return self.labels.get(iri, (False, last[max(last.rfind("#"), last.rfind("/")) + 1 :] or iri))[1]

    def view(self) -> View:
        own = self.statements.get(self.iri, {})
        types = [self.value(target, {self.iri}) for target in own.get(str(RDF.type), [])]
        incoming = [
            HtmlRow(self.label(predicate), link(predicate, self.names), [self._link(s) for s in sorted(set(subjects))])
            for predicate, subjects in sorted(self.incoming.items())
        ]
        return View(self.iri, self.label(self.iri), types, self.rows(self.iri, {self.iri}), incoming)

    def rows(self, subject: str, above: set[str]) -> list[HtmlRow]:
        rows = []
        for predicate, targets in sorted(
            self.statements.get(subject, {}).items(), key=lambda item: self.label(item[0])
        ):
            if predicate == str(RDF.type):
                continue
            values = [self.value(target, above) for target in sorted(targets, key=str)]
            rows.append(HtmlRow(self.label(predicate), link(predicate, self.names), values))
        return rows

    def value(self, target: Any, above: set[str]) -> HtmlValue:
        if isinstance(target, ox.Literal):
            note = target.language or ""
            href = target.value if urlsplit_safe(target.value) in ("http", "https") else ""
            return HtmlValue(target.value, href, note)
        iri = iri_of(target)
        inside = isinstance(target, ox.BlankNode) or iri.startswith(self.iri + "#") or self._is_source(iri)
        rows = self.rows(iri, above | {iri}) if inside and iri not in above and len(above) < 8 else []
        return self._link(iri, rows) if isinstance(target, ox.NamedNode) else HtmlValue("", rows=rows)

    def _is_source(self, iri: str) -> bool:
        """Return whether the document has all statements about a resource, which is true only of cited sources."""
        return iri != self.iri and any(predicate not in _NAMES for predicate in self.statements.get(iri, {}))

    def _link(self, iri: str, rows: list[HtmlRow] | None = None) -> HtmlValue:
        whole, _, part = iri.partition("#")
        text = self.label(iri)
        if part and whole != self.iri and whole in self.labels and iri not in self.labels:
            text = f"{self.label(whole)}: {part}"
        return HtmlValue(text, link(iri, self.names), rows=rows or [])


def urlsplit_safe(text: str) -> str:
    """Return the scheme of a text that is an address as a whole, or an empty string."""
    try:
        return urlsplit(text).scheme if " " not in text else ""
    except ValueError:
        return ""
