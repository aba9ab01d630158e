"""Report errors as problem documents (RFC 9457)."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response


class Problem(Exception):
    """Raised if a request cannot be answered.

    Attributes:
        status: the HTTP status.
        detail: the reason and the remedy, for people.
        headers: additional header fields, such as Retry-After.
        more: additional members of the problem document, such as line and column.

    """

    def __init__(self, status: int, detail: str, headers: Mapping[str, str] | None = None, **more: Any) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers = dict(headers or {})
        self.more = more

    def response(self) -> Response:
        """Return the problem as an `application/problem+json` response (RFC 9457 section 3)."""
        body = {"title": HTTPStatus(self.status).phrase, "status": self.status, "detail": self.detail, **self.more}
        headers = {"Cache-Control": "no-store", **self.headers}
        return JSONResponse(body, self.status, headers, "application/problem+json")


def busy(status: int, detail: str, seconds: float) -> Problem:
    """Return a 429 or 503 with Retry-After (RFC 9110 section 10.2.3)."""
    return Problem(status, detail, {"Retry-After": str(max(1, round(seconds)))})


async def on_problem(request: Request, error: Exception) -> Response:
    """Answer with the problem that a handler raised."""
    assert isinstance(error, Problem)
    return error.response()


async def on_http_exception(request: Request, error: Exception) -> Response:
    """Answer the framework's own errors, 404 and 405, with a problem document."""
    assert isinstance(error, HTTPException)
    return Problem(error.status_code, str(error.detail), error.headers).response()
