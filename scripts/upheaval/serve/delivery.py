"""Send answers: from memory, as 304, or a file of the build, compressed if the client accepts that."""

import asyncio
import contextlib
import hashlib
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from http import HTTPStatus
from typing import Any

from starlette.responses import FileResponse
from starlette.types import Receive, Scope, Send

from upheaval.serve.caching import KEPT, coded_tag, is_fresh
from upheaval.serve.codings import SMALLEST, is_compressible
from upheaval.serve.headers import Fields, completed
from upheaval.serve.limits import Limits
from upheaval.serve.problems import Problem
from upheaval.serve.snapshot import SnapshotFile

SMALL_FILE = 1024 * 1024
"""Files up to this size are held in memory; larger ones are read piece by piece."""
_READY_BYTES = 64 * 1024

Run = Callable[[dict[str, Any], bytes], Awaitable[tuple[dict[str, Any], bytes]]]


@dataclass(frozen=True)
class Answer:
    """An answer.

    Attributes:
        status, fields, body: of the response; the fields without Content-Length.
        keep: whether the same request gets the same answer as long as the build is served.
        noted: what goes into the log.
        file: the file to send as body, or None.

    """

    status: int
    fields: Fields
    body: bytes = b""
    keep: bool = False
    noted: Mapping[str, Any] = field(default_factory=dict)
    file: SnapshotFile | None = None

    @staticmethod
    def of(head: Mapping[str, Any], body: bytes, snapshot: bytes) -> "Answer":
        """Return a worker's answer."""
        fields = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in head["headers"]]
        fields.append((b"upheaval-snapshot", snapshot))
        return Answer(head["status"], fields, body, head["keep"], head["noted"])

    @staticmethod
    def made(status: int, headers: Mapping[str, str], body: bytes = b"") -> "Answer":
        """Return an answer that no worker has made."""
        return Answer(
            status, completed((name.lower().encode(), value.encode()) for name, value in headers.items()), body
        )

    @cached_property
    def names(self) -> dict[str, str]:
        """The fields, as texts."""
        return {name.decode("latin-1"): value.decode("latin-1") for name, value in self.fields}

    def conditional(self, asked: Mapping[str, str]) -> "Answer":
        """Return this answer, or 304 if the client has it (RFC 9110 section 13)."""
        if self.status != 200 or ("if-none-match" not in asked and "if-modified-since" not in asked):
            return self
        if not is_fresh(asked, self.names):
            return self
        always = completed([])
        kept = [field for field in self.fields if field[0].decode("latin-1") in KEPT]
        return replace(self, status=304, fields=kept + always, body=b"", file=None)

    def with_fields(self, changed: Mapping[bytes, bytes | None], **more: Any) -> "Answer":
        """Return this answer with other fields; those that are None are left out."""
        fields = [one for one in self.fields if one[0] not in changed]
        fields += [(name, value) for name, value in changed.items() if value is not None]
        return replace(self, fields=fields, **more)


def answer_of(problem: Problem) -> Answer:
    """Return a problem as an answer."""
    made = problem.response()
    return Answer(
        made.status_code, [one for one in completed(made.raw_headers) if one[0] != b"content-length"], bytes(made.body)
    )


@dataclass(frozen=True, slots=True)
class Ready:
    """An answer as bytes: what comes before the date, and what comes after."""

    head: bytes
    rest: bytes
    status: int
    size: int
    route: str


class Delivery:
    """Sends answers."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._verified: dict[str, tuple[int, int]] = {}

    async def send(self, answer: Answer, scope: Scope, receive: Receive, send: Send) -> tuple[int, int]:
        """Send an answer; return its status and the size of its body."""
        if answer.file is not None:
            return await self._send_file(answer, answer.file, scope, receive, send)
        fields = answer.fields
        if answer.status not in (204, 304):
            fields = [*fields, (b"content-length", str(len(answer.body)).encode())]
        await send({"type": "http.response.start", "status": answer.status, "headers": fields})
        await send({"type": "http.response.body", "body": answer.body})
        return answer.status, 0 if scope["method"] == "HEAD" else len(answer.body)

    def remember(
        self, ready: MutableMapping[bytes, Ready], answer: Answer, scope: Scope, connection: Any, route: str
    ) -> None:
        """Keep the bytes of an answer for the same bytes of a request, if nothing else matters to it."""
        received = connection.received
        if (
            not received
            or not answer.keep
            or answer.file is not None
            or len(received) > self.limits.header_bytes
            or len(answer.body) > _READY_BYTES
            or not self.limits.cache
            or scope["method"] != "GET"
            or scope["http_version"] != "1.1"
            or connection.is_proxied
            or any(name == b"connection" and value.lower() != b"keep-alive" for name, value in scope["headers"])
        ):
            return
        fields = answer.fields
        if answer.status != 304:
            fields = [*fields, (b"content-length", str(len(answer.body)).encode())]
        head = f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}\r\n".encode()
        rest = b"".join(b"%b: %b\r\n" % one for one in fields) + b"\r\n" + answer.body
        with contextlib.suppress(ValueError):  # too large
            ready[received] = Ready(head, rest, answer.status, len(answer.body), route)

    async def file(self, answer: Answer, file: SnapshotFile, coding: str, run: Run) -> Answer:
        """Put a file into an answer.

        Args:
            answer: the answer without it.
            file: the file.
            coding: the content coding to send it in, or an empty string.
            run: runs a job in a worker.

        Raises:
            Problem: 503 if the file is not what it was when the build was taken.

        """
        try:
            size = file.path.stat().st_size
            content = file.path.read_bytes() if size <= SMALL_FILE else await asyncio.to_thread(self._verify, file)
        except OSError:
            content = None
        if content is None or (content and hashlib.sha256(content).hexdigest() != file.sha256):
            raise Problem(503, "this file has been changed; build it again", {"Retry-After": "60"})
        compressible = is_compressible(file.media) and size >= SMALLEST
        changed: dict[bytes, bytes | None] = {}
        if compressible:
            vary = answer.names.get("vary", "")
            changed[b"vary"] = f"{vary}, Accept-Encoding".removeprefix(", ").encode()
        if not content or not coding or not compressible:
            return answer.with_fields(changed, file=file)
        _, body = await run({"compress": coding}, content)
        changed[b"content-encoding"] = coding.encode()
        changed[b"etag"] = coded_tag(answer.names["etag"], coding).encode()
        changed[b"repr-digest"] = None
        return answer.with_fields(changed, body=body)

    def _verify(self, file: SnapshotFile) -> bytes | None:
        """Return nothing in bytes if a large file has its hash, or else None; a file is read once."""
        stat = file.path.stat()
        seen = (stat.st_ino, stat.st_mtime_ns)
        if self._verified.get(file.sha256) != seen:
            with file.path.open("rb") as stream:
                if hashlib.file_digest(stream, "sha256").hexdigest() != file.sha256:
                    return None
            self._verified[file.sha256] = seen
        return b""

    async def _send_file(
        self, answer: Answer, file: SnapshotFile, scope: Scope, receive: Receive, send: Send
    ) -> tuple[int, int]:
        """Send a file as a whole or in ranges, which Starlette does."""
        sent = 0
        status = answer.status

        async def counted(message: Any) -> None:
            nonlocal sent, status
            if message["type"] == "http.response.start":
                status = message["status"]
            sent += len(message.get("body", b""))
            await send(message)

        headers = {name: value for name, value in answer.names.items() if name != "content-type"}
        response = FileResponse(file.path, 200, headers, answer.names["content-type"])
        await response(scope, receive, counted)
        return status, sent
