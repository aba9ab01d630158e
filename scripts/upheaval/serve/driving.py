"""Run an ASGI application without an event loop, as the workers do: they have nothing to wait for."""

from dataclasses import dataclass, field
from typing import Any

from starlette.types import ASGIApp, Message, Scope


@dataclass(slots=True)
class Response:
    """What an application answered."""

    status: int = 0
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: bytes = b""


def drive(app: ASGIApp, scope: Scope, body: bytes) -> Response:
    """Have an application answer one request.

    Args:
        app: an application that awaits nothing but its request and its response.
        scope: the request.
        body: its whole body.

    Raises:
        RuntimeError: the application waits for something else, or does not answer.

    """
    answered = Response()
    parts: list[bytes] = []
    received = False

    async def receive() -> Message:
        nonlocal received
        if received:
            return {"type": "http.disconnect"}
        received = True
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            answered.status, answered.headers = message["status"], list(message["headers"])
        else:
            parts.append(message.get("body", b""))

    running: Any = app(scope, receive, send)
    try:
        running.send(None)
    except StopIteration:
        answered.body = b"".join(parts) if len(parts) != 1 else parts[0]
        if answered.status:
            return answered
        raise RuntimeError("the application does not answer") from None
    running.close()
    raise RuntimeError("the application waits for something")
