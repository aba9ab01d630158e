"""Map IRIs to pages. A page has the IRI's own path, so that a web server at the namespace resolves the IRI."""

from upheaval.schema.termpaths import TermPaths


class Paths:
    """The paths of a site's pages; each is a folder with an `index.html`, and ends in a slash.

    Attributes:
        terms: the paths of vocabularies and their terms.

    """

    def __init__(self, terms: TermPaths) -> None:
        self.terms = terms

    def record(self, name: str) -> str:
        """Return the path of a record or part by its name relative to the namespace."""
        whole, hash_, part = name.partition("#")
        return f"{whole}/{hash_}{part}"

    def vocabulary(self, iri: str) -> str:
        """Return the path of a vocabulary or term, or an empty string if this site has no page for it."""
        return self.terms.page(iri)


def root_of(path: str) -> str:
    """Return the relative path from a page to the root of the site: one `../` per level, or `./`."""
    return "../" * path.count("/") or "./"
