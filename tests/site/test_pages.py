"""The pages as files: every record has one, at the path of its IRI, and what stands in it is escaped."""

import csv
import io
import json
import re
import shutil
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import pytest

from tests.ownrule import with_own_rule
from tests.site.conftest import pages_of, render
from tests.support import WORLD, command, sampled

pytestmark = pytest.mark.slow

BASE = "https://example.org/northern-pact/"
DATA = ("application/ld+json", "application/json")
"""Types of script elements that hold data, which no browser runs."""


@pytest.fixture(scope="module")
def site(world_site: Path) -> Path:
    return world_site


class Reader(HTMLParser):
    """Collects links, anchors, scripts and text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: list[str] = []
        self.scripts: list[dict[str, str | None]] = []
        self.attributes: set[str] = set()
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.attributes |= found.keys()
        if tag == "script":
            self.scripts.append(found)
        self.links.extend(value for name in ("href", "src", "action") if (value := found.get(name)) is not None)
        if identity := found.get("id"):
            self.ids.append(identity)

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[str, Reader]:
    return {
        file.relative_to(site).as_posix(): Reader(file.read_text(encoding="utf-8")) for file in site.rglob("*.html")
    }


def test_every_record_has_a_page_at_the_path_of_its_iri(site: Path) -> None:
    records = [file.stem for file in (WORLD / "data").glob("*/*.yaml")]
    assert len(records) > 50
    assert [name for name in records if not (site / name / "index.html").is_file()] == []


def test_every_term_and_code_has_a_page(site: Path) -> None:
    turtle = (site / "statecraft.ttl").read_text(encoding="utf-8")
    terms = re.findall(r"^statecraft:(\w+) a owl:", turtle, re.MULTILINE)
    codes = re.findall(r"^cooperation:([\w-]+) a ", turtle, re.MULTILINE)
    assert len(terms) > 100
    assert len(codes) > 100
    assert [name for name in terms if not (site / "statecraft" / "terms" / name / "index.html").is_file()] == []
    assert [c for c in codes if not (site / "statecraft" / "cooperation" / c / "index.html").is_file()] == []


class Pages(dict[str, Reader]):
    """The pages of a site, each read when it is first asked for."""

    def __init__(self, site: Path) -> None:
        super().__init__()
        self.site = site

    def __missing__(self, file: str) -> Reader:
        self[file] = Reader((self.site / file).read_text(encoding="utf-8"))
        return self[file]


def dead(site: Path, pages: dict[str, Reader], some: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield each link of some pages, within the site, that leads to no file or to no anchor."""
    for page in some:
        for link in pages[page].links:
            target = urlsplit(urljoin(f"http://site/{page}", link))
            if urlsplit(link).scheme or target.netloc != "site":
                continue
            path = unquote(target.path).lstrip("/")
            file = path + "index.html" if path.endswith("/") or not path else path
            anchor = unquote(target.fragment)
            if not (site / file).is_file() or (
                anchor and file.endswith(".html") and file != "ask/index.html" and anchor not in pages[file].ids
            ):
                yield page, link


def test_derived_facts_are_shown_with_their_rules(site: Path, tmp_path: Path) -> None:
    page = Reader((site / "statecraft/terms/dyad/index.html").read_text(encoding="utf-8"))
    assert "Rules that conclude it" in page.text
    assert "The pairs of states that a cooperation or a finding concerns" in page.text
    assert "ontology/rules/50-dyads.rq" in page.text
    state = Reader((render(with_own_rule(tmp_path), tmp_path) / "arvenia/index.html").read_text(encoding="utf-8"))
    shown = " ".join(state.text.partition("Derived")[2].partition("What refers to it")[0].split())
    assert "dyad of ours Arvenia" in shown
    assert "name length 7" in shown
    assert "same length BelmoraDorland" in shown
    treaty = Reader((site / "friendship-treaty-1955/index.html").read_text(encoding="utf-8"))
    shown = treaty.text.partition("Derived")[2].partition("What refers to it")[0]
    assert all(label in shown for label in ("dyad", "earliest", "latest", "involves state"))
    assert "independent sources" not in shown
    assert not re.search(r"\binvolves\b(?! state)", shown), "it has narrower properties, which are stated"


def test_force_of_an_agreement_is_shown_with_its_status(site: Path) -> None:
    shown = {}
    for name in ("friendship-treaty-1955", "fishing-treaty-1970", "neighbourhood-treaty-1990"):
        page = Reader((site / name / "index.html").read_text(encoding="utf-8"))
        shown[name] = " ".join(page.text.partition("Derived")[2].partition("What refers to it")[0].split())
    assert "in force Belmorafrom 1955-06-01, to between 1985-01-01 and 1985-12-31" in shown["friendship-treaty-1955"]
    assert "unknown Belmorafrom between 1970-01-01 and 1970-12-31, no end known" in shown["fishing-treaty-1970"]
    assert "in force Belmora" not in shown["fishing-treaty-1970"]
    assert "article 54(a)" in shown["neighbourhood-treaty-1990"]


def test_no_internal_link_is_dead(site: Path, pages: dict[str, Reader]) -> None:
    assert list(dead(site, pages, list(pages))) == []


def test_no_link_of_the_shipped_site_is_dead(axis_site: Path) -> None:
    files = sorted(file.relative_to(axis_site).as_posix() for file in axis_site.rglob("*.html"))
    assert len(files) > 4_500
    assert list(dead(axis_site, Pages(axis_site), sampled(files, 300))) == []


def test_dead_links_are_found(site: Path) -> None:
    lost = {"index.html": Reader('<a href="nowhere/">x</a> <a href="arvenia/#no-such-part">y</a>')}
    lost["arvenia/index.html"] = Reader("<p>")
    assert [link for _, link in dead(site, lost, ["index.html"])] == ["nowhere/", "arvenia/#no-such-part"]


def test_ids_are_unique_on_each_page(pages: dict[str, Reader]) -> None:
    assert {page: len(r.ids) - len(set(r.ids)) for page, r in pages.items() if len(r.ids) != len(set(r.ids))} == {}


def test_pages_comply_with_their_content_security_policy(pages: dict[str, Reader]) -> None:
    for page, reader in pages.items():
        handlers = {name for name in reader.attributes if name.startswith("on") or name == "style"}
        assert not handlers, (page, handlers)
        for script in reader.scripts:
            assert script.get("src") or script.get("type") in DATA, page


def test_links_lead_to_the_web_or_into_the_site(pages: dict[str, Reader]) -> None:
    schemes = {urlsplit(link).scheme for reader in pages.values() for link in reader.links}
    assert schemes <= {"", "http", "https"}


def test_each_record_shows_its_citation_and_source_lines(site: Path) -> None:
    text = (site / "arvenia" / "index.html").read_text(encoding="utf-8")
    assert "@misc{arvenia,\n" in text
    assert f"{BASE}arvenia" in text
    source = (WORLD / "data" / "states" / "arvenia.yaml").read_text(encoding="utf-8").splitlines()
    line = next(number for number, one in enumerate(source, 1) if one.startswith("isoAlpha3"))
    assert f'href="#L{line}"' in text
    assert f'<span id="L{line}">isoAlpha3' in text


@pytest.mark.parametrize(("name", "kind"), [("institute-of-affairs", "Organization"), ("arvenia", "Thing")])
def test_the_structured_data_of_a_page_is_json_of_schema_org(site: Path, name: str, kind: str) -> None:
    text = (site / name / "index.html").read_text(encoding="utf-8")
    found = json.loads(re.findall(r'<script type="application/ld\+json">(.*?)</script>', text, re.DOTALL)[0])
    assert found["@type"] == kind
    assert found["@id"] == f"{BASE}{name}"
    assert found["subjectOf"]["@type"] == "Dataset"


def test_documents_beside_the_pages_describe_the_record(site: Path) -> None:
    import pyoxigraph as ox

    turtle = (site / "doc" / "arvenia.ttl").read_bytes()
    whole = {quad.triple for quad in ox.parse((site / "northern-pact.nt").read_bytes(), format=ox.RdfFormat.N_TRIPLES)}
    own = {t for t in whole if str(getattr(t.subject, "value", "")).partition("#")[0] == f"{BASE}arvenia"}
    assert {quad.triple for quad in ox.parse(turtle, format=ox.RdfFormat.TURTLE)} == own
    assert (
        json.loads((site / "doc" / "arvenia.jsonld").read_text())["id"] == "https://example.org/northern-pact/arvenia"
    )


HOSTILE = "Pact <script>alert(1)</script> </script> javascript:alert(2) \" onload='x' & {{ 7*7 }} =HYPERLINK(1)"


def test_hostile_values_are_escaped(tmp_path: Path) -> None:
    world = tmp_path / "world"
    shutil.copytree(WORLD, world)
    file = world / "data" / "states" / "arvenia.yaml"
    text = re.sub(r"^label:.*$", f"label: {{en: {json.dumps(HOSTILE)}}}", file.read_text(), count=1, flags=re.MULTILINE)
    file.write_text(text, encoding="utf-8")
    rendered = render(world, tmp_path)
    seen = 0
    for page in rendered.rglob("*.html"):
        reader = Reader(page.read_text(encoding="utf-8"))
        seen += HOSTILE in reader.text
        assert all(script.get("src") or script.get("type") in DATA for script in reader.scripts), page
        assert not any(name.startswith("on") for name in reader.attributes), page
        assert not any(link.startswith("javascript") for link in reader.links), page
        for block in re.findall(r'<script type="application/ld\+json">(.*?)</script>', page.read_text(), re.DOTALL):
            json.loads(block)
    assert seen > 5
    for svg in rendered.glob("charts/*.svg"):
        assert "<script" not in svg.read_text(encoding="utf-8")


def rows(site: Path, name: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO((site / "charts" / f"{name}.csv").read_bytes().decode(), newline="")))[1:]


def answer(name: str, *words: str) -> list[dict[str, str]]:
    done = command("query", name, *words, "--root", str(WORLD), "--format", "csv")
    assert done.returncode == 0
    return list(csv.DictReader(io.StringIO(done.stdout)))


def test_the_matrix_has_the_numbers_of_its_query(site: Path) -> None:
    asked = {(row["pair"], row["type"], row["records"]) for row in answer("matrix")}
    assert asked
    assert {tuple(row) for row in rows(site, "matrix") if row[2] != "0"} == asked


def test_the_network_and_the_types_have_the_numbers_of_their_query(site: Path) -> None:
    by_year: dict[tuple[str, str], int] = {}
    for pair, year, count in rows(site, "network"):
        by_year[pair, year] = int(count)
    names = {row["pair"] for row in answer("matrix")}
    asked: dict[tuple[str, str], int] = {}
    for row in answer("dyad-year"):
        pair = f"{row['state1'].capitalize()} – {row['state2'].capitalize()}"
        if pair in names:
            asked[pair, row["year"]] = asked.get((pair, row["year"]), 0) + int(row["records"])
    assert asked.keys() == by_year.keys()
    assert all(asked[key] >= by_year[key] for key in asked)  # the query counts a record in each of its types
    types = sum(int(count) for *_, count in rows(site, "types"))
    assert 0 < types <= sum(asked.values())


def test_the_timeline_draws_the_records_of_its_query(site: Path) -> None:
    for pair in {row[0] for row in rows(site, "timeline")}:
        one, other = pair.lower().split(" – ")
        asked = {row["record"] for row in answer("timeline", "--one", one, "--other", other)}
        drawn = {row[-1] for row in rows(site, "timeline") if row[0] == pair}
        assert drawn
        assert drawn <= asked


def test_rival_figures_are_those_of_their_query(site: Path) -> None:
    asked = sorted((row["measure"], row["claimant"], row["asOf"]) for row in answer("rival-estimates"))
    assert asked
    assert sorted((row[1], row[3], row[4]) for row in rows(site, "figures")) == asked


def test_safe_csv_has_no_formulas(site: Path) -> None:
    for file in [*site.glob("charts/*.spreadsheet.csv"), *site.glob("csv/spreadsheet/*.csv")]:
        for row in csv.reader(io.StringIO(file.read_bytes().decode(), newline="")):
            for cell in row:
                assert not cell.startswith(("=", "@", "\t", "\r")), (file.name, cell)


def test_the_site_offers_every_file_of_the_build(site: Path) -> None:
    manifest = json.loads((site.parent / "manifest.json").read_text())
    assert [path for path in manifest["files"] if (site / path).read_bytes() != (site.parent / path).read_bytes()] == []
    assert (site / ".well-known" / "void").read_bytes() == (site.parent / "catalog.ttl").read_bytes()


def test_two_renderings_have_the_same_bytes(site: Path, tmp_path: Path) -> None:
    build = shutil.copytree(site.parent, tmp_path / "build", ignore=shutil.ignore_patterns("site"))
    other = pages_of(WORLD, build, PYTHONHASHSEED="4711")
    files = {file.relative_to(site) for file in site.rglob("*") if file.is_file()}
    assert files == {file.relative_to(other) for file in other.rglob("*") if file.is_file()}
    assert [file for file in files if (site / file).read_bytes() != (other / file).read_bytes()] == []


def test_a_new_build_keeps_the_pages_and_only_what_changed_is_written_again(site: Path, tmp_path: Path) -> None:
    world = shutil.copytree(WORLD, tmp_path / "world")
    rendered = shutil.copytree(site.parent, tmp_path / "build") / "site"
    before = {file: file.stat().st_mtime_ns for file in rendered.rglob("*.html")}
    file = world / "data" / "places"
    changed = min(file.glob("*.yaml"))
    changed.write_text(changed.read_text(encoding="utf-8") + "# a remark\n", encoding="utf-8")
    assert render(world, tmp_path) == rendered
    again = {file: file.stat().st_mtime_ns for file in rendered.rglob("*.html")}
    written = {file.parent.name for file in again if again[file] != before[file]}
    assert changed.stem in written
    assert written <= {changed.stem, "Place"}  # the page of the class shows a record's source


def test_pages_are_refused_for_a_build_of_other_sources(site: Path, tmp_path: Path) -> None:
    world = shutil.copytree(WORLD, tmp_path / "world")
    build = shutil.copytree(site.parent, tmp_path / "build")
    file = world / "data" / "states" / "arvenia.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("Arvenia", "Arvenya"), encoding="utf-8")
    done = command("site", "--root", str(world), "--build", str(build))
    assert done.returncode == 1
    assert "was built from different sources" in done.stderr


def test_the_manifest_names_the_dataset_that_the_pages_show(site: Path) -> None:
    manifest = json.loads((site / "site.json").read_text(encoding="utf-8"))
    assert manifest["rdfc10_sha256"] == json.loads((site.parent / "manifest.json").read_text())["rdfc10_sha256"]
