"""Access: axe-core finds nothing, in both colour schemes, and a phone shows everything without scrolling sideways."""

import pytest
from playwright.sync_api import Page, expect

from tests.site.browser import overflow, violations
from tests.site.conftest import Visit
from tests.support import sampled

PHONE = {"width": 360, "height": 740}
LOOKS = [("light", None), ("light", PHONE), ("dark", PHONE), ("dark", None)]
SHOWN = [("coverage", ""), ("timeline", ""), ("partners", "Chart"), ("exercises-by-year", "Chart")]
each_look = pytest.mark.parametrize(("scheme", "viewport"), sampled(LOOKS, 2))


def answered(page: Page, name: str, view: str = "") -> Page:
    page.wait_for_selector("html[data-ready=ask]", state="attached")
    page.locator(f"[data-question={name}]").click()
    page.click("#ask-run")
    page.wait_for_selector("#ask-answer table")
    if view:
        page.get_by_role("button", name=view).click()
        page.wait_for_selector("#ask-answer svg")
    return page


@each_look
def test_ask_page_is_accessible(visit: Visit, world_address: str, scheme: str, viewport: dict | None) -> None:
    options = {"viewport": viewport} if viewport else {}
    page = visit(world_address, color_scheme=scheme, **options).open("ask/")
    for name, view in sampled(SHOWN, 2):
        if name == "timeline":
            page.locator("[data-question=timeline]").click()
        else:
            answered(page, name, view)
        assert violations(page) == [], name
        assert overflow(page) <= 0, name


@each_look
def test_results_errors_and_completion_are_accessible(
    visit: Visit, world_address: str, scheme: str, viewport: dict | None
) -> None:
    options = {"viewport": viewport} if viewport else {}
    page = visit(world_address, color_scheme=scheme, **options).open(
        "ask/#query=CONSTRUCT%20%7B%3Fs%20%3Fp%20%3Fo%7D%20%7B%3Fs%20%3Fp%20%3Fo%7D%20LIMIT%2040"
    )
    page.get_by_role("button", name="Graph").click()
    page.wait_for_selector("svg.triples")
    assert violations(page) == []
    assert overflow(page) <= 0
    page.locator(".cm-content").focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("SELECT ?s { ?s ?p ar")
    expect(page.locator(".cm-tooltip-autocomplete")).to_be_visible()
    assert violations(page) == []
    assert overflow(page) <= 0
    page.keyboard.press("Escape")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".cm-lint-marker-error")).to_be_visible()
    assert violations(page) == []


@each_look
def test_search_is_accessible(visit: Visit, world_address: str, scheme: str, viewport: dict | None) -> None:
    options = {"viewport": viewport} if viewport else {}
    page = visit(world_address, color_scheme=scheme, **options).open("search/?q=treaty")
    expect(page.locator("#hits-state")).to_contain_text("hits")
    page.locator("#search-text").focus()
    page.keyboard.press("End")
    page.keyboard.press("Backspace")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#suggestions [aria-selected=true]")).to_be_visible()
    assert violations(page) == []
    assert overflow(page) <= 0


def test_axe_finds_a_planted_error(visit: Visit, world_address: str) -> None:
    page = visit(world_address).open("search/")
    page.evaluate(
        "document.querySelector('main').append(document.createElement('img'), document.createElement('input'))"
    )
    assert {line.split(":")[0] for line in violations(page)} >= {"image-alt", "label"}
