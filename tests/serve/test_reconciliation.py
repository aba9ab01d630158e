"""The reconciliation service against the API's own JSON Schemas."""

import json
from typing import Any
from urllib.parse import urlencode

import jsonschema
import pytest
from referencing import Registry, Resource

from tests.conformance import record
from tests.serve.support import NAMESPACE, Running
from tests.support import suite


def check(name: str, document: Any) -> None:
    folder = suite("reconciliation-0.2", "schemas")
    schema = json.loads((folder / f"{name}.json").read_text())
    kind = json.loads((folder / "type.json").read_text())
    swagger: dict[str, Any] = {"definitions": {"securityDefinitions": {"additionalProperties": {}}}}
    resources = [
        ("https://reconciliation-api.github.io/specs/0.2/schemas/type.json", kind),
        ("type.json", kind),
        ("http://swagger.io/v2/schema.json", swagger),
    ]
    registry: Registry[Any] = Registry().with_resources(
        (uri, Resource.from_contents({"$schema": "http://json-schema.org/draft-07/schema#", **content}))
        for uri, content in resources
    )
    validator = jsonschema.Draft7Validator(schema, registry=registry)
    record("reconciliation", f"schema/{name}", validator.is_valid(document))
    validator.validate(document)


def batch(server: Running, **queries: Any) -> dict[str, Any]:
    body = urlencode({"queries": json.dumps(queries)}).encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = server.get("/reconcile", method="POST", body=body, headers=headers)
    assert answer.status == 200, answer.body
    found: dict[str, Any] = answer.json()
    check("reconciliation-result-batch", found)
    assert found == server.get("/reconcile?" + body.decode()).json()
    return {name: result["result"] for name, result in found.items()}


def test_manifest(server: Running) -> None:
    manifest = server.get("/reconcile").json()
    check("manifest", manifest)
    assert manifest["view"]["url"].replace("{{id}}", "arvenia") == NAMESPACE + "arvenia"
    assert manifest["versions"] == ["0.2"]


def test_candidates(server: Running) -> None:
    found = batch(
        server,
        exact={"query": "Arvenia"},
        russian={"query": "Арвения", "type": "State"},
        other={"query": "Republic of Arvenia", "type": ["State"], "limit": 1},
        misspelt={"query": "Belmoora", "type": "State"},
        above={"query": "Friendship Treaty", "type": "Agreement"},
        wrong={"query": "Arvenia", "type": "Treaty"},
        should={"query": "Arvenia", "type": "Treaty", "type_strict": "should"},
        nothing={"query": "zzzzqqqq"},
    )
    assert [found[name][0]["id"] for name in ("exact", "russian", "other")] == ["arvenia"] * 3
    assert all(found[name][0]["match"] for name in ("exact", "russian", "other"))
    assert (found["misspelt"][0]["id"], found["misspelt"][0]["match"]) == ("belmora", False)
    assert found["above"][0]["id"] == "friendship-treaty-1955"
    assert found["above"][0]["type"] == [{"id": "Treaty", "name": "treaty"}]
    assert "arvenia" not in [candidate["id"] for candidate in found["wrong"]]
    assert "arvenia" in [candidate["id"] for candidate in found["should"]]
    assert found["nothing"] == []
    assert len(found["other"]) == 1


CODES = ["AV", "ARV", " ARV", "901", NAMESPACE + "arvenia", "https://example.com/atlas/arvenia"]


@pytest.mark.parametrize("code", CODES)
def test_codes_and_iris_are_equal_or_not(server: Running, code: str) -> None:
    found = batch(
        server, any={"query": code}, state={"query": code, "type": "State"}, other={"query": code, "type": "Treaty"}
    )
    for name in ("any", "state"):
        assert [(one["id"], one["score"], one["match"]) for one in found[name]] == [("arvenia", 100, True)]
    assert found["other"] == []


@pytest.mark.parametrize(
    "code", ["ARW", "902902", "Q159", "wd:Q1", NAMESPACE + "arvenja", "https://example.com/atlas/arveni", "XX"]
)
def test_a_code_that_nothing_has_is_not_taken_for_a_name(server: Running, code: str) -> None:
    assert batch(server, q={"query": code}) == {"q": []}


def test_codes_of_properties_are_equal_or_not(server: Running) -> None:
    asked = {"query": "Arvenia", "properties": [{"pid": "isoAlpha3", "v": "ARW"}]}
    features = batch(server, q=asked)["q"][0]["features"]
    assert {"id": "isoAlpha3", "value": 0.0} in features


@pytest.mark.parametrize("blank", ["", " ", "\u3000\t"])
def test_a_blank_cell_has_no_candidates_and_fails_no_batch(server: Running, blank: str) -> None:
    found = batch(server, blank={"query": blank}, typed={"query": blank, "type": "State"}, named={"query": "Arvenia"})
    assert (found["blank"], found["typed"]) == ([], [])
    assert found["named"][0]["id"] == "arvenia"


def test_accents_make_no_other_name_and_types_go_by_their_labels(server: Running) -> None:
    found = batch(server, accent={"query": "Árvenïa", "type": "state"}, cyrillic={"query": "Арвения", "type": "state"})
    assert all([(one["id"], one["match"]) for one in found[name]][:1] == [("arvenia", True)] for name in found)


def test_properties_are_matched(server: Running) -> None:
    found = batch(
        server,
        code={"query": "Arvenia", "properties": [{"pid": "cowCode", "v": "901"}]},
        entity={"query": "treaty", "type": "Treaty", "properties": [{"pid": "party", "v": {"id": "corvania"}}]},
        alone={"properties": [{"pid": "isoAlpha3", "v": ["ARV"]}]},
    )
    assert found["code"][0]["id"] == "arvenia"
    assert {"id": "cowCode", "value": 100.0} in found["code"][0]["features"]
    assert found["alone"][0]["id"] == "arvenia"
    parties = found["entity"][0]["features"]
    assert any(feature == {"id": "party", "value": 100.0} for feature in parties)


def test_suggestions(server: Running) -> None:
    for kind, schema, prefix, expected in (
        ("entity", "suggest-entities-response", "arv", "arvenia"),
        ("type", "suggest-types-response", "trea", "Treaty"),
        ("property", "suggest-properties-response", "part", "party"),
    ):
        answer = server.get(f"/reconcile/suggest/{kind}?prefix={prefix}").json()
        check(schema, answer)
        assert expected in [item["id"] for item in answer["result"]]
    assert server.get("/reconcile/suggest/nothing?prefix=a").status == 404


def test_preview(server: Running) -> None:
    answer = server.get("/reconcile/preview?id=arvenia")
    assert "Arvenia" in answer.text
    assert "frame-ancestors *" in answer.headers["content-security-policy"]
    assert server.get("/reconcile/preview?id=../../x").status == 404
    assert "<script>" not in server.get("/reconcile/preview?id=evil").text


def test_extension(server: Running) -> None:
    proposed = server.get("/reconcile/properties?type=State&limit=50").json()
    check("data-extension-property-proposal", proposed)
    names = [item["id"] for item in proposed["properties"]]
    assert "cowCode" in names
    query = {
        "ids": ["arvenia", "friendship-treaty-1955", "drones-to-belmora-2010", "nobody"],
        "properties": [
            {"id": name} for name in ("cowCode", "party", "date", "step", "independentSources", "supplier", "nothing")
        ]
        + [{"id": "altLabel", "settings": {"limit": "1"}}],
    }
    check("data-extension-query", query)
    answer = server.get("/reconcile?" + urlencode({"extend": json.dumps(query)})).json()
    check("data-extension-response", answer)
    assert answer["rows"]["arvenia"]["cowCode"] == [{"str": "901"}]
    assert answer["rows"]["drones-to-belmora-2010"]["supplier"] == [{"id": "arvenia", "name": "Arvenia"}]
    assert answer["rows"]["nobody"]["cowCode"] == []


@pytest.mark.parametrize(
    "queries",
    ["", "[]", "{", '{"q": 1}', '{"q": {}}', '{"q": {"query": 1}}', '{"q": {"query": "a", "limit": "x"}}',
     '{"q": {"query": "a", "properties": [{}]}}', '{"q": {"query": "a", "type": 5}}', "[" * 50_000,
     '{"q": {"query": "a", "limit": NaN}}', '{"q": {"query": "a", "limit": 1e999}}',
     '{"q": {"query": "a", "limit": -Infinity}}', '{"q": {"query": "a", "limit": true}}', '{"q": {"query": "\\ud800"}}',
     '{"\\udc00": {"query": "a"}}', '{"q": {"query": "a", "limit": %s}}' % ("9" * 5000)],
)  # fmt: skip
def test_malformed_requests_are_refused(server: Running, queries: str) -> None:
    body = urlencode({"queries": queries}).encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert server.get("/reconcile", method="POST", body=body, headers=headers).status == 400
    many = json.dumps({f"q{n}": {"query": "a"} for n in range(51)})
    assert (
        server.get("/reconcile", method="POST", body=urlencode({"queries": many}).encode(), headers=headers).status
        == 400
    )


@pytest.mark.parametrize(
    "extend",
    ['{"ids": ["a"], "properties": [{"id": {}}]}', '{"ids": ["a"], "properties": [{"id": "label", "settings": [1]}]}',
     '{"ids": ["a"], "properties": [{"id": "label", "settings": "x"}]}', '{"ids": "a", "properties": []}',
     '{"ids": ["\\ud800"], "properties": [{"id": "label"}]}'],
)  # fmt: skip
def test_malformed_extensions_are_refused(server: Running, extend: str) -> None:
    answer = server.get("/reconcile?" + urlencode({"extend": extend}))
    assert answer.status == 400
    assert answer.json()["detail"]


def test_the_apis_own_examples_are_read(server: Running) -> None:
    folder = suite("reconciliation-0.2", "examples", "reconciliation-query-batch")
    for path in sorted(folder.glob("*/*.json")):
        answer = server.get("/reconcile?" + urlencode({"queries": path.read_text()}))
        # The API's schema forbids other keys; a service may read them, so `invalid` may be answered too.
        expected = (200,) if path.parent.name == "valid" else (200, 400)
        record("reconciliation", f"query-batch/{path.parent.name}/{path.stem}", answer.status in expected)
        assert answer.status in expected, path
