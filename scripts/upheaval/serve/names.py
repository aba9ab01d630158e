"""Which IRI stands for which path of this server, and the other way round."""

from collections.abc import Iterable
from urllib.parse import quote, urlsplit

from upheaval.sources.reserved import owned

DOCUMENTS = owned("/doc/").removeprefix("/")
_SAFE = "/:@!$&'()*+,;=~-._"


class Names:
    """The names of one server.

    A record's IRI, the namespace and a slug, is the path `/slug` here; the document about it is `/doc/slug`, because
    `/slug.ttl` may be a dump that is called so. A vocabulary's IRI lies elsewhere (https://w3id.org/statecraft); its
    path is what follows the folder of the shortest one: `/statecraft`, `/statecraft/cooperation`.
    """

    def __init__(self, namespace: str, base: str, vocabularies: Iterable[str]) -> None:
        self.namespace = namespace
        self.base = base if base.endswith("/") else base + "/"
        self.prefix = urlsplit(self.base).path
        self.vocabularies = frozenset(vocabularies)
        shortest = min(self.vocabularies, key=len, default="")
        self._room = shortest[: shortest.rfind("/") + 1]

    def path(self, iri: str) -> str | None:
        """Return the path of an IRI on this server, percent-encoded, with its fragment; None for a foreign one."""
        name, hash_, fragment = iri.partition("#")
        if name.startswith(self.namespace):
            local = name[len(self.namespace) :]
        elif name in self.vocabularies and name.startswith(self._room):
            local = name[len(self._room) :]
        else:
            return None
        return self.prefix + quote(local, safe=_SAFE) + hash_ + quote(fragment, safe=_SAFE)

    def thing(self, path: str) -> str:
        """Return the IRI that a decoded path, without the slash at its beginning, stands for."""
        return self.namespace + path

    def vocabulary(self, path: str) -> str | None:
        """Return the IRI of the vocabulary that a decoded path stands for, or None."""
        iri = self._room + path
        return iri if self._room and iri in self.vocabularies else None

    def document(self, path: str, suffix: str = "") -> str:
        """Return the path of the document about a thing, percent-encoded, with a suffix where one is given."""
        return self.prefix + DOCUMENTS + quote(path, safe=_SAFE) + (f".{suffix}" if suffix else "")

    def absolute(self, path: str) -> str:
        """Return the address of a path that begins with this server's prefix."""
        return self.base + path[len(self.prefix) :]

    def own(self, path: str) -> str:
        """Return a path with this server's prefix."""
        return self.prefix + path


def ascii_iri(iri: str) -> str:
    """Return an IRI as a URI for a header: what is not ASCII, and what could end the header, percent-encoded."""
    return quote(iri, safe=_SAFE + "#?%[]")
