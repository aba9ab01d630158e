"""From the name of a target to a store."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from upheaval.load.http import LOOPBACK, SparqlClient
from upheaval.load.sparqlstore import SparqlStore
from upheaval.load.stores import TripleStore
from upheaval.load.tdb2 import Tdb2
from upheaval.load.virtuoso import Virtuoso
from upheaval.store.builds import Unloaded

FORMS = "oxigraph:http://HOST:PORT, virtuoso:HOST:PORT, tdb2:DIR or sparql:QUERY_URL"


@dataclass(frozen=True, slots=True)
class Options:
    """What can be said of a target beside its name.

    Attributes:
        query, update, gsp: addresses of endpoints, empty where they follow from the target or do not exist.
        chunk: triples in one request or file.
        staging: a folder that Virtuoso may read.
        timeout: of one request or process, in seconds.

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
        target: in one of the forms of FORMS.
        options: the rest.
        environment: where user and password are: UPHEAVAL_USER and UPHEAVAL_PASSWORD.

    Raises:
        Unloaded: the target is written in no form that is known.

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
                "a SPARQL endpoint is loaded by updates or by graphs", "give --update URL, --gsp URL, or both"
            )
        endpoint = SparqlClient(rest, options.update, options.gsp, user, password, options.timeout)
        return SparqlStore(endpoint, options.chunk)
    raise Unloaded(f"`{target}` names no store", f"write {FORMS}")


def sends_password_openly(target: str, options: Options, environment: Mapping[str, str] = os.environ) -> bool:
    """Say whether a password would cross a network unencrypted."""
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
