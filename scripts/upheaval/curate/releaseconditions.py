"""What must be so before a version is released: its number and day, the changelog, a clean git tree."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

from semver import Version

from upheaval.faults import Fault, refuse
from upheaval.schema.publication import FILE
from upheaval.store.history import git
from upheaval.store.releases import Release

CHANGELOG = "CHANGELOG.md"
_RULE = "release"


def parse_version(text: str) -> Version:
    """Read a version.

    Raises:
        Refusal: it is not one by Semantic Versioning 2.0.0.

    """
    try:
        return Version.parse(text)
    except ValueError:
        cure = "write three numbers, as in 0.2.0 or 1.0.0-rc.1 (semver.org)"
        refuse("VERSION", f"`{text}` is not a semantic version", cure, rule=f"{_RULE}/version")


def number_faults(version: Version, releases: Mapping[str, Release], current: str) -> Iterator[Fault]:
    """Yield what is wrong with the number of a new version; `current` is what the publication says that it is."""
    if str(version) in releases:
        yield Fault("VERSION", f"version {version} has been released", "choose a higher one", rule=f"{_RULE}/version")
        return
    newest = max(releases.values(), key=lambda release: release.order, default=None)
    if newest is not None and version <= newest.order:
        message = f"version {version} is not newer than {newest.version}"
        yield Fault("VERSION", message, "choose a higher one", rule=f"{_RULE}/version")
    elif Version.is_valid(current) and version < Version.parse(current):
        message = f"version {version} is lower than {current}, the one in {FILE}"
        yield Fault("VERSION", message, "choose a higher one, or correct the file", rule=f"{_RULE}/version")
    if version.build:
        message = f"version {version} has build metadata, which says nothing about the order of versions"
        yield Fault("VERSION", message, f"write {version.replace(build=None)}", rule=f"{_RULE}/version")


def day_faults(day: date, today: date, releases: Mapping[str, Release]) -> Iterator[Fault]:
    """Yield what is wrong with the day of a new version; a clock that is wrong shows here."""
    cure = "set the clock, or write the day with --date"
    for release in releases.values():
        if day < date.fromisoformat(release.date):
            message = f"{day} is before {release.date}, the day of release {release.version}"
            yield Fault("--date", message, cure, rule=f"{_RULE}/date")
            return
    if day > today:
        yield Fault("--date", f"{day} has not come yet: today is {today}", cure, rule=f"{_RULE}/date")


def changelog_faults(root: Path, version: str, day: str) -> Iterator[Fault]:
    """Yield a fault if the changelog has no entry for a version, or an empty one."""
    heading = f"## [{version}] - {day}"
    cure = f"say there what changes for those who use the data, under the line `{heading}`"
    try:
        lines = (root / CHANGELOG).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        yield Fault(CHANGELOG, "there is no changelog", f"write one; {cure}", rule=f"{_RULE}/changelog")
        return
    except (OSError, UnicodeDecodeError) as error:
        yield Fault(CHANGELOG, f"cannot be read: {error}", "write it in UTF-8", rule=f"{_RULE}/changelog")
        return
    wanted = re.compile(rf"##\s+\[?v?{re.escape(version)}\]?(?:\s.*|\(.*)?")
    number = next((number for number, line in enumerate(lines, 1) if wanted.fullmatch(line.rstrip())), None)
    if number is None:
        if any(re.match(r"##\s+\[?Unreleased\]?", line, re.IGNORECASE) for line in lines):
            cure = f"change the line `## [Unreleased]` to `{heading}`"
        yield Fault(CHANGELOG, f"there is no entry for version {version}", cure, rule=f"{_RULE}/changelog")
        return
    entry = []
    for line in lines[number:]:
        if line.startswith("## "):
            break
        entry.append(line)
    if not any(line.strip() and not line.startswith("#") for line in entry):
        message = f"the entry for version {version} is empty"
        yield Fault(CHANGELOG, message, "say what changes", at=(number, 1), rule=f"{_RULE}/changelog")


def commit_of(root: Path) -> str:
    """Return the git commit of a folder, or an empty string if it is in no repository or git is not there."""
    return (git(root, "rev-parse", "HEAD") or "").strip()


def tree_faults(root: Path) -> Iterator[Fault]:
    """Yield a fault if files of the publication are not committed."""
    changed = (git(root, "status", "--porcelain", "--", ".") or "").splitlines()
    if changed:
        more = f" and {len(changed) - 1} more" if len(changed) > 1 else ""
        message = f"is not committed{more}, so that nobody could make the release again"
        yield Fault(changed[0][3:].strip('"'), message, "commit or remove it", rule=f"{_RULE}/git")
