"""List and read the records of a publication: the folder determines the class, the file name the IRI."""

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path

from upheaval.faults import Fault, refuse
from upheaval.schema.contract import Contract, Kind
from upheaval.schema.publication import FILE, Publication
from upheaval.sources.ignored import is_ignored
from upheaval.sources.parser import MappingNode, read
from upheaval.sources.regularfiles import LINK, leads_out, read_regular
from upheaval.sources.reserved import RESERVED

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class RecordFile:
    """A record that has not been read yet.

    Attributes:
        slug: the file name without `.yaml`, which is the last part of the record's IRI.
        kind: its class.
        file: the file, relative to the publication's folder.
        twice: whether another file has the same name.

    """

    slug: str
    kind: Kind
    file: str
    twice: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """A record as read.

    Attributes:
        slug: the file name without `.yaml`, which is the last part of the record's IRI.
        kind: its class.
        file: the file, relative to the publication's folder.
        body: its keys and values; None if the file could not be read or another file has the same name.

    """

    slug: str
    kind: Kind
    file: str
    body: MappingNode | None


@dataclass(frozen=True)
class Listing:
    """Which records a publication has, before any is read.

    Attributes:
        entries: the records by name, in the order of their files.
        faults: what is wrong with folders and names.

    """

    entries: Mapping[str, RecordFile]
    faults: tuple[Fault, ...]

    @cached_property
    def kinds(self) -> dict[str, Kind]:
        """The classes of the records by name."""
        return {slug: entry.kind for slug, entry in self.entries.items()}


def list_records(publication: Publication, contract: Contract) -> Listing:
    """Say which records a publication has, by the names of their files alone.

    Raises:
        Refusal: there is no data folder.

    """
    entries, faults = place_records(list_files(publication), contract)
    if not entries:
        faults.append(Fault("data", "the dataset is empty", "add a record: `upheaval new record KIND SLUG`"))
    return Listing({entry.slug: entry for entry in entries}, tuple(faults))


def list_files(publication: Publication) -> list[str]:
    """Return the files in a publication's data folder, relative to the publication's folder, sorted.

    What systems and editors leave there (`upheaval.sources.ignored`) is left out. A link to a folder, which is not
    followed, ends in a slash.

    Raises:
        Refusal: there is no data folder.

    """
    data = publication.root / "data"
    if not data.is_dir():
        refuse("data", "there is no `data` folder", "create it, with one folder for each kind of record")
    if leads_out(data, publication.root):
        refuse("data", LINK, "put the folder itself there")
    found: list[str] = []
    for folder, folders, names in os.walk(data):
        folders[:] = [name for name in folders if not is_ignored(name)]
        within = Path(folder).relative_to(publication.root).as_posix()
        mistaken = [name for name in folders if name.endswith(".yaml")]
        mistaken += [f"{name}/" for name in folders if os.path.islink(f"{folder}/{name}")]
        found.extend(f"{within}/{name}" for name in [*names, *mistaken] if not is_ignored(name))
    return sorted(file for file in found if file != FILE)


def place_records(files: Iterable[str], contract: Contract) -> tuple[list[RecordFile], list[Fault]]:
    """Find the records by their file names alone.

    Args:
        files: paths relative to the publication's folder, from `list_files`.
        contract: the kinds of record and their folders.

    Returns:
        The records, in the order of the files, and the faults of folders and names.

    """
    entries: dict[str, RecordFile] = {}
    faults: list[Fault] = []
    files = list(files)
    taken = {_stem(file).lower() for file in files if file.endswith(".yaml") and SLUG.fullmatch(_stem(file))}
    for file in files:
        if file.endswith("/"):
            message, cure = "a link to a folder is not followed", "put the folder itself there"
            faults.append(Fault(file.rstrip("/"), message, cure, rule="record/link"))
            continue
        kind = _kind(file, contract, taken, faults)
        if kind is None:
            continue
        slug = _stem(file)
        if not SLUG.fullmatch(slug):
            message = "a record's file name may only have lower-case letters, digits and single hyphens"
            faults.append(Fault(file, message, _rename(slug, taken), rule="record/name"))
            continue
        if slug in RESERVED:
            message = f"the name `{slug}` is reserved for {RESERVED[slug]}"
            faults.append(Fault(file, message, _rename(f"the-{slug}", taken), rule="record/reserved"))
        if slug in entries:
            message = f"{entries[slug].file} has the same name, so both records would have the same IRI"
            faults.append(Fault(file, message, "rename one of the two files", rule="record/name-twice"))
            entries[slug] = replace(entries[slug], twice=True)
        else:
            entries[slug] = RecordFile(slug, kind, file)
    return list(entries.values()), faults


def read_records(publication: Publication, entries: Iterable[RecordFile]) -> tuple[list[Record], list[Fault]]:
    """Read records.

    Args:
        publication: the publication.
        entries: the records, from `place_records`.

    Returns:
        The records, in the same order, and the faults of their files. A file that cannot be read, or shares its name
        with another, becomes a record without a body, so that references to it still resolve.

    """
    records: list[Record] = []
    faults: list[Fault] = []
    root = os.fspath(publication.root)
    for entry in entries:
        body, found = _read(root, entry.file)
        faults.extend(found)
        records.append(Record(entry.slug, entry.kind, entry.file, None if entry.twice else body))
    return records, faults


def _read(root: str, file: str) -> tuple[MappingNode | None, list[Fault]]:
    try:
        return read(read_regular(f"{root}/{file}", root), file)
    except OSError as error:
        return None, [Fault(file, f"cannot be read: {error.strerror}", "check the file")]


def _kind(file: str, contract: Contract, taken: set[str], faults: list[Fault]) -> Kind | None:
    parts = file.split("/")
    if len(parts) < 3:
        cure = "move it into one of the folders in data"
        faults.append(Fault(file, "a record must be in the folder of its kind", cure, rule="record/folder"))
        return None
    if not file.endswith(".yaml") or parts[-1] == ".yaml":
        is_yaml = Path(file).suffix.lower() in (".yml", ".yaml")
        cure = _rename(_stem(file), taken) if is_yaml else "move it elsewhere"
        faults.append(Fault(file, "a record's file name must end in .yaml", cure, rule="record/suffix"))
        return None
    kind = contract.folders.get(parts[1])
    if kind is None:
        near = get_close_matches(parts[1], contract.folders, 1)
        cure = f"did you mean data/{near[0]}?" if near else f"the folders are {', '.join(contract.folders)}"
        message = f"no kind of record has the folder data/{parts[1]}"
        faults.append(Fault(file, message, cure, rule="record/folder"))
    return kind


def _stem(file: str) -> str:
    name = file[file.rfind("/") + 1 :]
    return name[: name.rfind(".")]


def _rename(name: str, taken: set[str]) -> str:
    """Return a cure that proposes a name which no other record has, so that following it overwrites none."""
    better = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "a-name"
    if better in taken:
        return f"there is a `{better}.yaml` already: delete one of the two, or rename this one"
    taken.add(better)
    return f"rename it to `{better}.yaml`"
