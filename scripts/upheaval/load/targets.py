"""Open the store that a target names."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from upheaval.load.http import SparqlClient
from upheaval.load.sparqlstore import SparqlStore
from upheaval.load.stores import TripleStore
from upheaval.load.tdb2 import Tdb2
from upheaval.load.virtuoso import Virtuoso
from upheaval.network import LOOPBACK
from upheaval.store.builds import Unloaded

FORMS = "oxigraph:http://HOST:PORT, virtuoso:HOST:PORT, tdb2:DIR or sparql:QUERY_URL"


@dataclass(frozen=True, slots=True)
class Options:
    """Options of a target.

    Attributes:
        query, update, gsp: addresses of endpoints; empty if they follow from the target or do not exist.
        chunk: the number of triples per request or file.
        staging: a folder that Virtuoso can read.
        timeout: the time limit of a request or process, in seconds.

    """

    query: str = ""
    update: str = ""
    gsp: str = ""
    chunk: int = 100_000
    staging: Path | None = None
    timeout: float = 600


def open_target(target: str, options: Options, environment: Mapping[str, str] = os.environ) -> TripleStore:
    """Return the store that a target names, without contacting it.

    Args:
        target: the target, in one of the forms in FORMS.
        options: its options.
        environment: variables, with the user and password in UPHEAVAL_USER and UPHEAVAL_PASSWORD.

    Raises:
        Unloaded: the target has none of these forms.

    """
    kind, _, rest = target.partition(":")
    user, password = environment.get("UPHEAVAL_USER", ""), environment.get("UPHEAVAL_PASSWORD", "")
    if kind == "oxigraph" and _is_url(rest):
        base = rest.rstrip("/")
        endpoint = SparqlClient(f"{base}/query", f"{base}/update", f"{base}/store", user, password, options.timeout)
        return SparqlStore(endpoint, options.chunk)
    if kind == "virtuoso" and rest.rpartition(":")[0] and rest.rpartition(":")[2].isdecimal():
        return Virtuoso(
            rest, SparqlClient(options.query, "", "", user, password, options.timeout), options.chunk, options.staging
        )
    if kind == "tdb2" and rest:
        return Tdb2(Path(rest), options.timeout)
    if kind == "sparql" and _is_url(rest):
        if not (options.update or options.gsp):
            raise Unloaded(
                "loading a SPARQL endpoint needs an update or a Graph Store endpoint",
                "add --update URL, --gsp URL, or both",
            )
        endpoint = SparqlClient(rest, options.update, options.gsp, user, password, options.timeout)
        return SparqlStore(endpoint, options.chunk)
    raise Unloaded(f"`{target}` is not a valid target", f"write {FORMS}")


def sends_password_openly(target: str, options: Options, environment: Mapping[str, str] = os.environ) -> bool:
    """Return whether a password would be sent over a network unencrypted."""
    urls = [url for url in (target.partition(":")[2], options.query, options.update, options.gsp) if url]
    parts = [urlsplit(url) for url in urls]
    return bool(environment.get("UPHEAVAL_PASSWORD")) and any(
        part.scheme == "http" and part.hostname not in LOOPBACK for part in parts
    )


def _is_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return False
