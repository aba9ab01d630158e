"""The command as people use it: real processes for the ways through, the command object for the many small forms."""

import csv
import io
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import click
import pyoxigraph as ox
import pytest
from click.testing import CliRunner, Result

from tests.support import WORLD, copy_of_world
from upheaval.cli.main import main
from upheaval.cli.reporting import as_github, as_json, as_sarif, as_text
from upheaval.faults import Fault, Severity


def upheaval(*words: str, root: Path | None = WORLD, text: str | None = None) -> Result:
    place = [] if root is None else ["--root", str(root)]
    return CliRunner().invoke(main, [*words, *place], input=text, catch_exceptions=False)


def process(cwd: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "upheaval", *words]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=120)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return copy_of_world(tmp_path)


def all_commands(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield path
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None
            yield from all_commands(inner, (*path, name))


@pytest.mark.parametrize("path", list(all_commands(main)), ids=" ".join)
def test_help_shows_an_example(path: tuple[str, ...]) -> None:
    result = upheaval(*path, "--help", root=None)
    assert result.exit_code == 0
    words = " ".join(result.output.partition("\n  Example")[2].split())
    assert f"upheaval {' '.join(path)}".strip() in words
    assert max(map(len, result.output.splitlines())) <= 80


def stranger(root: Path) -> None:
    """Let a state take a step of a treaty that it is no party to, which is odd and not wrong."""
    file = root / "data/treaties/fishing-treaty-1970.yaml"
    text = file.read_text(encoding="utf-8").replace("date: 1970,", "date: 1970, by: dorland,")
    file.write_text(text, encoding="utf-8")


@pytest.mark.slow
def test_warnings_leave_status_0_and_errors_1(root: Path) -> None:
    assert upheaval("check", root=root).exit_code == 0
    stranger(root)
    warned = upheaval("check", root=root)
    assert (warned.exit_code, warned.stdout.count(": warning: ")) == (0, 1)
    assert warned.stdout.startswith("data/treaties/fishing-treaty-1970.yaml:5:")
    assert "60 records checked: 1 warning" in warned.stderr
    assert upheaval("build", "--to", str(root / "build"), root=root).exit_code == 0
    (root / "data/states/dorland.yaml").write_text("label: {en: Dorland}\n")
    failed = upheaval("check", root=root)
    assert (failed.exit_code, failed.stdout.count(": error: ")) == (1, 1)
    assert upheaval("check", "--engine", "pyshacl", root=root).stdout == failed.stdout


FAULTS = [
    Fault("data/a,b: 50%.yaml", "wrong\nand 100% so", "fix it", at=(3, 7), severity=Severity.ERROR, rule="x/y"),
    Fault("data/é.yaml", "odd", severity=Severity.WARNING),
    Fault("data/n.yaml", "so", at=(2, 1), severity=Severity.NOTE, rule="https://w3id.org/statecraft/shapes#S"),
]


def test_text_has_one_line_per_fault() -> None:
    assert as_text(FAULTS).splitlines() == [
        "data/a,b: 50%.yaml:3:7: error: wrong and 100% so (fix it)",
        "data/é.yaml: warning: odd",
        "data/n.yaml:2:1: note: so",
    ]


def test_json_has_every_part_of_a_fault() -> None:
    first, *rest = json.loads(as_json(FAULTS))
    assert first == {
        "file": "data/a,b: 50%.yaml",
        "line": 3,
        "column": 7,
        "severity": "error",
        "message": "wrong\nand 100% so",
        "cure": "fix it",
        "rule": "x/y",
    }
    assert [one["severity"] for one in rest] == ["warning", "note"]
    assert [(one["line"], one["column"]) for one in rest] == [(None, None), (2, 1)]


def test_sarif_has_rules_levels_and_locations() -> None:
    log = json.loads(as_sarif(FAULTS))
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert len(set(rules)) == len(rules) == 3
    assert [result["level"] for result in run["results"]] == ["error", "warning", "note"]
    assert all(result["ruleId"] in rules and result["message"]["text"] for result in run["results"])
    places = [result["locations"][0]["physicalLocation"] for result in run["results"]]
    assert places[0]["region"] == {"startLine": 3, "startColumn": 7}
    assert "region" not in places[1]
    assert [place["artifactLocation"]["uri"] for place in places] == [
        "data/a%2Cb%3A%2050%25.yaml",
        "data/%C3%A9.yaml",
        "data/n.yaml",
    ]
    assert json.loads(as_sarif([]))["runs"][0]["results"] == []


def test_github_annotations_are_escaped() -> None:
    assert as_github(FAULTS).splitlines() == [
        "::error file=data/a%2Cb%3A 50%25.yaml,line=3,col=7::wrong%0Aand 100%25 so (fix it)",
        "::warning file=data/é.yaml::odd",
        "::notice file=data/n.yaml,line=2,col=1::so",
    ]


@pytest.mark.slow
@pytest.mark.parametrize("form", ["text", "json", "sarif", "github"])
def test_every_format_of_check_reports_the_same_faults(form: str, root: Path) -> None:
    stranger(root)
    result = upheaval("check", "--format", form, root=root)
    assert result.exit_code == 0
    assert "fishing-treaty-1970.yaml" in result.stdout
    assert "1 warning" in result.stderr
    if form in ("json", "sarif"):
        json.loads(result.stdout)


@pytest.mark.slow
def test_table_fits_in_80_columns() -> None:
    for words in (
        ("query",),
        ("query", "in-force"),
        ("query", "timeline", "--one", "arvenia", "--other", "belmora"),
        ("query", "dyad-year"),
    ):
        result = upheaval(*words, "--width", "80")
        assert result.exit_code == 0
        assert max(map(len, result.stdout.splitlines())) <= 80


AT = ["in-force", "--at", "1991-06-01"]


@pytest.mark.slow
@pytest.mark.parametrize("words", [AT, ["in-force", "--at=1991-06-01"], ["--at", "1991-06-01", "in-force"]])
def test_answers_can_be_written_in_each_format(words: list[str]) -> None:
    rows = list(csv.reader(io.StringIO(upheaval("query", *words, "--format", "csv").stdout)))
    assert rows[0][:6] == ["agreement", "label", "party", "status", "since", "until"]
    assert [row[1:6] for row in rows[1:]] == [
        ["Neighbourhood Treaty", who, "in force", "1991-01-01", "2031"] for who in ("Arvenia", "Belmora")
    ]
    found = json.loads(upheaval("query", *words, "--format", "json").stdout)["results"]["bindings"]
    assert [row["party"]["value"] for row in found] == ["Arvenia", "Belmora"]
    lines = upheaval("query", *words, "--format", "md").stdout.splitlines()
    assert lines[0].startswith("| agreement | label | party | status | since | until |")
    assert set(lines[1]) == set("| -")
    assert lines[2].startswith("| pact:neighbourhood-treaty-1990 | Neighbourhood Treaty | Arvenia ")
    assert "2 rows" in upheaval("query", *words).stdout


TRIPLES = "CONSTRUCT { ?s <https://example.org/p> ?o } WHERE { ?s <https://w3id.org/statecraft#cowCode> ?o }"


@pytest.mark.slow
def test_query_from_a_file_and_from_standard_input(tmp_path: Path) -> None:
    (tmp_path / "q.rq").write_text("ASK { ?s a <https://w3id.org/statecraft#Treaty> }")
    assert upheaval("query", str(tmp_path / "q.rq")).stdout == "yes\n"
    assert upheaval("query", "-", text="ASK { ?s a <https://example.org/None> }").stdout == "no\n"
    written = upheaval("query", "-", "--format", "ttl", text=TRIPLES).stdout
    assert len(list(ox.parse(written, format=ox.RdfFormat.TURTLE))) == 3
    assert len(json.loads(upheaval("query", "-", "--format", "json", text=TRIPLES).stdout)) == 3


@pytest.mark.parametrize(
    ("words", "text", "status", "message"),
    [
        (["no-such"], None, 1, "the questions are agreements-of-state, assessments, "),
        (
            ["-"],
            "SELECT *\nWHERE { ?s ?p }",
            1,
            "standard input:2:15: error: this query cannot be run: `}` cannot stand",
        ),
        (["-"], "", 1, "standard input:1:1: error: "),
        (["-", "--format", "csv"], TRIPLES, 1, "use ttl or json"),
        (["in-force", "--format", "ttl"], None, 1, "use table, csv, json or md"),
        (["in-force", "--at="], None, 1, "is not a date"),
        (["in-force", "--at"], None, 2, "`--at` has no value"),
        (["in-force", "--on", "1991-06-01"], None, 1, "it has --at"),
        (["in-force", "1991-06-01"], None, 2, "write parameters as --name value"),
    ],
)
def test_invalid_questions_are_refused_with_a_message(
    words: list[str], text: str | None, status: int, message: str
) -> None:
    result = upheaval("query", *words, text=text)
    assert result.exit_code == status
    assert result.stdout == ""
    assert message in result.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "slug", "message"),
    [
        ("states", "sparql", "data/states: error: the name `sparql` is reserved for the SPARQL endpoint"),
        ("states", "gazette", "data/sources/gazette.yaml: error: the name `gazette` is taken"),
        ("states", "../x", "is not a valid record name"),
        ("stats", "x", "there is no kind of record `stats`"),
    ],
)
def test_a_new_record_with_an_invalid_name_or_kind_is_refused(kind: str, slug: str, message: str, root: Path) -> None:
    result = upheaval("new", "record", kind, slug, root=root)
    assert result.exit_code == 1
    assert message in result.stderr


@pytest.mark.slow
def test_check_outside_a_publication_fails_with_a_message(tmp_path: Path) -> None:
    result = process(tmp_path, "check")
    assert result.returncode == 1
    assert result.stdout.count("\n") == 1
    assert "`upheaval new publication DIR`" in result.stdout


@pytest.mark.slow
def test_watch_checks_whenever_a_file_is_saved(root: Path) -> None:
    command = [sys.executable, "-m", "upheaval", "check", "--watch"]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored in background jobs of a shell
    with subprocess.Popen(
        command, cwd=root, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, env=environment
    ) as watching:
        assert watching.stderr is not None
        killer = threading.Timer(60, watching.kill)
        killer.start()
        file = root / "data/states/dorland.yaml"
        sound = file.read_bytes()
        assert watching.stderr.readline() == b"60 records checked, no problems found\n"
        for content, summary in ((b"label: [\n", b"1 error"), (b"\xff", b"1 error"), (sound, b"no problems found")):
            (root / "new").write_bytes(content)
            os.replace(root / "new", file)
            assert watching.stderr.readline().rstrip().endswith(summary)
        os.unlink(root / "data/publication.yaml")
        assert b"error" in watching.stderr.readline()
        watching.send_signal(signal.SIGINT)
        assert watching.wait() == 0
        assert watching.stderr.read() == b""
        killer.cancel()


def test_help_loads_no_library_but_clicks() -> None:
    code = (
        "import sys; from upheaval.cli.main import main\n"
        "try: main(['--help'])\n"
        "finally: print(sorted(set(sys.modules) & HEAVY), file=sys.stderr)"
    ).replace("HEAVY", "{'asyncio', 'logging', 'pyoxigraph', 'rdflib', 'rich', 'sqlite3', 'tempfile', 'yaml'}")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "[]\n")
