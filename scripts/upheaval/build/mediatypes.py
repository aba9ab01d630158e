"""What a file of a build is by its name: its media type, and its format in the European Union's list of file types."""

MEDIA = {
    ".ttl": "text/turtle",
    ".jsonld": "application/ld+json",
    ".nt": "application/n-triples",
    ".nq": "application/n-quads",
    ".trig": "application/trig",
    ".rdf": "application/rdf+xml",
    ".csv": "text/csv",
    ".json": "application/json",
    ".gz": "application/gzip",
    ".md": "text/markdown",
}
"""The media type by the end of a file's name."""

FORMATS = {
    ".ttl": "RDF_TURTLE",
    ".jsonld": "JSON_LD",
    ".nt": "RDF_N_TRIPLES",
    ".nq": "RDF_N_QUADS",
    ".trig": "RDF_TRIG",
    ".rdf": "RDF_XML",
    ".csv": "CSV",
    ".json": "JSON",
}
"""The code in the authority table `file-type` of the Publications Office, which DCAT-AP asks for, likewise."""

UNKNOWN = "application/octet-stream"


def suffixes(path: str) -> tuple[str, str]:
    """Return the end of a file's name, and that of what compressed it or an empty text: `.nq` and `.gz`."""
    plain = path.removesuffix(".gz")
    return plain[plain.rfind(".") :], path[len(plain) :]
