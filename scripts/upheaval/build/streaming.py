"""A build in bounded memory, shard by shard and on all processors, which goes on where it was interrupted.

It leaves the dataset as compressed N-Quads, with what does not depend on the number of records: vocabulary, contract,
questions, catalogue and manifest. Every step writes what it has done into a folder beside the build.
"""

import hashlib
import shutil
from bisect import bisect_left
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from upheaval import __version__
from upheaval.build.common import canonical, catalog_files, contract_files, describe_counts, vocabulary_files
from upheaval.build.distributions import add_files
from upheaval.build.folder import Content, write_build
from upheaval.build.manifest import make_manifest
from upheaval.build.statistics import Counts, count
from upheaval.check.checking import EMPTY, vocabulary_faults
from upheaval.check.portions import Portion, Seen, closure, judge, judge_together, names_in, read_facts
from upheaval.check.session import stamp
from upheaval.check.shards import SIZE, Folder, compress, cut, fault_from_json, fault_to_json, fingerprint, native
from upheaval.check.workbench import Workbench
from upheaval.faults import Fault, Severity, refuse
from upheaval.populate.records import list_files, place_records
from upheaval.processes import share_out
from upheaval.rdf.graphs import from_rdflib, in_graph, write
from upheaval.schema.publication import FILE
from upheaval.schema.schema import Schema, prepare

Track = Callable[[Iterable[None], int, str, int], Iterable[None]]


@dataclass(frozen=True, slots=True)
class Streamed:
    """What a streaming build came to: its faults, how many records there are, and how many quads were written."""

    faults: list[Fault]
    records: int
    quads: int


def partial_folder(target: Path) -> Path:
    """Return the folder in which a streaming build keeps what it has done until it is finished."""
    target = target.resolve()
    return target.with_name(f".{target.name}-streaming")


def stream(root: Path, target: Path, jobs: int, resume: bool, track: Track, size: int = SIZE) -> Streamed:
    """Build a publication shard by shard.

    Args:
        root: the publication's folder.
        target: the folder to build into.
        jobs: the number of processes.
        resume: whether to go on from an interrupted build.
        track: is handed each step's work, the number of records, what is done, and how many records a shard has.
        size: how many records make a shard, at least.

    Returns:
        The faults and the counts. With an error among the faults, nothing has been built.

    Raises:
        Refusal: the publication, its vocabulary or its shapes cannot be used at all, or not shard by shard; there is
            nothing to resume, or the sources have changed since.

    """
    return _Streaming(root, target, jobs, track, size).run(resume)


class _Streaming:
    """One streaming build."""

    def __init__(self, root: Path, target: Path, jobs: int, track: Track, size: int) -> None:
        setting = prepare(root)
        self.setting: Schema = setting
        self.target, self.jobs, self.track = target, jobs, track
        self.folder = Folder(partial_folder(target))
        files = list_files(setting.publication)
        entries, misplaced = place_records(files, setting.contract)
        self.bench = Workbench(setting, entries)
        self.faults: list[Fault] = [
            *misplaced,
            *vocabulary_faults(setting.publication, setting.vocabulary, setting.contract),
            *([] if entries else [EMPTY]),
        ]
        self.shards = cut(entries, size)
        rooms = [folder for room in ("ontology", "shapes", "queries") for folder in setting.publication.folders(room)]
        others = sorted(path for folder in rooms for path in folder.rglob("*") if path.is_file())
        paths = [root / FILE, *others, *(root / file for file in files)]
        self.plan = fingerprint([__version__, size, *((path.as_posix(), stamp(path)) for path in paths)])
        for name in self.bench.reach.undeclared:
            message = f"{name} does not say what it sees of other records"
            cure = "add a comment such as `# sees: its record`, or build without --stream"
            refuse("ontology", message, cure, rule="rules/sees")

    def run(self, resume: bool) -> Streamed:
        self._begin(resume)
        self._step("populate", self._populate)
        seen, broken = self._seen()
        self.bench.warm()
        self._step("validate", partial(self._judge, seen, broken))
        shared = self._together(broken)
        faults = sorted(dict.fromkeys(self.faults), key=Fault.sort_key)
        if any(fault.severity is Severity.ERROR for fault in faults):
            shutil.rmtree(self.folder.path, ignore_errors=True)
            return Streamed(faults, len(self.bench.entries), 0)
        self._step("write", partial(self._write, shared))
        quads = self._finish()
        shutil.rmtree(self.folder.path, ignore_errors=True)
        return Streamed(faults, len(self.bench.entries), quads)

    def _begin(self, resume: bool) -> None:
        here = self.folder.get("plan").decode() if self.folder.has("plan") else ""
        if resume and here != self.plan:
            what = "the sources or the program have changed since the build was interrupted" if here else "no build"
            message = what if here else f"{what} into {self.target.name} was interrupted"
            cure = "build without --resume"
            refuse(self.target.name, message, cure, rule="build/resume")
        if not resume:
            shutil.rmtree(self.folder.path, ignore_errors=True)
        self.folder.put("plan", self.plan.encode())

    def _step(self, what: str, do: Callable[[int], None]) -> None:
        """Do something to every shard of which it is not done yet."""
        left = [number for number in range(len(self.shards)) if not self.folder.has(f"{number}.{what}.json")]
        total = sum(len(self.shards[number]) for number in left)
        for _ in self.track(share_out(do, left, self.jobs), total, what, -(-total // max(1, len(left)))):
            pass

    def _populate(self, number: int) -> None:
        facts = read_facts(self.bench, self.shards[number])
        self.folder.put(f"{number}.nt", native(b"".join(one.lines for one in facts.values())))
        summary = {
            "named": sorted({name for one in facts.values() for name in one.named}),
            "seen": {slug: [one.seen.lines.decode(), one.seen.readable] for slug, one in facts.items()},
            "gathered": b"".join(one.gathered for one in facts.values()).decode(),
            "faults": [fault_to_json(fault) for one in facts.values() for fault in one.faults],
            "broken": sorted(pair for one in facts.values() for pair in one.broken),
        }
        self.folder.put_json(f"{number}.populate.json", summary)

    def _summaries(self, step: str) -> Iterable[Any]:
        return (self.folder.get_json(f"{number}.{step}.json") for number in range(len(self.shards)))

    def _seen(self) -> tuple[dict[str, Seen], frozenset[tuple[str, str]]]:
        """Return what is seen of the records that others refer to, and what is broken in any."""
        bench = self.bench
        needed = {slug for slug in bench.entries if bench.is_whole(slug)}
        broken: set[tuple[str, str]] = set()
        for summary in self._summaries("populate"):
            needed.update(summary["named"])
            self.faults.extend(map(fault_from_json, summary["faults"]))
            broken.update((node, prop) for node, prop in summary["broken"])
        found: dict[str, Seen] = {}
        base = bench.setting.publication.iri
        for summary in self._summaries("populate"):
            for slug, (text, readable) in summary["seen"].items():
                if slug in needed:
                    found[slug] = Seen(text.encode(), names_in(text.splitlines(), base), readable)
        return found, frozenset(broken)

    def _judge(self, seen: dict[str, Seen], broken: frozenset[tuple[str, str]], number: int) -> None:
        summary = self.folder.get_json(f"{number}.populate.json")
        slugs = frozenset(entry.slug for entry in self.shards[number])
        whole = {slug for slug in seen if self.bench.is_whole(slug)}
        beside = closure([*summary["named"], *whole], seen.get)
        verdict = judge(self.bench, Portion(slugs, [self.folder.get(f"{number}.nt")], broken, beside))
        self.folder.put(f"{number}.derived", b"".join(line + b"\n" for line in verdict.derived))
        report = {
            "shared": [line.decode() for line in verdict.shared],
            "gathered": [line.decode() for line in verdict.gathered],
            "faults": [fault_to_json(fault) for fault in verdict.faults],
            "intrusion": verdict.intrusion,
        }
        self.folder.put_json(f"{number}.validate.json", report)

    def _together(self, broken: frozenset[tuple[str, str]]) -> list[bytes]:
        """Return, sorted, what is derived of nodes that belong to no record, or of records by others."""
        lines = {line.encode() for one in self._summaries("populate") for line in one["gathered"].splitlines()}
        shared: set[bytes] = set()
        for summary in self._summaries("validate"):
            shared.update(line.encode() for line in summary["shared"])
            lines.update(line.encode() for line in summary["gathered"])
            self.faults.extend(map(fault_from_json, summary["faults"]))
            if summary["intrusion"]:
                message = f"a rule concludes <{summary['intrusion']}> of other records, which shapes check"
                cure = "conclude it of the record itself, or build without --stream"
                refuse("ontology", message, cure, rule="rules/intrusion")
        verdict = judge_together(self.bench, [line + b"\n" for line in sorted(lines | shared)], broken)
        self.faults.extend(verdict.faults)
        return sorted(shared.union(verdict.shared))

    def _write(self, shared: list[bytes], number: int) -> None:
        """Write a shard sorted: as N-Triples for the hash, and as compressed N-Quads."""
        publication = self.setting.publication
        low, high = (self._bound(at) for at in (number, number + 1))
        start = bisect_left(shared, low) if number else 0
        end = bisect_left(shared, high) if number + 1 < len(self.shards) else len(shared)
        data = set(self.folder.get(f"{number}.nt").splitlines())
        derived = {*self.folder.get(f"{number}.derived").splitlines(), *shared[start:end]}
        both = sorted(data | derived)
        quads = [_in_graph(line, publication.graph("data")) for line in data]
        quads.extend(_in_graph(line, publication.graph("derived")) for line in derived)
        self.folder.put(f"{number}.nq.gz", compress(b"".join(sorted(quads))))
        self.folder.put(f"{number}.sorted", b"".join(line + b"\n" for line in both))
        found = count(both)
        counts = {name: getattr(found, name) for name in found.__slots__}
        self.folder.put_json(f"{number}.write.json", {"data": len(data), "derived": len(derived), "counts": counts})

    def _bound(self, number: int) -> bytes:
        if number >= len(self.shards):
            return b""
        return f"<{self.setting.publication.iri}{self.shards[number][0].slug}".encode()

    def _finish(self) -> int:
        """Put the shards together, describe them, and put the build in its place."""
        setting, publication = self.setting, self.setting.publication
        digest, counts = hashlib.sha256(), Counts()
        totals = {"data": 0, "derived": 0}
        for number, summary in enumerate(self._summaries("write")):
            digest.update(self.folder.get(f"{number}.sorted"))
            counts.add(Counts(**summary["counts"]))
            totals = {room: total + summary[room] for room, total in totals.items()}
        description = describe_counts(setting, counts)
        more = {
            "vocabulary": canonical([*setting.vocabulary.ontology, *setting.vocabulary.alignments]),
            "catalogue": from_rdflib(description),
        }
        whole = self.folder.path / "whole"
        with whole.open("wb") as out:
            for number in range(len(self.shards)):
                out.write(self.folder.get(f"{number}.nq.gz"))
            for room, triples in more.items():
                text = write(in_graph(triples, publication.graph(room)), ox.RdfFormat.N_QUADS)
                out.write(compress(b"".join(sorted(text.splitlines(keepends=True)))))
        totals |= {room: len(triples) for room, triples in more.items()}
        files: dict[str, Content] = {f"{publication.name}.nq.gz": whole}
        files |= {**vocabulary_files(setting), **contract_files(setting)}
        add_files(description, publication, files)
        files |= catalog_files(description)
        files["manifest.json"] = make_manifest(publication, files, digest.hexdigest(), totals)
        write_build(files, self.target)
        return sum(totals.values())


def _in_graph(line: bytes, graph: str) -> bytes:
    return line[:-1] + f"<{graph}> .\n".encode()
