"""Map IRIs to paths of this server and back."""

from urllib.parse import quote, urlsplit

from upheaval.schema.termpaths import TermPaths
from upheaval.sources.reserved import owned

DOCUMENTS = owned("/doc/").removeprefix("/")
_SAFE = "/:@!$&'()*+,;=~-._"


class Names:
    """The IRIs and paths of a server.

    A record's IRI, which is the namespace and a slug, has the path `/slug`; the document about it is `/doc/slug`,
    because `/slug.ttl` may be the name of a dump. Vocabularies and their terms, inside the namespace and outside, have
    the paths that `TermPaths` gives them, such as `/statecraft` and `/statecraft/cooperation`.
    """

    def __init__(self, namespace: str, base: str, terms: TermPaths) -> None:
        self.namespace = namespace
        self.base = base if base.endswith("/") else base + "/"
        self.prefix = urlsplit(self.base).path
        self.terms = terms

    def path(self, iri: str) -> str | None:
        """Return the percent-encoded path of an IRI with its fragment, or None if it is not on this server."""
        path = self.terms.of(iri)
        if path is None and not iri.startswith(self.namespace):
            return None
        name, hash_, fragment = (iri.removeprefix(self.namespace) if path is None else path).partition("#")
        safe = _SAFE if path is None else f"{_SAFE}%"
        return self.prefix + quote(name, safe=safe) + hash_ + quote(fragment, safe=safe)

    def thing(self, path: str) -> str:
        """Return the IRI of a record by its decoded path, without the leading slash."""
        return self.namespace + path

    def vocabulary(self, path: str) -> str | None:
        """Return the IRI of a vocabulary by its decoded path, or None if there is none."""
        return self.terms.documents.get(path)

    def term(self, path: str) -> str | None:
        """Return the IRI of a term with a path of its own, by that path, decoded, or None if there is none."""
        return self.terms.terms.get(path)

    def document(self, path: str, suffix: str = "") -> str:
        """Return the percent-encoded path of the document about a resource, with an optional suffix."""
        return self.prefix + DOCUMENTS + quote(path, safe=_SAFE) + (f".{suffix}" if suffix else "")

    def absolute(self, path: str) -> str:
        """Return the absolute address of a path that starts with this server's prefix."""
        return self.base + path[len(self.prefix) :]

    def own(self, path: str) -> str:
        """Add this server's prefix to a path."""
        return self.prefix + path


def successor_link(successor: str, former: str = "") -> str:
    """Return a Link value (RFC 8288, RFC 5829) that names a successor, of another resource than the one requested."""
    anchor = f'; anchor="{ascii_iri(former)}"' if former else ""
    return f'<{ascii_iri(successor)}>; rel="successor-version"{anchor}'


def ascii_iri(iri: str) -> str:
    """Percent-encode an IRI for use in a header field."""
    return quote(iri, safe=_SAFE + "#?%[]")
