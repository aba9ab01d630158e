"""Templates for a new record and for a new publication."""

from datetime import date
from pathlib import Path

from upheaval.curate.skeletons import record_skeleton
from upheaval.faults import refuse
from upheaval.populate.records import SLUG
from upheaval.schema.contract import Contract
from upheaval.sources.reserved import RESERVED

PUBLICATION = """\
# Metadata of this publication. Edit every line, then add records:
#   upheaval new record states first-state

iri: https://example.org/{name}/
prefix: {prefix}
name: {name}
title: {title}
description: >-
  Agreements and activities of states, with their sources.
license: https://creativecommons.org/licenses/by/4.0/
creator: [Name Surname]
version: 0.1.0
issued: {issued}
"""


def new_record(root: Path, folder: str, slug: str, contract: Contract) -> Path:
    """Write the skeleton of a record.

    Args:
        root: the publication's folder.
        folder: the folder of the kind.
        slug: the record's name.
        contract: the kinds of record.

    Returns:
        The new file.

    Raises:
        Refusal: the kind does not exist, the name is invalid or taken, or the file cannot be written.

    """
    kind = contract.folders.get(folder)
    if kind is None:
        listed = ", ".join(sorted(contract.folders))
        refuse("data", f"there is no kind of record `{folder}`", f"the kinds are {listed}")
    file = root / "data" / folder / f"{slug}.yaml"
    if not SLUG.fullmatch(slug):
        cure = "use lower-case letters, digits and single hyphens"
        refuse(f"data/{folder}", f"`{slug}` is not a valid record name", cure)
    if slug in RESERVED:
        message = f"the name `{slug}` is reserved for {RESERVED[slug]}"
        refuse(f"data/{folder}", message, "choose another name")
    taken = sorted((root / "data").rglob(f"{slug}.yaml"))
    if taken:
        where = taken[0].relative_to(root).as_posix()
        refuse(where, f"the name `{slug}` is taken", "choose another name")
    _write(file, record_skeleton(kind, contract))
    return file


def new_publication(root: Path) -> Path:
    """Start a publication in a new or empty folder.

    Args:
        root: the folder.

    Returns:
        The new metadata file.

    Raises:
        Refusal: the folder is not empty or cannot be written.

    """
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        refuse(str(root), "this is not an empty folder", "name a new or empty folder")
    name = "".join(sign if sign.isalnum() else "-" for sign in root.resolve().name.lower()).strip("-")
    prefix = name.split("-")[0]
    file = root / "data" / "publication.yaml"
    text = PUBLICATION.format(
        name=name or "publication",
        prefix=prefix if prefix[:1].isalpha() else f"pub{prefix}",
        title=(name or "publication").replace("-", " ").title(),
        issued=date.today().isoformat(),
    )
    _write(file, text)
    _write(root / ".gitignore", "/build/\n")
    return file


def _write(file: Path, text: str) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        refuse(str(file), f"cannot be written: {error.strerror}", "check the folder")
