"""Releases: what `releases/<version>.json` says of each version, and where the files of a version are."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from semver import Version

from upheaval.faults import Fault, Refusal, refuse
from upheaval.store.history import git
from upheaval.store.integrity import is_inside
from upheaval.store.snapshots import FOLDER as SNAPSHOTS
from upheaval.store.snapshots import open_snapshot

FOLDER = "releases"
RELEASED, WITHDRAWN = "released", "withdrawn"


@dataclass(frozen=True, slots=True)
class Release:
    """A released version.

    Attributes:
        version: by Semantic Versioning 2.0.0.
        date: its day.
        manifest_sha256: the SHA-256 of its `manifest.json`, which names its snapshot.
        rdfc10_sha256: the canonical hash of its data.
        ledger_sha256: the SHA-256 of its `ledger.tsv`; empty if it had none.
        package: the version of the package that built it.
        vocabularies: the version IRIs of the vocabularies that its records are written with.
        commit: the git commit that it was made on, or an empty string; `sources_of` says which one has its sources.
        state: `released` or `withdrawn`.
        withdrawn: the day on which it was withdrawn, or an empty string.
        why: why it was withdrawn, or an empty string.

    """

    version: str
    date: str
    manifest_sha256: str
    rdfc10_sha256: str
    ledger_sha256: str = ""
    package: str = ""
    vocabularies: tuple[str, ...] = ()
    commit: str = ""
    state: str = RELEASED
    withdrawn: str = ""
    why: str = ""
    order: Version = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "order", Version.parse(self.version))

    @property
    def is_withdrawn(self) -> bool:
        """Whether it has been withdrawn."""
        return self.state == WITHDRAWN

    def render(self) -> bytes:
        """Return the text of its file."""
        said = {key: value for key, value in asdict(self).items() if value and key != "order"}
        return (json.dumps(said, indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode()


def read_releases(root: Path) -> dict[str, Release]:
    """Read what is known of a publication's releases.

    Args:
        root: the publication's folder.

    Returns:
        The releases by version, in the order of versions (Semantic Versioning 2.0.0, section 11).

    Raises:
        Refusal: a file is malformed.

    """
    found: list[Release] = []
    faults: list[Fault] = []
    for file in sorted((root / FOLDER).glob("*.json")):
        try:
            found.append(_read(file))
        except Refusal as refusal:
            faults.extend(refusal.faults)
    if faults:
        raise Refusal(faults)
    return {release.version: release for release in sorted(found, key=lambda one: (one.order, one.version))}


def latest(releases: Mapping[str, Release]) -> Release | None:
    """Return the newest release that has not been withdrawn, pre-releases only if there is no other; or None."""
    standing = [release for release in releases.values() if not release.is_withdrawn]
    finished = [release for release in standing if not release.order.prerelease]
    return max(finished or standing, key=lambda release: release.order, default=None)


def releases_before(releases: Mapping[str, Release], version: str) -> list[Release]:
    """Return the releases that are older than a version, which need not be released; none if it is not semantic."""
    if not Version.is_valid(version):
        return []
    return [release for release in releases.values() if release.order < Version.parse(version)]


def release_folder(root: Path, version: str) -> Path:
    """Return the folder with the files of a version.

    Args:
        root: the publication's folder.
        version: a released version, withdrawn or not.

    Raises:
        Refusal: there is no such release, or its files are not at hand or have been changed.

    """
    releases = read_releases(root)
    if version not in releases:
        known = ", ".join(releases) or "none"
        refuse("--version", f"there is no release {version}", f"the releases are: {known}", rule="release/unknown")
    name = releases[version].manifest_sha256
    if not (root / SNAPSHOTS / name).is_dir():
        sources = sources_of(root, releases[version])[:12]
        build = f"build commit {sources}" if sources else "build its sources"
        cure = f"{build}, or find a published copy; then `upheaval verify FOLDER|URL --keep`"
        refuse(f"{FOLDER}/{version}.json", f"the files of version {version} are not here", cure, rule="release/files")
    return open_snapshot(root, name).folder


def sources_of(root: Path, release: Release) -> str:
    """Return the git commit whose build a release is, or an empty string if nothing is known of it.

    That is the commit that added its file, if it is the child of the one that the release names; otherwise the release
    was entered later, and is the build of the one that it names.
    """
    file = f"{FOLDER}/{release.version}.json"
    added = (git(root, "log", "--diff-filter=A", "--format=%H %P", "-1", "--", file) or "").split()
    return added[0] if release.commit in added[1:] else release.commit


def withdrawal(root: Path, version: str) -> str:
    """Return a sentence that a released version has been withdrawn and why, or an empty string."""
    release = read_releases(root)[version]
    return f"version {version} was withdrawn on {release.withdrawn}: {release.why}" if release.is_withdrawn else ""


def release_file(root: Path, version: str) -> Path:
    """Return the file about a version."""
    return root / FOLDER / f"{version}.json"


def _read(file: Path) -> Release:
    name = f"{FOLDER}/{file.name}"
    cure = "restore the file from git; `upheaval release` alone writes it"
    try:
        content: Any = json.loads(file.read_bytes())
        texts = {key: value for key, value in content.items() if key != "vocabularies"}
        if not all(isinstance(value, str) for value in texts.values()):
            raise TypeError("a value is not a string")
        release = Release(**texts, vocabularies=tuple(map(str, content.get("vocabularies", ()))))
        date.fromisoformat(release.date)
    except OSError as error:
        refuse(name, f"cannot be read: {error.strerror}", rule="release/file")
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        refuse(name, f"is not about a release: {' '.join(str(error).split())}", cure, rule="release/file")
    faults = [Fault(name, message, cure, rule="release/file") for message in _problems(release, file)]
    if faults:
        raise Refusal(faults)
    return release


def _problems(release: Release, file: Path) -> list[str]:
    hashes = (release.manifest_sha256, release.rdfc10_sha256, *filter(None, [release.ledger_sha256]))
    found = []
    if f"{release.version}.json" != file.name or not is_inside(release.version):
        found.append(f"is about version {release.version}, not the one of its name")
    if any(len(one) != 64 or set(one) - set("0123456789abcdef") for one in hashes):
        found.append("has a hash that is not a SHA-256")
    if release.state not in (RELEASED, WITHDRAWN):
        found.append(f"has the state `{release.state}`, which is neither {RELEASED} nor {WITHDRAWN}")
    if release.is_withdrawn and not release.why:
        found.append("is withdrawn without a reason")
    return found
