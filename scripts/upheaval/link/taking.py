"""Make the skeleton of a record from an item: what the item states with a reference, for a curator to check."""

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from upheaval.faults import refuse
from upheaval.link.addresses import ENTITY, item_iri
from upheaval.link.profiles import Profiles, aligned_classes
from upheaval.link.superclasses import Superclasses
from upheaval.link.wikidataitems import INSTANCE_OF, SUBCLASS_OF, ItemStatement, ItemText, ItemTime, Snaks, WikidataItem
from upheaval.populate.assembly import Assembly
from upheaval.populate.records import SLUG
from upheaval.schema.contract import Kind
from upheaval.sources.reserved import RESERVED

PLACEHOLDER = "..."
"""What `upheaval check` refuses until the curator has filled it in."""

URL, RETRIEVED, TITLE = "P854", "P813", "P1476"
_LONGEST = 60
_KEYS: tuple[tuple[str, str], ...] = (
    ("isoAlpha2", "P297"),
    ("isoAlpha3", "P298"),
    ("isoNumeric", "P299"),
    ("party", "P1891"),
    ("participant", "P710"),
    ("ofState", "P17"),
    ("ofState", "P27"),
    ("inState", "P17"),
    ("partOf", "P749"),
    ("affiliation", "P1416"),
    ("origin", "P495"),
    ("place", "P276"),
    ("date", "P585"),
    ("startDate", "P580"),
    ("startDate", "P571"),
    ("endDate", "P582"),
    ("endDate", "P576"),
)
"""Keys of records and the properties that they are taken from; of several, the first that the item states."""

_STEPS = (("signed", "P585"), ("entered-into-force", "P7588"))
"""Steps of agreements, and the properties with their dates."""

_MANY = frozenset({"party", "participant", "origin", "place", "affiliation"})


@dataclass(slots=True)
class TakenRecord:
    """A record in the making.

    Attributes:
        path: its file.
        text: its content.
        sources: the texts of new source records, by their files.
        left_out: what the item states and the record does not, in words.

    """

    path: str
    text: str
    sources: dict[str, str] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)


class ItemTaker:
    """Makes records from items, for one publication."""

    def __init__(self, assembly: Assembly, profiles: Profiles, superclasses: Superclasses) -> None:
        """Take the publication, what is known of its records, and of Wikidata's classes."""
        self.assembly = assembly
        self.slugs = {number: iri.removeprefix(assembly.publication.iri) for iri, number in profiles.items.items()}
        self.superclasses = superclasses
        self.taken = {record.slug for record in assembly.records}
        self.languages = {tag for one in profiles.records.values() for tag in one.labels} | {"en"}
        self.known = _sources_by_address(assembly)

    def take(self, item: WikidataItem, folder: str = "", slug: str = "") -> TakenRecord:
        """Make a record.

        Args:
            item: the item.
            folder: the folder of its kind; by default the kind that its classes are aligned with.
            slug: its name; by default made from its label.

        Raises:
            Refusal: the item is a record's already, is of no kind or of several, or states nothing that can be
                cited; or the name is taken.

        """
        if item.number in self.slugs:
            refuse(item.number, f"is linked to `{self.slugs[item.number]}` already", "edit that record")
        kind = self._kind(item, folder)
        slug = self._name(item, slug)
        record = TakenRecord(f"data/{kind.folder}/{slug}.yaml", "")
        lines = [f"# From {item_iri(item.number)}: check each line against what it cites, then delete the comments."]
        lines += self._naming(item)
        body, cited = self._body(item, kind, record)
        if not cited:
            refuse(item.number, "states nothing with a reference that could be cited", "write the record by hand")
        lines += body
        given = {line.partition(":")[0] for line in lines}
        required = [key for key in kind.keys.values() if key.minimum and not key.default and key.name not in given]
        lines += [f"{key.name}: {PLACEHOLDER}" for key in required if key.name != "citation"]
        lines.append("citation:")
        lines += [f"  - {{source: {source}, locator: {PLACEHOLDER}}}" for source in dict.fromkeys(cited)]
        lines += [f"# left out: {one}" for one in record.left_out]
        record.text = "\n".join(lines) + "\n"
        self.taken.add(slug)
        return record

    def _kind(self, item: WikidataItem, folder: str) -> Kind:
        folders = self.assembly.contract.folders
        if folder:
            if folder not in folders:
                refuse("--kind", f"no kind of record has the folder `{folder}`", f"name one of {', '.join(folders)}")
            return folders[folder]
        steps = self.superclasses.distances([*item.items(INSTANCE_OF), *item.items(SUBCLASS_OF)])
        found: dict[str, int] = {}
        for name, classes in aligned_classes(self.assembly).items():
            if reached := [steps[one] for one in classes if one in steps]:
                found[name] = min(reached)
        nearest = [name for name, number in found.items() if number == min(found.values())]
        # A narrower kind is aligned with the same classes, but nothing tells that it is that.
        wide = {folders[name].iri for name in nearest}
        nearest = [name for name in nearest if not wide & (folders[name].ancestors - {folders[name].iri})]
        if len(nearest) != 1:
            what = f"may be of the kinds {', '.join(nearest)}" if nearest else "is of no kind that is aligned with ours"
            refuse(item.number, what, "name it with --kind")
        return folders[nearest[0]]

    def _name(self, item: WikidataItem, slug: str) -> str:
        slug = slug or _slug(item.label)
        if not SLUG.fullmatch(slug) or slug in RESERVED:
            refuse(
                "--name", f"`{slug}` is not a valid record name", "use lower-case letters, digits and single hyphens"
            )
        if slug in self.taken:
            refuse(item.number, f"the name `{slug}` is taken", "name another with --name")
        return slug

    def _naming(self, item: WikidataItem) -> Iterator[str]:
        labels = {tag: text for tag, text in item.labels.items() if tag in self.languages}
        labels["en"] = labels.get("en") or item.label
        yield f"label: {_flow({tag: labels[tag] for tag in sorted(labels, key=lambda tag: (tag != 'en', tag))})}"
        aliases = {tag: texts for tag, texts in sorted(item.aliases.items()) if tag in self.languages}
        if aliases:
            yield f"altLabel: {_flow(aliases)}"

    def _body(self, item: WikidataItem, kind: Kind, record: TakenRecord) -> tuple[list[str], list[str]]:
        lines: list[str] = []
        cited: list[str] = []
        given: set[str] = set()
        for key, number in _KEYS:
            if key not in kind.keys or key in given or (number == "P17" and key == "ofState" and kind.name == "Person"):
                continue
            values: list[str] = []
            for statement in item.best(number):
                value, sources = self._value(statement, number, record), self._cite(statement, record)
                if value and sources:
                    values.append(value)
                    cited += sources
                elif value:
                    record.left_out.append(f"{number} {value}: no reference that can be cited")
            if values:
                given.add(key)
                shown = values if key in _MANY and len(values) > 1 else values[0]
                lines.append(f"{key}: {_flow(shown)}")
        if "step" in kind.keys:
            steps = [step for action, number in _STEPS for step in self._steps(item, action, number, record)]
            lines += ["step:", *(line for line, _ in steps)] if steps else []
            cited += [source for _, sources in steps for source in sources]
        return lines, cited

    def _steps(
        self, item: WikidataItem, action: str, number: str, record: TakenRecord
    ) -> Iterator[tuple[str, list[str]]]:
        for statement in item.best(number):
            value, sources = self._value(statement, number, record), self._cite(statement, record)
            if value and sources:
                citations = ", ".join(f"{{source: {one}, locator: {PLACEHOLDER}}}" for one in sources)
                yield f"  - {{action: {action}, date: {value}, citation: [{citations}]}}", sources

    def _value(self, statement: ItemStatement, number: str, record: TakenRecord) -> str:
        """Return a value as a record writes it; an item that no record is linked to is left out."""
        value = statement.value
        if isinstance(value, ItemTime):
            return value.written
        if not isinstance(value, str):
            return ""
        if re.fullmatch(r"Q[1-9]\d*", value):
            if value not in self.slugs:
                record.left_out.append(f"{number} {ENTITY}{value}: no record is linked to it")
            return self.slugs.get(value, "")
        return value

    def _cite(self, statement: ItemStatement, record: TakenRecord) -> list[str]:
        return list(dict.fromkeys(one for snaks in statement.references if (one := self._source(snaks, record))))

    def _source(self, snaks: Snaks, record: TakenRecord) -> str:
        """Return the source record for a reference with an address, a new one if the publication has none."""
        address = next((one for one in snaks.get(URL, ()) if isinstance(one, str)), "")
        if urlsplit(address).scheme not in ("http", "https"):
            return ""
        if address not in self.known:
            title = next((one for one in snaks.get(TITLE, ()) if isinstance(one, ItemText)), None)
            retrieved = next((one.written for one in snaks.get(RETRIEVED, ()) if isinstance(one, ItemTime)), "")
            host = (urlsplit(address).hostname or "").removeprefix("www.")
            slug = self._free(_slug(f"{host} {title.text if title else urlsplit(address).path}"))
            label = {"en": PLACEHOLDER} | ({title.language: title.text} if title else {})
            lines = [
                f"label: {_flow(label)}",
                f"publisher: {PLACEHOLDER}",
                f"sourceKind: {PLACEHOLDER}",
                *([f"language: {title.language}"] if title else []),
                f"url: {_flow(address)}",
                f"retrieved: {retrieved if len(retrieved) == 10 else PLACEHOLDER}",
            ]
            record.sources[f"data/sources/{slug}.yaml"] = "\n".join(lines) + "\n"
            self.known[address] = slug
        return self.known[address]

    def _free(self, slug: str) -> str:
        number, name = 2, slug
        while name in self.taken or name in RESERVED:
            name, number = f"{slug}-{number}", number + 1
        self.taken.add(name)
        return name


def _sources_by_address(assembly: Assembly) -> dict[str, str]:
    found: dict[str, str] = {}
    for record in assembly.records:
        address = record.body.get("url") if record.kind.name == "Source" and record.body is not None else None
        if isinstance(address, str):
            found.setdefault(address, record.slug)
    return found


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z0-9]+", plain)
    slug = ""
    for word in words:
        if len(slug) + len(word) >= _LONGEST:
            break
        slug = f"{slug}-{word}" if slug else word
    return slug


def _flow(value: str | Iterable[str] | Mapping[str, object]) -> str:
    """Write a value as YAML in flow style; text that YAML could take for something else is quoted."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_flow(inner)}" for key, inner in value.items()) + "}"  # type: ignore[arg-type]
    if not isinstance(value, str):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return (
        value if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9 .\-]*|\.\.\.", value) else json.dumps(value, ensure_ascii=False)
    )
