"""The header fields that every response has."""

from collections.abc import Iterable

from upheaval.serve.policy import ANSWERS

EXPOSED = (
    "Upheaval-Truncated", "Upheaval-Unknown", "Upheaval-Snapshot", "Link", "ETag", "Retry-After", "Repr-Digest",
    "Content-Location",
)  # fmt: skip
Fields = list[tuple[bytes, bytes]]

_ALWAYS: Fields = [
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", ", ".join(EXPOSED).encode()),
    (b"content-security-policy", ANSWERS.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
]
PLAIN = b"".join(name + b": " + value + b"\r\n" for name, value in _ALWAYS)
"""The same, as they are written into a response that no application makes."""


def completed(fields: Iterable[tuple[bytes, bytes]]) -> Fields:
    """Return header fields with those for security and for scripts of other origins (CORS), unless they are there."""
    found = list(fields)
    names = {name for name, _ in found}
    return found + [field for field in _ALWAYS if field[0] not in names]
