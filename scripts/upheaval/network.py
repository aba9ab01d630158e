"""What every client of HTTP needs: which hosts are this machine, its certificates, and why a connection failed."""

import ssl
from functools import cache

import httpx2

LOOPBACK = ("localhost", "127.0.0.1", "::1")
"""The names of this machine, between which and itself no proxy stands."""


@cache
def tls_context() -> ssl.SSLContext:
    """Return the machine's certificates, which take longer to read than most requests."""
    return httpx2.create_ssl_context()


def why_failed(error: BaseException) -> str:
    """Return what the operating system says of a failed connection, or what the library does."""
    inner: BaseException | None = error
    while inner is not None:
        if isinstance(inner, OSError) and inner.strerror:
            return inner.strerror
        inner = inner.__cause__ or inner.__context__
    return str(error) or type(error).__name__
