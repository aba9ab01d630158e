"""Verify published files: each against the manifest, the data by their canonical hash, the whole against a release."""

import hashlib
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import httpx2

from upheaval.faults import Fault, Refusal, refuse
from upheaval.rdf.graphs import canonical_hash
from upheaval.store.builds import Build, open_build
from upheaval.store.integrity import MANIFEST, listed_files, verify
from upheaval.store.releases import FOLDER, Release

_CHUNK = 100_000
_MANIFEST_BYTES = 16 << 20
_REDIRECTS = 5


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """What fetching may take: seconds for all files together, and bytes of all files together."""

    seconds: float = 600
    bytes: int = 4 << 30


@dataclass(frozen=True, slots=True)
class Verified:
    """What has been found of a folder.

    Attributes:
        version: the version that its manifest names.
        manifest_sha256: the hash of the manifest.
        files: the number of listed files.
        release: the release that it is, or None if none is known of this version.
        faults: what differs.

    """

    version: str
    manifest_sha256: str
    files: int
    release: Release | None
    faults: list[Fault]


def verify_build(folder: Path, releases: Mapping[str, Release]) -> Verified:
    """Verify a build: its files, its canonical hash, and whether it is the release that it says it is.

    Args:
        folder: a build, a snapshot or a static site.
        releases: what is known of the releases of its publication.

    Raises:
        Refusal: it has no manifest.

    """
    faults = verify(folder)
    try:
        text = (folder / MANIFEST).read_bytes()
        listed = listed_files(text, MANIFEST)
        version = str(json.loads(text)["version"])
    except (OSError, KeyError):
        raise Refusal(faults or [Fault(str(folder), "is not a build", "name the output of `upheaval build`")]) from None
    name = hashlib.sha256(text).hexdigest()
    if not faults:
        build = open_build(folder)
        if (found := _canonical(build)) != build.identity:
            message = f"the data has the RDFC-1.0 hash {found} instead of {build.identity}"
            faults.append(Fault(MANIFEST, message, "build it again", rule="verify/rdfc10"))
    release = releases.get(version)
    if release is not None and release.manifest_sha256 != name:
        message = f"is not release {version}: its SHA-256 is {name} instead of {release.manifest_sha256}"
        cure = f"fetch the release, or build it from its commit; {FOLDER}/{version}.json says which"
        faults.append(Fault(MANIFEST, message, cure, rule="verify/release"))
        release = None
    return Verified(version, name, len(listed), release, faults)


def _canonical(build: Build) -> str:
    """Return the canonical hash of the data and what is derived, from the N-Quads."""
    graphs = set(build.identified)
    triples = dict.fromkeys(
        triple for chunk in build.chunks(_CHUNK) if chunk.graph in graphs for triple in chunk.triples
    )
    return canonical_hash(triples)


def fetch(address: str, folder: Path, limits: FetchLimits) -> None:
    """Fetch the files that a published manifest lists.

    Args:
        address: of the folder or of the manifest; http or https.
        folder: an empty folder for the files.
        limits: what it may take.

    Raises:
        Refusal: the address is not one, does not answer with a manifest, leads away from http or https, or a file is
            missing, larger than listed, or too slow.

    """
    if not address.startswith(("http://", "https://")):
        refuse(
            address, "is neither a folder nor an address", "name a folder, or an http or https address", rule="verify"
        )
    base = f"{address.removesuffix(f'/{MANIFEST}').rstrip('/')}/"
    deadline = time.monotonic() + limits.seconds
    with httpx2.Client(follow_redirects=True, max_redirects=_REDIRECTS, timeout=min(30, limits.seconds)) as client:
        client.event_hooks = {"request": [_only_web]}
        fetching = _Fetching(client, deadline)
        manifest = fetching.file(base + MANIFEST, folder / MANIFEST, _MANIFEST_BYTES)
        files = listed_files(manifest.read_bytes(), base + MANIFEST)
        if (size := sum(listed.bytes for listed in files.values())) > limits.bytes:
            message = f"lists {size} bytes, and the limit is {limits.bytes}"
            refuse(base + MANIFEST, message, "raise it with --bytes", rule="verify/limit")
        for path, listed in files.items():
            fetching.file(base + quote(path), folder / path, listed.bytes)


def _only_web(request: httpx2.Request) -> None:
    if request.url.scheme not in ("http", "https"):
        raise httpx2.UnsupportedProtocol(f"redirected to {request.url.scheme}", request=request)


@dataclass(frozen=True, slots=True)
class _Fetching:
    client: httpx2.Client
    deadline: float

    def file(self, address: str, target: Path, most: int) -> Path:
        """Fetch a file of at most so many bytes."""
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            with self.client.stream("GET", address) as answer, target.open("xb") as file:
                if answer.status_code != 200:
                    refuse(address, f"answers {answer.status_code}", "check the address", rule="verify/fetch")
                size = 0
                for block in answer.iter_bytes():
                    size += len(block)
                    if size > most:
                        refuse(address, f"is longer than {most} bytes", "do not use it", rule="verify/limit")
                    if time.monotonic() > self.deadline:
                        refuse(address, "takes too long", "raise the limit with --seconds", rule="verify/limit")
                    file.write(block)
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
            reason = " ".join(str(error).split()) or type(error).__name__
            refuse(address, f"cannot be fetched: {reason}", "check the address", rule="verify/fetch")
        except OSError as error:
            refuse(str(target), f"cannot be written: {error.strerror}", "free up disk space", rule="verify/write")
        return target
