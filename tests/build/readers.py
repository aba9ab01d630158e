"""Readers of RDF from other families, each given many files at once: what they find, as hashes."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

import pyoxigraph as ox
from rdflib import Dataset, Graph

from tests.support import skip_or_fail
from upheaval.load.tdb2 import JARS, NAMES, unpack_messages
from upheaval.rdf.graphs import write
from upheaval.rdf.namespaces import RDF

CLIENTS = Path(__file__).parents[1] / "serve" / "clients"
SECONDS = 300
MEDIA = {
    ".ttl": ox.RdfFormat.TURTLE,
    ".nt": ox.RdfFormat.N_TRIPLES,
    ".nq": ox.RdfFormat.N_QUADS,
    ".trig": ox.RdfFormat.TRIG,
    ".rdf": ox.RdfFormat.RDF_XML,
    ".jsonld": ox.RdfFormat.JSON_LD,
}
READERS = {
    "rdflib": (".ttl", ".nt", ".nq", ".trig", ".rdf", ".jsonld"),
    "raptor": (".ttl", ".nt", ".nq", ".trig", ".rdf"),
    "Jena": (".ttl", ".nt", ".nq", ".trig", ".rdf"),
    "N3.js": (".ttl", ".nt", ".nq", ".trig"),
    "jsonld.js": (".jsonld",),
    "jsonld-streaming-parser": (".jsonld",),
    "rdfxml-streaming-parser": (".rdf",),
}
"""Which files each reader reads, by extension, besides pyoxigraph, which reads all."""


def hash_of(quads: Iterable[ox.Quad]) -> str:
    """The canonical N-Quads of a dataset (RDFC-1.0), for comparison."""
    dataset = ox.Dataset(quads)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return "".join(sorted(write(dataset, ox.RdfFormat.N_QUADS).decode().splitlines(keepends=True)))


def by_pyoxigraph(path: Path) -> str:
    if path.suffix == ".jsonld":  # pyoxigraph fetches no contexts
        document = json.loads(path.read_bytes())
        if isinstance(document, dict) and isinstance(document.get("@context"), str):
            document["@context"] = json.loads((path.parent / document["@context"]).read_bytes())["@context"]
            document["@context"].pop("@base")
        return hash_of(ox.parse(json.dumps(document), format=MEDIA[path.suffix]))
    return hash_of(ox.parse(path=str(path), format=MEDIA[path.suffix]))


def read_by(reader: str, paths: list[Path], folder: Path) -> dict[Path, str]:
    """Read files, each to its canonical N-Quads, or to what the reader says of it."""
    chosen = [path for path in paths if path.suffix in READERS[reader] and ".12." not in path.name]
    if reader == "rdflib":
        return {path: _by_rdflib(path) for path in chosen}
    if reader == "raptor":
        return {path: _by_raptor(path) for path in chosen}
    if reader == "Jena":
        return _by_jena(chosen, folder)
    return by_node(reader, chosen, folder)


def _quads(text: str | bytes) -> str:
    try:
        return hash_of(ox.parse(text, format=ox.RdfFormat.N_QUADS))
    except SyntaxError as error:
        return f"{error}: {text[:300]!r}"


def _by_rdflib(path: Path) -> str:
    if path.suffix in (".nq", ".trig"):
        dataset = Dataset()
        dataset.parse(path)
        graphs = {graph.identifier: graph.serialize(format="nt") for graph in dataset.graphs()}
        lines = [f"{line[:-2]} <{name}> .\n" for name, text in graphs.items() for line in text.splitlines() if line]
        return _quads("".join(lines))
    return _quads(Graph(bind_namespaces="none").parse(path).serialize(format="nt"))


def _by_raptor(path: Path) -> str:
    if not shutil.which("rapper"):
        skip_or_fail("no raptor: apt-get install raptor2-utils")
    form = {".ttl": "turtle", ".nt": "ntriples", ".nq": "nquads", ".trig": "trig", ".rdf": "rdfxml"}[path.suffix]
    command = ["rapper", "-q", "-i", form, "-o", "nquads", str(path)]
    done = subprocess.run(command, capture_output=True, timeout=SECONDS)
    return _quads(done.stdout) if done.returncode == 0 else done.stderr.decode()


def _by_jena(paths: list[Path], folder: Path) -> dict[Path, str]:
    """Read all graphs in one start of Java, each as a named graph, and each dataset in another."""
    if not (JARS / "jena-tdb2.jar").exists() or not shutil.which("java"):
        skip_or_fail("no Jena: apt-get install libapache-jena-java default-jre-headless")
    unpack_messages(folder)
    path_of_java = ":".join([str(folder), *(str(JARS / f"{name}.jar") for name in NAMES)])

    def java(*words: str) -> str:
        command = ["java", "-Dfile.encoding=UTF-8", "-cp", path_of_java, *words]
        done = subprocess.run(command, capture_output=True, timeout=SECONDS)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode()

    datasets = [path for path in paths if path.suffix in (".nq", ".trig")]
    found = {path: _quads(java("riotcmd.riot", "--output=nquads", str(path))) for path in datasets}
    graphs = {path.as_uri(): path for path in paths if path not in datasets}
    named = [f"--named={path}" for path in graphs.values()]
    query = "CONSTRUCT { GRAPH ?g { ?s ?p ?o } } WHERE { GRAPH ?g { ?s ?p ?o } }"
    lines: dict[str, list[str]] = {name: [] for name in graphs}
    for line in java("arq.arq", "--syntax=arq", *named, "--results=nquads", query).splitlines(keepends=True):
        start, _, name = line.rstrip(" .\n>").rpartition(" <")
        lines[name.replace("file:/", "file:///", 1) if not name.startswith("file:///") else name].append(f"{start} .\n")
    return found | {path: _quads("".join(lines[name])) for name, path in graphs.items()}


def by_node(reader: str, paths: list[Path], folder: Path) -> dict[Path, str]:
    """Read files with a parser of npm."""
    out = run_node(reader, paths, folder)
    return {path: _quads(text) if not text.startswith("error: ") else text for path, text in out.items()}


def read_12(path: Path, folder: Path) -> str:
    """Read N-Triples 1.2 with N3.js, whose writer says `a` for rdf:type inside triple terms."""
    text = run_node("N3.js", [path], folder)[path]
    return _quads(re.sub(r"(<<\( <[^>]*>) a ", rf"\1 <{RDF.type}> ", text))


def run_node(reader: str, paths: list[Path], folder: Path) -> dict[Path, str]:
    """Return what a parser of npm writes of each file."""
    if not (CLIENTS / "node_modules" / "n3").exists() or not shutil.which("node"):
        skip_or_fail("no parsers of npm: npm ci --prefix tests/serve/clients")
    outs = {path: folder / f"{re.sub('[^a-z0-9]', '', reader.lower())}-{at}" for at, path in enumerate(paths)}
    jobs = [
        {
            "reader": reader,
            "form": MEDIA[path.suffix].media_type if path.suffix in MEDIA else "",
            "path": str(path),
            "base": path.as_uri(),
            "out": str(out),
        }
        for path, out in outs.items()
    ]
    command = ["node", str(CLIENTS / "read.js")]
    subprocess.run(command, input=json.dumps(jobs), text=True, check=True, timeout=SECONDS)
    return {path: out.read_text(encoding="utf-8") for path, out in outs.items()}
