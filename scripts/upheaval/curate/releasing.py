"""Release a version: check, compare with the one before, build, store, and write what says so, all or nothing.

The release exists from the moment that `releases/<version>.json` does. It is written together with the version in
`data/publication.yaml` and the new lines of the ledger, in one transaction, after the files have been stored.
"""

import fcntl
import hashlib
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from semver import Version

from upheaval import __version__
from upheaval.build.citation import citation_files
from upheaval.build.export import export
from upheaval.build.folder import write_build
from upheaval.check.checking import check
from upheaval.curate.ledgergrowth import demand_kept, grown_ledger
from upheaval.curate.publicationtext import with_values
from upheaval.curate.releaseconditions import (
    changelog_faults,
    commit_of,
    day_faults,
    number_faults,
    parse_version,
    tree_faults,
)
from upheaval.curate.versioning import Surface, SurfaceChange, compare, proposed, surface_of, vocabulary_faults
from upheaval.faults import Refusal, Severity, refuse
from upheaval.populate.assembly import Assembly, assemble
from upheaval.schema.ledger import FILE as LEDGER
from upheaval.schema.ledger import read_ledger
from upheaval.schema.publication import FILE as PUBLICATION
from upheaval.schema.publication import open_publication
from upheaval.store.builds import open_build
from upheaval.store.releases import FOLDER, Release, latest, read_releases, release_file, release_folder
from upheaval.store.snapshots import put
from upheaval.store.transactions import commit, recover

_LOCK = ".upheaval/release.lock"


@dataclass(frozen=True)
class ReleasePlan:
    """A release that may be made.

    Attributes:
        release: what will be said of it.
        folder: its build, in a folder that will be removed.
        count: the number of its files.
        previous: the release that it is compared with, or None if it is the first.
        changes: what differs for those who rely on it.
        proposed: the lowest number that these changes allow.
        before, after: the content of the files that will be written, by path.
        added: the IRIs that the ledger gets.

    """

    release: Release
    folder: Path
    count: int
    previous: Release | None
    changes: list[SurfaceChange]
    proposed: Version
    before: Mapping[str, bytes | None]
    after: Mapping[str, bytes]
    added: tuple[str, ...]


@dataclass(frozen=True)
class Proposal:
    """The lowest number that the next release may have.

    Attributes:
        version: the number.
        previous: the release that the sources are compared with, or None if there is none.
        changes: what differs for those who rely on it.

    """

    version: Version
    previous: Release | None
    changes: list[SurfaceChange]


def propose(root: Path) -> Proposal:
    """Compare the sources with the release before, and find the lowest number that may follow; nothing is written.

    Args:
        root: the publication's folder.

    Raises:
        Refusal: the sources have faults or have lost an IRI, or the files of the release before are not at hand.

    """
    recover(root)
    releases, publication = read_releases(root), open_publication(root)
    current = parse_version(publication.version)
    previous = latest(releases)
    assembly = assemble(root)
    _demand_clean(assembly)
    if previous is None:
        return Proposal(current, None, [])
    last = open_build(release_folder(root, previous.version))
    old, ledger = surface_of(last), read_ledger(root)
    demand_kept(ledger, last.folder)
    grown = grown_ledger(ledger, assembly, publication.version, old.iris, previous)
    with tempfile.TemporaryDirectory(prefix="upheaval-") as place:
        write_build(export(assembly, grown.render().encode()), Path(place) / "build")
        changes = compare(old, surface_of(open_build(Path(place) / "build")), grown, publication.iri)
    newest = max(release.order for release in releases.values())
    lowest = max(proposed(previous.order, changes), current.finalize_version())
    return Proposal(lowest if lowest > newest else newest.bump_patch(), previous, changes)


@contextmanager
def planned(root: Path, text: str, day: date, today: date) -> Iterator[ReleasePlan]:
    """Make everything that a release consists of, without writing anything into the publication.

    Args:
        root: the publication's folder.
        text: the version.
        day: its day.
        today: the day by the clock.

    Raises:
        Refusal: something that a release demands is not so; the faults say all that can be said at once.

    """
    recover(root)
    version, releases, publication = parse_version(text), read_releases(root), open_publication(root)
    faults = [
        *number_faults(version, releases, publication.version),
        *day_faults(day, today, releases),
        *changelog_faults(root, text, day.isoformat()),
        *tree_faults(root),
    ]
    if faults:
        raise Refusal(faults)
    previous = latest(releases)
    values = {"version": text, "issued": day.isoformat()}
    if previous is not None:
        values["priorVersion"] = f"{publication.iri}{previous.version}"
    before = {path: _content(root / path) for path in (PUBLICATION, LEDGER, f"{FOLDER}/{text}.json")}
    metadata = with_values(before[PUBLICATION] or b"", values)
    assembly = assemble(root)
    _demand_clean(assembly)
    last = open_build(release_folder(root, previous.version)) if previous is not None else None
    old = surface_of(last) if last is not None else Surface(frozenset(), frozenset(), frozenset())
    ledger = read_ledger(root)
    if last is not None:
        demand_kept(ledger, last.folder)
    grown = grown_ledger(ledger, assembly, text, old.iris, previous)
    rendered = grown.render().encode()
    files = export(_as_version(assembly, values), rendered)
    with tempfile.TemporaryDirectory(prefix="upheaval-") as place:
        write_build(files, Path(place) / "build")
        build = open_build(Path(place) / "build")
        if last is not None and (root / "ontology").is_dir() and (stale := list(vocabulary_faults(last, build))):
            raise Refusal(stale)
        changes = [] if last is None else compare(old, surface_of(build), grown, publication.iri)
        lowest = version if previous is None else proposed(previous.order, changes)
        if version.finalize_version() < lowest:
            why = next((change.text for change in changes), "it is released again")
            message = f"{version} is too low: since {previous and previous.version}, {why}"
            cure = f"release {lowest}; the rules are in docs/releasing.md"
            refuse("VERSION", message, cure, rule="release/version")
        release = Release(
            version=text,
            date=day.isoformat(),
            manifest_sha256=hashlib.sha256(files["manifest.json"]).hexdigest(),
            rdfc10_sha256=build.identity,
            ledger_sha256=hashlib.sha256(rendered).hexdigest(),
            package=__version__,
            vocabularies=publication.conforms_to,
            commit=commit_of(root),
        )
        after = {PUBLICATION: metadata, LEDGER: rendered, f"{FOLDER}/{text}.json": release.render()}
        renewed = citation_files(_as_version(assembly, values).publication)
        for path, content in citation_files(publication).items():
            if _content(root / path) == content:  # one that somebody has edited is theirs to keep
                before[path], after[path] = content, renewed[path]
        added = tuple(sorted(grown.entries.keys() - ledger.entries.keys()))
        yield ReleasePlan(release, build.folder, len(files), previous, changes, lowest, before, after, added)


def make_release(root: Path, plan: ReleasePlan) -> None:
    """Store the files of a release, and write what says that it exists.

    Raises:
        Refusal: the files cannot be written, or the publication has changed since the plan; nothing is released then.

    """
    put(root, plan.folder)
    commit(root, plan.before, plan.after)


def withdraw(root: Path, text: str, why: str, today: date) -> Release:
    """Mark a release as withdrawn: it stays where it is, says why, and is never the latest.

    Raises:
        Refusal: there is no such release, it has been withdrawn, or there is no reason.

    """
    recover(root)
    releases = read_releases(root)
    if text not in releases:
        known = ", ".join(releases) or "none"
        refuse("--withdraw", f"there is no release {text}", f"the releases are: {known}", rule="release/unknown")
    release = releases[text]
    if release.is_withdrawn:
        message = f"version {text} has been withdrawn on {release.withdrawn}: {release.why}"
        refuse("--withdraw", message, "nothing is left to do", rule="release/withdrawn")
    reason = " ".join(why.split())
    if not reason:
        refuse("--why", "a version is withdrawn for a reason", "say it with --why", rule="release/why")
    if today < date.fromisoformat(release.date):
        message = f"today is {today}, before {release.date}, the day of release {text}"
        refuse("--withdraw", message, "set the clock", rule="release/date")
    gone = replace(release, state="withdrawn", withdrawn=today.isoformat(), why=reason)
    path = release_file(root, text).relative_to(root).as_posix()
    commit(root, {path: _content(root / path)}, {path: gone.render()})
    return gone


@contextmanager
def one_release(root: Path) -> Iterator[None]:
    """Hold the lock that keeps two releases apart; the system gives it back however the process ends.

    Raises:
        Refusal: another process holds it.

    """
    try:
        (root / _LOCK).parent.mkdir(exist_ok=True)
        lock = (root / _LOCK).open("wb")
    except OSError as error:
        refuse(_LOCK, f"cannot be written: {error.strerror}", "check the permissions", rule="release/lock")
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            refuse(_LOCK, "another release is being made", "wait for it to end", rule="release/lock")
        yield


def _demand_clean(assembly: Assembly) -> None:
    faults = check(assembly)
    errors = [fault for fault in faults if fault.severity is not Severity.NOTE]
    if errors:
        raise Refusal(errors)


def _as_version(assembly: Assembly, values: Mapping[str, str]) -> Assembly:
    """Return an assembly whose publication bears another version; nothing in the records depends on it."""
    publication = replace(
        assembly.publication,
        version=values["version"],
        issued=values["issued"],
        prior_version=values.get("priorVersion", assembly.publication.prior_version),
    )
    return replace(assembly, schema=replace(assembly.schema, publication=publication))


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
