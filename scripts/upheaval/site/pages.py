"""Pages and their rendering by templates, with all values escaped."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from upheaval.serve.policy import PAGES
from upheaval.site.assets import ASSETS, Assets
from upheaval.site.library import Library
from upheaval.site.pagepaths import root_of
from upheaval.site.texts import texts

_BREAKERS = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"})


@dataclass(frozen=True, slots=True)
class Page:
    """A page.

    Attributes:
        path: its path in the site: a folder with a trailing slash, or an empty string for the root.
        template: the name of its template.
        title: its title.
        values: the values for its template.

    """

    path: str
    template: str
    title: str
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def file(self) -> str:
        """The path of its file."""
        return f"{self.path}index.html"


def script_json(content: object) -> Markup:
    """Write JSON for a script element, escaped so that it cannot end the element (HTML section 4.12.1.3)."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return Markup(text.translate(_BREAKERS))


def compact(content: object) -> bytes:
    """Write compact JSON with sorted keys."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


class Renderer:
    """Renders the pages of a site."""

    def __init__(
        self,
        library: Library,
        assets: Assets,
        versions: Callable[[str, str], list[tuple[str, str, str]]],
        has_feeds: bool,
    ) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(Path(__file__).parent / "templates"),
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
            undefined=StrictUndefined,
        )
        self._publication = library.publication
        self._environment.filters["script_json"] = script_json
        self._environment.filters["lines"] = str.splitlines
        self._environment.globals.update(
            publication=library.publication,
            identity=library.identity,
            versions=versions,
            has_feeds=has_feeds,
            asset=assets.path,
            searchable="search.js" in assets,
            policy=PAGES,
            texts=texts(library.publication.root),
            short=lambda label: label.removesuffix(" cooperation"),
            style=Markup((ASSETS / "chart.css").read_text(encoding="utf-8").replace("\n", " ")),
        )

    def drawing(self, name: str, path: str, alone: bool, **values: Any) -> Markup:
        """Write a chart as SVG.

        Args:
            name: the name of its template.
            path: the page that contains it, or the folder of its file.
            alone: whether it is a separate file, which then includes its style.
            values: the values for its template.

        """
        root = self._publication.iri if alone else root_of(path)
        template = self._environment.get_template(f"charts/{name}.svg")
        return Markup(template.render(root=root, alone=alone, **values))

    def render(self, page: Page) -> bytes:
        """Render a page as HTML in UTF-8."""
        template = self._environment.get_template(page.template)
        return template.render(page=page, root=root_of(page.path), **page.values).encode()

    def files(self, pages: Iterable[Page]) -> Iterator[tuple[str, bytes]]:
        """Yield the path and content of each page's file."""
        for page in pages:
            yield page.file, self.render(page)
