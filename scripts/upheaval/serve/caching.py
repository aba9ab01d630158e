"""Validators and conditional requests: entity tags, dates and 304 (RFC 9110 section 13)."""

from collections.abc import Mapping
from datetime import datetime
from email.utils import format_datetime

from starlette.requests import Request
from starlette.responses import Response
from werkzeug.sansio.http import is_resource_modified


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
    tags, since = request.headers.getlist("if-none-match"), request.headers.get("if-modified-since")
    if not tags and since is None:
        return None
    fresh = not is_resource_modified(
        http_if_none_match=", ".join(tags),
        http_if_modified_since=None if tags else since,
        etag=headers["ETag"],
        last_modified=headers["Last-Modified"],
    )
    kept = ("ETag", "Last-Modified", "Cache-Control", "Vary", "Content-Location")
    return Response(None, 304, {name: headers[name] for name in kept if name in headers}) if fresh else None
