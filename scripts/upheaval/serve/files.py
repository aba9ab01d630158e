"""Have the server send a file of the build: dumps with their hashes, and web pages."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from upheaval.serve.caching import validators
from upheaval.serve.policy import PAGES, PICTURES
from upheaval.serve.snapshot import Snapshot, SnapshotFile


def send(
    request: Request, path: str, file: SnapshotFile, served: Snapshot, more: Mapping[str, str] | None = None
) -> Response:
    """Have the server send a file, because a worker can open none.

    Args:
        request: the request.
        path: the file's path in the build folder.
        file: the file.
        served: the build.
        more: additional header fields.

    Returns:
        A response without the file's content, with ETag, Last-Modified and, if the manifest lists it, its SHA-256 as
        Repr-Digest (RFC 9530).

    """
    headers = {**validators(served.issued), **(more or {}), "ETag": f'"{file.sha256}"'}
    if file.digest:
        headers["Repr-Digest"] = file.digest
    if file.media in ("text/html", "text/javascript"):  # a web worker obeys the policy sent with its own script
        headers["Content-Security-Policy"] = PAGES
    elif file.media == "image/svg+xml":
        headers["Content-Security-Policy"] = PICTURES
    request.state.file = path
    text = file.media.startswith("text/")
    return Response(None, 200, headers, f"{file.media}; charset=utf-8" if text else file.media)
