"""Loading a build's N-Quads into Oxigraph."""

import hashlib

import pyoxigraph as ox


def load_store(path: str, sha256: str) -> ox.Store:
    """Load N-Quads that a build has written.

    Args:
        path: of the file.
        sha256: of the file, as the manifest has it. It proves that the file is what `upheaval build` has written
            and validated, so Oxigraph does not validate each IRI and language tag again, which takes as long as
            reading them.

    Returns:
        A store with the named graphs of the file. Queries see their union as the default graph by Oxigraph's flag:
        a stored union doubles time and memory, and made its planner take minutes for one of the example questions.

    Raises:
        OSError: the file cannot be read.
        ValueError: it is another file than the manifest describes.
        SyntaxError: it is not N-Quads.

    """
    with open(path, "rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
            raise ValueError(f"{path} is not the file that the manifest describes")
    store = ox.Store()
    store.bulk_load(path=path, format=ox.RdfFormat.N_QUADS, lenient=True)
    return store
