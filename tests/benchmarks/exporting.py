"""Export: all formats of the data, beside rdflib's serializers for the same formats of the same triples."""

from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

import pyoxigraph as ox

from tests.benchmarks.rows import Row, Side, beside, side
from upheaval.populate.assembly import assemble

FORMS_OF_GRAPHS = ("turtle", "xml", "nt", "json-ld")
FORMS_OF_DATASETS = ("nquads", "trig")
"""What rdflib calls the formats that are written."""


def measure(root: Path, size: str, repeats: int, limit: float) -> list[Row]:
    """Write an assembled publication in all formats, and then every file of a build, beside rdflib's serializers."""
    theirs, ours, every = [], [], []
    with TemporaryDirectory() as folder:
        for _ in range(repeats):
            ours.append(side("ours", "formats", root))
            theirs.append(serializers(root, Path(folder), limit))
            every.append(side("ours", "export", root))
    peer = f"rdflib {version('rdflib')}'s serializers"
    note = "both: Turtle, RDF/XML, N-Triples, JSON-LD of one graph, N-Quads and TriG; ours sorted, in sections, framed"
    note += _by_format(theirs[-1])
    more = "ours: every file of a build, tables, quality report, catalogue and checksums included"
    mine, all_ = ([one for one in some if one] for some in (ours, every))
    return [
        beside(f"export, all formats, {size}", peer, mine, theirs, goal=5, note=note),
        beside(f"export, whole, {size}", peer, all_, theirs, note=more),
    ]


def serializers(root: Path, folder: Path, limit: float) -> Side | None:
    """Run rdflib's serializers over the graphs of a publication, which are first written into a folder."""
    assembly = assemble(root)
    file = folder / "all.nq"
    assembly.store.dump(str(file), format=ox.RdfFormat.N_QUADS)
    publication = assembly.publication
    return side("serializers", file, publication.graph("vocabulary"), publication.iri, limit=limit)


def _by_format(one: Side | None) -> str:
    """Say what each format took rdflib in a run that came to its end."""
    if one is None or one.stopped:
        return ""
    forms = zip((*FORMS_OF_GRAPHS, *FORMS_OF_DATASETS), one.counts, strict=True)
    return "; the peer's last run: " + ", ".join(f"{form} {taken / 1000:.1f}" for form, taken in forms)
