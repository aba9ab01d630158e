"""Loading a build's N-Quads into Oxigraph."""

import pyoxigraph as ox


def load_store(path: str) -> ox.Store:
    """Load N-Quads.

    Args:
        path: of the file.

    Returns:
        A store with the named graphs of the file. Queries see their union as the default graph by Oxigraph's flag:
        a stored union doubles time and memory, and made its planner take minutes for one of the example questions.

    Raises:
        OSError: the file cannot be read.
        SyntaxError: it is not N-Quads.

    """
    store = ox.Store()
    store.bulk_load(path=path, format=ox.RdfFormat.N_QUADS)
    return store
