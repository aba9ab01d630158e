"""The front page and the charts in a real browser: cells, slider, switch, links, without a script, and how heavy."""

import json
import re
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, ViewportSize, expect

from tests.site.browser import overflow, violations
from tests.site.conftest import Visit
from tests.support import sampled

PHONE: ViewportSize = {"width": 360, "height": 740}
FIRST_PAGE = 150_000
"""The most bytes that the front page may load, as they lie on the disk."""


def data_of(site: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(next(site.glob("assets/explore-*.json")).read_text(encoding="utf-8"))
    return found


def counted(data: dict[str, Any], day: int | None, accept: int | None, refuse: int = 0) -> list[list[int]]:
    """Count records by pair and type, up to a day if one is given, with a bit of support and without another."""
    cells = [[0] * data["tops"] for _ in range(data["pairs"])]
    for start, flags, pairs, tops, _ in data["rows"]:
        in_time = day is None or 0 < start <= day
        if in_time and (accept is None or flags & accept) and not flags & refuse:
            for pair in pairs:
                for top in tops:
                    cells[pair][top] += 1
    return cells


def shown(page: Page) -> list[list[str]]:
    found: list[list[str]] = page.evaluate(
        "[...document.querySelectorAll('.matrix tbody tr')]"
        ".map(row => [...row.querySelectorAll('td')].map(cell => cell.innerText))"
    )
    return found


def move(page: Page, year: int, month: int) -> None:
    page.locator("#at").evaluate(
        "(node, value) => { node.value = value; node.dispatchEvent(new Event('input', {bubbles: true})); }",
        str(12 * year + month - 1),
    )


def slide(page: Page, year: int, month: int) -> None:
    """Move the slider and wait until the charts are drawn."""
    move(page, year, month)
    expect(page).to_have_url(re.compile(f"at={year}-{month:02}"))
    expect(page.locator("#controls:not([aria-busy])")).to_have_count(1)


def test_cell_of_the_matrix_opens_its_list(visit: Visit, world_address: str) -> None:
    page = visit(world_address).open()
    cell = page.locator(".matrix td a").filter(has_text="5").first
    number = int(cell.inner_text())
    cell.click()
    page.wait_for_url("**/dyad/**")
    anchor = page.url.partition("#")[2]
    entries = page.locator(f"section[id='{anchor}'] .entries li")
    assert number > 0
    expect(entries).to_have_count(number)


def test_slider_updates_counts_and_address(visit: Visit, axis_address: str, axis_site: Path) -> None:
    page = visit(axis_address).open()
    whole = shown(page)
    slide(page, 1999, 12)
    expected = counted(data_of(axis_site), 19991231, None)
    expect(page.locator(".matrix td a").first).to_have_text(str(expected[0][0]))
    then = shown(page)
    for row, numbers in zip(then, expected, strict=True):
        assert [text for text in row if text.isdigit()] == [
            str(number) for number, text in zip(numbers, row, strict=True) if text.isdigit()
        ]
    assert then != whole
    page.reload()
    expect(page.locator("#at-shown")).to_have_text("December 1999")
    expect(page.locator(".matrix td a").first).to_have_text(then[0][0])
    assert shown(page) == then
    page.click("#controls [type=reset]")
    expect(page).to_have_url(axis_address)
    assert shown(page) == whole


@pytest.mark.parametrize(("choice", "accept", "refuse"), [("two", 1, 0), ("official", 2, 0), ("undisputed", None, 4)])
def test_switch_counts_by_support(
    visit: Visit, axis_address: str, axis_site: Path, choice: str, accept: int | None, refuse: int
) -> None:
    page = visit(axis_address).open()
    page.select_option("#sources", choice)
    expect(page).to_have_url(f"{axis_address}?sources={choice}")
    expected = counted(data_of(axis_site), None, accept, refuse)
    data = data_of(axis_site)
    counts = [
        sum(
            pair in row[2] and (accept is None or bool(row[1] & accept)) and not row[1] & refuse for row in data["rows"]
        )
        for pair in range(data["pairs"])
    ]
    expect(page.locator(".network [data-count]")).to_have_text([str(count) for count in counts])
    digits = [[int(text) for text in row if text.isdigit()] for row in shown(page)]
    assert digits == [
        [number for number, text in zip(numbers, row, strict=True) if text.isdigit()]
        for numbers, row in zip(expected, shown(page), strict=True)
    ]


def test_list_keeps_the_filters(visit: Visit, axis_address: str) -> None:
    page = visit(axis_address).open("?at=1999-12&sources=two")
    cell = page.locator(".matrix [data-pair='2'][data-top='5']")
    expect(cell).to_have_attribute("href", re.compile("at=1999-12"))
    number = int(cell.inner_text())
    cell.click()
    page.wait_for_url("**/dyad/china--russia/?at=1999-12&sources=two#military-and-security")
    expect(page.locator("#military-and-security .entries li:visible")).to_have_count(number)
    late = page.locator(".timeline [data-start]:not([hidden])").evaluate_all("nodes => nodes.map(n => n.dataset.start)")
    assert late
    assert max(late) <= "1999-12-31"


TALL = "[...document.querySelectorAll('.types [data-year]')].filter(b => +b.getAttribute('height') > 0)"
"""The bars of the chart of types that can be seen."""


def test_types_and_timeline_follow_the_slider(visit: Visit, axis_address: str) -> None:
    page = visit(axis_address).open("charts/types/")
    before = page.evaluate(f"{TALL}.length")
    slide(page, 1979, 6)
    expect(page.locator("#at-shown")).to_have_text("June 1979")
    assert page.evaluate(f"{TALL}.length") < before
    assert page.evaluate(f"Math.max(...{TALL}.map(b => +b.dataset.year))") <= 1979
    page.goto(f"{axis_address}charts/figures/?sources=undisputed")
    visible = page.locator("section.rival:visible").count()
    assert 0 < visible < page.locator("section.rival").count()


def test_last_slider_position_wins_over_late_data(visit: Visit, axis_address: str) -> None:
    page = visit(axis_address).open("charts/types/")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/explore-*.json", hold)
    move(page, 1999, 12)
    move(page, 1979, 6)
    page.wait_for_timeout(500)
    assert held
    while held:
        held.pop().continue_()
        page.wait_for_timeout(300)
    expect(page.locator("#controls:not([aria-busy])")).to_have_count(1)
    assert page.evaluate(f"Math.max(...{TALL}.map(b => +b.dataset.year))") <= 1979


def test_data_are_requested_again_after_a_failure(visit: Visit, axis_address: str) -> None:
    watched = visit(axis_address)
    page = watched.open("charts/types/")
    page.route("**/explore-*.json", lambda route: route.abort())
    before = page.evaluate(f"{TALL}.length")
    with page.expect_event("pageerror"), page.expect_console_message(lambda message: message.type == "error"):
        slide(page, 1999, 12)
    assert page.evaluate(f"{TALL}.length") == before
    assert len(watched.faults) == 2, "what failed is told to the console, and nothing else goes wrong"
    watched.faults.clear()
    page.unroute("**/explore-*.json")
    slide(page, 1979, 6)
    assert page.evaluate(f"Math.max(...{TALL}.map(b => +b.dataset.year))") <= 1979


def test_front_page_is_small(visit: Visit, axis_address: str) -> None:
    watched = visit(axis_address)
    sizes: list[int] = []
    watched.page.on("response", lambda response: sizes.append(len(response.body())))
    watched.open().wait_for_load_state("networkidle")
    assert 10_000 < sum(sizes) < FIRST_PAGE


def test_pages_are_readable_without_javascript(visit: Visit, axis_address: str) -> None:
    page = visit(axis_address, java_script_enabled=False).open()
    expect(page.locator("#controls")).to_be_hidden()
    page.locator(".matrix tbody td a").first.click()
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
    "csv/spreadsheet/", "teuscher-axis/",
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
