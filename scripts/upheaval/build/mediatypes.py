"""The media type of a file by its name, and its format in the European Union's list of file types."""

UNKNOWN = "application/octet-stream"

MEDIA = {
    ".ttl": "text/turtle",
    ".jsonld": "application/ld+json",
    ".nt": "application/n-triples",
    ".nq": "application/n-quads",
    ".trig": "application/trig",
    ".rdf": "application/rdf+xml",
    ".owl": "application/rdf+xml",
    ".csv": "text/csv",
    ".tsv": "text/tab-separated-values",
    ".json": "application/json",
    ".gz": "application/gzip",
    ".md": "text/markdown",
    ".atom": "application/atom+xml",
    ".arrow": "application/vnd.apache.arrow.file",
    ".dta": UNKNOWN,
}
"""Media types, by file extension."""

FORMATS = {
    ".ttl": "RDF_TURTLE",
    ".jsonld": "JSON_LD",
    ".nt": "RDF_N_TRIPLES",
    ".nq": "RDF_N_QUADS",
    ".trig": "RDF_TRIG",
    ".rdf": "RDF_XML",
    ".owl": "RDF_XML",
    ".csv": "CSV",
    ".tsv": "TSV",
    ".json": "JSON",
}
"""Codes in the Publications Office's authority table `file-type`, which DCAT-AP requires, by file extension."""


def suffixes(path: str) -> tuple[str, str]:
    """Return a file's extension and that of its compression, or an empty string: `.nq` and `.gz`."""
    plain = path.removesuffix(".gz")
    return plain[plain.rfind(".") :], path[len(plain) :]
