"""Validation with all shapes: beside plain pySHACL, Jena's SHACL and pyrudof, on the same graph."""

import subprocess
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

import pyoxigraph as ox
from pyshacl import validate

from tests.benchmarks.rows import ROOT, Row, cpu, peer, run, taken
from upheaval.assembly import Assembly, assemble
from upheaval.checking import find
from upheaval.graphs import to_rdflib, write
from upheaval.load.tdb2 import JARS, NAMES, _messages


def measure(root: Path, size: str, repeats: int, plain: bool) -> list[Row]:
    """Validate an assembled publication; plain pySHACL, which takes minutes, only where asked for."""
    assembly = assemble(root)
    ours = [taken(lambda: find(assembly, "compiled")) for _ in range(repeats)]
    rows = []
    if plain:
        rows.append(
            Row(f"validate, {size}", f"pySHACL {version('pyshacl')}, plain", ours, [_pyshacl(assembly)], goal=25)
        )
    with TemporaryDirectory() as folder:
        data, shapes = Path(folder) / "data.nt", Path(folder) / "shapes.ttl"
        triples = {quad.triple for quad in assembly.store}
        data.write_bytes(write(triples, ox.RdfFormat.N_TRIPLES))
        shapes.write_bytes(write(assembly.vocabulary.shapes, ox.RdfFormat.TURTLE))
        rows.append(_beside_jena(size, ours, data, shapes, Path(folder)))
        plainer = [one for one in assembly.vocabulary.shapes if "(?!" not in str(one.object)]
        shapes.write_bytes(write(plainer, ox.RdfFormat.TURTLE))
        found = _or_none(lambda: peer("rudof", data, shapes))
        note = "without one pattern that it cannot read" if found is not None else "not installed, or failed"
        rows.append(Row(f"validate, {size}", f"pyrudof {_rudof()}", ours, [found] if found else [], note=note))
    return rows


def _pyshacl(assembly: Assembly) -> float:
    data = to_rdflib(quad.triple for quad in assembly.store)
    shapes = to_rdflib(assembly.vocabulary.shapes)
    begin = cpu()
    validate(data, shacl_graph=shapes, inference="none", inplace=True)
    return cpu() - begin


def _beside_jena(size: str, ours: list[float], data: Path, shapes: Path, folder: Path) -> Row:
    """Time Jena with an empty graph and with the data, and take reading it off as well."""
    if not (JARS / "jena-shacl.jar").exists():
        return Row(f"validate, {size}", "Jena SHACL", ours, [], note="not installed")
    nothing = folder / "nothing.nt"
    nothing.write_bytes(b"")
    _messages(folder / "jena")
    path = ":".join([str(folder / "jena"), *(str(JARS / f"{name}.jar") for name in NAMES)])
    java = ["java", "-XX:+UseSerialGC", "-Xmx8g", "-cp", path]
    validating = [*java, "shacl.shacl_validate", "--shapes", str(shapes), "--data"]
    counting = [*java, "riotcmd.riot", "--count"]
    runs = [run([*words, str(of)]) for words in (validating, counting) for of in (nothing, data)]
    start, all_, bare, read = (one.cpu for one in runs)
    note = f"{all_:.1f} cpu s in all, without {start:.1f} of its start and {read - bare:.1f} of parsing"
    version_ = "".join(path.stem.rpartition("-")[2] for path in JARS.glob("jena-shacl-*.jar"))
    return Row(
        f"validate, {size}", f"Jena {version_}", ours, [max(0.01, all_ - start - read + bare)], goal=0.5, note=note
    )


def _rudof() -> str:
    """Return the version that is pinned for the peers."""
    text = (ROOT / "requirements-bench.txt").read_text(encoding="utf-8")
    return text.partition("pyrudof==")[2].split()[0]


def _or_none(work: Callable[[], float | None]) -> float | None:
    try:
        return work()
    except subprocess.SubprocessError:  # the row says so; a fault of ours is not hidden
        return None
