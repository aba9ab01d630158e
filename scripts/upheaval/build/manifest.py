"""The manifest of a build: its files with sizes and hashes, and the identity of the data."""

import json
from collections.abc import Mapping

from upheaval.build.folder import Content, sha256_of, size_of
from upheaval.schema.publication import Publication


def make_manifest(
    publication: Publication, files: Mapping[str, Content], identity: str, triples: Mapping[str, int]
) -> bytes:
    """Write the manifest.

    Args:
        publication: the publication.
        files: the content by path in the build, without the manifest itself.
        identity: the hash of the data and derived facts.
        triples: the number of triples by named graph.

    Returns:
        JSON with sorted keys.

    """
    manifest = {
        "publication": publication.iri,
        "prefix": publication.prefix,
        "version": publication.version,
        "issued": publication.issued,
        "rdfc10_sha256": identity,
        "triples": dict(triples),
        "files": {path: {"bytes": size_of(content), "sha256": sha256_of(content)} for path, content in files.items()},
    }
    return (json.dumps(manifest, indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode()
