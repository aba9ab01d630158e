"""Validators and conditional requests: entity tags, dates and 304 (RFC 9110 section 13)."""

from collections.abc import Mapping
from datetime import datetime
from email.utils import format_datetime, parsedate_to_datetime

from starlette.requests import Request
from starlette.responses import Response


def validators(tag: str, changed: datetime) -> dict[str, str]:
    """Return ETag, Last-Modified and Cache-Control for a representation.

    Args:
        tag: a text that changes whenever the representation does; without quotation marks.
        changed: the time of the last change, in UTC.

    """
    return {
        "ETag": f'"{tag}"',
        "Last-Modified": format_datetime(changed, usegmt=True),
        "Cache-Control": "public, max-age=300",
    }


def unchanged(request: Request, headers: Mapping[str, str]) -> Response | None:
    """Return a 304 response if the client's copy is current, or else None.

    If-None-Match takes precedence over If-Modified-Since (RFC 9110 section 13.2.2); an invalid date is ignored.
    """
    asked = request.headers.get("if-none-match")
    if asked is not None:
        tags = {tag.strip().removeprefix("W/") for tag in asked.split(",")}
        fresh = headers["ETag"] in tags or "*" in tags
    else:
        try:
            since = parsedate_to_datetime(request.headers.get("if-modified-since", ""))
            fresh = parsedate_to_datetime(headers["Last-Modified"]) <= since
        except (TypeError, ValueError, IndexError):
            fresh = False
    kept = ("ETag", "Last-Modified", "Cache-Control", "Vary", "Content-Location")
    return Response(None, 304, {name: headers[name] for name in kept if name in headers}) if fresh else None
