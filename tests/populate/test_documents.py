"""Records to RDF: what a node is called, which datatype a value gets, and what is said of a value that is none."""

import json
import random
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import copy_of_world, examples, faults_of
from upheaval.faults import Fault, Severity
from upheaval.populate.assembly import Assembly
from upheaval.populate.documents import Populated, load, populate
from upheaval.populate.records import Record
from upheaval.rdf.graphs import iri_of
from upheaval.rdf.namespaces import SHAPES, STATECRAFT, XSD
from upheaval.sources.parser import read

SPACE = "https://example.org/northern-pact/"
IRI = SPACE + "a-record"
CITED = [{"source": "gazette", "locator": "whole"}]
ESTIMATE = {
    "measure": "men",
    "value": "5",
    "unit": "persons",
    "asOf": "2001",
    "claimedBy": "belmora",
    "citation": CITED,
}
TREATY: dict[str, Any] = {
    "label": {"en": "A treaty", "ru": "Договор", "zh-Hans": "条约"},
    "altLabel": {"en": ["One", "Two"], "fr": "Un"},
    "party": ["arvenia", "belmora", "corvania"],
    "cooperationType": ["trade", "fisheries"],
    "step": [
        {"action": "signed", "date": "2001-05", "by": ["arvenia", "belmora"], "citation": CITED},
        {"action": "ratified", "date": "2001-06-01", "by": "arvenia", "citation": CITED},
        {"action": "extended", "date": "2010", "until": "2020", "citation": CITED},
        {"action": "extended", "date": "2020", "until": "2030", "citation": CITED},
    ],
    "estimate": [ESTIMATE, {**ESTIMATE, "claimedBy": ["corvania", "arvenia"]}],
    "evidentialStatus": "reported",
    "citation": [*CITED, {"source": "courier-2001", "locator": "page 1"}],
}
FOLDERS = {
    "date": ("exercises", "Dated-date"),
    "searchedOn": ("findings", "Finding-searchedOn"),
    "value": ("deployments", "Estimate-value"),
    "url": ("sources", "Source-url"),
}
Populate = Callable[..., Populated]


@pytest.fixture(scope="module")
def of(world: Assembly) -> Populate:
    return partial(_populated, world)


def test_order_of_keys_and_lists_changes_nothing(world: Assembly) -> None:
    expected = _triples(world, _populated(world, TREATY))

    @examples(40)
    @given(st.integers(0, 2**32))
    def shuffled(seed: int) -> None:
        populated = _populated(world, _shuffle(TREATY, random.Random(seed)))
        assert populated.faults == []
        assert _triples(world, populated) == expected

    shuffled()


def test_nodes_are_named_by_what_identifies_them(of: Populate) -> None:
    names = {iri.removeprefix(IRI) for iri in of(TREATY).locations}
    assert names >= {
        "",
        "#citation-gazette-whole",
        "#citation-courier-2001-page-1",
        "#step-signed-arvenia-belmora-2001-05",
        "#step-ratified-arvenia-2001-06-01",
        "#step-ratified-arvenia-2001-06-01/citation-gazette-whole",
        "#estimate-men-persons-2001-belmora",
        "#estimate-men-persons-2001-arvenia-corvania",
    }


def test_whatever_does_not_identify_a_node_leaves_all_names(world: Assembly) -> None:
    """Figures, wording and notes of any kind are corrected, in any of the blocks, and blocks come beside them."""
    expected = set(_populated(world, TREATY).locations)
    alphabets = st.sampled_from(["abcxyzäßñ中文字0189", "абвя中文字0189"])
    notes = alphabets.flatmap(lambda letters: st.text(letters, min_size=3, max_size=20))
    figures = st.integers(0, 10**9).map(str)

    @examples(60)
    @given(st.integers(0, 1), figures, notes, st.integers(1901, 2100).map(str))
    def corrected(which: int, figure: str, note: str, until: str) -> None:
        estimates = [dict(one) for one in TREATY["estimate"]]
        estimates[which] |= {"value": figure, "citation": [{**CITED[0], "says": note}]}
        steps = [dict(one) for one in TREATY["step"]]
        steps[2 + which] |= {"until": until, "description": {"en": note}}
        beside = {**ESTIMATE, "measure": f"ships {figure}", "value": figure}
        changed = {**TREATY, "label": {"en": note}, "estimate": [beside, *estimates], "step": steps}
        found = _populated(world, changed).locations
        assert expected <= set(found)
        assert all("#estimate-ships-" in iri for iri in set(found) - expected)

    corrected()


@pytest.mark.parametrize(
    ("key", "change"),
    [
        ("estimate", {"value": "6"}),
        ("estimate", {"approximate": "true"}),
        ("estimate", {"citation": [*CITED, {"source": "courier-2001", "locator": "page 2"}]}),
        ("step", {"until": "2040"}),
        ("step", {"place": "freeport"}),
        ("citation", {"says": "That it was signed."}),
        ("citation", {"bearing": "supports"}),
    ],
)
def test_a_correction_keeps_the_name(of: Populate, key: str, change: dict[str, Any]) -> None:
    before = _names(of(TREATY), key)
    corrected = [{**item, **change} for item in TREATY[key]]
    assert before == _names(of({**TREATY, key: corrected}), key)


@pytest.mark.parametrize(
    ("key", "more"),
    [
        ("estimate", {**ESTIMATE, "unit": "items"}),
        ("estimate", {**ESTIMATE, "claimedBy": "arvenia"}),
        ("estimate", {**ESTIMATE, "asOf": "2002"}),
        ("estimate", {**ESTIMATE, "place": "freeport"}),
        ("estimate", {**ESTIMATE, "endDate": "2003"}),
        ("step", {"action": "extended", "date": "2010-05", "citation": CITED}),
        ("citation", {"source": "gazette", "locator": "page 1"}),
        ("citation", {"source": "gazette", "locator": "whole", "bearing": "disputes"}),
    ],
)
def test_a_sibling_changes_no_name(of: Populate, key: str, more: dict[str, Any]) -> None:
    before, after = _names(of(TREATY), key), _names(of({**TREATY, key: [*TREATY[key], more]}), key)
    assert before < after
    assert len(after - before) == 1


@pytest.mark.parametrize(
    ("key", "more", "message", "cure"),
    [
        (
            "estimate",
            {**ESTIMATE, "value": "6"},
            "has the same `measure`, `unit`, `asOf` and `claimedBy` as that on line 1, so they are one",
            "make one of the two, or tell them apart by `priceBasis`, `priceYear`, `date`, `startDate`, `endDate` or "
            "`place`",
        ),
        (
            "step",
            {"action": "signed", "date": "2001-05", "by": ["belmora", "arvenia"], "citation": CITED, "until": "2003"},
            "has the same `action`, `by` and `date` as that on line 1, so they are one",
            "make one of the two, or tell them apart by `startDate`",
        ),
        (
            "citation",
            {"source": "courier-2001", "locator": "Page: 1"},
            "differs from that on line 1 only in signs that are not part of its name",
            "word `locator` of one of them differently",
        ),
    ],
)
def test_two_of_one_identity_are_a_fault(of: Populate, key: str, more: dict[str, Any], message: str, cure: str) -> None:
    (fault,) = _faults_of(of({**TREATY, key: [*TREATY[key], more]}))
    assert fault[:2] == (f"this `{key}` {message}", cure)


def test_repeated_block_is_a_fault(of: Populate) -> None:
    again = {**TREATY, "step": [*TREATY["step"], dict(reversed(TREATY["step"][0].items()))]}
    assert _faults_of(of(again)) == [("this `step` appears twice", "keep one of them", f"{SHAPES}#Agreement-step")]


def test_names_of_other_scripts_are_hashed(of: Populate) -> None:
    citations = [{"source": "gazette", "locator": locator} for locator in ("第1页", "第2页", "ß 1", "page 1")]
    names = [
        iri for iri in of({**TREATY, "citation": citations}).locations if iri.startswith(IRI + "#citation-gazette-")
    ]
    assert [iri.isascii() for iri in names] == [True] * 4


@pytest.mark.parametrize(
    ("text", "datatype"), [("2001-02-28", "date"), ("2000-02-29", "date"), ("2001-02", "gYearMonth"), ("2001", "gYear")]
)
def test_date_keeps_its_precision(world: Assembly, text: str, datatype: str) -> None:
    populated = _populated(world, {**TREATY, "date": text}, "exercises")
    assert ox.Literal(text, datatype=ox.NamedNode(str(XSD[datatype]))) in _values(world, populated, "date")


@pytest.mark.parametrize(
    ("text", "stored"), [("12000", "12000"), ("-0.50", "-0.5"), ("+5", "5"), (".5", "0.5"), ("0.10", "0.1")]
)
def test_number_keeps_its_value(world: Assembly, text: str, stored: str) -> None:
    """Oxigraph holds numbers as values, not as texts."""
    populated = _populated(world, {"estimate": [{**ESTIMATE, "value": text}]}, "deployments")
    assert populated.faults == []
    assert ox.Literal(stored, datatype=ox.NamedNode(str(XSD.decimal))) in _values(world, populated, "value")


@pytest.mark.parametrize("address", ["https://example.org/a?b=c#d", "http://пример.испытание/я", "https://[::1]/"])
def test_web_addresses_are_kept_as_written(world: Assembly, address: str) -> None:
    populated = _populated(world, {"url": address}, "sources")
    assert populated.faults == []
    assert {iri_of(triple.object) for triple in _triples(world, populated)} >= {address}


@pytest.mark.parametrize(
    ("key", "text", "message"),
    [
        ("date", "2001-02-30", "not in the calendar"),
        ("date", "1900-02-29", "not in the calendar"),
        ("date", "2001-13", "has no month 13"),
        ("date", "0000", "not a year from 0001 to 9999"),
        ("date", "-2001", "not a year from 0001 to 9999"),
        ("date", "1992/1990", "not in order"),
        *(
            ("date", text, "is not a date")
            for text in ("24-06-19", "2001-6-1", "19.06.2024", "２００１", "2001T", "about 1984")
        ),
        ("searchedOn", "2001-02", "has no day"),
        *(
            ("value", text, "is not a number")
            for text in ("12,000", "12 000", "5.", "1e3", "NaN", "INF", "1_0", "٣", "five")
        ),
        *(("url", f"{scheme}:x", f"has the scheme `{scheme}`") for scheme in ("ftp", "javascript", "file", "urn")),
        ("url", "https:///a", "has no host"),
        *(("url", text, "is not a web address") for text in ("https://a.b/c d", "https://a.b/<c>", "www.example.org")),
    ],
)
def test_invalid_values_are_faults(of: Populate, key: str, text: str, message: str) -> None:
    folder, shape = FOLDERS[key]
    block = {**ESTIMATE, "value": text}
    populated = of({"estimate": [block]} if key == "value" else {"label": {"en": "A"}, key: text}, folder)
    assert [(message in fault.message, bool(fault.cure)) for fault in populated.faults] == [(True, True)]
    assert populated.faults[0].rule == f"{SHAPES}#{shape}"
    assert [name.rpartition("#")[2].rpartition("/")[2] for _, name in populated.broken] == [key]
    assert f'"{key}": ' not in json.dumps(populated.documents)


def test_texts_in_languages(world: Assembly) -> None:
    populated = _populated(world, TREATY)
    labels = {one.object for one in _triples(world, populated) if "label" in one.predicate.value}
    assert labels == {
        ox.Literal("A treaty", language="en"),
        ox.Literal("Договор", language="ru"),
        ox.Literal("条约", language="zh-Hans"),
    }
    others = {triple.object for triple in _triples(world, populated) if "altLabel" in triple.predicate.value}
    assert others == {
        ox.Literal("One", language="en"),
        ox.Literal("Two", language="en"),
        ox.Literal("Un", language="fr"),
    }


@pytest.mark.parametrize(
    ("label", "message"),
    [
        ("A treaty", "takes a map from language to text"),
        (["A treaty"], "takes a map from language to text"),
        ({}, "takes a map from language to text"),
        ({"english": "A treaty"}, "`english` is not a language tag"),
        ({"EN": "A treaty"}, "`EN` is not a language tag"),
        ({"en_GB": "A treaty"}, "`en_GB` is not a language tag"),
        ({"jp": "条約"}, "`jp` is not a language of the registry"),
        ({"kr": "조약"}, "`kr` is the code of a country"),
        ({"en": {"en": "A treaty"}}, "`en` takes plain text"),
        ({"en": [["A treaty"]]}, "`en` takes plain text"),
    ],
)
def test_text_in_no_language(of: Populate, label: object, message: str) -> None:
    populated = of({**TREATY, "label": label})
    assert [message in fault.message for fault in populated.faults] == [True]
    assert populated.faults[0].rule == f"{SHAPES}#Entity-label"


def test_a_deprecated_language_tag_is_a_warning(of: Populate) -> None:
    (fault,) = of({**TREATY, "label": {"iw": "אמנה"}}).faults
    assert (fault.severity, fault.cure) == (Severity.WARNING, "write `he`")


def test_a_label_wholly_in_letters_that_only_look_latin_is_a_warning(of: Populate) -> None:
    (fault,) = of({**TREATY, "label": {"en": "РАСТ"}}).faults
    assert (fault.severity, fault.cure) == (Severity.WARNING, "write `PACT`")
    assert of({**TREATY, "label": {"en": "A treaty", "ru": "РАСТ"}}).faults == []


def test_a_placeholder_has_no_second_fault(of: Populate) -> None:
    unsaid = {"label": {"en": "..."}, "party": ["...", "..."], "cooperationType": "...", "step": TREATY["step"][:1]}
    step = {**TREATY["step"][0], "date": "...", "action": "...", "citation": [{"source": "...", "locator": " "}]}
    populated = of({**TREATY, **unsaid, "step": [step]})
    assert populated.faults == []
    assert len(populated.broken) == 7  # of the record: three; of the step: two; of its citation: two


def test_citation_supports_by_default(world: Assembly) -> None:
    disputes = {"source": "courier-2001", "locator": "whole", "bearing": "disputes"}
    populated = _populated(world, {"label": {"en": "A"}, "citation": [*CITED, disputes]}, "states")
    space = "https://w3id.org/statecraft/bearing#"
    assert {iri_of(value) for value in _values(world, populated, "bearing")} == {space + "supports", space + "disputes"}


@pytest.mark.parametrize(
    ("folder", "key", "code", "scheme"),
    [
        ("treaties", "evidentialStatus", "disputed", "evidential-status"),
        ("links", "confidence", "high", "confidence"),
        ("findings", "searchedType", "trade", "cooperation"),
        ("operations", "cooperationType", "sabotage", "cooperation"),
    ],
)
def test_code_is_read_as_a_code_even_if_a_term_has_its_name(
    world: Assembly, folder: str, key: str, code: str, scheme: str
) -> None:
    populated = _populated(world, {key: code}, folder)
    assert populated.faults == []
    assert _values(world, populated, key) == {ox.NamedNode(f"https://w3id.org/statecraft/{scheme}#{code}")}


def test_role_named_like_a_key(world: Assembly) -> None:
    membership = [{"member": "arvenia", "role": "member", "citation": CITED}]
    populated = _populated(world, {"membership": membership}, "organizations")
    assert _values(world, populated, "role") == {ox.NamedNode("https://w3id.org/statecraft/role#member")}
    assert _values(world, populated, "member") == {ox.NamedNode(SPACE + "arvenia")}


def test_property_without_a_shape_is_no_key_and_a_fault_says_so(tmp_path: Path) -> None:
    root = copy_of_world(tmp_path)
    (root / "ontology").mkdir()
    (root / "ontology" / "own.ttl").write_text(
        "@prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> ."
        '<https://own.example/widens> a owl:ObjectProperty ; rdfs:label "widens"@en ; rdfs:comment "Widens."@en .',
        encoding="utf-8",
    )
    record = root / "data" / "charters" / "river-charter-1999.yaml"
    record.write_text(record.read_text(encoding="utf-8") + "widens: fishing-1970\n", encoding="utf-8")
    (fault,) = faults_of(root)
    assert (fault.message, fault.rule) == ("a charter has no key `widens`", "record/unknown-key")
    assert "<https://own.example/widens>" in fault.cure
    assert "shapes/northern-pact.ttl" in fault.cure


@pytest.mark.parametrize(
    ("more", "message", "cure", "rule"),
    [
        ({"partys": "x"}, "a treaty has no key `partys`", "did you mean `party`?", "record/unknown-key"),
        ({"date": "2001"}, "a treaty has no key `date`", "", "record/unknown-key"),
        ({"zzzzzz": "x"}, "a treaty has no key `zzzzzz`", "the keys are label, ", "record/unknown-key"),
        ({"replaces": "fishing-1971"}, "no record is named `fishing-1971`", "did you mean `fishing-", "-replaces"),
        ({"replaces": "qqq"}, "no record is named `qqq`", "add the record, or correct the name", "-replaces"),
        ({"party": ["arvenia", "arvenia"]}, "`arvenia` is listed twice under `party`", "keep one", "-party"),
        ({"party": [{"state": "arvenia"}]}, "`party` takes plain values", "write a value", "Agreement-party"),
        ({"step": "signed"}, "each `step` must be a block of keys", "write it as a block with `action:`", "-step"),
        ({"step": [["signed"]]}, "each `step` must be a block of keys", "write it as a block with `action:`", "-step"),
        (
            {"textStatus": "publised"},
            "`publised` is not a code of `textStatus`",
            "did you mean `published`?",
            "textStatus",
        ),
        ({"textStatus": "zzz"}, "`zzz` is not a code of `textStatus`", "the codes are published, ", "-textStatus"),
        ({"cooperationType": "zzz"}, "`zzz` is not a code of `cooperationType`", "see the ontology", "cooperationType"),
    ],
)
def test_each_fault_has_a_message_and_a_cure(
    of: Populate, more: dict[str, object], message: str, cure: str, rule: str
) -> None:
    faults = _faults_of(of({**TREATY, **more}))
    assert len(faults) == 1
    assert faults[0][0] == message
    assert faults[0][1].startswith(cure)
    assert faults[0][2].endswith(rule)


def test_a_fault_has_the_position_of_its_value(world: Assembly) -> None:
    text = "label: {en: A}\nparty:\n  - arvenia\n  - arvenla\nstep:\n  - {action: signed, date: 2001-02-30}\n"
    record = Record("a-record", world.contract.folders["treaties"], "f.yaml", read(text.encode(), "f.yaml")[0])
    faults = populate([*world.records, record], world.contract, world.publication).faults
    assert [fault.at for fault in faults] == [(4, 5), (6, 22)]


def _populated(world: Assembly, body: dict[str, Any], folder: str = "treaties") -> Populated:
    """Populate one record among those of the invented publication, and return what is its own."""
    text = json.dumps(body, ensure_ascii=False)
    mapping, faults = read(text.encode(), "data/a-record.yaml")
    assert mapping is not None
    unsaid = ("yaml/empty", "yaml/blank", "yaml/placeholder")
    assert [fault for fault in faults if not fault.rule.startswith(unsaid)] == []
    record = Record("a-record", world.contract.folders[folder], "data/a-record.yaml", mapping)
    populated = populate([*world.records, record], world.contract, world.publication)
    locations = {iri: location for iri, location in populated.locations.items() if location.record is record}
    return Populated(populated.documents[-1:], locations, populated.faults, populated.broken)


def _triples(world: Assembly, populated: Populated) -> set[ox.Triple]:
    store = ox.Store()
    load(store, populated.documents, world.context, SPACE)
    return {quad.triple for quad in store}


def _values(world: Assembly, populated: Populated, name: str) -> set[object]:
    return {one.object for one in _triples(world, populated) if one.predicate.value == STATECRAFT + name}


def _names(populated: Populated, key: str) -> set[str]:
    """Return the names of the nodes that a key of the record itself holds."""
    return {iri for iri in populated.locations if iri.startswith(f"{IRI}#{key}-") and "/" not in iri.removeprefix(IRI)}


def _faults_of(populated: Populated) -> list[tuple[str, str, str]]:
    return [(fault.message, fault.cure, fault.rule) for fault in sorted(populated.faults, key=Fault.sort_key)]


def _shuffle(value: Any, rng: random.Random) -> Any:
    if isinstance(value, dict):
        return {key: _shuffle(value[key], rng) for key in rng.sample(list(value), len(value))}
    if isinstance(value, list):
        return [_shuffle(item, rng) for item in rng.sample(value, len(value))]
    return value
