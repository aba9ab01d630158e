"""A publication: the folder of sources that the package turns into linked data, and what it says of itself."""

from dataclasses import dataclass
from difflib import get_close_matches
from importlib.resources import files
from pathlib import Path

from upheaval.faults import Fault, Refusal, refuse
from upheaval.rdf.datatypes import XSD, IllFormed, typed, web_address
from upheaval.sources.parser import MappingNode, SequenceNode, read

FILE = "data/publication.yaml"
REQUIRED = ("iri", "prefix", "name", "title", "description", "license", "creator", "version", "issued")
LISTS = ("creator", "keyword", "source")
OPTIONAL = ("publisher", "keyword", "source", "homepage", "priorVersion")


@dataclass(frozen=True, slots=True)
class Publication:
    """What `data/publication.yaml` says, and where the sources stand.

    Attributes:
        root: the publication's folder.
        iri: the namespace of its records; a record's IRI is this and its file name.
        prefix: the namespace's prefix in Turtle and in queries.
        name: the stem of the files that a build leaves.
        title, description: in English.
        license: the IRI of the licence of the data.
        creator: who made it, at least one name.
        publisher: who publishes it; the creators where nobody is named.
        version: the version of the data.
        issued: the day of that version, as `YYYY-MM-DD`.
        keyword, source: words for catalogues, and addresses of what it was made from.
        homepage: the address of its pages; the namespace where none is given.
        prior_version: the IRI of the version before, or an empty text.

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

    def graph(self, room: str) -> str:
        """Return the IRI of one of the named graphs: data, derived, vocabulary or catalogue."""
        return f"{self.iri}graph/{room}"

    def rooms(self, room: str) -> list[Path]:
        """Return the folders that hold the ontology, the shapes or the queries.

        A publication that keeps a whole vocabulary of its own (it has `ontology/statecraft.ttl`) uses that; any
        other uses the packaged one, and what stands in its own folder adds to it.
        """
        own = self.root / room
        if (self.root / "ontology" / "statecraft.ttl").is_file():
            return [own]
        return [packaged() / room, *([own] if own.is_dir() else [])]


def packaged() -> Path:
    """Return the folder with the ontology, shapes and queries that come with the package."""
    inside = Path(str(files("upheaval"))) / "statecraft"
    return inside if inside.is_dir() else Path(__file__).resolve().parents[3]


def open_publication(root: Path) -> Publication:
    """Read what a publication says of itself.

    Args:
        root: its folder.

    Returns:
        The publication.

    Raises:
        Refusal: there is no such folder or file, or what stands in it is incomplete or unknown.

    """
    try:
        data = (root / FILE).read_bytes()
    except OSError as error:
        refuse(
            FILE,
            f"no publication in {root}: {error.strerror}",
            "go to a publication's folder, or make one with `upheaval new publication DIR`",
            rule="publication/missing",
        )
    body, faults = read(data, FILE)
    if body is None or faults:
        raise Refusal(tuple(faults))
    faults = [*_unknown(body), *_missing(body), *_ill_formed(body)]
    if faults:
        raise Refusal(tuple(faults))
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
    )


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
        if key in LISTS and isinstance(value, SequenceNode) and all(isinstance(item, str) for item in value):
            continue
        if not isinstance(value, str):
            cure = "write a text, or a list of texts" if key in LISTS else "write one text"
            faults.append(_fault(body, key, f"`{key}` is no text", cure, "text"))
        elif key in ("iri", "license", "homepage", "priorVersion"):
            faults.extend(_address(body, key, value))
        elif key == "issued":
            faults.extend(_day(body, value))
        elif key in ("prefix", "name") and not value.replace("-", "").isalnum():
            faults.append(_fault(body, key, f"`{value}` is no short name", "use letters and digits", key))
    return faults


def _day(body: MappingNode, value: str) -> list[Fault]:
    try:
        typed(value, (f"{XSD}date",))
    except IllFormed as error:
        message, cure = error.args
        return [_fault(body, "issued", message, cure, "issued")]
    return []


def _address(body: MappingNode, key: str, value: str) -> list[Fault]:
    try:
        web_address(value)
    except IllFormed as error:
        message, cure = error.args
        return [_fault(body, key, message, cure, "iri")]
    if key == "iri" and not value.endswith("/"):
        return [_fault(body, key, f"`{value}` is no namespace", "write http(s)://… with a slash at the end", "iri")]
    return []
