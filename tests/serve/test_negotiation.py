"""Which representation an Accept field asks for, and when a copy is still good (RFC 9110 sections 12 and 13)."""

from datetime import UTC, datetime

import pytest
from starlette.requests import Request

from upheaval.serve.caching import validators
from upheaval.serve.delivery import Answer
from upheaval.serve.negotiation import CSV, HTML, JSON_LD, N_TRIPLES, RDF_XML, TURTLE, Offer, accepted, choose

OFFERS = (TURTLE, HTML, JSON_LD, N_TRIPLES, RDF_XML)
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"


def request(*headers: tuple[str, str]) -> Request:
    return Request({"type": "http", "headers": [(name.encode(), value.encode("latin-1")) for name, value in headers]})


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, TURTLE),
        ("", TURTLE),
        ("  ", TURTLE),
        ("*/*", TURTLE),
        (BROWSER, HTML),
        ("text/turtle;q=0", None),
        ("*/*;q=0", None),
        ("text/turtle;q=0.000", None),
        ("*/*, text/turtle;q=0", HTML),
        ("text/*, text/turtle;q=0, text/html;q=0", None),
        ("text/*;q=0.5, text/turtle;q=0.1, */*;q=0.9", JSON_LD),
        ("*/*;q=0.9, text/turtle;q=0.1, text/*;q=0.5", JSON_LD),
        ("text/turtle;q=0.001", TURTLE),
        ("text/html;q=0.5, text/turtle;q=0.500", TURTLE),
        ("text/html;q=0.5, text/html;q=0.9, text/turtle;q=0.7", HTML),
        ("TEXT/TURTLE;Q=0.5", TURTLE),
        ("text/turtle;charset=utf-8", TURTLE),
        ('text/html;level="a,b;q=0";q=0.3, text/turtle;q=0.2', HTML),
        ("text/turtle ; q=0.1 , text/html", HTML),
        ("application/json", JSON_LD),
        ("application/xml", RDF_XML),
        ("application/json, application/ld+json;q=0.5", JSON_LD),
        ("application/ld+json;q=0, application/json", None),
        ("text/n3, text/html", HTML),
        ("text, text/html/x, , ;q=1", None),
        ("text, text/html", HTML),
        ("*/turtle", None),
        ("image/png", None),
        ("text/turtle;q=x", None),
        ("text/turtle;q=-1, text/html;q=0.1", HTML),
        ("text/turtle;q=5, text/html;q=0.1", HTML),
        ("text/turtle;q=nan, text/html;q=0.1", HTML),
        ("a/b;q=0.1," * 5000, None),
    ],
)
def test_most_specific_range_of_the_highest_quality_decides(accept: str | None, expected: Offer | None) -> None:
    assert choose(accept, OFFERS) is expected


def test_qualities_equal_those_of_the_specification() -> None:
    """RFC 9110 section 12.5.1, without the ranges that differ by parameters."""
    accept = "text/*;q=0.3, text/plain;q=0.7, */*;q=0.5"
    ranked = [("text/plain", 0.7), ("image/jpeg", 0.5), ("text/html", 0.3)]
    for place, (better, _) in enumerate(ranked):
        for worse, _ in ranked[place + 1 :]:
            offers = (Offer("b", worse), Offer("a", better))
            assert choose(accept, offers) is offers[1]


def test_type_with_quality_0_is_not_sent_for_a_wildcard() -> None:
    assert choose("*/*, text/turtle;q=0", (TURTLE,)) is None
    assert choose("*/*, text/csv;q=0", (CSV,)) is None


def test_repeated_header_is_one_list() -> None:
    assert accepted(request(("accept", "image/png"), ("accept", "text/html"))) == "image/png, text/html"
    assert accepted(request()) is None


CHANGED = datetime(2020, 12, 31, tzinfo=UTC)
NOW = "Thu, 31 Dec 2020 00:00:00 GMT"
BEFORE = "Wed, 30 Dec 2020 23:59:59 GMT"
AFTER = "Fri, 01 Jan 2021 00:00:00 GMT"


@pytest.mark.parametrize(
    ("headers", "fresh"),
    [
        ([], False),
        ([("if-none-match", '"a.ttl"')], True),
        ([("if-none-match", 'W/"a.ttl"')], True),
        ([("if-none-match", '"x", W/"y" ,"a.ttl"')], True),
        ([("if-none-match", '"x"'), ("if-none-match", '"a.ttl"')], True),
        ([("if-none-match", "*")], True),
        ([("if-none-match", '"x"')], False),
        ([("if-none-match", '"a"')], False),
        ([("if-none-match", '"a.ttl, b"')], False),
        ([("if-none-match", '"x,"a.ttl')], False),
        ([("if-none-match", "")], False),
        ([("if-none-match", '"A.TTL"')], False),
        ([("if-modified-since", NOW)], True),
        ([("if-modified-since", AFTER)], True),
        ([("if-modified-since", BEFORE)], False),
        ([("if-modified-since", "Thursday, 31-Dec-20 00:00:00 GMT")], True),
        ([("if-modified-since", "Thu Dec 31 00:00:00 2020")], True),
        ([("if-modified-since", "never")], False),
        ([("if-modified-since", "")], False),
        ([("if-modified-since", "Thu, 99 Dec 2020 00:00:00 GMT")], False),
        ([("if-modified-since", "Thu, 31 Dec 999999999 00:00:00 GMT")], False),
        ([("if-none-match", '"x"'), ("if-modified-since", AFTER)], False),
        ([("if-none-match", ""), ("if-modified-since", AFTER)], False),
        ([("if-none-match", '"a.ttl"'), ("if-modified-since", BEFORE)], True),
    ],
)
def test_cached_copy_is_validated_by_tag_or_else_by_date(headers: list[tuple[str, str]], fresh: bool) -> None:
    asked: dict[str, str] = {}
    for name, value in headers:
        asked[name] = f"{asked[name]}, {value}" if name in asked else value
    whole = Answer.made(200, validators(CHANGED) | {"ETag": '"a.ttl"', "Vary": "Accept", "Link": "<x>"}, b"text")
    answer = whole.conditional(asked)
    assert (answer is not whole) == fresh
    if fresh:
        assert (answer.status, answer.body) == (304, b"")
        assert answer.names["etag"] == '"a.ttl"'
        assert answer.names["vary"] == "Accept"
        assert "link" not in answer.names
