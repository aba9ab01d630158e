"""Load a build's N-Quads into Oxigraph."""

import hashlib

import pyoxigraph as ox


def load_store(path: str, sha256: str) -> ox.Store:
    """Load the N-Quads of a build.

    Args:
        path: the file.
        sha256: its SHA-256 in the manifest. A match shows that `upheaval build` wrote and validated the file, so
            Oxigraph need not validate each IRI and language tag again, which takes as long as reading them.

    Returns:
        A store with the named graphs of the file. Oxigraph's union flag makes their union the default graph of
        queries; storing the union would double time and memory, and made the planner take minutes for one of the
        example questions.

    Raises:
        OSError: the file cannot be read.
        ValueError: the file is not the one that the manifest describes.
        SyntaxError: it is not N-Quads.

    """
    with open(path, "rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
            raise ValueError(f"{path} is not the file that the manifest describes")
    store = ox.Store()
    store.bulk_load(path=path, format=ox.RdfFormat.N_QUADS, lenient=True)
    return store
