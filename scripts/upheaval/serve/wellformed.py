"""Messages whose texts are Unicode, for the protocol of assistants."""

import io
import re
from typing import BinaryIO

_ESCAPE = re.compile(
    rb"\\\\ | \\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2} | (?P<half>\\u[dD][89a-fA-F][0-9a-fA-F]{2})",
    re.VERBOSE,
)


def well_formed(line: bytes) -> bytes:
    """Replace each escaped half of a surrogate pair in a line of JSON by U+FFFD, as the Web IDL's USVString does."""
    return _ESCAPE.sub(lambda found: rb"\ufffd" if found["half"] else found[0], line)


class WellFormedLines(io.RawIOBase):
    """A stream of JSON lines; the protocol's library drops a message with half a surrogate pair without an answer."""

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self._rest = b""

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill a buffer with at most one line, and return the number of bytes."""
        self._rest = self._rest or well_formed(self._source.readline())
        size = min(len(buffer), len(self._rest))
        buffer[:size], self._rest = self._rest[:size], self._rest[size:]
        return size
