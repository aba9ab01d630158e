"""Export: all formats of the data, beside rdflib's serializers for the same formats of the same triples."""

from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

import pyoxigraph as ox

from tests.benchmarks.rows import Row, Side, beside, side
from upheaval.assembly import assemble


def measure(root: Path, size: str, repeats: int, limit: float) -> list[Row]:
    """Export an assembled publication; ours writes tables, catalogue, vocabulary and quality report as well."""
    runs = []
    with TemporaryDirectory() as folder:
        for _ in range(repeats):
            mine = side("ours", "export", root)
            runs.append((mine, serializers(root, Path(folder), limit)))
    ours = [mine for mine, _ in runs if mine]
    note = "ours: every file of a build, hash included; rdflib: ttl, xml, nt, json-ld of one graph, nquads and trig"
    peer = f"rdflib {version('rdflib')}'s serializers"
    return [beside(f"export, {size}", peer, ours, [theirs for _, theirs in runs], goal=5, note=note)]


def serializers(root: Path, folder: Path, limit: float) -> Side | None:
    """Run rdflib's serializers over the graphs of a publication, which are first written into a folder."""
    assembly = assemble(root)
    file = folder / "all.nq"
    assembly.store.dump(str(file), format=ox.RdfFormat.N_QUADS)
    return side("serializers", file, assembly.publication.graph("vocabulary"), limit=limit)
