"""Lexical forms and the order of XML Schema's datatypes, held against Oxigraph's within its limits of size."""

import re

import pyoxigraph as ox
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from upheaval.rdf import xsd
from upheaval.rdf.xsd import XSD, checker
from upheaval.rdf.xsdorder import compare, key

CASTS = (
    *("boolean", "decimal", "integer", "double", "float", "date", "time", "dateTime", "gYear", "gYearMonth"),
    *("gMonthDay", "gDay", "gMonth", "duration", "yearMonthDuration", "dayTimeDuration"),
)
ORDERED = tuple(name for name in CASTS if name != "boolean")
DURATIONS = {
    "yearMonthDuration": ("P1Y", "P1M", "P12M", "-P1Y1M", "P0M"),
    "dayTimeDuration": ("-P1D", "PT1S", "P30D", "PT36H", "P0D", "P1DT0.5S"),
}
DURATIONS["duration"] = (*DURATIONS["yearMonthDuration"], *DURATIONS["dayTimeDuration"], "P1M2DT3H4M5.6S", "P2M31D")
STORE = ox.Store()


def forms(name: str) -> st.SearchStrategy[str]:
    """Well-formed values of a datatype, as short as Oxigraph's numbers are."""
    if name in DURATIONS:
        return st.sampled_from(DURATIONS[name])
    if name == "integer":
        return st.from_regex(r"[+-]?[0-9]{1,9}", fullmatch=True)
    if name == "decimal":
        return st.from_regex(r"[+-]?[0-9]{0,6}\.?[0-9]{1,6}", fullmatch=True)
    grammar = xsd._GRAMMARS[name].replace("[0-9]{3,}", "[0-9]{3}").replace("[0-9]+", "[0-9]{1,6}")
    return st.from_regex(re.compile(grammar), fullmatch=True)


@st.composite
def nearly(draw: st.DrawFn, name: str) -> str:
    """A value of a datatype with up to two characters put in or replaced."""
    text = draw(forms(name))
    for _ in range(draw(st.integers(0, 2))):
        place = draw(st.integers(0, len(text)))
        rest = text[place + draw(st.integers(0, 1)) :]
        text = text[:place] + draw(st.sampled_from("0123456789-+:.TZPYMDHSeE \n\tx")) + rest
    return text


def cast(text: str, name: str) -> bool:
    query = f"SELECT (<{XSD}{name}>(?text) AS ?value) WHERE {{ VALUES ?text {{ {ox.Literal(text)} }} }}"
    found = STORE.query(query)
    assert isinstance(found, ox.QuerySolutions)
    return next(found)["value"] is not None


@given(st.data())
@pytest.mark.parametrize("name", CASTS)
def test_lexical_forms_agree_with_oxigraph(name: str, data: st.DataObject) -> None:
    text = data.draw(nearly(name))
    assume(not re.search("[0-9]{10}", text))
    assume(name not in DURATIONS or not text.endswith("T"))  # it reads P1DT
    check = checker(XSD + name)
    assert check is not None
    assert check(text) == cast(text, name)


@pytest.mark.slow
@given(st.data())
@pytest.mark.parametrize("name", ORDERED)
def test_order_agrees_with_oxigraph(name: str, data: st.DataObject) -> None:
    check = checker(XSD + name)
    assert check is not None
    one, other = (data.draw(forms(name).filter(check)) for _ in "12")
    assert compare(key(one, XSD + name), key(other, XSD + name)) == _order((one, name), (other, name))


@given(st.data(), st.sampled_from(("integer", "decimal", "byte")), st.sampled_from(("integer", "decimal")))
def test_numbers_of_different_types_have_one_order(data: st.DataObject, name: str, other: str) -> None:
    one = data.draw(st.integers(-128, 127).map(str)) if name == "byte" else data.draw(forms(name))
    two = data.draw(forms(other))
    assert compare(key(one, XSD + name), key(two, XSD + other)) == _order((one, name), (two, other))


def _order(one: tuple[str, str], other: tuple[str, str]) -> int | None:
    values = " ".join(str(ox.Literal(text, datatype=ox.NamedNode(XSD + name))) for text, name in (one, other))
    signs = "(?a < ?b AS ?less) (?a = ?b AS ?same) (?a > ?b AS ?more)"
    query = f"SELECT {signs} WHERE {{ VALUES (?a ?b) {{ ({values}) }} }}"
    found = STORE.query(query)
    assert isinstance(found, ox.QuerySolutions)
    solution = next(found)
    true = ox.Literal(True)
    return next((sign for sign, name in ((-1, "less"), (0, "same"), (1, "more")) if solution[name] == true), None)


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("byte", "-128 127 007 -0", "128 -129 1.0"),
        ("unsignedByte", "0 255 +1 -0", "256 -1"),
        ("long", "-9223372036854775808 9223372036854775807", "9223372036854775808"),
        ("unsignedLong", "18446744073709551615", "18446744073709551616"),
        ("positiveInteger", "1 +5", "0 -0 -1"),
        ("negativeInteger", "-1", "0 1"),
        ("nonNegativeInteger", "0 3 " + "9" * 6000, "-1"),
        ("nonPositiveInteger", "0 -3 -" + "9" * 6000, "1"),
        ("dateTimeStamp", "2020-01-01T00:00:00Z", "2020-01-01T00:00:00"),
        ("hexBinary", "0aFF", "0 0g"),
        ("base64Binary", "AQ== AQI= AQID", "AQ= AR== A"),
        ("language", "en zh-Hant-TW", "e_n toolongtag -en"),
        ("NCName", "é a.b _x \U00020000", "a:b 1a -a"),
        ("Name", "a:b :", "1a"),
        ("QName", "a:b ab", "a:b:c :a"),
        ("NMTOKEN", "1a -a", "a,b"),
        ("gMonthDay", "--02-29", "--02-30 --04-31"),
        ("date", "2024-02-29 -0004-02-29 0000-02-29 12020-01-01+14:00", "2023-02-29 02020-01-01 2020-01-01+14:01"),
    ],
)
def test_datatypes_that_oxigraph_does_not_cast_to(name: str, good: str, bad: str) -> None:
    check = checker(XSD + name)
    assert check is not None
    assert [text for text in good.split() if not check(text)] == []
    assert [text for text in bad.split() if check(text)] == []


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("string", ["", "a\n\tb", "\U0001f600"], ["\x00", "a\x08", "\ufffe"]),
        ("normalizedString", [" a  b "], ["a\tb", "a\n"]),
        ("token", ["", "a b"], [" a", "a ", "a  b", "a\n"]),
        ("anyURI", ["", "https://example.org/é", "a b"], ["\x01"]),
        ("NMTOKENS", ["a b"], ["", "a  b"]),
        ("IDREFS", ["a b"], ["1"]),
        ("integer", [], [" 5", "5 ", "5\n", "٣"]),
        ("boolean", ["true", "1"], ["True", "true\n", ""]),
    ],
)
def test_white_space_and_controls(name: str, good: list[str], bad: list[str]) -> None:
    check = checker(XSD + name)
    assert check is not None
    assert [text for text in good if not check(text)] == []
    assert [text for text in bad if check(text)] == []


def test_every_datatype_of_xml_schema_is_known() -> None:
    assert len(xsd.NAMES) == 47
    assert checker(XSD + "anyType") is None
    assert checker("https://example.org/date") is None


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (("2020", "gYear"), ("2021-01", "gYearMonth"), None),
        (("2020-01-01", "date"), ("2020-01-01T00:00:00", "dateTime"), None),
        (("2002-10-10T12:00:00-05:00", "dateTime"), ("2002-10-10T12:00:00", "dateTime"), None),
        (("2002-10-10T12:00:00-05:00", "dateTime"), ("2002-10-12T12:00:00", "dateTime"), -1),
        (("2020-01-01T00:00:00Z", "dateTimeStamp"), ("2020-01-01T01:00:00+01:00", "dateTime"), 0),
        (("P1M", "duration"), ("P30D", "duration"), None),
        (("P1Y", "yearMonthDuration"), ("P366D", "dayTimeDuration"), None),
        (("PT24H", "dayTimeDuration"), ("P1D", "duration"), 0),
        (("1" * 400, "integer"), ("1e300", "double"), 1),
        (("NaN", "double"), ("NaN", "double"), None),
        (("0.1", "decimal"), ("0.1", "double"), 0),
        (("a", "string"), ("b", "string"), -1),
        (("a", "anyURI"), ("b", "anyURI"), None),
        (("soon", "date"), ("2020-01-01", "date"), None),
        (("9" * 5000, "integer"), ("1", "integer"), None),
    ],
)
def test_comparable_datatypes(one: tuple[str, str], other: tuple[str, str], expected: int | None) -> None:
    first, second = (key(text, XSD + name) for text, name in (one, other))
    assert compare(first, second) == expected
    assert compare(second, first) == (None if expected is None else -expected)


def test_texts_in_a_language_have_no_order() -> None:
    assert key("a", "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString", "en") is None
