"""Language tags, held against the registry that the library langcodes carries."""

import os
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langcodes.registry_parser import parse_registry

from upheaval.rdf.datatypes import IllFormed
from upheaval.rdf.languages import check_language, language_meant

REGISTRY = list(parse_registry())
CURRENT = [one["Subtag"] for one in REGISTRY if one["Type"] == "language" and ".." not in one["Subtag"]]


VALID = (
    "en zh-Hans zh-hans fa sr-Latn en-GB en-us sq-XK ar-001 es-419 prs yue cmn tlh und mul qaa qaa-Qaaa-QM x-old-style "
    "en-x-foo de-1996 de-DE-u-co-phonebk en-a-bb sl-rozaj sh ja-Jpan-JP"
)


@pytest.mark.parametrize("tag", VALID.split())
def test_valid_tags(tag: str) -> None:
    assert check_language(tag) is None


@pytest.mark.parametrize(
    ("tag", "near"),
    [
        ("jp", "ja"),
        ("cn", "zh"),
        ("ua", "uk"),
        ("cz", "cs"),
        ("us", "en"),
        ("ir", "fa"),
        ("kp", "ko"),
        ("by", "be"),
        ("dk", "da"),
        ("ua-Cyrl", "uk-Cyrl"),
        ("eng", "en"),
        ("rus", "ru"),
        ("ger", "de"),
        ("en-UK", "en-GB"),
        ("EN", "en"),
        ("en_GB", "en-GB"),
    ],
)
def test_what_is_not_in_the_registry_is_refused_with_a_suggestion(tag: str, near: str) -> None:
    with pytest.raises(IllFormed) as refused:
        check_language(tag)
    assert f"did you mean `{near}`?" in refused.value.args[1]


@pytest.mark.parametrize(
    "tag", ["xx", "english", "e", "", "en-", "zh-Xxxx", "en-en", "de-1234", "fa-AF-Arab", "x", "en gb"]
)
def test_other_tags_are_refused(tag: str) -> None:
    with pytest.raises(IllFormed) as refused:
        check_language(tag)
    assert "did you mean" not in refused.value.args[1]


@pytest.mark.parametrize(
    ("tag", "now"), [("iw", "he"), ("in", "id"), ("mo", "ro"), ("ru-SU", "ru-RU"), ("zh-yue", "yue")]
)
def test_a_deprecated_tag_names_the_one_to_write(tag: str, now: str) -> None:
    assert check_language(tag) == (f"the language tag `{tag}` is deprecated", f"write `{now}`")


@given(st.sampled_from(CURRENT))
def test_every_language_of_the_registry_is_valid(tag: str) -> None:
    check_language(tag)


@given(st.from_regex("[a-z]{2}", fullmatch=True).filter(lambda tag: tag not in CURRENT))
def test_no_other_two_letters_are(tag: str) -> None:
    with pytest.raises(IllFormed):
        check_language(tag)


@pytest.mark.parametrize(
    ("tag", "text", "meant"),
    [
        ("kr", "루리타니아", "ko"),
        ("am", "Հայաստան", "hy"),
        ("cy", "Κύπρος", "el"),
        ("tw", "臺灣", "zh"),
        ("ko", "루리타니아", ""),
        ("kr", "Kanúri", ""),
        ("sr", "Žižek", ""),
        ("ru", "Россия", ""),
        ("fa", "ایران", ""),
        ("en", "北京", ""),
    ],
)
def test_the_code_of_a_country_is_told_by_the_script(tag: str, text: str, meant: str) -> None:
    assert language_meant(tag, text) == meant


def test_plain_tags_do_not_cost_the_import_of_the_library() -> None:
    code = (
        "import sys; from upheaval.rdf.languages import check_language, language_meant; "
        "tags = ('en', 'ru', 'zh', 'zh-Hans', 'en-GB', 'fa', 'ko', 'prs'); "
        "assert not any(map(check_language, tags)); assert language_meant('ru', 'Россия') == ''; "
        "assert 'langcodes' not in sys.modules"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([sys.executable, "-c", code], check=True, env=environment)
