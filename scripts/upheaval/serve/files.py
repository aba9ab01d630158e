"""Send the files of a build: dumps with their hashes, and web pages."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from upheaval.serve.caching import unchanged, validators
from upheaval.serve.policy import PAGES, PICTURES
from upheaval.serve.problems import Problem
from upheaval.serve.snapshot import Snapshot, SnapshotFile


def send(request: Request, file: SnapshotFile, served: Snapshot, more: Mapping[str, str] | None = None) -> Response:
    """Send a file.

    Args:
        request: the request, with its conditions and ranges.
        file: the file.
        served: the build.
        more: additional header fields.

    Returns:
        The file with ETag, Last-Modified and, if the manifest lists it, its SHA-256 as Repr-Digest (RFC 9530).

    Raises:
        Problem: 503 if the file has changed since the server started.

    """
    try:
        stat = file.path.stat()
    except OSError:
        stat = None
    if stat is None or (stat.st_size, stat.st_mtime_ns) != (file.size, file.changed):
        raise Problem(503, "the build has been replaced; restart the server", {"Retry-After": "60"})
    headers = {**validators(file.sha256 or f"{served.identity[:24]}-{file.size}", served.issued), **(more or {})}
    if file.digest:
        headers["Repr-Digest"] = file.digest
    if file.media in ("text/html", "text/javascript"):  # a web worker obeys the policy sent with its own script
        headers["Content-Security-Policy"] = PAGES
    elif file.media == "image/svg+xml":
        headers["Content-Security-Policy"] = PICTURES
    if fresh := unchanged(request, headers):
        return fresh
    text = file.media.startswith("text/")
    return FileResponse(
        file.path, 200, headers, f"{file.media}; charset=utf-8" if text else file.media, stat_result=stat
    )
