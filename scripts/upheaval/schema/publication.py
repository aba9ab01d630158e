"""A publication: the folder of sources that the package turns into linked data, and its metadata."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path

from upheaval.faults import Fault, Location, Refusal, Severity, refuse
from upheaval.rdf.datatypes import IllFormed, typed
from upheaval.rdf.xsd import XSD
from upheaval.schema.configuration import (
    address_problem,
    name_problem,
    namespace_problems,
    prefix_problem,
    version_problem,
)
from upheaval.sources.ignored import is_ignored
from upheaval.sources.packaged import packaged, vocabulary_folders
from upheaval.sources.parser import MappingNode, SequenceNode, read
from upheaval.sources.regularfiles import LINK, leads_out, read_regular
from upheaval.sources.restrictions import is_unfilled
from upheaval.store.transactions import recover

FILE = "data/publication.yaml"
REQUIRED = ("iri", "prefix", "name", "title", "description", "license", "creator", "version", "issued")
LISTS = ("creator", "keyword", "source", "spatial", "conformsTo")
OPTIONAL = (
    *("publisher", "publisherType", "keyword", "source", "homepage", "priorVersion", "spatial", "begins", "conformsTo"),
)
PUBLISHER_TYPES = (
    "Academia-ScientificOrganisation",
    "Company",
    "IndustryConsortium",
    "LocalAuthority",
    "NationalAuthority",
    "NonGovernmentalOrganisation",
    "NonProfitOrganisation",
    "PrivateIndividual(s)",
    "RegionalAuthority",
    "StandardisationBody",
    "SupraNationalAuthority",
)
"""What a publisher can be: the codes of ADMS, which DCAT-AP catalogues use."""


_DEGREES = re.compile(r"[+-]?[0-9]{1,3}(\.[0-9]+)?")


@dataclass(frozen=True, slots=True)
class Publication:
    """The metadata in `data/publication.yaml`, and the folder of the sources.

    Attributes:
        root: the publication's folder.
        iri: the namespace of its records; a record's IRI is this followed by its file name.
        prefix: the namespace's prefix in Turtle and in queries.
        name: the stem of the built files' names.
        title, description: in English.
        license: the IRI of the licence of the data.
        creator: the names of its authors, at least one.
        publisher: the publisher; the creators by default.
        version: the version of the data.
        issued: the day of that version, as `YYYY-MM-DD`.
        keyword, source: keywords for catalogues, and addresses of its sources.
        homepage: the address of its web pages; the namespace by default.
        prior_version: the IRI of the previous version, or an empty string.
        publisher_type: one of PUBLISHER_TYPES, or an empty string.
        spatial: the area that the data cover, as degrees west, south, east and north; empty if not given.
        begins: the first day that the data cover, as `YYYY-MM-DD`, or an empty string.
        conforms_to: the version IRIs of the vocabularies that the records are written with.
        warnings: what is odd in the file and does not stop anything.

    """

    root: Path
    iri: str
    prefix: str
    name: str
    title: str
    description: str
    license: str
    creator: tuple[str, ...]
    publisher: str
    version: str
    issued: str
    keyword: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    homepage: str = ""
    prior_version: str = ""
    publisher_type: str = ""
    spatial: tuple[str, ...] = ()
    begins: str = ""
    conforms_to: tuple[str, ...] = ()
    warnings: tuple[Fault, ...] = ()

    def graph(self, name: str) -> str:
        """Return the IRI of a named graph: data, derived, vocabulary or catalogue."""
        return f"{self.iri}graph/{name}"

    def folders(self, name: str) -> list[Path]:
        """Return the folders of the ontology, the shapes or the queries, by that name."""
        return vocabulary_folders(self.root, name)

    def is_packaged(self, path: Path) -> bool:
        """Tell whether a file of the ontology, the shapes or the queries comes with the package."""
        return not path.is_relative_to(self.root) and path.is_relative_to(packaged())

    def files(self, name: str, pattern: str) -> list[Path]:
        """Return the files of the ontology, the shapes or the queries that match a pattern, sorted in each folder.

        Raises:
            Refusal: a link leads out of the publication's folder.

        """
        found = [
            path
            for folder in self.folders(name)
            for path in sorted(folder.glob(pattern))
            if not is_ignored(path.relative_to(folder))
        ]
        outside = [path for path in found if path.is_relative_to(self.root) and leads_out(path, self.root)]
        if outside:
            names = (path.relative_to(self.root).as_posix() for path in outside)
            raise Refusal([Fault(each, LINK, "put the file itself there") for each in names])
        return found


def open_publication(root: Path) -> Publication:
    """Read a publication's metadata.

    Args:
        root: its folder.

    Returns:
        The publication.

    Raises:
        Refusal: the folder or the file is missing, or the file has missing, unknown or malformed keys; or a change of
            the publication was interrupted and cannot be undone.

    """
    recover(root)
    try:
        data = read_regular(root / FILE, root)
    except OSError as error:
        refuse(
            FILE,
            f"no publication in {root}: {error.strerror}",
            "change to a publication's folder, or create one with `upheaval new publication DIR`",
            rule="publication/missing",
        )
    body, faults = read(data, FILE)
    if body is None:
        raise Refusal(faults)
    faults = sorted([*faults, *_unknown(body), *_missing(body), *_ill_formed(body)])
    if any(fault.severity is Severity.ERROR for fault in faults):
        raise Refusal(faults)
    creator = _texts(body["creator"])
    return Publication(
        root=root,
        iri=_text(body, "iri"),
        prefix=_text(body, "prefix"),
        name=_text(body, "name"),
        title=_text(body, "title"),
        description=_text(body, "description"),
        license=_text(body, "license"),
        creator=creator,
        publisher=_text(body, "publisher") or ", ".join(creator),
        version=_text(body, "version"),
        issued=_text(body, "issued"),
        keyword=_texts(body.get("keyword", "")),
        source=_texts(body.get("source", "")),
        homepage=_text(body, "homepage") or _text(body, "iri"),
        prior_version=_text(body, "priorVersion"),
        publisher_type=_text(body, "publisherType"),
        spatial=_texts(body.get("spatial", "")),
        begins=_text(body, "begins"),
        conforms_to=_texts(body.get("conformsTo", "")),
        warnings=tuple(faults),
    )


def locate(publication: Publication, key: str, value: str = "") -> Location | None:
    """Return where a publication's metadata say something: the line and column of a key, or of an item of its list."""
    body, _ = read(read_regular(publication.root / FILE), FILE)
    if body is None or key not in body:
        return None
    items = body[key]
    if isinstance(items, SequenceNode) and value in items:
        return items.item_position(items.index(value))
    return body.key_position(key)


def _text(body: MappingNode, key: str) -> str:
    value = body.get(key, "")
    return " ".join(value.split()) if isinstance(value, str) else ""


def _texts(value: object) -> tuple[str, ...]:
    if isinstance(value, SequenceNode):
        return tuple(item for item in value if isinstance(item, str))
    return (value,) if isinstance(value, str) and value else ()


def _fault(body: MappingNode, key: str, message: str, cure: str, rule: str) -> Fault:
    at = body.key_position(key) if key in body else None
    return Fault(FILE, message, cure, at=at, rule=f"publication/{rule}")


def _unknown(body: MappingNode) -> list[Fault]:
    known = (*REQUIRED, *OPTIONAL)
    faults = []
    for key in body:
        if key not in known:
            near = get_close_matches(key, known, 1)
            cure = f"did you mean `{near[0]}`?" if near else f"the keys are {', '.join(known)}"
            faults.append(_fault(body, key, f"unknown key `{key}`", cure, "unknown-key"))
    return faults


def _missing(body: MappingNode) -> list[Fault]:
    return [
        _fault(body, key, f"the publication has no `{key}`", f"add `{key}:`", "missing-key")
        for key in REQUIRED
        if key not in body
    ]


def _ill_formed(body: MappingNode) -> list[Fault]:
    faults = []
    for key, value in body.items():
        if isinstance(value, str) and is_unfilled(value):
            continue  # it has been reported
        if key == "spatial":
            faults.extend(_area(body, value))
            continue
        if key in LISTS and isinstance(value, SequenceNode) and all(isinstance(item, str) for item in value):
            faults.extend(_listed(body, key, value))
            continue
        if not isinstance(value, str):
            cure = "write a string, or a list of strings" if key in LISTS else "write a single string"
            faults.append(_fault(body, key, f"`{key}` must be a string", cure, "text"))
        elif key == "publisherType" and value not in PUBLISHER_TYPES:
            cure = f"write one of {', '.join(PUBLISHER_TYPES)}"
            faults.append(_fault(body, key, f"`{value}` is not a type of publisher", cure, "publisher-type"))
        elif key in ("issued", "begins"):
            faults.extend(_day(body, key, value))
        else:
            faults.extend(_fault(body, key, *problem, key) for problem in _problems(body, key, value))
    return faults


def _area(body: MappingNode, value: object) -> list[Fault]:
    """Check a bounding box (RFC 7946 section 5): the longitude of its west is greater where it crosses 180 degrees."""
    numbers = [float(item) for item in _texts(value) if _DEGREES.fullmatch(item)]
    if len(numbers) == 4 == len(_texts(value)):
        west, south, east, north = numbers
        if abs(west) <= 180 >= abs(east) and -90 <= south <= north <= 90:
            return []
    cure = "write four degrees: west, south, east and north, as in [-180, -90, 180, 90]"
    return [_fault(body, "spatial", "`spatial` is not a bounding box", cure, "spatial")]


def _day(body: MappingNode, key: str, value: str) -> list[Fault]:
    try:
        typed(value, (f"{XSD}date",))
    except IllFormed as error:
        message, cure = error.args
        return [_fault(body, key, message, cure, key)]
    return []


def _listed(body: MappingNode, key: str, values: SequenceNode) -> Iterator[Fault]:
    """Yield the faults of a list, each at its item."""
    for index, item in enumerate(values):
        for problem in _problems(body, key, str(item)):
            yield replace(_fault(body, key, *problem, key), at=values.item_position(index))


def _problems(body: MappingNode, key: str, value: str) -> Iterable[tuple[str, str]]:
    """Return what is wrong with a value."""
    if is_unfilled(value):
        return ()
    if key == "iri":
        return namespace_problems(value)
    if key in ("license", "homepage", "priorVersion", "source", "conformsTo"):
        found = address_problem(value)
    elif key == "name":
        found = name_problem(value)
    elif key == "prefix":
        found = prefix_problem(value, _text(body, "iri"))
    elif key == "version":
        found = version_problem(value)
    else:
        return ()
    return (found,) if found else ()
