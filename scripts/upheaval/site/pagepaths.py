"""Map IRIs to pages. A page has the IRI's own path, so that a web server at the namespace resolves the IRI."""

from collections.abc import Iterable


class Paths:
    """The paths of a site's pages; each is a folder with an `index.html`, and ends in a slash.

    A record's path is its name. A vocabulary's path is relative to the parent folder of the shortest vocabulary IRI:
    https://w3id.org/statecraft/cooperation#drone-transfer has the page `statecraft/cooperation/drone-transfer/`. If
    other vocabularies are inside its folder, its terms get a folder of their own: `statecraft/terms/bearing/` is the
    property, `statecraft/bearing/` the scheme of codes.
    """

    def __init__(self, namespace: str, vocabularies: Iterable[str]) -> None:
        self.namespace = namespace
        self.vocabularies = frozenset(vocabularies)
        shortest = min(self.vocabularies, key=lambda iri: (len(iri), iri), default="")
        self._parent = shortest[: shortest.rfind("/") + 1]
        self._apart = {
            iri for iri in self.vocabularies if any(other.startswith(f"{iri}/") for other in self.vocabularies)
        }

    def record(self, name: str) -> str:
        """Return the path of a record or part by its name relative to the namespace."""
        whole, hash_, part = name.partition("#")
        return f"{whole}/{hash_}{part}"

    def vocabulary(self, iri: str) -> str:
        """Return the path of a vocabulary or term, or an empty string if this site has no page for it.

        Args:
            iri: the IRI of an ontology, a scheme of codes, or a term with a hash in its IRI.

        """
        document, _, term = iri.partition("#")
        if document not in self.vocabularies or not document.startswith(self._parent):
            return ""
        folder = document.removeprefix(self._parent) + "/"
        return f"{folder}{'terms/' if document in self._apart else ''}{term}/" if term else folder


def root_of(path: str) -> str:
    """Return the relative path from a page to the root of the site: one `../` per level, or `./`."""
    return "../" * path.count("/") or "./"
