"""Which page stands for which IRI: at the IRI's own path, so that a web server of the namespace resolves it."""

from collections.abc import Iterable


class Paths:
    """The paths of the pages of one site; each is a folder with an `index.html`, and ends in a slash.

    A record's path is its name. A vocabulary's path is what follows the folder of the shortest one:
    https://w3id.org/statecraft/cooperation#drone-transfer has the page `statecraft/cooperation/drone-transfer/`. Where
    other vocabularies stand in its folder, its terms are kept apart: `statecraft/terms/bearing/` is the property,
    `statecraft/bearing/` the list of codes.
    """

    def __init__(self, namespace: str, vocabularies: Iterable[str]) -> None:
        self.namespace = namespace
        self.vocabularies = frozenset(vocabularies)
        shortest = min(self.vocabularies, key=lambda iri: (len(iri), iri), default="")
        self._room = shortest[: shortest.rfind("/") + 1]
        self._apart = {
            iri for iri in self.vocabularies if any(other.startswith(f"{iri}/") for other in self.vocabularies)
        }

    def record(self, name: str) -> str:
        """Return the path of a record, or of a part of one, by its name relative to the namespace."""
        whole, hash_, part = name.partition("#")
        return f"{whole}/{hash_}{part}"

    def vocabulary(self, iri: str) -> str:
        """Return the path of a vocabulary, or of a term of one; an empty text where it is none of this site's.

        Args:
            iri: of an ontology, a scheme of codes or a term with a hash in its IRI.

        """
        document, _, term = iri.partition("#")
        if document not in self.vocabularies or not document.startswith(self._room):
            return ""
        folder = document.removeprefix(self._room) + "/"
        return f"{folder}{'terms/' if document in self._apart else ''}{term}/" if term else folder


def root_of(path: str) -> str:
    """Return the way from a page to the root of the site: as many `../` as it stands deep, or `./`."""
    return "../" * path.count("/") or "./"
