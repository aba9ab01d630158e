"""`upheaval validate`: any RDF files, a status, and a report that other libraries read."""

import json
from pathlib import Path

import pyoxigraph as ox
import pytest
from click.testing import CliRunner, Result
from rdflib import RDF, SH, Graph, Literal, URIRef

from upheaval.cli.main import main

PREFIXES = """@prefix ex: <https://river.example/terms/> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
SHAPES = (
    PREFIXES
    + """
<urn:shape:river> a sh:NodeShape ;
  sh:targetClass ex:River ;
  sh:property [ sh:path ex:length ; sh:datatype xsd:decimal ; sh:message "a length is a number"@en ],
    [ sh:path ( ex:mouth [ sh:zeroOrMorePath ex:in ] ) ; sh:hasValue ex:sea ; sh:severity sh:Warning ] ;
  sh:sparql [ sh:select "SELECT $this ?value { $this <https://river.example/terms/name> ?value }" ;
    sh:message "named {?value}" ; sh:deactivated true ] .
"""
)
GOOD = PREFIXES + "<https://river.example/data/elbe> a ex:River ; ex:length 1094.50 ; ex:mouth ex:sea .\n"
BAD = (
    PREFIXES
    + """
<https://river.example/data/elbe> a ex:River ;
    ex:length "long" ; ex:mouth [ ex:in ex:sea ] .
<https://river.example/data/oder> a ex:River ;
    ex:mouth ex:lagoon .
"""
)


@pytest.fixture
def files(tmp_path: Path) -> Path:
    for name, text in (("shapes.ttl", SHAPES), ("good.ttl", GOOD), ("bad.ttl", BAD)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def run(folder: Path, *words: str) -> Result:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        return CliRunner().invoke(main, ["validate", *words], catch_exceptions=False)


def test_conforming_data_exit_with_status_0(files: Path) -> None:
    result = run(files, "good.ttl", "--shapes", "shapes.ttl")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "the data conform to the shapes\n"


def test_results_have_line_and_column(files: Path) -> None:
    result = run(files, "good.ttl", "bad.ttl", "--shapes", "shapes.ttl")
    assert result.exit_code == 1
    length, mouth = result.stdout.splitlines()
    assert length == (
        "bad.ttl:6:15: error: <https://river.example/data/elbe> <https://river.example/terms/length>"
        ' a length is a number: "long"'
    )
    assert mouth.startswith("bad.ttl:7:1: warning: <https://river.example/data/oder> ")
    assert result.stderr == "the data do not conform to the shapes: 2 results\n"


@pytest.mark.parametrize(("form", "parser"), [("ttl", "turtle"), ("jsonld", "json-ld")])
def test_report_is_readable_by_other_libraries(files: Path, form: str, parser: str) -> None:
    result = run(files, "bad.ttl", "--shapes", "shapes.ttl", "--format", form)
    assert result.exit_code == 1
    graph = Graph().parse(data=result.stdout, format=parser)
    (report,) = graph.subjects(RDF.type, SH.ValidationReport)
    assert graph.value(report, SH.conforms) == Literal(False)
    found = {graph.value(one, SH.sourceConstraintComponent): one for one in graph.objects(report, SH.result)}
    assert set(found) == {SH.DatatypeConstraintComponent, SH.HasValueConstraintComponent}
    one = found[SH.DatatypeConstraintComponent]
    assert graph.value(one, SH.focusNode) == URIRef("https://river.example/data/elbe")
    assert graph.value(one, SH.resultPath) == URIRef("https://river.example/terms/length")
    assert graph.value(one, SH.value) == Literal("long")
    assert graph.value(one, SH.resultMessage) == Literal("a length is a number", lang="en")
    assert graph.value(one, SH.resultSeverity) == SH.Violation
    other = found[SH.HasValueConstraintComponent]
    first, rest = (graph.value(graph.value(other, SH.resultPath), word) for word in (RDF.first, RDF.rest))
    assert first == URIRef("https://river.example/terms/mouth")
    repeated = graph.value(graph.value(rest, RDF.first), SH.zeroOrMorePath)
    assert repeated == URIRef("https://river.example/terms/in")
    assert graph.value(other, SH.value) is None


def test_report_of_data_that_conform(files: Path) -> None:
    result = run(files, "good.ttl", "--shapes", "shapes.ttl", "--format", "ttl")
    graph = Graph().parse(data=result.stdout, format="turtle")
    (report,) = graph.subjects(RDF.type, SH.ValidationReport)
    assert graph.value(report, SH.conforms) == Literal(True)
    assert result.exit_code == 0


def test_reports_are_the_same_each_time(files: Path) -> None:
    words = ("bad.ttl", "good.ttl", "--shapes", "shapes.ttl", "--format", "ttl")
    assert run(files, *words).stdout == run(files, *words).stdout


def test_sarif(files: Path) -> None:
    result = run(files, "bad.ttl", "--shapes", "shapes.ttl", "--format", "sarif")
    (log,) = json.loads(result.stdout)["runs"]
    places = [one["locations"][0]["physicalLocation"] for one in log["results"]]
    assert [(place["artifactLocation"]["uri"], place["region"]["startLine"]) for place in places] == [
        ("bad.ttl", 6),
        ("bad.ttl", 7),
    ]
    assert {one["ruleId"] for one in log["results"]} == {"urn:shape:river"}


@pytest.mark.parametrize("suffix", ["nt", "nq", "trig", "rdf", "jsonld"])
def test_every_format_gives_the_same(files: Path, suffix: str) -> None:
    form = ox.RdfFormat.from_extension(suffix)
    assert form is not None
    for name in ("bad", "shapes"):
        quads = ox.parse(path=files / f"{name}.ttl", format=ox.RdfFormat.TURTLE)
        triples = [quad.triple for quad in quads]
        prefixes = {"ex": "https://river.example/terms/", "sh": "http://www.w3.org/ns/shacl#"}
        (files / f"{name}.{suffix}").write_bytes(ox.serialize(triples, format=form, prefixes=prefixes) or b"")
    result = run(files, f"bad.{suffix}", "--shapes", f"shapes.{suffix}")
    assert result.exit_code == 1
    assert [line.partition("> <")[2] for line in result.stdout.splitlines()] == [
        line.partition("> <")[2] for line in run(files, "bad.ttl", "--shapes", "shapes.ttl").stdout.splitlines()
    ]


def test_blank_nodes_of_two_files_stay_distinct(files: Path) -> None:
    for name in ("one", "two"):
        (files / f"{name}.nt").write_text(f'_:same <https://river.example/terms/name> "{name}" .\n', encoding="utf-8")
    (files / "one-name.ttl").write_text(
        PREFIXES + "<urn:s> sh:targetSubjectsOf ex:name ; sh:path ex:name ; sh:maxCount 1 .", encoding="utf-8"
    )
    assert run(files, "one.nt", "two.nt", "--shapes", "one-name.ttl").exit_code == 0


def test_shapes_may_be_in_the_data_file(files: Path) -> None:
    (files / "both.ttl").write_text(BAD + SHAPES.removeprefix(PREFIXES), encoding="utf-8")
    assert len(run(files, "both.ttl").stdout.splitlines()) == 2


def test_shape_without_effect_gives_a_warning(files: Path) -> None:
    (files / "more.ttl").write_text(PREFIXES + "\n<urn:shape:river> ex:lenght 1 .\n", encoding="utf-8")
    result = run(files, "good.ttl", "--shapes", "shapes.ttl", "--shapes", "more.ttl")
    assert result.exit_code == 0
    assert (
        "more.ttl:5:29: warning: the shape <urn:shape:river> has <https://river.example/terms/lenght>" in result.stderr
    )


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        (
            "bad-shapes.ttl",
            "<urn:s> sh:targetClass ex:C ;\n  sh:pattern '(' .",
            "bad-shapes.ttl:5:14: error: the pattern",
        ),
        (
            "list.ttl",
            "<urn:s> sh:targetClass ex:C ; sh:in _:a .\n_:a <urn:b> 1 .",
            "list.ttl:4:31: error: the value of sh:in",
        ),
        ("syntax.ttl", "<urn:s> sh:targetClass", "syntax.ttl:4:23: error: this is not Turtle"),
        ("shapes.txt", "", "shapes.txt: error: the suffix is not one of an RDF format"),
    ],
)
def test_shapes_that_cannot_be_used(files: Path, name: str, text: str, says: str) -> None:
    (files / name).write_text(PREFIXES + text, encoding="utf-8")
    result = run(files, "good.ttl", "--shapes", name, "--format", "ttl")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.startswith(says)
    assert len(result.stderr.splitlines()) == 1


def test_missing_file_is_refused(files: Path) -> None:
    result = run(files, "nothing.ttl", "--shapes", "shapes.ttl")
    assert result.exit_code == 1
    assert (
        result.stderr == "nothing.ttl: error: cannot be read: No such file or directory (check the name of the file)\n"
    )


def test_query_that_reports_a_failure(files: Path) -> None:
    query = "SELECT $this (true AS ?failure) { $this a ?x }"
    text = f'{PREFIXES}<urn:s> sh:targetClass ex:River ; sh:sparql [ sh:select "{query}" ] .'
    (files / "failing.ttl").write_text(text, encoding="utf-8")
    result = run(files, "good.ttl", "--shapes", "failing.ttl")
    assert result.exit_code == 1
    assert "reports that it could not be evaluated" in result.stderr


@pytest.mark.parametrize("engine", ["compiled", "pyshacl"])
def test_advanced_features_are_handed_to_pyshacl(files: Path, engine: str) -> None:
    rule = "sh:rule [ a sh:TripleRule ; sh:subject sh:this ; sh:predicate ex:wet ; sh:object true ]"
    text = f"{PREFIXES}<urn:s> sh:targetClass ex:River ;\n  {rule} ; sh:property [ sh:path ex:wet ; sh:maxCount 0 ] ."
    (files / "rule.ttl").write_text(text, encoding="utf-8")
    result = run(files, "good.ttl", "--shapes", "rule.ttl", "--engine", engine)
    assert result.stdout.startswith("good.ttl:4:1: error: <https://river.example/data/elbe>")
    *notes, _ = result.stderr.splitlines()
    why = "SHACL rules are not evaluated by this engine (validating with pySHACL)"
    assert notes == ([f"rule.ttl:5:3: note: <urn:s> has sh:rule: {why}"] if engine == "compiled" else [])


def test_what_pyshacl_cannot_evaluate_either(files: Path) -> None:
    text = f"{PREFIXES}<urn:s> sh:targetClass ex:River ; sh:expression [ sh:nodes sh:this ; sh:filterShape [] ] ."
    (files / "expression.ttl").write_text(text, encoding="utf-8")
    result = run(files, "good.ttl", "--shapes", "expression.ttl")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "pySHACL cannot evaluate them" in result.stderr
    assert "Traceback" not in result.stderr
