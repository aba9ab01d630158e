"""Render a site from the sources and their build."""

import json
from collections.abc import Container, Iterator
from pathlib import Path

import pyoxigraph as ox

from upheaval.curate.feeds import feeds
from upheaval.explore.corpus import read_corpus
from upheaval.faults import Refusal, refuse
from upheaval.populate.assembly import Assembly, assemble
from upheaval.rdf.graphs import canonical_hash
from upheaval.site import questionpages, search
from upheaval.site.assets import Assets
from upheaval.site.chartpages import Chart, chart_files, chart_pages, charts
from upheaval.site.client import bundle, cache_folder
from upheaval.site.conceptpages import concept_pages
from upheaval.site.exploreindex import PATH, explore_index
from upheaval.site.explorepages import explore_files, explore_pages, presets
from upheaval.site.formerpages import former_documents, former_pages
from upheaval.site.frontpage import counts, front_page
from upheaval.site.library import Library, open_library
from upheaval.site.listpages import conformance_page, downloads_page, list_pages, quality_page, text_pages
from upheaval.site.overview import Overview, overview
from upheaval.site.pages import Page, Renderer, compact
from upheaval.site.pairpages import pair_pages
from upheaval.site.recordfiles import record_files
from upheaval.site.searchindex import index_files
from upheaval.site.tabular import safe_copy
from upheaval.site.termpages import term_pages
from upheaval.site.versionpages import SiteVersions, open_versions, version_files
from upheaval.site.vocabularyfiles import vocabulary_files
from upheaval.site.writing import write_site


def render(root: Path, build: Path, target: Path) -> tuple[int, int, str]:
    """Render a publication's pages.

    Args:
        root: the publication's folder.
        build: the output of `upheaval build` for the same sources.
        target: the folder of the site.

    Returns:
        The number of files in the site, the number of those that were written, and a remark for the user, or an empty
        string.

    Raises:
        Refusal: the sources have faults, the build was made from other sources, or the site cannot be written.

    """
    manifest = json.loads((build / "manifest.json").read_text(encoding="utf-8"))
    assembly = assemble(root)
    if assembly.faults:
        raise Refusal(assembly.faults)
    identity = str(manifest["rdfc10_sha256"])
    _same(assembly, identity, build)
    library = open_library(assembly, identity)
    assets = Assets()
    copies = {path: build / path for path in (*manifest["files"], "manifest.json")}
    versions = open_versions(library)
    bundled, missing = bundle(cache_folder())
    ask = questionpages.Ask(library, assets, bundled, missing)
    files = _files(library, build, copies, assets, ask, versions)
    kept = {path: file for one in versions.found for path, file in one.copies().items()}
    total, written = write_site(target, files, copies | kept, identity)
    remarks = [f"the pages have no search, and the Ask page no query engine: {missing}"] if missing else []
    if versions.missing:
        cure = "docs/releasing.md says where to get them"
        missing = ", ".join(versions.missing)
        remarks.append(f"the site is without version {missing}: its files are not here ({cure}), and without feeds")
    return total, written, "\n".join(remarks)


def _same(assembly: Assembly, identity: str, build: Path) -> None:
    graphs = [ox.NamedNode(assembly.publication.graph(name)) for name in ("data", "derived")]
    triples = dict.fromkeys(
        quad.triple for graph in graphs for quad in assembly.store.quads_for_pattern(None, None, None, graph)
    )
    if canonical_hash(triples) != identity:
        message = f"{build} was built from different sources"
        refuse(str(build), message, "run `upheaval build` again", rule="site/build")


def _files(
    library: Library,
    build: Path,
    copies: Container[str],
    assets: Assets,
    ask: questionpages.Ask,
    versions: SiteVersions,
) -> Iterator[tuple[str, bytes]]:
    renderer = Renderer(library, assets, versions.links, versions.has_feeds)
    for name, content in zip(("search.json", "search-sources.json"), index_files(library), strict=True):
        assets.add(name, content)
    found = overview(library)
    index = compact(explore_index(library, found))
    library.corpus = read_corpus(index)
    chosen = presets(library.corpus, found.states)
    drawn = charts(library, found, renderer, counts(library, found))
    yield PATH, index
    yield from renderer.files(explore_pages(library, library.corpus, chosen, "worldmap.js" in assets))
    yield from explore_files(library.corpus, chosen)
    yield from renderer.files(_pages(library, build, found, drawn, renderer))
    yield from renderer.files([ask.page(), search.search_page(library)])
    yield from ask.files()
    yield from chart_files(drawn)
    yield from _spreadsheets(build, renderer)
    yield from _fixed(build)
    yield from vocabulary_files(library, copies)
    yield from record_files(library, renderer)
    yield from renderer.files(former_pages(library))
    yield from former_documents(library)
    yield from version_files(library, versions, renderer)
    if versions.has_feeds:
        yield from feeds(library.publication.root).items()
    yield from assets.files.items()


def _pages(library: Library, build: Path, found: Overview, drawn: list[Chart], renderer: Renderer) -> Iterator[Page]:
    yield front_page(library, found, renderer)
    yield from chart_pages(library, drawn, found)
    yield from pair_pages(library, found, renderer)
    yield from list_pages(library)
    yield from term_pages(library)
    yield from concept_pages(library)
    yield from text_pages(library)
    yield quality_page(library)
    yield conformance_page()
    yield downloads_page(library, build)


def _fixed(build: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the files that web servers and crawlers expect under fixed names."""
    yield ".well-known/void", (build / "catalog.ttl").read_bytes()
    yield ".nojekyll", b""


def _spreadsheets(build: Path, renderer: Renderer) -> Iterator[tuple[str, bytes]]:
    """Yield the build's tables in a form that is safe to open in a spreadsheet, and the page that lists them."""
    tables = sorted((build / "csv").glob("*.csv"))
    names = [table.name for table in tables]
    page = Page("csv/spreadsheet/", "spreadsheets.html", "Tables for spreadsheets", {"names": names})
    yield page.file, renderer.render(page)
    for table in tables:
        yield f"csv/spreadsheet/{table.name}", safe_copy(table.read_bytes())
