"""Add header fields to every response, and limit those of requests."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from upheaval.serve.policy import ANSWERS
from upheaval.serve.problems import Problem

EXPOSED = ("Upheaval-Truncated", "Link", "ETag", "Retry-After", "Repr-Digest", "Content-Location")


class Always:
    """ASGI middleware for security headers, CORS and the limit on header fields."""

    def __init__(self, app: ASGIApp, header_bytes: int) -> None:
        self.app = app
        self.header_bytes = header_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request and complete the headers of its response."""

        async def completed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("Access-Control-Allow-Origin", "*")
                headers.setdefault("Access-Control-Expose-Headers", ", ".join(EXPOSED))
                headers.setdefault("Content-Security-Policy", ANSWERS)
                headers.setdefault("X-Content-Type-Options", "nosniff")
                headers.setdefault("Referrer-Policy", "no-referrer")
            await send(message)

        if scope["type"] == "http":
            size = sum(len(name) + len(value) + 4 for name, value in scope["headers"])
            if size > self.header_bytes:
                await Problem(431, f"the limit for header fields is {self.header_bytes} bytes").response()(
                    scope, receive, completed
                )
                return
        await self.app(scope, receive, completed)
