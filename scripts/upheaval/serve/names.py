"""Map IRIs to paths of this server and back."""

from collections.abc import Iterable
from urllib.parse import quote, urlsplit

from upheaval.sources.reserved import owned

DOCUMENTS = owned("/doc/").removeprefix("/")
_SAFE = "/:@!$&'()*+,;=~-._"


class Names:
    """The IRIs and paths of a server.

    A record's IRI, which is the namespace and a slug, has the path `/slug`; the document about it is `/doc/slug`,
    because `/slug.ttl` may be the name of a dump. A vocabulary's IRI is outside the namespace, such as
    https://w3id.org/statecraft; its path is relative to the parent folder of the shortest such IRI: `/statecraft`,
    `/statecraft/cooperation`.
    """

    def __init__(self, namespace: str, base: str, vocabularies: Iterable[str]) -> None:
        self.namespace = namespace
        self.base = base if base.endswith("/") else base + "/"
        self.prefix = urlsplit(self.base).path
        self.vocabularies = frozenset(vocabularies)
        shortest = min(self.vocabularies, key=len, default="")
        self._parent = shortest[: shortest.rfind("/") + 1]

    def path(self, iri: str) -> str | None:
        """Return the percent-encoded path of an IRI with its fragment, or None if it is not on this server."""
        name, hash_, fragment = iri.partition("#")
        if name.startswith(self.namespace):
            local = name[len(self.namespace) :]
        elif name in self.vocabularies and name.startswith(self._parent):
            local = name[len(self._parent) :]
        else:
            return None
        return self.prefix + quote(local, safe=_SAFE) + hash_ + quote(fragment, safe=_SAFE)

    def thing(self, path: str) -> str:
        """Return the IRI of a record by its decoded path, without the leading slash."""
        return self.namespace + path

    def vocabulary(self, path: str) -> str | None:
        """Return the IRI of a vocabulary by its decoded path, or None if there is none."""
        iri = self._parent + path
        return iri if self._parent and iri in self.vocabularies else None

    def document(self, path: str, suffix: str = "") -> str:
        """Return the percent-encoded path of the document about a resource, with an optional suffix."""
        return self.prefix + DOCUMENTS + quote(path, safe=_SAFE) + (f".{suffix}" if suffix else "")

    def absolute(self, path: str) -> str:
        """Return the absolute address of a path that starts with this server's prefix."""
        return self.base + path[len(self.prefix) :]

    def own(self, path: str) -> str:
        """Add this server's prefix to a path."""
        return self.prefix + path


def ascii_iri(iri: str) -> str:
    """Percent-encode an IRI for use in a header field."""
    return quote(iri, safe=_SAFE + "#?%[]")
