"""Validation: beside plain pySHACL, Jena's SHACL and pyrudof, on the same graphs with planted faults.

Once with the project's shapes, and once with a stranger's, which have the features of the W3C's cases.
"""

import subprocess
from functools import cache
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

import pyoxigraph as ox

from tests.benchmarks import jena, strangers
from tests.benchmarks.planting import plant
from tests.benchmarks.populating import PEERS
from tests.benchmarks.rows import Row, Side, beside, pinned, run, side
from upheaval.populate.assembly import assemble
from upheaval.rdf.graphs import write


def measure(root: Path, triples: int, repeats: int, limit: float, before: Path | None = None) -> list[Row]:
    """Validate an assembled publication, and a stranger's data; each peer once, and no longer than its limit.

    Args:
        root: the publication.
        triples: how many it has, and a stranger's data are to have, about.
        repeats: how often ours is run, and an earlier version of ours, in turn.
        limit: processor seconds that a peer may take.
        before: a checkout of an earlier version, with the `.venv` that its `make build` makes.

    """
    earlier = [] if before is None else [_beside_itself(root, triples, repeats, before)]
    return [*_own(root, triples, repeats, limit), *earlier, *_strange(triples, repeats, limit)]


def _beside_itself(root: Path, triples: int, repeats: int, before: Path) -> Row:
    ours: list[Side] = []
    theirs: list[Side | None] = []
    for _ in range(repeats):
        ours.extend(one for one in [side("ours", "validate", root)] if one)
        theirs.append(side("ours", "validate", root, environment=".venv", folder=before))
    about = (before / "CITATION.cff").read_text(encoding="utf-8")
    number = next(line.partition(": ")[2].strip("\"' ") for line in about.splitlines() if line.startswith("version:"))
    note = _findings(ours, theirs[0])
    return beside(f"validate, {triples:,} triples", f"this project {number}", ours, theirs, goal=1, note=note)


def _strange(triples: int, repeats: int, limit: float) -> list[Row]:
    """Validate with compiling the shapes and indexing the data, which pySHACL does as well."""
    step = f"validate, a stranger's shapes, {triples:,} triples"
    with TemporaryDirectory() as name:
        folder = Path(name)
        wrong = strangers.write(folder, triples)
        read = [quad.triple for quad in ox.parse(path=folder / "data.ttl", format=ox.RdfFormat.TURTLE)]
        data, shapes = folder / "data.nt", folder / "shapes.ttl"
        data.write_bytes(write(read, ox.RdfFormat.N_TRIPLES))
        shapes.write_bytes(strangers.SHAPES.read_bytes())
        ours = [one for _ in range(repeats) if (one := side("validator", data, shapes))]
        found = side("plainpyshacl", data, shapes, limit=limit)
        note = f"{wrong} gauges are wrong; {_findings(ours, found)}"
        peer = f"pySHACL {version('pyshacl')}, plain"
        return [beside(step, peer, ours, [found], goal=25, note=note), _beside_jena(step, ours, folder, limit)]


def _own(root: Path, triples: int, repeats: int, limit: float) -> list[Row]:
    ours = [one for _ in range(repeats) if (one := side("ours", "validate", root))]
    step = f"validate, {triples:,} triples"
    with TemporaryDirectory() as name:
        folder = Path(name)
        planted = _write(root, folder)
        return [
            _beside_pyshacl(step, ours, root, limit, planted),
            _beside_jena(step, ours, folder, limit),
            _beside_rudof(step, ours, folder, limit),
        ]


@cache
def plain(root: Path, limit: float) -> Side | None:
    """Validate an assembled publication with plain pySHACL: once in a run, because it takes minutes."""
    with TemporaryDirectory() as folder:
        _write(root, Path(folder))
        return side("plainpyshacl", Path(folder) / "data.nt", Path(folder) / "shapes.ttl", limit=limit)


def _write(root: Path, folder: Path) -> int:
    """Write data with planted faults, shapes, and shapes that pyrudof can read; return how many faults there are."""
    assembly = assemble(root)
    planted = plant(assembly)
    triples = {quad.triple for quad in assembly.store}
    (folder / "data.nt").write_bytes(write(triples, ox.RdfFormat.N_TRIPLES))
    shapes = assembly.vocabulary.shapes
    (folder / "shapes.ttl").write_bytes(write(shapes, ox.RdfFormat.TURTLE))
    plainer = [one for one in shapes if "(?!" not in str(one.object)]
    (folder / "plainer.ttl").write_bytes(write(plainer, ox.RdfFormat.TURTLE))
    return planted


def _beside_pyshacl(step: str, ours: list[Side], root: Path, limit: float, planted: int) -> Row:
    found = plain(root, limit)
    note = f"{planted} faults planted; {_findings(ours, found)}"
    return beside(step, f"pySHACL {version('pyshacl')}, plain", ours, [found], goal=25, note=note)


def _beside_rudof(step: str, ours: list[Side], folder: Path, limit: float) -> Row:
    try:
        found = side("rudof", folder / "data.nt", folder / "plainer.ttl", environment=PEERS, limit=limit)
    except subprocess.SubprocessError:  # too little memory, or it hangs
        return Row(step, pinned("pyrudof"), [one.cpu for one in ours], [], note="failed")
    note = f"{_findings(ours, found)}; without one pattern that it cannot read"
    return beside(step, pinned("pyrudof"), ours, [found], note=note)


def _beside_jena(step: str, ours: list[Side], folder: Path, limit: float) -> Row:
    """Time Jena with an empty graph and with the data, and take reading it off as well."""
    peer = f"Jena {jena.version()}"
    if not jena.installed():
        return Row(step, "Jena", [one.cpu for one in ours], [], note=jena.ABSENT)
    (folder / "nothing.nt").write_bytes(b"")
    java = jena.java(folder)
    validating = [*java, "shacl.shacl_validate", "--shapes", str(folder / "shapes.ttl"), "--data"]
    counting = [*java, "riotcmd.riot", "--count"]
    nothing, data = str(folder / "nothing.nt"), str(folder / "data.nt")
    start, bare, read = (run([*words]) for words in ([*validating, nothing], [*counting, nothing], [*counting, data]))
    try:
        whole = run([*validating, data], limit=limit)
    except subprocess.TimeoutExpired:
        return beside(step, peer, ours, [Side(limit, None, stopped=True)], goal=1, note="its limit is by the clock")
    except subprocess.CalledProcessError:  # too little memory
        return Row(step, peer, [one.cpu for one in ours], [], note="failed with 8 GB")
    parsing = read.cpu - bare.cpu
    cpu = max(0.01, whole.cpu - start.cpu - parsing)
    found = Side(cpu, whole.megabytes, (whole.stdout.count("sh:resultSeverity"),))
    note = f"{whole.cpu:.1f} cpu s in all, without {start.cpu:.1f} of its start and {parsing:.1f} of parsing"
    return beside(step, peer, ours, [found], goal=1, note=f"{_findings(ours, found)}; {note}")


def _findings(ours: list[Side], theirs: Side | None) -> str:
    """Say how many findings either side has; a peer that was stopped has none to compare."""
    mine = ours[0].counts[0]
    if theirs is None or theirs.stopped:
        return f"{mine} findings by ours"
    (other,) = theirs.counts
    return f"{mine} findings each" if mine == other else f"findings differ: {mine} by ours, {other} by the peer"
