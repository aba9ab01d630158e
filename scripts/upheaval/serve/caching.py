"""Validators and conditional requests: entity tags, dates and 304 (RFC 9110 section 13)."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from email.utils import format_datetime

from werkzeug.sansio.http import is_resource_modified

KEPT = ("etag", "last-modified", "cache-control", "vary", "content-location", "upheaval-snapshot")
"""The fields that a 304 has from the response that it stands for, in lower case (RFC 9110 section 15.4.5)."""


def validators(changed: datetime) -> dict[str, str]:
    """Return Last-Modified and Cache-Control for a representation; its entity tag comes from its content.

    Args:
        changed: the time of the last change, in UTC.

    """
    return {"Last-Modified": format_datetime(changed, usegmt=True), "Cache-Control": "public, max-age=300"}


def entity_tag(content: bytes, coding: str = "") -> str:
    """Return a strong entity tag: a hash of the content, and the coding that it is sent in."""
    return _tag(hashlib.blake2b(content, digest_size=15).hexdigest(), coding)


def coded_tag(tag: str, coding: str) -> str:
    """Return the entity tag of the same content in a coding: another one, as its bytes differ (section 8.8.3.3)."""
    return _tag(tag.strip('"'), coding)


def _tag(name: str, coding: str) -> str:
    return f'"{name}-{coding}"' if coding else f'"{name}"'


def is_fresh(asked: Mapping[str, str], answered: Mapping[str, str]) -> bool:
    """Return whether the client's copy is current.

    If-None-Match takes precedence over If-Modified-Since (RFC 9110 section 13.2.2); an invalid date is ignored.

    Args:
        asked: the request's `if-none-match` and `if-modified-since`, if it has them.
        answered: the response's fields, by name in lower case.

    """
    tags, since = asked.get("if-none-match"), asked.get("if-modified-since")
    if tags is None and since is None:
        return False
    return not is_resource_modified(
        http_if_none_match=tags,
        http_if_modified_since=since if tags is None else None,
        etag=answered.get("etag"),
        last_modified=answered.get("last-modified"),
    )
