"""The names that no record may have, because a path of the server, the web pages or the build has them already."""

_NAMES = {
    "the SPARQL endpoint": "sparql",
    "the reconciliation service": "reconcile",
    "the server's own state": "health metrics",
    "the documents about records": "doc",
    "the named graphs": "graph",
    "the pairs of states": "dyad",
    "the example questions": "queries",
    "the catalogue": "catalog void datapackage manifest",
    "the vocabulary": "alignments context cooperation schema shapes statecraft vocabulary",
    "the downloads": "csv data derived downloads dumps",
    "the web pages": "about ask assets changelog charts cite contributing explore favicon index licence license "
    "quality records robots search site sitemap sources static types",
}

RESERVED = {name: owner for owner, names in _NAMES.items() for name in names.split()}
"""What has each name. `upheaval check` refuses records of these names, and the server has no route beside them."""


def owned(path: str) -> str:
    """Return the path of a route of the server.

    Args:
        path: with the slash at its beginning.

    Raises:
        ValueError: its first part is not reserved and could be a record's name, which the route would then hide.

    """
    name = path.removeprefix("/").partition("/")[0]
    if name in RESERVED or not name or not name[0].isalnum():  # a record's name begins with a letter or a digit
        return path
    raise ValueError(f"a record may be named {name}: reserve that name before a route takes it")
