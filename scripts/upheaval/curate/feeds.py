"""Write what consumers follow instead of polling dumps: a feed of the releases, and a stream of what they changed."""

import os
from collections.abc import Mapping
from pathlib import Path

from upheaval.curate.atomfeed import FILE, as_html, atom_feed
from upheaval.curate.differences import compare
from upheaval.curate.editions import Edition, open_edition
from upheaval.curate.eventstream import FOLDER, ROOT, release_page, root_page
from upheaval.faults import refuse
from upheaval.schema.publication import open_publication
from upheaval.store.releases import Release, read_releases


def feeds(root: Path) -> dict[str, bytes]:
    """Write the Atom feed and the event stream of a publication's releases.

    Args:
        root: the publication's folder.

    Returns:
        The files by path: the same releases give the same bytes.

    Raises:
        Refusal: there is no release, or the files of one are not at hand.

    """
    publication, releases = open_publication(root), list(read_releases(root).values())
    if not releases:
        refuse("releases", "there is no release yet", "make one: `upheaval release`", rule="feed/none")
    files = {ROOT: root_page(publication.iri, releases)}
    entries: list[tuple[Release, str]] = []
    before: Edition | None = None
    for number, release in enumerate(releases, 1):
        after = open_edition(root, release.version)
        files[f"{FOLDER}/{release.version}.trig"] = release_page(number, release, before, after)
        entries.append((release, as_html(compare(before, after)) if before else "<p>The first release.</p>"))
        before = after
    return {**files, FILE: atom_feed(publication, entries)}


def write_feeds(files: Mapping[str, bytes], folder: Path) -> None:
    """Write the files into a folder that may hold others; each is there whole, or as it was before.

    The pages of the releases are written first, so that nothing leads to a page that is missing.

    Raises:
        Refusal: a file cannot be written; what was written before it is whole.

    """
    try:
        for path in sorted(files, key=lambda path: (path in (ROOT, FILE), path)):
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            beside = target.with_name(f".{target.name}.{os.getpid()}")
            try:
                beside.write_bytes(files[path])
                beside.replace(target)
            finally:
                beside.unlink(missing_ok=True)
    except OSError as error:
        message = f"the feeds cannot be written: {error.strerror or error}"
        refuse(str(folder), message, "free up disk space or check the permissions", rule="feed/write")
