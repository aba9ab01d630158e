"""Every example question has its expected rows in the invented world, on two engines, and some rows in the dataset."""

import csv
import io
import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from rdflib import Dataset, URIRef

from tests.support import ROOT, WORLD
from upheaval.cli.main import main
from upheaval.cli.query import query_command
from upheaval.faults import Refusal
from upheaval.populate.assembly import Assembly
from upheaval.query.answers import ask, rows
from upheaval.query.binding import bind
from upheaval.query.known import KnownTerms
from upheaval.rdf.graphs import term_to_rdflib
from upheaval.schema.packagedquestions import read_questions, without_records
from upheaval.schema.questions import Question, read_question, unknown_classes

QUERIES = sorted(path.stem for path in (ROOT / "queries").glob("*.rq"))
UNANSWERED = ("rests-on-retracted",)
"""The questions without an answer in the dataset: none of its sources has been retracted so far."""
IN_THE_WORLD = {
    "agreements-of-state": {"state": "arvenia"},
    "at-a-place": {"place": "northland"},
    "clashes-of-pair": {"one": "belmora", "other": "corvania"},
    "in-force": {"at": "1991-06-01"},
    "members": {"organization": "river-league", "at": "2012-01-01"},
    "timeline": {"one": "arvenia", "other": "corvania"},
}


def text_of(name: str, assembly: Assembly, values: dict[str, str]) -> str:
    question = read_question(name, (ROOT / "queries" / f"{name}.rq").read_text(encoding="utf-8"))
    return bind(question, values, known(assembly))


def known(assembly: Assembly) -> KnownTerms:
    return KnownTerms(assembly.store, assembly.publication.iri)


def on_oxigraph(assembly: Assembly, text: str) -> tuple[list[str], list[list[str]]]:
    return rows(ask(assembly.store, text, "test"))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def world_in_rdflib(world: Assembly) -> Dataset:
    return in_rdflib(world)


def in_rdflib(assembly: Assembly) -> Dataset:
    dataset = Dataset(default_union=True)
    for quad in assembly.store:
        graph = dataset.graph(URIRef(quad.graph_name.value))
        graph.add(tuple(term_to_rdflib(term) for term in (quad.subject, quad.predicate, quad.object)))  # type: ignore[arg-type]
    return dataset


def on_rdflib(dataset: Dataset, text: str) -> list[list[str]]:
    result = dataset.query(text)
    header = result.vars or []
    return [["" if row.get(name) is None else str(row[name]) for name in header] for row in result.bindings]


@pytest.mark.parametrize("name", QUERIES)
def test_question_has_its_expected_rows_on_both_engines(name: str, world: Assembly, world_in_rdflib: Dataset) -> None:
    text = text_of(name, world, IN_THE_WORLD.get(name, {}))
    header, found = on_oxigraph(world, text)
    expected = (ROOT / "tests" / "queries" / f"{name}.expected.csv").read_text(encoding="utf-8")
    wanted = list(csv.reader(io.StringIO(expected)))
    assert wanted[1:], "a question whose answer is empty in the invented world proves nothing"
    assert [header, *found] == wanted
    other = on_rdflib(world_in_rdflib, text)
    assert sorted(other) == sorted(wanted[1:])


def test_classes_that_a_question_lists_are_those_below_treaty(world_in_rdflib: Dataset) -> None:
    up = "<http://www.w3.org/2000/01/rdf-schema#subClassOf>*"
    text = f"SELECT ?class {{ ?class {up} <https://w3id.org/statecraft#Treaty> }}"
    below = {f"statecraft:{row[0].partition('#')[2]}" for row in on_rdflib(world_in_rdflib, text)}
    question = (ROOT / "queries" / "signed-not-in-force.rq").read_text(encoding="utf-8")
    listed = re.search(r"\?class IN \((.*?)\)", question)
    assert listed is not None
    assert set(listed[1].split(", ")) == below


def test_empty_answer_says_that_nothing_is_recorded() -> None:
    words = ["members", "--root", str(WORLD), "--organization", "river-league", "--at", "1000-01-01"]
    done = CliRunner().invoke(query_command, words)
    assert done.exit_code == 0, done.output
    assert done.stdout.endswith("0 rows: nothing that matches is recorded, which does not mean that there is nothing\n")


@pytest.mark.parametrize("name", QUERIES)
def test_question_has_an_answer_in_the_shipped_data(name: str, axis: Assembly) -> None:
    _, found = on_oxigraph(axis, text_of(name, axis, {}))
    assert bool(found) is (name not in UNANSWERED)


@pytest.mark.parametrize("name", QUERIES)
def test_question_has_a_complete_header(name: str) -> None:
    question = read_question(name, (ROOT / "queries" / f"{name}.rq").read_text(encoding="utf-8"))
    assert question.title != name
    assert question.keywords
    assert question.answers
    assert question.text.count("# parameter:") == len(question.parameters)
    for parameter in question.parameters:
        assert question.text.count(f"VALUES ?{parameter.name} {{") == 1


def test_titles_are_unique(axis: Assembly) -> None:
    titles = [question.title for question in read_questions(axis.publication).values()]
    assert len(titles) == len(set(titles)) >= 20


def test_value_of_a_parameter_stays_one_term(world: Assembly) -> None:
    text = '# title: t\n# parameter: name text a name\nSELECT ?name WHERE { VALUES ?name { "a } b" } }'
    hostile = 'x" } } SELECT * WHERE { ?s ?p ?o } # \\ \n \u202e'
    bound = bind(read_question("t", text), {"name": hostile}, known(world))
    assert on_oxigraph(world, bound) == (["name"], [[hostile]])


DEFAULTS = {
    "date": '"2024-01-01"^^xsd:date',
    "year": '"2024"^^xsd:gYear',
    "number": "1.5",
    "text": '"x"',
    "code": "<a:a>",
    "record": "<a:a>",
}


def asking(parameter: str, kind: str = "record") -> Question:
    prefix = "PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>"
    text = f"# parameter: x {parameter} it\n{prefix} SELECT ?x WHERE {{ VALUES ?x {{ {DEFAULTS[kind]} }} }}"
    return read_question("t", text)


@pytest.mark.parametrize(
    ("type_", "value", "wrong"),
    [
        ("date", "2024-02-30", "--x: `2024-02-30` is not in the calendar"),
        ("date", "2024", "has no day"),
        ("year", "24", "is not a date"),
        ("number", "1,5", "is not a number"),
        ("code", "arms-transfers", r"no code `arms-transfers` \(did you mean `arms-transfer`\?\)"),
        ("code(SourceKind)", "arms-transfer", "no code `arms-transfer`"),
        ("code(CooperationType)", "Arms Transfer", r"did you mean `arms-transfer`\?"),
        ("code", "zzz", "no code `zzz`"),
        ("record", "a b", "no record is named `a b`"),
        ("record", "arvennia", r"no record is named `arvennia` \(did you mean `arvenia`\?\)"),
        ("record", "https://example.org/northern-pact/arvennia", r"\(did you mean `arvenia`\?\)"),
        ("record", "https://example.org/northern-pact/arvenia#citation-gazette-whole", r"\(did you mean `arvenia`\?\)"),
        ("record", "arvenia#citation-gazette-whole", r"\(did you mean `arvenia`\?\)"),
        ("record(State)", "Арвения", r"\(did you mean `arvenia`\?\)"),
        ("record(State)", "Old Arvenia", r"no record is named `Old Arvenia` \(did you mean `old-arvenia`\?\)"),
        ("record(State)", "river-league", "`river-league` is of the class Organization, not State"),
        ("record(Organization Coalition)", "arvenia", "`arvenia` is of the class State, not Organization or Coalition"),
        ("record(Organization Coalition)", "river-leag", r"did you mean `river-league`\?"),
        ("record", "https://w3id.org/statecraft#State", "no record is named"),
        ("record", "https://example.org/northern-pact/nobody", "no record is named"),
        ("record(State)", "arvenia#x> } } #", "no record is named"),
        ("record", "", "no record is named ``"),
    ],
)
def test_value_of_the_wrong_type_is_refused(world: Assembly, type_: str, value: str, wrong: str) -> None:
    question = asking(type_, type_.partition("(")[0])
    assert question.faults == ()
    with pytest.raises(Refusal, match=wrong):
        bind(question, {"x": value}, known(world))


@pytest.mark.parametrize(
    ("type_", "value", "iri"),
    [
        ("record", "arvenia", "https://example.org/northern-pact/arvenia"),
        ("record(State)", "old-arvenia", "https://example.org/northern-pact/old-arvenia"),
        ("record(Actor)", "river-league", "https://example.org/northern-pact/river-league"),
        ("record", "https://example.org/northern-pact/arvenia", "https://example.org/northern-pact/arvenia"),
        ("code", "arms-transfer", "https://w3id.org/statecraft/cooperation#arms-transfer"),
        ("code(CooperationType)", "arms-transfer", "https://w3id.org/statecraft/cooperation#arms-transfer"),
    ],
)
def test_name_of_a_fitting_record_is_bound(world: Assembly, type_: str, value: str, iri: str) -> None:
    bound = bind(asking(type_, type_.partition("(")[0]), {"x": value}, known(world))
    assert on_oxigraph(world, bound) == (["x"], [[iri]])


def test_unknown_parameter_is_refused_with_a_list_of_parameters(world: Assembly) -> None:
    text = '# parameter: at text the day\nSELECT * { VALUES ?at { "x" } }'
    with pytest.raises(Refusal, match="--at"):
        bind(read_question("t", text), {"on": "2024-01-01"}, known(world))


def test_required_parameter_must_be_given(world: Assembly) -> None:
    text = "# parameter: state record(State) required the state\nSELECT * { VALUES ?state { UNDEF } }"
    question = read_question("t", text)
    assert question.faults == ()
    with pytest.raises(Refusal, match=r"--state is required \(give the state, such as `arvenia` or `belmora`\)"):
        bind(question, {}, known(world))
    assert "<https://example.org/northern-pact/arvenia>" in bind(question, {"state": "arvenia"}, known(world))


BLOCK = "SELECT * { VALUES ?x { 1 } }"
NODE = "SELECT * { VALUES ?x { <a:a> } }"


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        (f"# title: t\n# parameter: x number\n{BLOCK}", (2, 14), "this parameter is malformed"),
        (f"# title: t\n# parameter: x\n{BLOCK}", (2, 14), "this parameter is malformed"),
        (f"# title: t\n# parameter: 1x number it\n{BLOCK}", (2, 14), "this parameter is malformed"),
        (f"# title: t\n# parameter: x required it\n{BLOCK}", (2, 16), "unknown type `required`"),
        (f"# title: t\n# parameter: x numbr it\n{BLOCK}", (2, 16), "unknown type `numbr` (did you mean `number`?)"),
        (f"# title: t\n# parameter: x record(State it\n{BLOCK}", (2, 14), "this parameter is malformed"),
        (f"# title: t\n# parameter: x number(State) it\n{BLOCK}", (2, 16), "the type `number` takes no classes"),
        (f"# title: t\n# parameter: x record( ) it\n{BLOCK}", (2, 16), "`record()` names no class"),
        (
            f"# title: t\n# parameter: x record(A, B) it\n{NODE}",
            (2, 23),
            "`A,` is not the name of a class",
        ),
        (
            f"# title: t\n# parameter: x record(B a:A) it\n{NODE}",
            (2, 25),
            "the prefix `a:` is not declared",
        ),
        (f"#parameter: x number it\n# parameter: x number it\n{BLOCK}", (2, 14), "there are two parameters `x`"),
        (f"# paramter: x number it\n{BLOCK}", (1, 3), "no field `paramter` (did you mean `parameter`?)"),
        (f"# title:\n{BLOCK}", (1, 3), "`title` is empty"),
        (f"{BLOCK}\n# parameter: x number it\n", (2, 3), "`parameter` is not in the header"),
        ("# parameter: x number it\nSELECT * {}", (1, 1), "no VALUES block for ?x"),
        (f"# parameter: x number it\n{BLOCK} # VALUES ?x {{ 2 }}", (1, 1), "more than one VALUES block"),
        ("# parameter: x number it\nSELECT * { VALUES ?x { 1 2 } }", (1, 1), "not one number"),
        ("# parameter: x number it\nSELECT * { VALUES ?x { UNDEF } }", (1, 1), "not one number"),
        ("# parameter: x number it\nSELECT * { VALUES ?x { nope } }", (1, 1), "is not SPARQL"),
        ("# parameter: x date it\nSELECT * { VALUES ?x { '2024-01-01' } }", (1, 1), "not one date"),
        ("# parameter: x record it\nSELECT * { VALUES ?x { 'arvenia' } }", (1, 1), "not one record"),
        ("# parameter: x record required it\nSELECT * { VALUES ?x { <a:a> } }", (1, 1), "has a default"),
    ],
)
def test_malformed_header_is_a_fault_at_its_line(text: str, place: tuple[int, int], message: str) -> None:
    (fault,) = read_question("t", text).faults
    assert (fault.file, fault.at) == ("queries/t.rq", place)
    assert message in fault.text


def test_other_comments_are_not_header_fields() -> None:
    text = "# title: t\n# see: https://example.org/\n#note: it\n# copyright: us\n\n# parameter: x number it\n" + BLOCK
    question = read_question("t", text)
    assert question.faults == ()
    assert [parameter.name for parameter in question.parameters] == ["x"]


def test_class_of_a_parameter_may_have_a_prefix(world: Assembly) -> None:
    text = "# parameter: x record(s:State) it\nPREFIX s: <https://w3id.org/{}#>\nSELECT * {{ VALUES ?x {{ <a:a> }} }}"
    ours = read_question("t", text.format("statecraft"))
    assert ours.parameters[0].written == "record(State)"
    bind(ours, {"x": "arvenia"}, known(world))
    with pytest.raises(Refusal, match="`arvenia` is of the class State, not State"):
        bind(read_question("t", text.format("elsewhere")), {"x": "arvenia"}, known(world))


def test_unknown_class_of_a_parameter_is_a_fault(world: Assembly) -> None:
    (fault,) = unknown_classes(asking("record(Stat)"), world.contract)
    assert (fault.at, fault.cure) == ((1, 1), "did you mean `State`?")
    assert unknown_classes(asking("code(State)", "code"), world.contract)
    assert not unknown_classes(asking("record(Actor State Source)"), world.contract)
    assert not unknown_classes(asking("code(CooperationType SourceKind)", "code"), world.contract)


@pytest.mark.slow
def test_command_refuses_an_unknown_record_name(tmp_path: Path) -> None:
    for words, near in (
        (["timeline", "--one", "arvennia"], "no record is named `arvennia` (did you mean `arvenia`?)"),
        (["members", "--organization", "arvenia"], "`arvenia` is of the class State, not Organization or Coalition"),
        (["timelin"], "no question and no file is named `timelin` (did you mean `timeline`?)"),
    ):
        done = CliRunner().invoke(main, ["query", *words, "--root", str(WORLD)])
        assert (done.exit_code, done.stdout) == (1, "")
        assert near in done.stderr
    file = tmp_path / "q.rq"
    file.write_text("# title: q\n# parameter: x nothing it\nASK {}")
    done = CliRunner().invoke(main, ["query", str(file), "--root", str(WORLD)])
    assert (done.exit_code, done.stderr.partition(": error")[0]) == (1, f"{file}:2:16")


@pytest.mark.slow
def test_shell_completes_questions_parameters_and_their_values() -> None:
    def words(*before: str, incomplete: str = "") -> list[str]:
        context = query_command.make_context("query", ["--root", str(WORLD), *before], resilient_parsing=True)
        if incomplete.startswith("-"):
            return [item.value for item in query_command.shell_complete(context, incomplete)]
        argument = next(each for each in query_command.params if each.name == "words")
        return [item.value for item in argument.shell_complete(context, incomplete)]

    assert words(incomplete="mem") == ["members"]
    assert words("members", incomplete="--")[:2] == ["--organization", "--at"]
    assert "--format" in words("members", incomplete="--")
    assert words("members", "--organization", incomplete="r") == ["river-league"]
    assert words("members", "--organization", "river-league", incomplete="--at") == ["--at"]
    assert words("members", "--at") == []
    assert "arms-transfer" in words("who-supplies-whom", "--type", incomplete="arms")
    assert words("no-question", "--x") == []


def test_packaged_question_names_no_record_of_another_publication(axis: Assembly) -> None:
    for name, question in read_questions(axis.publication).items():
        other = without_records(question, "https://other.example/")
        assert "axis" not in other.text, name
        assert not other.faults, name
        assert {one.name for one in other.parameters} == {one.name for one in question.parameters}
        assert without_records(question, axis.publication.iri) is question
    members = without_records(read_questions(axis.publication)["members"], "https://other.example/")
    assert [(one.name, one.required) for one in members.parameters] == [("organization", True), ("at", False)]
