"""Names that no record may have, because the server, the web pages or the build use them as paths."""

_NAMES = {
    "the SPARQL endpoint": "sparql",
    "the reconciliation service": "reconcile",
    "the server's own state": "health metrics",
    "the documents about records": "doc",
    "the named graphs": "graph",
    "the pairs of states": "dyad",
    "the example questions": "queries",
    "the catalogue": "catalog codebook conformance croissant datapackage manifest void",
    "the published IRIs and what changed": "events ledger releases",
    "the vocabulary": "alignments competency competency-data context cooperation schema shapes statecraft vocabulary",
    "the downloads": "csv data derived downloads dumps",
    "the web pages": "about ask assets changelog charts cite contributing explore favicon index licence license "
    "quality records reproductions robots search site sitemap sources static types",
}

RESERVED = {name: owner for owner, names in _NAMES.items() for name in names.split()}
"""The owner of each reserved name. `upheaval check` refuses such records; the server's routes use only these names."""


def owned(path: str) -> str:
    """Check that a route of the server cannot hide a record, and return its path.

    Args:
        path: the path, with its leading slash.

    Raises:
        ValueError: the first segment is not reserved, so a record could have that name.

    """
    name = path.removeprefix("/").partition("/")[0]
    if name in RESERVED or not name or not name[0].isalnum():  # a record's name starts with a letter or a digit
        return path
    raise ValueError(f"a record could be named {name}: reserve the name before using it for a route")
