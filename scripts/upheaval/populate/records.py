"""The records of a publication: one YAML file each; the folder gives the class, the file's name the IRI."""

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path

from upheaval.faults import Fault, refuse
from upheaval.schema.contract import Contract, Kind
from upheaval.schema.publication import FILE, Publication
from upheaval.sources.parser import MappingNode, read
from upheaval.sources.reserved import RESERVED

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class RecordFile:
    """One record before it is read.

    Attributes:
        slug: the file's name without `.yaml`, which is the last part of the record's IRI.
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
    """One record as it was read.

    Attributes:
        slug: the file's name without `.yaml`, which is the last part of the record's IRI.
        kind: its class.
        file: the file, relative to the publication's folder.
        body: its keys and values; None where the file could not be read, or another has the same name.

    """

    slug: str
    kind: Kind
    file: str
    body: MappingNode | None


def list_files(publication: Publication) -> list[str]:
    """Return the YAML files of a publication's records, relative to its folder, in order.

    Raises:
        Refusal: there is no data folder.

    """
    data = publication.root / "data"
    if not data.is_dir():
        refuse("data", "there is no folder `data`", "make it, with one folder a kind")
    found: list[str] = []
    for folder, folders, names in os.walk(data):
        within = Path(folder).relative_to(publication.root).as_posix()
        mistaken = [name for name in folders if name.endswith(".yaml")]
        found.extend(f"{within}/{name}" for name in [*names, *mistaken])
    return sorted(file for file in found if file != FILE)


def place_records(files: Iterable[str], contract: Contract) -> tuple[list[RecordFile], list[Fault]]:
    """Say which records there are, by the names of their files alone.

    Args:
        files: paths relative to the publication's folder, as `list_files` returns them.
        contract: which folders there are.

    Returns:
        The records, in the order of the files, and what is wrong with folders and names.

    """
    entries: dict[str, RecordFile] = {}
    faults: list[Fault] = []
    for file in files:
        kind = _kind(file, contract, faults)
        if kind is None:
            continue
        slug = file[file.rfind("/") + 1 : -len(".yaml")]
        if not SLUG.fullmatch(slug):
            message = "a record's file name has small letters, digits and single hyphens"
            faults.append(Fault(file, message, f"rename it to `{_slugged(slug)}.yaml`", rule="record/name"))
            continue
        if slug in RESERVED:
            message = f"the name `{slug}` belongs to {RESERVED[slug]}: a record of that name could not be looked up"
            faults.append(Fault(file, message, f"rename it, say to `the-{slug}.yaml`", rule="record/reserved"))
        if slug in entries:
            message = f"the name is taken by {entries[slug].file}: a record's IRI is made from its name alone"
            faults.append(Fault(file, message, "rename one of the two files", rule="record/name-twice"))
            entries[slug] = replace(entries[slug], twice=True)
        else:
            entries[slug] = RecordFile(slug, kind, file)
    return list(entries.values()), faults


def read_records(publication: Publication, entries: Iterable[RecordFile]) -> tuple[list[Record], list[Fault]]:
    """Read records.

    Args:
        publication: whose records.
        entries: as `place_records` returns them.

    Returns:
        The records, in the same order, and what is wrong with their files. A file that cannot be read gives a record
        without a body, so that references to it still hold; so does a name that two have.

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
        with open(f"{root}/{file}", "rb", buffering=0) as content:
            return read(content.read(), file)
    except OSError as error:
        return None, [Fault(file, f"cannot be read: {error.strerror}", "check the file")]


def _kind(file: str, contract: Contract, faults: list[Fault]) -> Kind | None:
    parts = file.split("/")
    if len(parts) < 3:
        cure = "move it into one of the folders of data"
        faults.append(Fault(file, "a record stands in the folder of its kind", cure, rule="record/folder"))
        return None
    if Path(parts[-1]).suffix != ".yaml":
        cure = "rename it to .yaml" if Path(file).suffix in (".yml", ".YAML", ".YML") else "take it out"
        faults.append(Fault(file, "a record's file ends in .yaml", cure, rule="record/suffix"))
        return None
    kind = contract.folders.get(parts[1])
    if kind is None:
        near = get_close_matches(parts[1], contract.folders, 1)
        cure = f"did you mean data/{near[0]}?" if near else f"the folders are {', '.join(contract.folders)}"
        message = f"no kind of record has the folder data/{parts[1]}"
        faults.append(Fault(file, message, cure, rule="record/folder"))
    return kind


def _slugged(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "a-name"
