"""Services that fail: each failure is retried or is one clear line, and nothing hangs."""

import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from tests.link.standins import CUT_OFF, JSON, SLOW, Reply, as_json, standing
from upheaval.faults import Refusal
from upheaval.link.webservices import WebService

GOOD = as_json({"fine": True})
SOON = "in half a minute"


def asked(
    faults: list[Reply], folder: Path | None = None, tries: int = 3, timeout: float = 5
) -> tuple[object, list[float], int]:
    """Return the answer, the waits and the number of requests of a service that first gives some faults."""
    waits: list[float] = []
    with standing(lambda _path, _form: GOOD) as stand_in:
        stand_in.faults = list(faults)
        service = WebService(stand_in.url, timeout, 0, tries, folder, sleep=waits.append)
        answer = service.json({"a": "b"}, "application/json")
        assert service.json({"a": "b"}, "application/json") == answer
        return answer, [wait for wait in waits if wait > 0], len(stand_in.asked)


def test_answers_are_kept(tmp_path: Path) -> None:
    assert asked([], tmp_path) == ({"fine": True}, [], 1)
    assert asked([])[2] == 2


@pytest.mark.parametrize(
    ("fault", "least"),
    [
        ((429, {"Retry-After": "7"}, b""), 7),
        ((429, {"Retry-After": SOON}, b""), 10),
        ((429, {}, b""), 1),
        ((429, {"Retry-After": "soon"}, b""), 1),
        ((500, {}, b"<html>"), 1),
        ((503, {"Retry-After": "3"}, b""), 3),
        ((200, JSON | CUT_OFF, b'{"fine"'), 1),
    ],
)
def test_passing_faults_are_retried(fault: Reply, least: float) -> None:
    status, fields, body = fault
    if fields.get("Retry-After") == SOON:
        fields = {"Retry-After": format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)}
    answer, waits, requests = asked([(status, fields, body)])
    assert (answer, requests) == ({"fine": True}, 3)
    assert waits[0] >= least


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ((500, {}, b""), "answered 2 requests, the last with 500"),
        ((429, {"Retry-After": "86400"}, b""), "asks to wait 86400 s"),
        ((404, {"Content-Type": "text/html"}, b"<p>no such page"), "refuses the request with 404: <p>no such page"),
        ((302, {"Location": "https://example.com/elsewhere"}, b""), "redirects to https://example.com/elsewhere"),
        ((200, {"Content-Type": "text/html"}, b"<html>"), "answers with a web page instead of JSON"),
        ((200, {}, b"{}"), "answers with something without a type instead of JSON"),
        ((200, JSON, b'{"half"'), "answers with broken JSON"),
        ((200, JSON | CUT_OFF, b'{"half"'), "cannot be reached"),
    ],
)
def test_lasting_faults_are_one_clear_line(fault: Reply, message: str) -> None:
    with pytest.raises(Refusal) as refused:
        asked([fault] * 5, tries=2)
    (problem,) = refused.value.faults
    assert problem.message.startswith(message)
    assert "\n" not in str(problem)


def test_slow_service_is_given_up() -> None:
    started = time.monotonic()
    with pytest.raises(Refusal, match=r"did not answer within 0\.3 s"):
        asked([(200, JSON | SLOW, b"{}")] * 2, tries=1, timeout=0.3)
    assert time.monotonic() - started < 5


@pytest.mark.parametrize("url", ["", "query.wikidata.org", "ftp://example.com/", "http://[broken"])
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(Refusal, match="is not the address of a service"):
        WebService(url)


def test_nobody_there_is_refused() -> None:
    with pytest.raises(Refusal, match="cannot be reached"):
        WebService("http://127.0.0.1:9/", tries=1).json(None, "application/json")
