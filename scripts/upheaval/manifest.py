"""The manifest of a build: which files, how long, with which hashes, and the identity of the data."""

import hashlib
import json
from collections.abc import Iterable, Mapping

import pyoxigraph as ox

from upheaval.building import Content, sha256_of, size_of
from upheaval.graphs import in_graph, write
from upheaval.publication import Publication


def canonical_hash(triples: Iterable[ox.Triple]) -> str:
    """Return the SHA-256 of a graph's canonical N-Quads (RDFC-1.0), as hexadecimal digits.

    Args:
        triples: the graph; the same graph gives the same hash whatever its order and its blank nodes' labels.

    """
    dataset = ox.Dataset(in_graph(triples))
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    lines = sorted(write(dataset, ox.RdfFormat.N_QUADS).splitlines(keepends=True))
    return hashlib.sha256(b"".join(lines)).hexdigest()


def make_manifest(
    publication: Publication, files: Mapping[str, Content], identity: str, triples: Mapping[str, int]
) -> bytes:
    """Write the manifest.

    Args:
        publication: whose build.
        files: content by path in the build, without the manifest itself.
        identity: the hash of data and derived facts together.
        triples: the number of triples by named graph.

    Returns:
        JSON with sorted keys.

    """
    manifest = {
        "publication": publication.iri,
        "version": publication.version,
        "issued": publication.issued,
        "rdfc10_sha256": identity,
        "triples": dict(triples),
        "files": {path: {"bytes": size_of(content), "sha256": sha256_of(content)} for path, content in files.items()},
    }
    return (json.dumps(manifest, indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode()
