"""Patterns mean what XPath says, and those that are handed to Python as they stand mean the same to elementpath."""

import re

import pytest
from elementpath.regex import RegexError, translate_pattern
from hypothesis import given
from hypothesis import strategies as st

from upheaval.rdf.xpathregex import BadPattern, _alike, compile_pattern

CHARACTERS = st.sampled_from("abzAZ09_-:/# é\n\r\t,.$^\\")
ATOMS = st.sampled_from(
    ["a", "b", "Z", "9", "é", " ", "_", "-", "/", ".", r"\.", r"\\", r"\d", "[a-z]", "[^a-z0-9]", "[_.-]", "^", "$"]
)


@st.composite
def patterns(draw: st.DrawFn) -> str:
    """Expressions made of what both libraries know, well-formed or not."""
    parts = []
    for _ in range(draw(st.integers(0, 6))):
        part = draw(ATOMS)
        if draw(st.booleans()):
            part = f"({part}{draw(st.sampled_from(['', '|' + draw(ATOMS)]))})"
        parts.append(part + draw(st.sampled_from(["", "", "", "*", "+", "?", "{2}", "{1,2}", "*?", "{2,1}"])))
    return "".join(parts)


@given(patterns(), st.text(CHARACTERS, max_size=8), st.sampled_from(["", "i"]))
def test_patterns_match_as_in_elementpath(pattern: str, text: str, flags: str) -> None:
    options = re.IGNORECASE if flags else re.NOFLAG
    try:
        theirs = re.compile(translate_pattern(pattern, options, xsd_version="1.1"), options)
    except (RegexError, re.error):
        with pytest.raises(BadPattern):
            compile_pattern(pattern, flags)
        return
    assert bool(compile_pattern(pattern, flags).search(text)) == bool(theirs.search(text))


def test_patterns_that_python_reads_the_same_are_not_translated() -> None:
    assert _alike(r"^https?://[^/]+(-[A-Za-z0-9]{2,8})*\.$") == r"^https?://[^/]+(-[A-Za-z0-9]{2,8})*\.\Z"
    assert [one for one in (r"\p{Lu}", r"\w", "(?!a)", "a++", "[a-z-[x]]", r"(a)\1", r"\i") if _alike(one)] == []


@pytest.mark.parametrize(
    ("pattern", "flags", "matching", "other"),
    [
        ("^[a-z]+$", "", "abc", "abc\n"),
        (r"^\p{Lu}+$", "", "ÀБ", "Àb"),
        (r"^\P{Lu}$", "", "a", "A"),
        (r"^\p{IsGreek}+$", "", "αβ", "ab"),
        (r"^\i\c*$", "", "é1.", "1a"),
        (r"^\w$", "", "é", "_"),
        (r"^[\w]$", "", "é", "_"),
        (r"^\s$", "", "\t", "\xa0"),
        (r"^\S$", "", "\xa0", "\t"),
        ("^a.b$", "", "axb", "a\rb"),
        ("^a.b$", "s", "a\nb", "ab"),
        ("^b$", "m", "a\nb\nc", "abc"),
        ("^a b [ ]$", "x", "ab ", "a b"),
        ("a.b", "q", "xa.b", "axb"),
        ("A.B", "qi", "a.b", "axb"),
        ("JOH", "i", "john", "jon"),
        ("^[a-z-[aeiou]]+$", "", "bcd", "bad"),
        (r"^(a|b)\1$", "", "aa", "ab"),
        (r"^a\/b\-c$", "", "a/b-c", "ab"),
        ("^$", "", "", " "),
    ],
)
def test_pattern_matches_as_in_xpath(pattern: str, flags: str, matching: str, other: str) -> None:
    compiled = compile_pattern(pattern, flags)
    assert compiled.search(matching)
    assert not compiled.search(other)


@pytest.mark.parametrize(
    ("pattern", "flags"),
    [
        *((pattern, "") for pattern in ("(", ")", "[", "[]", "a{2,1}", "*a", "a++", "(?!a)", "(?<n>a)", r"\q", "\\")),
        *((pattern, "") for pattern in (r"\u0041", r"\p{Foo}", r"\Z", r"\b", "a{,3}", "(a)\\2", "a{99999999999}")),
        ("a", "g"),
    ],
)
def test_invalid_patterns_are_refused(pattern: str, flags: str) -> None:
    with pytest.raises(BadPattern):
        compile_pattern(pattern, flags)
