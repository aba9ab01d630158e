"""Namespaces whose terms are plain texts, for what has to start without loading rdflib."""


class PlainNamespace(str):
    """A namespace; an attribute is the IRI of the term of that name."""

    __slots__ = ()

    def __getattr__(self, name: str) -> str:
        """Return the IRI of a term."""
        if name.startswith("__"):
            raise AttributeError(name)
        return f"{self}{name}"


DCTERMS = PlainNamespace("http://purl.org/dc/terms/")
OWL = PlainNamespace("http://www.w3.org/2002/07/owl#")
RDF = PlainNamespace("http://www.w3.org/1999/02/22-rdf-syntax-ns#")
RDFS = PlainNamespace("http://www.w3.org/2000/01/rdf-schema#")
SKOS = PlainNamespace("http://www.w3.org/2004/02/skos/core#")
STATECRAFT = PlainNamespace("https://w3id.org/statecraft#")
ANY = "*"
"""Stands for any property, in a path of a query."""
