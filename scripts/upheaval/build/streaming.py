"""A build in bounded memory, shard by shard and on all processors, which goes on where it was interrupted.

It leaves the dataset as compressed N-Quads, as N-Triples for the questions and in RDF 1.2, with what does not depend on
the number of records: vocabulary, contract, questions, catalogue and manifest. Every step writes what it has done into
a folder beside the build.
"""

import hashlib
import shutil
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from heapq import merge
from itertools import chain, groupby
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from upheaval import __version__
from upheaval.build.common import (
    canonical,
    catalog_files,
    contract_files,
    describe_counts,
    ledger_file,
    vocabulary_files,
)
from upheaval.build.distributions import add_files
from upheaval.build.folder import Content, write_build
from upheaval.build.manifest import make_manifest
from upheaval.build.reifiers import reifications
from upheaval.build.shards import (
    SIZE,
    Folder,
    compress,
    cut,
    evaluation_from_json,
    evaluation_to_json,
    fault_from_json,
    fault_to_json,
    fingerprint,
    native,
    repeated_signatures,
    sorted_signatures,
)
from upheaval.build.statistics import Counts, count
from upheaval.check.batches import Batch, Excerpt, names_in, reached, read_batch
from upheaval.check.duplicates import duplicate_faults
from upheaval.check.evaluation import Evaluation, evaluate, evaluate_together, is_misled, joined
from upheaval.check.incremental import stamp
from upheaval.check.locating import distinct
from upheaval.check.losses import losses, settled
from upheaval.check.plan import make_plan
from upheaval.faults import Fault, Severity, refuse
from upheaval.populate.records import list_files, list_records
from upheaval.processes import share_out
from upheaval.rdf.graphs import from_rdflib, in_graph, write
from upheaval.rdf.writers import n_triples
from upheaval.schema.ledger import FILE as LEDGER
from upheaval.schema.publication import FILE
from upheaval.schema.schema import Schema, prepare
from upheaval.schema.succession import former_names

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
        resume: whether to go on from an interrupted build; one that was interrupted before anything was done begins.
        track: is handed each step's work, the number of records, what is done, and how many records a shard has.
        size: how many records make a shard, at least.

    Returns:
        The faults and the counts. With an error among the faults, nothing has been built.

    Raises:
        Refusal: the publication, its vocabulary or its shapes cannot be used at all, or not shard by shard; or
            the sources have changed since the build to resume was interrupted.

    """
    return _Streaming(root, target, jobs, track, size).run(resume)


class _Streaming:
    """One streaming build."""

    def __init__(self, root: Path, target: Path, jobs: int, track: Track, size: int) -> None:
        schema = prepare(root)
        self.schema: Schema = schema
        self.target, self.jobs, self.track = target, jobs, track
        self.folder = Folder(partial_folder(target))
        self.listing = list_records(schema.publication, schema.contract)
        self.plan = make_plan(schema, self.listing)
        self.faults = [*self.listing.faults, *self.plan.vocabulary_faults]
        self.shards = cut(self.listing.entries.values(), size)
        folders = [folder for name in ("ontology", "shapes", "queries") for folder in schema.publication.folders(name)]
        others = sorted(path for folder in folders for path in folder.rglob("*") if path.is_file())
        paths = [root / FILE, root / LEDGER, *others, *(root / file for file in list_files(schema.publication))]
        self.sources = fingerprint([__version__, size, *((path.as_posix(), stamp(path)) for path in paths)])

    def run(self, resume: bool) -> Streamed:
        self._begin(resume)
        faults, broken = self._populate()
        batches = self._evaluate(broken)
        together = self._together(batches, broken)
        if not self.plan.mistrusted and is_misled(joined([batches, together]), self.listing):
            self._mistrust()
            return self.run(resume=True)
        repeated = repeated_signatures(lambda number: self.folder.get(f"{number}.signatures"), len(self.shards))
        duplicates = duplicate_faults(self.schema.publication, self.schema.contract, self.listing, repeated)
        faults = [*self.faults, *faults, *batches.faults, *together.faults, *duplicates]
        faults = distinct([*faults, *self._losses(faults, batches.minted | together.minted)])
        records = len(self.listing.entries)
        if any(fault.severity is Severity.ERROR for fault in faults):
            self._clear()
            return Streamed(faults, records, 0)
        shared = {line for one in (batches, together) for lines in one.shared.values() for line in lines}
        self._step("write", partial(self._write, sorted(shared)))
        quads = self._finish()
        self._clear()
        return Streamed(faults, records, quads)

    def _begin(self, resume: bool) -> None:
        here = self.folder.get("sources").decode() if self.folder.has("sources") else ""
        if resume and here and here != self.sources:
            changed = "the sources or the program have changed since the build was interrupted"
            refuse(self.target.name, changed, "build without --resume", rule="build/resume")
        if not (resume and here):
            self._clear()
        self.folder.put("sources", self.sources.encode())
        self.plan = replace(self.plan, mistrusted=self.folder.has("mistrusted"))

    def _clear(self) -> None:
        """Remove what has been done; first what says so, so that nothing resumes from half of it."""
        (self.folder.path / "sources").unlink(missing_ok=True)
        shutil.rmtree(self.folder.path, ignore_errors=True)

    def _mistrust(self) -> None:
        """Begin again: a rule has made the IRI of a record, which it was trusted not to."""
        self._clear()
        self.folder.put("mistrusted", b"")
        self.folder.put("sources", self.sources.encode())

    def _step(self, what: str, do: Callable[[int], None]) -> None:
        """Do something to every shard of which it is not done yet."""
        left = [number for number in range(len(self.shards)) if not self.folder.has(f"{number}.{what}.json")]
        total = sum(len(self.shards[number]) for number in left)
        for _ in self.track(share_out(do, left, self.jobs), total, what, -(-total // max(1, len(left)))):
            pass

    def _results(self, step: str) -> Iterable[Any]:
        return (self.folder.get_json(f"{number}.{step}.json") for number in range(len(self.shards)))

    def _populate(self) -> tuple[list[Fault], frozenset[tuple[str, str]]]:
        """Read all records; return their faults, and what is broken in any."""
        _ = self.plan.scopes, self.plan.statements, self.listing.kinds
        self._step("populate", self._populate_shard)
        faults: list[Fault] = []
        broken: set[tuple[str, str]] = set()
        for result in self._results("populate"):
            faults.extend(map(fault_from_json, result["faults"]))
            broken.update((node, prop) for node, prop in result["broken"])
        return faults, frozenset(broken)

    def _populate_shard(self, number: int) -> None:
        records = read_batch(self.plan, self.listing, self.shards[number])
        self.folder.put(f"{number}.nt", b"".join(one.lines for one in records.values()))
        signed = [(signature, slug) for slug, one in records.items() for signature in one.signatures]
        self.folder.put(f"{number}.signatures", sorted_signatures(signed))
        result = {
            "named": sorted({name for one in records.values() for name in one.named}),
            "excerpts": {slug: [one.excerpt.lines.decode(), one.excerpt.readable] for slug, one in records.items()},
            "gathered": b"".join(one.gathered for one in records.values()).decode(),
            "faults": [fault_to_json(fault) for one in records.values() for fault in one.faults],
            "broken": sorted(pair for one in records.values() for pair in one.broken),
            "nodes": {
                slug: sorted(one.nodes)
                for slug, one in records.items()
                if slug in self.plan.ledger.owners and settled(one.faults)
            },
        }
        self.folder.put_json(f"{number}.populate.json", result)

    def _evaluate(self, broken: frozenset[tuple[str, str]]) -> Evaluation:
        """Evaluate all shards, and join what comes of them."""
        self.plan.warm()
        self._step("validate", partial(self._evaluate_shard, self._excerpts(), broken))
        return joined(map(evaluation_from_json, self._results("validate")))

    def _excerpts(self) -> dict[str, Excerpt]:
        """Return what is read of the records that others refer to."""
        needed = {name for result in self._results("populate") for name in result["named"]}
        needed |= self.plan.whole(self.listing)
        base = self.schema.publication.iri
        return {
            slug: Excerpt(text.encode(), names_in(text.splitlines(), base), readable)
            for result in self._results("populate")
            for slug, (text, readable) in result["excerpts"].items()
            if slug in needed
        }

    def _evaluate_shard(self, excerpts: dict[str, Excerpt], broken: frozenset[tuple[str, str]], number: int) -> None:
        named = self.folder.get_json(f"{number}.populate.json")["named"]
        others = reached([*named, *self.plan.whole(self.listing)], excerpts.get)
        slugs = frozenset(entry.slug for entry in self.shards[number])
        batch = Batch(slugs, [self.folder.get(f"{number}.nt")], broken, others)
        evaluation = evaluate(self.plan, self.listing, batch)
        self.folder.put(f"{number}.derived", b"".join(line + b"\n" for line in evaluation.derived))
        self.folder.put_json(f"{number}.validate.json", evaluation_to_json(evaluation))

    def _together(self, batches: Evaluation, broken: frozenset[tuple[str, str]]) -> Evaluation:
        lines = {line for result in self._results("populate") for line in result["gathered"].encode().splitlines()}
        return evaluate_together(self.plan, self.listing, [line + b"\n" for line in sorted(lines)], batches, broken)

    def _losses(self, faults: list[Fault], minted: set[str]) -> list[Fault]:
        """Return what was published and is lost."""
        if not self.plan.ledger.entries:
            return []
        nodes = {slug: set(names) for result in self._results("populate") for slug, names in result["nodes"].items()}
        derived = minted.__contains__ if settled(faults) else None
        return losses(self.plan.ledger, self.plan.made(self.listing.entries, nodes, derived))

    def _write(self, shared: list[bytes], number: int) -> None:
        """Write a shard sorted: as N-Triples for the hash, and as compressed N-Quads."""
        publication = self.schema.publication
        low, high = (self._bound(at) for at in (number, number + 1))
        start = bisect_left(shared, low) if number else 0
        end = bisect_left(shared, high) if number + 1 < len(self.shards) else len(shared)
        data = set(native(self.folder.get(f"{number}.nt")).splitlines())
        derived = {*self.folder.get(f"{number}.derived").splitlines(), *shared[start:end]}
        both = sorted(data | derived)
        quads = [_in_graph(line, publication.graph("data")) for line in data]
        quads.extend(_in_graph(line, publication.graph("derived")) for line in derived)
        self.folder.put(f"{number}.nq.gz", compress(b"".join(sorted(quads))))
        described = sorted([*both, *reifications(data)])
        self.folder.put(f"{number}.12.nt.gz", compress(b"".join(line + b"\n" for line in described)))
        self.folder.put(f"{number}.sorted", b"".join(line + b"\n" for line in both))
        found = count(both)
        counts = {name: getattr(found, name) for name in found.__slots__}
        self.folder.put_json(f"{number}.write.json", {"data": len(data), "derived": len(derived), "counts": counts})

    def _all_lines(self, vocabulary: list[bytes]) -> Iterator[bytes]:
        """Yield the statements of all shards and of the vocabulary, each once, in order."""
        shards = (self.folder.get(f"{number}.sorted").splitlines(keepends=True) for number in range(len(self.shards)))
        for line, _ in groupby(merge(chain.from_iterable(shards), vocabulary)):
            yield line

    def _bound(self, number: int) -> bytes:
        if number >= len(self.shards):
            return b""
        return f"<{self.schema.publication.iri}{self.shards[number][0].slug}".encode()

    def _finish(self) -> int:
        """Put the shards together, describe them, and put the build in its place."""
        schema, publication = self.schema, self.schema.publication
        digest, counts = hashlib.sha256(), Counts()
        totals = {"data": 0, "derived": 0}
        for number, summary in enumerate(self._results("write")):
            digest.update(self.folder.get(f"{number}.sorted"))
            counts.add(Counts(**summary["counts"]))
            totals = {graph: total + summary[graph] for graph, total in totals.items()}
        description = describe_counts(schema, counts, former_names(publication))
        more = {
            "vocabulary": canonical([*schema.vocabulary.ontology, *schema.vocabulary.alignments]),
            "catalogue": from_rdflib(description),
        }
        whole, all_lines, described = (self.folder.path / name for name in ("whole", "all", "described"))
        vocabulary = n_triples(more["vocabulary"])
        with whole.open("wb") as out:
            for number in range(len(self.shards)):
                out.write(self.folder.get(f"{number}.nq.gz"))
            for graph, triples in more.items():
                text = write(in_graph(triples, publication.graph(graph)), ox.RdfFormat.N_QUADS)
                out.write(compress(b"".join(sorted(text.splitlines(keepends=True)))))
        totals |= {graph: len(triples) for graph, triples in more.items()}
        with all_lines.open("wb") as out:
            out.writelines(self._all_lines(vocabulary.splitlines(keepends=True)))
        with described.open("wb") as out:
            out.writelines(self.folder.get(f"{number}.12.nt.gz") for number in range(len(self.shards)))
            out.write(compress(vocabulary))
        files: dict[str, Content] = {
            f"{publication.name}.nq.gz": whole,
            f"{publication.name}.all.nt": all_lines,
            f"{publication.name}.12.nt.gz": described,
        }
        files |= {**vocabulary_files(schema), **contract_files(schema, self.listing), **ledger_file(schema.publication)}
        add_files(description, publication, files)
        files |= catalog_files(description)
        files["manifest.json"] = make_manifest(publication, files, digest.hexdigest(), totals)
        write_build(files, self.target)
        return sum(totals.values())


def _in_graph(line: bytes, graph: str) -> bytes:
    return line[:-1] + f"<{graph}> .\n".encode()
