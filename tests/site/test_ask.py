"""The Ask page in a real browser: its answers are those that Python gives."""

import csv
import io
import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pyoxigraph as ox
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.query.test_questions import UNANSWERED
from tests.serve.support import running
from tests.site.browser import Watched, served, violations
from tests.site.conftest import Visit, render
from tests.support import WORLD, copy_of_world, sampled
from upheaval.populate.assembly import Assembly
from upheaval.query.answers import as_csv, ask, rows
from upheaval.query.binding import bind
from upheaval.query.known import KnownTerms
from upheaval.schema.packagedquestions import read_questions

RUNAWAY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
FORMULAS = """SELECT ?text ?more { VALUES (?text ?more) {
  ("=1+1" "a,b") ("+1" "say \\"so\\"") ("-1" "two\\nlines") ("@x" "é")
  ("\\tTAB" UNDEF) ("\\rCR" "plain") ("0=0" "x-y") } }"""


def expected(world: Assembly, query: str) -> tuple[list[str], list[list[str]]]:
    found = ask(world.store, query, "test")
    assert isinstance(found, ox.QuerySolutions)
    return rows(found)


def ready(watched: Watched, path: str = "ask/") -> Page:
    page = watched.open(path)
    page.wait_for_selector("html[data-ready=ask]", state="attached")
    return page


@pytest.fixture(scope="module")
def window(browser: Browser, world_address: str) -> Iterator[Watched]:
    """A window on the Ask page that loads the engine and the dataset once."""
    context = browser.new_context()
    watched = Watched(context, world_address)
    ready(watched)
    yield watched
    context.close()


@pytest.fixture
def page(window: Watched) -> Iterator[Page]:
    """The page of that window, for tests that leave nothing behind but a query and its answer."""
    yield window.page
    faults = window.faults[:]
    window.faults.clear()
    assert faults == []


def write(page: Page, query: str) -> None:
    page.locator(".cm-content").focus()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(query)
    assert query_of(page) == query


def run(page: Page) -> str:
    """Run what stands in the editor and return what the page says when it is done."""
    page.click("#ask-run")
    return settled(page)


def settled(page: Page) -> str:
    expect(page.locator("#ask-answer")).to_have_attribute("aria-busy", "false")
    expect(page.locator("#ask-state")).not_to_have_text("")
    return page.inner_text("#ask-state")


def query_of(page: Page) -> str:
    return "\n".join(line.removesuffix("\n") for line in page.locator(".cm-line").all_inner_texts())


def download(page: Page, label: str) -> str:
    with page.expect_download() as started:
        page.get_by_role("button", name=label, exact=True).click()
    return Path(started.value.path()).read_bytes().decode("utf-8")


def table(page: Page) -> list[list[str]]:
    """Return the rows as shown; a prefixed name stands for its IRI, which is the link's title."""
    return page.evaluate(
        """() => [...document.querySelectorAll('#ask-answer tbody tr')].map(row => [...row.cells].map(
             cell => cell.querySelector('a')?.title ?? cell.textContent))"""
    )


def open_question(page: Page, name: str) -> None:
    page.locator(f"[data-question={name}]").click()


@pytest.mark.parametrize("name", sampled(["dyad-year", "votes", "coverage", "security-promises"], 2))
def test_example_gives_the_same_rows_as_python(page: Page, world: Assembly, name: str) -> None:
    open_question(page, name)
    header, found = expected(world, read_questions(world.publication)[name].text)
    assert run(page).startswith(f"{len(found)} row")
    assert page.locator("#ask-answer thead button").all_inner_texts() == header
    assert table(page) == found != []


def test_every_example_runs_and_its_csv_is_the_one_that_the_site_offers(visit: Visit, axis_address: str) -> None:
    page = ready(visit(axis_address))
    names = page.locator("[data-question]").evaluate_all("all => all.map(one => one.dataset.question)")
    assert len(names) > 20
    for name in sampled(names, 4):
        open_question(page, name)
        run(page)
        offered = page.request.get(f"{axis_address}ask/answers/{name}.csv").text()
        assert (len(offered.splitlines()) > 1) is (name not in UNANSWERED), name
        if name not in UNANSWERED:
            assert download(page, "CSV") == offered, name


def test_parameter_is_bound_as_by_the_command(page: Page, world: Assembly) -> None:
    question = read_questions(world.publication)["members"]
    base = world.publication.iri
    open_question(page, "members")
    page.select_option("#parameter-organization", base + "northern-pact")
    page.fill("#parameter-at", "2012-06-30")
    page.locator("#parameter-at").blur()
    run(page)
    text = bind(question, {"organization": "northern-pact", "at": "2012-06-30"}, KnownTerms(world.store, base))
    assert table(page) == expected(world, text)[1] != []


def test_a_code_is_chosen_from_its_tree(page: Page, world: Assembly) -> None:
    open_question(page, "who-supplies-whom")
    options = page.locator("#parameter-type option").evaluate_all("all => all.map(one => [one.value, one.text])")
    assert len(options) == len(world.contract.codes["https://w3id.org/statecraft#CooperationType"])
    assert any(text.startswith("\u2003\u2003") for _, text in options)


REQUIRED = """# title: Which agreements bind a state, by the day?
# parameter: state record(State) required the state
# parameter: kind code(SourceKind) the kind of source
# parameter: since year the first year
PREFIX kind: <https://w3id.org/statecraft/source-kind#> PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
SELECT ?state ?kind ?since {
  VALUES ?state { UNDEF } VALUES ?kind { kind:official } VALUES ?since { "1990"^^xsd:gYear }
}
"""


@pytest.fixture(scope="module")
def required_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("required")
    root = copy_of_world(folder)
    (root / "queries").mkdir()
    (root / "queries" / "a-state.rq").write_text(REQUIRED, encoding="utf-8")
    with served(render(root, folder)) as address:
        yield address


def test_fields_follow_from_the_types_of_parameters(visit: Visit, required_address: str, world: Assembly) -> None:
    page = ready(visit(required_address))
    open_question(page, "a-state")
    assert run(page) == "Choose first: the state."
    states = page.locator("#parameter-state option").evaluate_all("all => all.map(one => one.textContent)")
    assert states == ["choose …", "Arvenia", "Belmora", "Corvania", "Dorland", "Old Arvenia"]
    kinds = page.locator("#parameter-kind option").evaluate_all("all => all.map(one => one.value)")
    assert set(kinds) == set(world.contract.codes["https://w3id.org/statecraft#SourceKind"].values())
    assert page.get_attribute("#parameter-since", "type") == "number"
    page.select_option("#parameter-state", label="Dorland")
    page.fill("#parameter-since", "24")
    page.locator("#parameter-since").blur()
    assert "is not a year" in page.inner_text("#ask-state")
    page.fill("#parameter-since", "2024")
    page.locator("#parameter-since").blur()
    assert run(page).startswith("1 row")
    assert table(page)[0] == [
        world.publication.iri + "dorland", "https://w3id.org/statecraft/source-kind#official", "2024"
    ]  # fmt: skip
    section = page.locator("#question-a-state")
    section.locator("summary").click()
    assert "state: the state (record(State), required)" in section.inner_text()
    assert "--state STATE --kind official --since 1990" in section.inner_text()
    assert section.locator("a").count() == 0, "it has no answer until a state is given"


def test_engine_is_fetched_at_the_first_run(visit: Visit, world_address: str) -> None:
    watched = visit(world_address)
    fetched: list[str] = []
    watched.page.on("request", lambda request: fetched.append(request.url))
    page = ready(watched)
    assert [url for url in fetched if re.search(r"wasm|engine-|dataset-|network-", url)] == []
    run(page)
    assert [sum(name in url for url in fetched) for name in ("engine-", "web_bg-", "dataset-")] == [1, 1, 1]


def test_rows_of_examples_are_there_before_the_engine(visit: Visit, world_address: str, world: Assembly) -> None:
    watched = visit(world_address)
    fetched: list[str] = []
    watched.page.on("request", lambda request: fetched.append(request.url))
    page = ready(watched)
    expect(page.locator("#ask-answer tbody tr").first).to_be_visible()
    open_question(page, "votes")
    header, found = expected(world, read_questions(world.publication)["votes"].text)
    expect(page.locator("#ask-state")).to_contain_text(f"{len(found)} rows for the values shown")
    assert page.locator("#ask-answer thead button").all_inner_texts() == header
    assert table(page) == found
    assert [url for url in fetched if re.search(r"wasm|engine-|dataset-", url)] == []


def test_back_from_a_record_finds_the_query_again(visit: Visit, world_address: str) -> None:
    page = ready(visit(world_address))
    query = "SELECT ?n { VALUES ?n { 7 8 } }"
    write(page, query)
    run(page)
    page.goto(f"{world_address}arvenia/")
    page.go_back()
    page.wait_for_selector("html[data-ready=ask]")
    assert query_of(page) == query
    assert settled(page).startswith("2 rows")
    open_question(page, "votes")
    assert page.url.endswith("#example=votes")


@pytest.mark.parametrize(
    "query",
    sampled(
        [
            "SELECT * WHERE {\n  ?é ?p ?o .\n  FILTER (?o > )\n}",
            "SELECT *\nWHERE { ?s ?p ",
            'SELECT * WHERE { ?s ?p "é𝄞" . ?s nope:term ?o }',
            "SELECT ?s { ?s ?p ?o }\nORDER LIMIT 3",
        ],
        2,
    ),
)
def test_error_is_marked_at_the_position_that_the_engine_reports(page: Page, world: Assembly, query: str) -> None:
    with pytest.raises(SyntaxError) as refused:
        world.store.query(query)
    found = re.match(r"error at (\d+):(\d+): ", str(refused.value))
    assert found is not None
    row, column = int(found[1]), int(found[2])
    write(page, query)
    message = run(page)
    assert message.startswith(f"Line {row}, column {column}: "), message
    expect(page.locator(".cm-lint-marker-error")).to_have_count(1)
    error = page.locator(".cm-line").nth(row - 1).locator(".cm-lintRange-error, .cm-lintPoint-error")
    expect(error).to_have_count(1)
    line = query.splitlines()[row - 1]
    before, after = line[: column - 1], line[column - 1 :]
    marked = error.inner_text()
    assert after.startswith(marked) if after.strip() and not after[0].isspace() else before.rstrip().endswith(marked)
    write(page, "SELECT ?p { ?s ?p ?o } LIMIT 1")
    assert run(page).startswith("1 row")
    expect(page.locator(".cm-lintRange-error")).to_have_count(0)


def test_syntax_error_is_marked_while_typing(page: Page) -> None:
    write(page, "SELECT ?s WHERE { ?s ?p ?o } ORDER LIMIT 3")
    expect(page.locator(".cm-lintRange-warning")).to_have_count(1)
    write(page, "SELECT ?s WHERE { ?s ?p ?o } ORDER BY ?s LIMIT 3")
    expect(page.locator(".cm-lintRange-warning")).to_have_count(0)


def test_a_runaway_query_is_stopped_and_the_page_goes_on(visit: Visit, world_address: str) -> None:
    page = ready(visit(world_address))
    write(page, RUNAWAY)
    page.click("#ask-run")
    expect(page.locator("#ask-state")).to_contain_text("Running for 1.")
    assert page.locator("#ask-run").is_disabled()
    page.click("#ask-stop")
    assert settled(page).startswith("Stopped after ")
    write(page, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")
    assert run(page).startswith("1 row")
    assert int(table(page)[0][0]) > 1000


def test_service_is_refused(page: Page) -> None:
    write(page, "SELECT * { SERVICE <https://example.org/sparql> { ?s ?p ?o } }")
    assert "not supported" in run(page)


def test_query_without_graph_reads_all_graphs(page: Page, world: Assembly) -> None:
    texts = [
        f"SELECT (COUNT(*) AS ?n) {clause} {{ ?s ?p ?o }}"
        for clause in ("", f"FROM <{world.publication.graph('derived')}>")
    ]
    counts = []
    for text in texts:
        write(page, text)
        run(page)
        counts.append(table(page))
        assert counts[-1] == expected(world, text)[1]
    assert counts[0] != counts[1]


def test_results_download_as_two_kinds_of_csv_and_json(page: Page, world: Assembly) -> None:
    write(page, FORMULAS)
    run(page)
    header, found = expected(world, FORMULAS)
    assert download(page, "CSV") == as_csv(header, found)
    safe = list(csv.reader(io.StringIO(download(page, "CSV for spreadsheets"), newline="")))
    marked = [[f"'{cell}" if cell[:1] in "=+-@\t\r" and cell else cell for cell in row] for row in found]
    assert safe == [header, *marked]
    assert [row[0][0] for row in safe[1:]] == ["'"] * 6 + ["0"]
    answer = ask(world.store, FORMULAS, "test")
    assert isinstance(answer, ox.QuerySolutions)
    own = json.loads(answer.serialize(format=ox.QueryResultsFormat.JSON) or b"")
    assert json.loads(download(page, "JSON")) == own


def test_triples_are_shown_as_graph_and_turtle(page: Page, world: Assembly) -> None:
    query = """PREFIX statecraft: <https://w3id.org/statecraft#> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
      CONSTRUCT { ?a statecraft:cooperatesWith ?b . ?a rdfs:label ?name } WHERE {
        ?a statecraft:cooperatesWith ?b ; rdfs:label ?name FILTER (LANG(?name) = "en") }"""
    write(page, query)
    assert "triples in" in run(page)
    found = ask(world.store, query, "test")
    assert isinstance(found, ox.QueryTriples)
    triples = set(found)
    own = {quad.triple for quad in ox.parse(download(page, "Turtle").encode(), format=ox.RdfFormat.TURTLE)}
    assert own == triples
    assert triples
    page.get_by_role("button", name="Graph").click()
    links = {triple for triple in triples if triple.predicate.value.endswith("cooperatesWith")}
    names = {triple.object.value for triple in triples if isinstance(triple.object, ox.Literal)}
    expect(page.locator("svg.triples > line")).to_have_count(len(links))
    assert set(page.locator("svg.triples text").all_text_contents()) == names


def test_numbers_are_drawn_as_a_chart(page: Page, world: Assembly) -> None:
    open_question(page, "partners")
    run(page)
    page.get_by_role("button", name="Chart").click()
    _, found = expected(world, read_questions(world.publication)["partners"].text)
    titles = page.locator("svg.chart g > title").all_text_contents()
    assert titles == [f"{state}: {partners}" for state, partners, _ in found]
    page.select_option("#measure", "records")
    assert page.locator("svg.chart g > title").all_text_contents() == [f"{row[0]}: {row[2]}" for row in found]


def test_a_series_over_time_is_drawn_as_lines(page: Page) -> None:
    open_question(page, "exercises-by-year")
    run(page)
    page.get_by_role("button", name="Chart").click()
    assert page.locator("svg.chart polyline").count() >= 1


def test_rows_are_sorted_by_a_click_and_turned_page_by_page(page: Page) -> None:
    write(page, "SELECT ?s ?p { ?s ?p ?o } ORDER BY ?s ?p LIMIT 250")
    run(page)
    expect(page.locator(".pages")).to_contain_text("Rows 1–100 of 250")
    page.get_by_role("button", name="Next rows").click()
    page.get_by_role("button", name="Next rows").click()
    expect(page.locator(".pages")).to_contain_text("Rows 201–250 of 250")
    column = page.locator("#ask-answer thead button").nth(1)
    column.click()
    column.click()
    expect(page.locator("#ask-answer th").nth(1)).to_have_attribute("aria-sort", "descending")
    shown = [row[1] for row in table(page)]
    assert shown == sorted(shown, reverse=True, key=str.casefold)
    expect(page.locator(".pages")).to_contain_text("Rows 1–100 of 250")


def test_iris_of_the_publication_link_to_its_pages(
    page: Page, world_address: str, world_site: Path, world: Assembly
) -> None:
    write(
        page,
        f"SELECT ?a ?b {{ BIND (<{world.publication.iri}arvenia> AS ?a) BIND (<https://example.org/else> AS ?b) }}",
    )
    run(page)
    ours, other = page.locator("#ask-answer tbody a").evaluate_all("all => all.map(one => one.href)")
    assert ours == f"{world_address}arvenia/"
    assert (world_site / "arvenia" / "index.html").is_file()
    assert other == "https://example.org/else"


def test_a_hostile_value_stays_text(page: Page) -> None:
    write(page, 'SELECT * { VALUES (?a ?b) { ("<img src=x onerror=alert(1)>" <javascript:alert(1)>) } }')
    run(page)
    assert page.locator("#ask-answer img").count() == 0
    assert page.locator("#ask-answer tbody a").count() == 0
    assert table(page) == [["<img src=x onerror=alert(1)>", "javascript:alert(1)"]]


def test_permalink_restores_and_runs_the_query(
    visit: Visit, world_address: str, world: Assembly, world_site: Path
) -> None:
    page = ready(visit(world_address))
    query = 'SELECT ?n { VALUES ?n { 1 2 3 } FILTER (?n != 2 && "ü#&+" != "") }'
    write(page, query)
    run(page)
    address = page.locator("#ask-link").get_attribute("href")
    assert address
    carried = parse_qs(urlsplit(address).fragment)
    identity = json.loads((world_site / "site.json").read_text())["rdfc10_sha256"]
    assert carried == {"query": [query], "version": [world.publication.version], "data": [identity]}
    other = ready(visit(world_address), address.removeprefix(world_address))
    assert settled(other).startswith("2 rows")
    assert query_of(other) == query
    expect(other.locator("#ask-note")).to_be_hidden()


def test_permalink_to_another_version_shows_a_notice(visit: Visit, world_address: str) -> None:
    page = ready(visit(world_address), f"ask/#query=ASK%20%7B%7D&version=0.0.9&data={'ab' * 32}")
    expect(page.locator("#ask-note")).to_contain_text("made for version 0.0.9 (abababababab…)")
    assert settled(page).startswith("yes")


def test_completion_offers_terms_and_records_by_name_and_declares_prefixes(visit: Visit, world_address: str) -> None:
    page = ready(visit(world_address))
    write(page, "SELECT ?s { ?s ?p arven")
    page.locator(".cm-content").press("End")
    page.keyboard.type("i")
    option = page.locator(".cm-tooltip-autocomplete li", has_text="pact:arvenia").first
    expect(option).to_contain_text("Arvenia – state")
    page.wait_for_timeout(100)  # CodeMirror takes a click on what has only just appeared for a slip
    option.click()
    expect(page.locator(".cm-line").first).to_have_text("PREFIX pact: <https://example.org/northern-pact/>")
    assert query_of(page).partition("\n")[2].startswith("SELECT ?s { ?s ?p pact:arvenia")


def test_query_of_the_form_gives_the_same_rows_in_python(visit: Visit, world_address: str, world: Assembly) -> None:
    page = ready(visit(world_address))
    for name in ("Arvenia", "Belmora"):
        page.get_by_role("checkbox", name=name).check()
    page.fill("#form-from", "2000")
    page.fill("#form-to", "2012")
    page.get_by_role("button", name="Show the table").click()
    settled(page)
    shown = table(page)
    assert shown == expected(world, query_of(page))[1]
    involves = ox.NamedNode("https://w3id.org/statecraft#involvesState")
    arvenia = ox.NamedNode(world.publication.iri + "arvenia")
    involved = {str(quad.subject) for quad in world.store.quads_for_pattern(None, involves, arvenia, None)}
    assert {f"<{row[5]}>" for row in shown} <= involved
    assert len(shown) > 1
    assert all(row[0][:4] <= "2012" and (row[1] or "9999")[:4] >= "2000" for row in shown)


@pytest.mark.parametrize(
    ("field", "value"),
    sampled(
        [
            ("#form-type", "cooperation:arms-transfer"),
            ("#form-source", "source-kind:news"),
            ("#form-basis", "two"),
            ("#form-basis", "official"),
            ("#form-basis", "undisputed"),
        ],
        2,
    ),
)
def test_each_field_of_the_form_narrows_the_table(
    visit: Visit, world_address: str, world: Assembly, field: str, value: str
) -> None:
    page = ready(visit(world_address))
    page.get_by_role("button", name="Show the table").click()
    settled(page)
    everything = table(page)
    page.select_option(field, value)
    page.get_by_role("button", name="Show the table").click()
    settled(page)
    found = table(page)
    assert found == expected(world, query_of(page))[1]
    assert 0 < len(found) < len(everything)
    assert all(row in everything for row in found)


def test_the_form_says_what_is_wrong_with_a_period(visit: Visit, world_address: str) -> None:
    page = ready(visit(world_address))
    page.fill("#form-from", "2012")
    page.fill("#form-to", "200")
    page.get_by_role("button", name="Show the table").click()
    expect(page.locator("#ask-state")).to_have_text("The period ends (200) before it starts (2012).")


def test_questions_and_answers_are_there_without_javascript(visit: Visit, world_address: str, world: Assembly) -> None:
    page = visit(world_address, java_script_enabled=False).open("ask/")
    assert page.locator("#ask-app").is_hidden()
    expect(page.locator("#ask-without")).to_contain_text("upheaval query")
    questions = read_questions(world.publication)
    assert page.locator(".question").count() == len(questions)
    card = page.locator("#question-timeline")
    card.locator("summary").click()
    expect(card).to_contain_text("upheaval query timeline --one ONE --other OTHER")
    link = page.locator("#question-votes a").get_attribute("href")
    assert link
    offered = page.request.get(f"{world_address}ask/{link}").text()
    assert offered == as_csv(*expected(world, questions["votes"].text))


def test_without_node_the_page_says_what_is_missing_and_how_to_get_it(visit: Visit, tmp_path: Path) -> None:
    site = render(WORLD, tmp_path, PATH="/nowhere", XDG_CACHE_HOME=str(tmp_path / "cache"))
    assert list(site.glob("assets/*.wasm")) == list(site.glob("assets/dataset-*")) == []
    with served(site) as address:
        page = visit(address).open("ask/")
        expect(page.locator(".notice")).to_contain_text("the engine was not bundled (Node is not installed")
        expect(page.locator(".notice")).to_contain_text("upheaval site")
        assert page.locator(".question").count() > 20
        assert page.locator("#ask-app, #ask-page").count() == 0
        assert violations(page) == []


def test_page_works_under_upheaval_serve(visit: Visit, world_site: Path, tmp_path: Path) -> None:
    with running(world_site.parent, "--per-client", "0", log=tmp_path / "log") as server:
        page = ready(visit(f"http://127.0.0.1:{server.port}/"))
        assert "rows in" in run(page)
        open_question(page, "votes")
        run(page)
        assert len(table(page)) > 3


def test_a_query_can_be_run_by_keyboard_alone(visit: Visit, world_address: str) -> None:
    page = ready(visit(world_address))
    page.locator(".cm-content").focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("ASK { ?s ?p ?o ")
    page.keyboard.press("Control+Enter")
    assert settled(page).startswith("yes")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") != ""


def test_failed_download_of_the_dataset_is_reported_and_retried(visit: Visit, world_address: str) -> None:
    watched = visit(world_address)
    page = ready(watched)
    page.route("**/dataset-*", lambda route: route.abort())
    message = run(page)
    assert message.startswith("The query cannot be answered"), message
    watched.faults.clear()
    page.unroute("**/dataset-*")
    write(page, "ASK { ?s ?p ?o }")
    assert run(page).startswith("yes")


def test_elapsed_time_is_shown_while_a_query_runs(visit: Visit, world_address: str) -> None:
    page = ready(visit(world_address))
    write(page, RUNAWAY)
    page.click("#ask-run")
    expect(page.locator("#ask-state")).to_contain_text("Running for")
    first = page.inner_text("#ask-state")
    time.sleep(0.5)
    assert page.inner_text("#ask-state") != first
    page.click("#ask-stop")
    assert settled(page).startswith("Stopped")
