"""The whole build, from files to a validated publication, beside the pipeline that one puts together from libraries."""

from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks.exporting import serializers
from tests.benchmarks.rows import Row, Side, beside, run, side, upheaval
from tests.benchmarks.validating import plain


def measure(root: Path, size: str, repeats: int, limit: float) -> list[Row]:
    """Build a publication; the peer is rdflib by hand, plain pySHACL and rdflib's serializers, one after the other."""
    ours = []
    with TemporaryDirectory() as name:
        folder = Path(name)
        for _ in range(repeats):
            whole = run(upheaval("build", "--root", root, "--to", folder / "build"))
            ours.append(Side(whole.cpu, whole.megabytes))
        parts = {
            "by hand": side("byhand", root, limit=limit),
            "pySHACL": plain(root, limit),
            "serializers": serializers(root, folder, limit),
        }
    ran = {part: one for part, one in parts.items() if one}
    shares = ", ".join(f"{part} {one.cpu:.3g}" for part, one in ran.items())
    stopped = any(one.stopped for one in ran.values())
    most = None if stopped else max(one.megabytes or 0 for one in ran.values())
    naive = Side(sum(one.cpu for one in ran.values()), most, stopped=stopped)
    note = f"{shares} cpu s; ours with its start, rules, hash, tables and catalogue, the peer with none of these"
    peer = f"rdflib {version('rdflib')} by hand, pySHACL {version('pyshacl')}, rdflib's serializers"
    return [beside(f"whole build, {size}", peer, ours, [naive], note=note)]
