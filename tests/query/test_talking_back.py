"""Questions talk back: what is mistyped, left out or unknown is said, with what is meant."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.support import WORLD, copy_of_world
from upheaval.cli.query import query_command
from upheaval.query.dataset import OpenedDataset, open_dataset
from upheaval.query.unknown import unknown_names
from upheaval.rdf.declarations import declarations

Ask = Callable[..., Result]


def asked(*words: str, text: str = "", root: Path = WORLD) -> Result:
    return CliRunner().invoke(query_command, [*words, "--root", str(root)], input=text)


@pytest.fixture(scope="module")
def dataset() -> OpenedDataset:
    return open_dataset(WORLD)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--one", "arvenja", "--other", "belmora"], "no record is named `arvenja` (did you mean `arvenia`?)"),
        (["--one", "Arvenia", "--other", "belmora"], "no record is named `Arvenia` (did you mean `arvenia`?)"),
        (["--one", "arvenia"], "--other is required (give another state, such as `arvenia` or `belmora`)"),
        (["--won", "arvenia"], "the question has no parameter --won (it has --one, --other)"),
    ],
)
def test_a_wrong_parameter_is_an_error_with_its_cure(words: list[str], message: str) -> None:
    result = asked("timeline", *words)
    assert result.exit_code == 1
    assert message in result.stderr


def test_what_is_left_out_is_said() -> None:
    result = asked("in-force")
    assert result.exit_code == 0
    assert "note: --at not given: 2024-12-31, the example's\n" in result.stderr
    result = asked("exercises-by-year", "--one", "arvenia", "--format", "csv")
    assert result.stderr == "note: --other not given: any\n"
    pairs = {line.split(",")[0] for line in result.stdout.splitlines()[1:]}
    assert pairs
    assert all("Arvenia" in pair for pair in pairs)
    assert "--at" not in asked("in-force", "--at", "2020-01-01").stderr


def test_a_pair_of_a_question_has_the_rows_of_all_pairs_that_are_its_own() -> None:
    whole = asked("exercises-by-year", "--format", "csv").stdout.splitlines()
    words = ["--one", "belmora", "--other", "arvenia", "--format", "csv"]
    one = asked("exercises-by-year", *words).stdout.splitlines()
    assert one[1:]
    assert one == [line for line in whole if line == whole[0] or ("Arvenia" in line and "Belmora" in line)]


@pytest.mark.parametrize(
    ("text", "notes"),
    [
        ("SELECT * { ?s statecraft:partyy ?o }", ["`statecraft:partyy` (did you mean `statecraft:party`?)"]),
        ("SELECT * { ?s rdfs:lable ?o }", ["`rdfs:lable` (did you mean `rdfs:label`?)"]),
        ("PREFIX s: <https://w3id.org/statecraft#> ASK { ?s a s:Treeaty }", ["`s:Treeaty` (did you mean `s:Treaty`?)"]),
        (
            "BASE <https://w3id.org/> ASK { ?s a <https://w3id.org/statecraft#Stat> }",
            ["did you mean `<https://w3id.org/"],
        ),
        ("ASK { ?s ?p pact:arvinia }", ["`pact:arvinia` (did you mean `pact:arvenia`?)"]),
        ("ASK { ?s ?p <https://elsewhere.org/x> }", []),
        ("ASK { ?s ?p 'statecraft:partyy' } # statecraft:partyy", []),
        ("CONSTRUCT { ?s statecraft:myOwn ?o } WHERE { ?s statecraft:party ?o }", []),
        ("ASK { ?s statecraft:party ?o ; a statecraft:Treaty FILTER (?o = '1'^^xsd:integer) }", []),
    ],
)
def test_names_that_nothing_has_are_said_with_the_nearest(text: str, notes: list[str], dataset: OpenedDataset) -> None:
    found = unknown_names(dataset.store, text, dataset.prefixes)
    assert len(found) == len(notes)
    assert all(note in sentence for note, sentence in zip(notes, found, strict=True))


def test_the_command_notes_unknown_names_in_a_query_of_ones_own(tmp_path: Path) -> None:
    result = asked("-", text="SELECT * { ?s statecraft:partyy ?o }")
    assert result.exit_code == 0
    assert result.stderr == "note: nothing is named `statecraft:partyy` (did you mean `statecraft:party`?)\n"


def test_a_notebook_warns_where_an_answer_is_empty(dataset: OpenedDataset) -> None:
    with pytest.warns(UserWarning, match="did you mean `statecraft:party`"):
        assert dataset.query("SELECT * { ?s statecraft:partyy ?o }") == []


def test_the_usual_prefixes_need_no_declaration(dataset: OpenedDataset) -> None:
    prefix = next(name for name, space in dataset.prefixes.items() if space == dataset.iri)
    text = f"SELECT ?l {{ {prefix}:arvenia rdfs:label ?l ; a statecraft:State }}"
    assert dataset.query(text)
    result = asked("-", text=f"{text[:-1]} ?x ; }}")
    assert result.exit_code == 1
    assert f"standard input:1:{len(text) + 1}: error: " in result.stderr
    assert declarations("PREFIX rdfs: <x:> ASK { ?s rdfs:a 'skos:b' } # dcterms:x", dict) == ""
    with pytest.raises(Exception, match="the prefix `nowhere:` is not declared"):
        dataset.query("ASK { nowhere:x ?p ?o }")


def test_another_publication_has_examples_of_its_own(tmp_path: Path) -> None:
    result = asked("members", root=copy_of_world(tmp_path))
    assert result.exit_code == 1
    assert "such as `" in result.stderr
    assert "shanghai" not in result.stderr
