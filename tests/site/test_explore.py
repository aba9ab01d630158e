"""The front page, the charts and the Explore page in a real browser: what is counted, shown and saved agrees."""

import re
from itertools import product
from pathlib import Path

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.site.browser import overflow, violations
from tests.site.conftest import Visit
from tests.support import sampled
from upheaval.explore.corpus import Corpus, read_corpus
from upheaval.explore.selecting import facet, select, years
from upheaval.explore.selectionfiles import FILES
from upheaval.explore.states import address, read_state

PHONE: ViewportSize = {"width": 360, "height": 740}
FIRST_PAGE = 150_000
"""The most bytes that the front page may load, as they lie on the disk."""


def ready(page: Page) -> Page:
    page.wait_for_selector("html[data-ready=explore]", state="attached")
    return page


def corpus_of(site: Path) -> Corpus:
    return read_corpus((site / "explore" / "records.json").read_bytes())


def selected(corpus: Corpus, words: str) -> list[str]:
    state, problems = read_state(corpus, words)
    assert problems == []
    return [corpus.entries[place].name for place in select(corpus, state)]


def names_in(page: Page) -> list[str]:
    found: list[str] = page.evaluate(
        "[...document.querySelectorAll('table.rows tbody th a')].map(link => link.pathname.split('/').at(-2))"
    )
    return found


LINKS = "[...document.querySelectorAll(\"main a[href*='explore/?']\")].map(link => [link.href, link.textContent])"


@pytest.mark.parametrize("path", ["", "dyad/china--russia/", "russia/", "statecraft/cooperation/drone-transfer/"])
def test_every_number_that_links_to_explore_is_its_count(
    visit: Visit, axis_address: str, axis_site: Path, path: str
) -> None:
    page, corpus = visit(axis_address).open(path), corpus_of(axis_site)
    numbered = [(href, found) for href, text in page.evaluate(LINKS) if (found := re.match(r"\d+", text))]
    assert numbered
    for href, found in numbered:
        assert len(selected(corpus, href.partition("?")[2])) == int(found[0]), href
    href, found = numbered[0]
    page.goto(href)
    expect(ready(page).locator("#explore-count strong")).to_have_text(found[0])


def test_lists_of_a_pair_have_what_they_count(visit: Visit, axis_address: str) -> None:
    page = visit(axis_address).open("dyad/china--russia/")
    for section in page.locator("section[id]").all():
        entries = section.locator(".entries li")
        if entries.count():
            summaries = entries.filter(has_text="summary, not counted").count()
            assert section.locator("h2 a.tag").inner_text() == str(entries.count() - summaries)


STATES = [
    "pair=china--russia&from=2014-11",
    "type=military-and-security&support=two&until=1999",
    "actor=north-korea&dispute=disputed&summaries=with",
    "force=1961-07-06",
]


@pytest.mark.parametrize("words", STATES)
def test_page_rows_and_files_are_those_of_the_address(
    visit: Visit, axis_address: str, axis_site: Path, tmp_path: Path, words: str
) -> None:
    corpus = corpus_of(axis_site)
    state, _ = read_state(corpus, words)
    page = ready(visit(axis_address, accept_downloads=True).open(f"explore/?{words}&view=table"))
    while page.get_by_role("button", name=re.compile(r"Show \d+ more")).count():
        page.get_by_role("button", name=re.compile(r"Show \d+ more")).click()
    assert names_in(page) == selected(corpus, words) != []
    for ending, (_, write) in FILES.items():
        with page.expect_download() as download:
            page.locator(f"#explore-files [data-ending='{ending}']").click()
        download.value.save_as(tmp_path / ending)
        assert (tmp_path / ending).read_bytes() == write(corpus, state), ending
    assert address(state) in (page.locator("#cite-plain").text_content() or "")
    page.goto(f"{axis_address}explore/?{words}&view=years")
    drawn = ready(page).locator("[data-year] title").all_text_contents()
    assert drawn == [f"{year}: {count}" for year, count in years(corpus, state).counts.items()]


def test_facets_are_set_and_removed_in_the_address(visit: Visit, axis_address: str, axis_site: Path) -> None:
    corpus = corpus_of(axis_site)
    page = ready(visit(axis_address).open("explore/"))
    page.get_by_role("checkbox", name="China – Russia").check()
    expect(page).to_have_url(f"{axis_address}explore/?pair=china--russia")
    expect(page.locator("#explore-count strong")).to_have_text(str(len(selected(corpus, "pair=china--russia"))))
    page.get_by_label("Until the end of").focus()
    page.keyboard.press("ArrowLeft")
    slider = page.get_by_label("Until the end of")
    expect(slider).to_be_focused()
    expect(slider).to_have_attribute("aria-valuetext", re.compile(r"^[A-Z][a-z]+ \d{4}$"))
    page.get_by_role("link", name=re.compile("Remove until")).click()
    page.get_by_role("link", name="Remove pair of states: China – Russia").click()
    expect(page).to_have_url(f"{axis_address}explore/")
    page.go_back()
    expect(page.locator("#explore-chips a")).to_have_count(1)


def test_a_name_that_there_is_not_is_said(visit: Visit, axis_address: str) -> None:
    page = ready(visit(axis_address).open("explore/?pair=china--rusia"))
    expect(page.get_by_role("alert")).to_contain_text("no pair of states is named `china--rusia`")


def test_a_table_is_sorted_and_has_the_columns_of_its_address(visit: Visit, axis_address: str) -> None:
    page = ready(visit(axis_address).open("explore/?pair=china--iran&view=table&columns=title,independent_sources"))
    page.get_by_role("button", name="independent sources").click()
    page.get_by_role("button", name="independent sources").click()
    expect(page).to_have_url(re.compile("sort=-independent_sources"))
    numbers = [int(text) for text in page.locator("table.rows tbody td").all_inner_texts()]
    assert numbers == sorted(numbers, reverse=True) != []
    expect(page.locator("table.rows th[aria-sort=descending]")).to_have_count(1)


def test_a_picture_is_one_stop_of_the_tab_key(visit: Visit, axis_address: str) -> None:
    page = ready(visit(axis_address).open("explore/?pair=iran--russia"))
    stops = page.locator("#explore-view svg [tabindex='0']")
    expect(stops).to_have_count(1)
    stops.focus()
    page.keyboard.press("End")
    expect(stops).to_have_count(1)
    last = page.evaluate("document.activeElement.dataset.year")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"from={last}&until={last}&view=table"))


def test_the_map_draws_states_and_lists_what_has_no_place(visit: Visit, axis_address: str, axis_site: Path) -> None:
    corpus = corpus_of(axis_site)
    page = ready(visit(axis_address).open("explore/?pair=china--russia&view=map"))
    state, _ = read_state(corpus, "pair=china--russia")
    expect(page.locator("[data-actor=china] title")).to_have_text(f"China: {facet(corpus, state, 'actor')['china']}")
    expect(page.locator(".world .disputed")).to_have_count(1)
    drawn = set(page.locator("[data-place]").evaluate_all("marks => marks.map(mark => mark.dataset.place)"))
    shown = len(drawn) + page.locator("h2:has-text('without coordinates') + ul li").count()
    assert shown == len(facet(corpus, state, "place"))


VIEWS = ["years", "table", "matrix", "timeline", "pairs", "map"]


@pytest.mark.parametrize(
    ("view", "scheme", "width"), sampled([*product(VIEWS, ("light", "dark"), (360, 768, 1440))], 9)
)
def test_every_view_is_accessible(visit: Visit, axis_address: str, view: str, scheme: str, width: int) -> None:
    size = {"width": width, "height": 800}
    page = visit(axis_address, color_scheme=scheme, viewport=size).open(f"explore/?actor=iran&from=2010&view={view}")
    ready(page).wait_for_selector("#explore-view :is(table, svg)")
    assert violations(page) == []
    assert overflow(page) <= 0


def test_a_picture_is_saved_with_its_source(visit: Visit, axis_address: str, tmp_path: Path) -> None:
    page = ready(visit(axis_address, accept_downloads=True).open("explore/?pair=china--iran&view=timeline"))
    for name, start in (("SVG", b"<svg"), ("PNG", b"\x89PNG")):
        with page.expect_download() as download:
            page.locator(".savers").get_by_role("button", name=name).click()
        download.value.save_as(tmp_path / name)
        assert (tmp_path / name).read_bytes().startswith(start)
    assert "explore/?pair=china--iran" in (tmp_path / "SVG").read_text(encoding="utf-8")


@pytest.mark.parametrize("width", [320, 1000])
def test_a_view_alone_is_for_frames_of_any_width(visit: Visit, axis_address: str, width: int) -> None:
    page = visit(axis_address, viewport={"width": width, "height": 480}).open(
        "explore/embed/?pair=china--iran&view=years"
    )
    expect(ready(page).locator("#explore-view [data-year]").first).to_be_visible()
    assert overflow(page) <= 0
    assert violations(page) == []
    page.get_by_role("link", name="open in Explore").click()
    expect(page).to_have_url(f"{axis_address}explore/?pair=china--iran&view=years")


def test_a_preset_is_whole_without_a_script(visit: Visit, axis_address: str, axis_site: Path) -> None:
    corpus = corpus_of(axis_site)
    state, _ = read_state(corpus, "pair=china--iran")
    page = visit(axis_address, java_script_enabled=False).open("explore/china--iran/")
    assert page.locator("#explore-count strong").inner_text() == str(len(select(corpus, state)))
    assert page.locator(".at-wide [data-year]").count() == len(years(corpus, state).counts)
    assert names_in(page) == selected(corpus, "pair=china--iran")[:100]
    for ending, (_, write) in FILES.items():
        assert (axis_site / "explore" / f"china--iran.{ending}").read_bytes() == write(corpus, state)


def test_front_page_is_small(visit: Visit, axis_address: str) -> None:
    watched = visit(axis_address)
    sizes: list[int] = []
    watched.page.on("response", lambda response: sizes.append(len(response.body())))
    watched.open().wait_for_load_state("networkidle")
    assert 10_000 < sum(sizes) < FIRST_PAGE


def test_pages_are_readable_without_javascript(visit: Visit, axis_address: str) -> None:
    page = visit(axis_address, java_script_enabled=False).open()
    page.locator(".matrix tbody th a").first.click()
    expect(page.locator("h1")).to_have_text("China – Iran")
    page.locator(".entries a").first.click()
    expect(page.locator(".card").first).to_be_visible()
    page.locator(".card summary").first.click()
    expect(page.locator(".card .says").first).to_be_visible()
    page.goto(f"{axis_address}charts/timeline/")
    assert page.locator(".timeline .mark").count() > 500


def test_fragment_of_an_iri_opens_the_part_of_the_record(visit: Visit, axis_address: str, axis_site: Path) -> None:
    page = visit(axis_address).open("russia/")
    anchor = page.locator(".card").first.get_attribute("id")
    page.goto(f"{axis_address}russia/#{anchor}")
    page.reload()
    expect(page.locator(".card .says").first).to_be_visible()


def test_downloads_of_a_chart_come_as_files(visit: Visit, axis_address: str, axis_site: Path, tmp_path: Path) -> None:
    page = visit(axis_address, accept_downloads=True).open("charts/matrix/")
    for words in ("unchanged", "for a spreadsheet", "SVG"):
        with page.expect_download() as download:
            page.get_by_role("link", name=words, exact=True).click()
        name = download.value.suggested_filename
        download.value.save_as(tmp_path / name)
        assert (tmp_path / name).read_bytes() == (axis_site / "charts" / name).read_bytes()


SAMPLE = [
    "", "records/", "records/treaties/", "charts/", "charts/matrix/", "charts/timeline/", "charts/network/",
    "charts/types/", "charts/figures/", "statecraft/", "statecraft/terms/Treaty/", "statecraft/terms/party/",
    "statecraft/cooperation/", "statecraft/cooperation/drone-transfer/", "quality/", "downloads/", "changelog/",
    "contributing/", "russia/", "axis-of-upheaval/", "s-400-russia-china-2018/", "dyad/china--russia/",
    "csv/spreadsheet/", "teuscher-axis/", "explore/", "explore/military-and-security/",
]  # fmt: skip


@pytest.mark.parametrize(
    ("path", "scheme"), sampled([*product(SAMPLE, ("light", "dark"))], 7), ids=lambda text: text or "front"
)
def test_charts_are_accessible(visit: Visit, axis_address: str, path: str, scheme: str) -> None:
    page = visit(axis_address, color_scheme=scheme).open(path)
    page.evaluate("document.querySelectorAll('details').forEach(node => { node.open = true; })")
    assert violations(page) == []
    page.set_viewport_size(PHONE)
    assert overflow(page) <= 0


def test_no_page_logs_an_error(visit: Visit, world_address: str, world_site: Path) -> None:
    watched = visit(world_address)
    paths = sorted(file.parent.relative_to(world_site).as_posix() for file in world_site.rglob("index.html"))
    assert len(paths) > 300
    for path in sampled(paths, 40):
        watched.open("" if path == "." else f"{path}/")
