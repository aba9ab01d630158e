"""Search: the index holds every name, and the field finds it in any script, by keyboard, and without JavaScript."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.site.browser import overflow, violations
from tests.site.conftest import Visit
from tests.support import sampled
from upheaval.populate.assembly import Assembly

pytestmark = pytest.mark.slow


def entries_of(site: Path) -> list[list]:
    """Return the entries of the index: of its two files, that of sources and that of everything else."""
    files = sorted(site.glob("assets/search-*.json"))
    assert len(files) == 2
    return [entry for file in files for entry in json.loads(file.read_text(encoding="utf-8"))["entries"]]


def hits(page: Page) -> list[str]:
    return page.locator("#suggestions [role=option] > bdi").all_inner_texts()


def search(page: Page, text: str) -> Page:
    page.fill("#search-text", text)
    expect(page.locator("#search-text")).to_have_attribute("aria-expanded", "true")
    return page


@pytest.mark.parametrize("site", ["world_site", "axis_site"])
def test_every_hit_has_a_page(site: str, request: pytest.FixtureRequest) -> None:
    folder = request.getfixturevalue(site)
    entries = entries_of(folder)
    assert len(entries) > 500
    assert [path for _, path, *_ in entries if not (folder / path / "index.html").is_file()] == []
    assert len({path for _, path, *_ in entries}) == len(entries)


def test_every_name_of_every_record_is_in_the_index(axis_site: Path, axis: Assembly) -> None:
    names = {
        name if isinstance(name, str) else name[0]
        for title, _, _, _, others, *_ in entries_of(axis_site)
        for name in (title, *others)
    }
    label = re.compile(r"(rdf-schema#label|skos/core#(alt|pref)Label)$")
    wanted = {
        quad.object.value
        for quad in axis.store
        if label.search(quad.predicate.value)
        and str(quad.subject).strip("<>").removeprefix(axis.publication.iri) in {record.slug for record in axis.records}
    }
    assert len(wanted) > 4000
    assert wanted - names == set()


@pytest.mark.parametrize(
    ("typed", "first"),
    sampled(
        [
            ("russia", "Russia"),
            ("РОССИЯ", "Russia"),
            ("росс", "Russia"),
            ("中华人民共和国", "China"),
            ("ايران", "Iran"),
            ("조선", "North Korea"),
            ("DPRK", "North Korea"),
            ("north korea", "North Korea"),
            ("korea north", "North Korea"),
        ],
        4,
    ),
)
def test_names_are_found_in_any_script(visit: Visit, axis_address: str, typed: str, first: str) -> None:
    page = visit(axis_address).open("ask/")
    search(page, typed)
    assert first in hits(page)[:3], hits(page)


def test_hits_are_grouped_by_kind_with_sources_last(visit: Visit, axis_address: str) -> None:
    page = visit(axis_address).open("search/?q=agreement%20on")
    expect(page.locator("#hits-state")).to_contain_text("hits")
    kinds = page.locator("#hits h2").evaluate_all("all => all.map((one) => one.firstChild.data)")
    assert "treaty" in kinds[:2], kinds
    assert kinds[-1] == "source"
    assert len(kinds) == len(set(kinds)) > 3
    treaties = page.get_by_role("region", name="treaty")
    assert treaties.locator("> ol > li").count() == 8
    assert treaties.locator("details li").count() == int(treaties.locator("h2 .hint").inner_text()) - 8


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_hits_fit_a_phone(visit: Visit, axis_address: str, scheme: str) -> None:
    window = {"width": 360, "height": 740}
    page = visit(axis_address, viewport=window, color_scheme=scheme).open("search/?q=treaty%20north%20korea%202024")
    expect(page.locator("#hits-state")).to_contain_text("hits")
    assert overflow(page) == 0
    assert violations(page) == []
    search(page, "договор")
    box = page.locator("#suggestions").bounding_box()
    assert box
    assert box["x"] >= 0
    assert overflow(page) == 0
    assert violations(page) == []


def test_index_is_fetched_when_the_field_gets_focus(visit: Visit, world_address: str) -> None:
    watched = visit(world_address)
    fetched: list[str] = []
    watched.page.on("request", lambda request: fetched.append(request.url))
    page = watched.open("arvenia/")
    page.wait_for_load_state("networkidle")
    assert not [url for url in fetched if "search-" in url and url.endswith(".json")]
    search(page, "belm")
    page.wait_for_load_state("networkidle")
    assert len([url for url in fetched if "search-" in url and url.endswith(".json")]) == 2


def test_search_field_is_a_combobox_usable_by_keyboard(visit: Visit, world_address: str) -> None:
    page = visit(world_address).open("belmora/")
    field = page.get_by_role("combobox", name="Search names in any language, codes, dates and types")
    field.focus()
    page.keyboard.type("Арв")
    options = page.locator("#suggestions [role=option]")
    expect(options.first).to_contain_text("Arvenia")
    expect(options.first).to_contain_text("Арвения")
    expect(field).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowDown")
    expect(field).to_have_attribute("aria-activedescendant", "suggestion-0")
    expect(options.first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowUp")
    last = options.count() - 1
    expect(field).to_have_attribute("aria-activedescendant", f"suggestion-{last}")
    page.keyboard.press("Escape")
    expect(field).to_have_attribute("aria-expanded", "false")
    assert page.locator("#suggestions").is_hidden()
    page.keyboard.press("ArrowDown")
    expect(field).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{world_address}arvenia/")


def test_a_hit_can_be_clicked(visit: Visit, world_address: str) -> None:
    page = search(visit(world_address).open("statecraft/"), "friendship")
    page.locator("#suggestions [role=option]").first.click()
    page.wait_for_url(f"{world_address}friendship-treaty-1955/")


def test_enter_leads_to_the_page_of_all_hits(visit: Visit, world_address: str) -> None:
    page = search(visit(world_address).open("arvenia/"), "treaty")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{world_address}search/?q=treaty")
    expect(page.locator("#hits-state")).to_contain_text("hits for “treaty”")
    shown = page.locator("#hits a").all_inner_texts()
    assert {"Friendship Treaty", "Fishing Treaty"} <= set(shown)
    page.get_by_role("link", name="Friendship Treaty").click()
    page.wait_for_url(f"{world_address}friendship-treaty-1955/")


def test_empty_result_is_reported_and_input_is_escaped(visit: Visit, world_address: str) -> None:
    page = visit(world_address).open("search/?q=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E")
    expect(page.locator("#hits-state")).to_have_text("No hits for “<img src=x onerror=alert(1)>”.")
    assert page.locator("main img").count() == 0


def test_form_without_javascript_leads_to_the_lists_by_kind(visit: Visit, world_address: str, world: Assembly) -> None:
    page = visit(world_address, java_script_enabled=False).open("arvenia/")
    page.fill("#search-text", "belmora")
    page.press("#search-text", "Enter")
    page.wait_for_url(f"{world_address}search/?q=belmora")
    kinds = {record.kind.label for record in world.records}
    assert kinds <= set(page.locator("main .links a").all_inner_texts())
    page.get_by_role("link", name="state", exact=True).click()
    page.get_by_role("link", name="Belmora", exact=True).first.click()
    page.wait_for_url(f"{world_address}belmora/")
