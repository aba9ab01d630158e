"""Local slices of Wikidata, N-Triples or Wikibase JSON dumps, read line by line in bounded memory."""

import bz2
import gzip
import json
import re
import zlib
from array import array
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import IO, NoReturn, cast

import pyoxigraph as ox

from upheaval.faults import refuse
from upheaval.link.addresses import ENTITY
from upheaval.link.itemjson import item_from_json
from upheaval.link.itemtriples import TripleItems
from upheaval.link.superclasses import Superclasses
from upheaval.link.wikidataitems import SUBCLASS_OF, WikidataItem

LONGEST = 64 << 20
"""The maximum length of a line, in bytes; the largest items of the dump have about 10 MiB."""

NAMESAKES = 200
"""How many items with one name are kept, so that a common name does not fill the memory."""

_ENTITY = f"<{ENTITY}".encode()
_STATEMENT = _ENTITY + b"statement/"
_NAMING = (b"<http://www.w3.org/2000/01/rdf-schema#label>", b"<http://www.w3.org/2004/02/skos/core#altLabel>")
_SUBCLASS = f"<http://www.wikidata.org/prop/direct/{SUBCLASS_OF}>".encode()
_SHARED = re.compile(rb"<http://www\.wikidata\.org/(?:reference|value)/[0-9a-f]+>")
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))")
_PLAIN_ESCAPES = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f"}
_DAMAGED = (EOFError, zlib.error, gzip.BadGzipFile)
_CUT_OFF = "download it again; until then its end is missing"


class SliceFile:
    """A file of N-Triples (full or truthy) or of Wikibase JSON, one entity a line; plain, `.gz` or `.bz2`.

    Attributes:
        path: the file.
        edges: the subclass statements of what has been read so far.
        lines: the number of lines of the last pass.

    """

    def __init__(self, path: Path) -> None:
        """Open a slice and tell its format by its first line.

        Raises:
            Refusal: the file cannot be read, or is in another format.

        """
        self.path = path
        self.name = path.name
        self.lines = 0
        self.edges: Superclasses = Superclasses()
        self._edges_read = False
        with self._refusing():
            first = next((line for line in self._raw() if line.strip()), b"").lstrip(b"\xef\xbb\xbf \t")
        self._json = first.startswith((b"[", b"{"))
        if not self._json and not first.startswith((b"<http", b"_:", b"#")):
            self._other_format(first)

    def _other_format(self, first: bytes) -> NoReturn:
        cure = "give N-Triples (`riot --output=nt`, `rapper -o ntriples`) or a Wikibase JSON dump"
        start = first[:40].lower()
        if not first:
            refuse(self.name, "is empty", "download it again", rule="link/slice")
        if start.startswith((b"<!doctype", b"<html")):
            refuse(self.name, "is a web page", "download the slice itself", at=(1, 1), rule="link/slice")
        if start.startswith((b"@prefix", b"prefix", b"@base")):
            refuse(self.name, "is Turtle, which cannot be read in bounded memory", cure, at=(1, 1), rule="link/slice")
        refuse(self.name, "is neither N-Triples nor Wikibase JSON", cure, at=(1, 1), rule="link/slice")

    def _refusing(self) -> "_Refusing":
        return _Refusing(self)

    def _raw(self) -> Iterator[bytes]:
        """Yield the lines; compression is told by content."""
        self.lines = 0
        with self.path.open("rb") as file, _unpacked(file, file.peek(3)[:3]) as source:
            while line := source.readline(LONGEST):
                self.lines += 1
                if len(line) == LONGEST:
                    message = f"has a line of more than {LONGEST >> 20} MiB"
                    refuse(
                        self.name, message, "give one triple or entity a line", at=(self.lines, 1), rule="link/slice"
                    )
                yield line

    def find(self, names: Collection[str], key_of: Callable[[str], str]) -> dict[str, list[str]]:
        """Find the items that have a name, in any language.

        Args:
            names: the names.
            key_of: makes a name a key; names with the same key are alike.

        Returns:
            The numbers of items by key, at most NAMESAKES a key, in the order of the file.

        Raises:
            Refusal: the file is cut off or broken, with the line.

        """
        found: dict[str, dict[str, None]] = defaultdict(dict)
        wanted = frozenset(map(key_of, names)) - {""}
        with self._refusing():
            for number, known in self._json_names() if self._json else self._triple_names():
                for name in known:
                    key = key_of(name)
                    if key in wanted and len(found[key]) < NAMESAKES:
                        found[key][number] = None
        self._edges_read = True
        return {key: list(numbers) for key, numbers in found.items()}

    def items(self, numbers: Collection[str]) -> dict[str, WikidataItem]:
        """Return what the slice says of items, references included; an item that it does not have is left out.

        Raises:
            Refusal: the file is cut off or broken, with the line.

        """
        with self._refusing():
            found = self._from_json(frozenset(numbers)) if self._json else self._from_triples(frozenset(numbers))
        self._edges_read = True
        return found

    def superclasses(self) -> Superclasses:
        """Return the subclass statements of the slice, which every pass reads on the way."""
        if not self._edges_read:
            self.items(())
        return self.edges

    def _entities(self) -> Iterator[bytes]:
        """Yield the entities of a JSON dump, each as bytes; the dump is an array with one of them a line."""
        opened, closed, complete = False, False, True
        for line in self._raw():
            text = line.strip()
            if not text:
                continue
            if closed:
                refuse(self.name, "goes on after the end of the array", at=(self.lines, 1), rule="link/slice")
            if text == b"[":
                opened = True
            elif text == b"]":
                closed = True
            else:
                complete = line.endswith(b"\n") or text.endswith(b"}")
                if not text.startswith(b"{"):
                    refuse(self.name, "has a line that is not an entity", at=(self.lines, 1), rule="link/slice")
                yield text.removesuffix(b",")
        if (opened and not closed) or not complete:
            refuse(self.name, f"is cut off after line {self.lines}", _CUT_OFF, at=(self.lines, 1), rule="link/slice")

    def _parsed(self, wanted: Callable[[str], bool]) -> Iterator[WikidataItem]:
        for text in self._entities():
            try:
                entity = json.loads(text)
                if str(entity["id"]).startswith("Q") and (wanted(entity["id"]) or b'"P279"' in text):
                    item = item_from_json(entity)
                    self._note_classes(item)
                    if wanted(item.number):
                        yield item
            except (ValueError, KeyError, TypeError, AttributeError):
                refuse(
                    self.name,
                    "has a line that is not a Wikibase entity",
                    _CUT_OFF,
                    at=(self.lines, 1),
                    rule="link/slice",
                )

    def _note_classes(self, item: WikidataItem) -> None:
        if not self._edges_read:
            for wider in item.items(SUBCLASS_OF):
                self.edges.add(item.number, wider)

    def _json_names(self) -> Iterator[tuple[str, Iterator[str]]]:
        for item in self._parsed(lambda _number: True):
            yield item.number, item.names

    def _from_json(self, numbers: frozenset[str]) -> dict[str, WikidataItem]:
        return {item.number: item for item in self._parsed(numbers.__contains__)}

    def _triples(self) -> Iterator[bytes]:
        """Yield the lines that hold a triple; a last line without its full stop means that the file is cut off."""
        for line in self._raw():
            if line[:1] in b"<_" and line.rstrip().endswith(b"."):
                yield line
            elif line.strip() and not line.startswith(b"#"):
                if not line.endswith(b"\n"):
                    message = f"is cut off in line {self.lines}"
                    refuse(self.name, message, _CUT_OFF, at=(self.lines, 1), rule="link/slice")
                refuse(self.name, "has a line that is not N-Triples", at=(self.lines, 1), rule="link/slice")

    def _triple_names(self) -> Iterator[tuple[str, Iterator[str]]]:
        start = len(_ENTITY)
        for line in self._triples():
            if not line.startswith(_ENTITY):
                continue
            parts = line.split(None, 2)
            if len(parts) == 3 and parts[1] in _NAMING:
                yield parts[0][start:-1].decode(), iter((_literal(parts[2]),))
            else:
                self._note_edge(parts)

    def _note_edge(self, parts: list[bytes]) -> None:
        if not self._edges_read and len(parts) == 3 and parts[1] == _SUBCLASS and parts[2].startswith(_ENTITY):
            start = len(_ENTITY)
            self.edges.add(parts[0][start:-1].decode(), parts[2][start : parts[2].find(b">")].decode())

    def _from_triples(self, numbers: frozenset[str]) -> dict[str, WikidataItem]:
        wanted = {number.encode() for number in numbers}
        lines: list[bytes] = []
        at = array("Q")
        shared: set[bytes] = set()
        for line in self._triples():
            if not line.startswith(_ENTITY):
                continue
            if line.startswith(_STATEMENT):
                number = line[len(_STATEMENT) : line.find(b"-", len(_STATEMENT))].upper()
            else:
                if not self._edges_read and _SUBCLASS in line:
                    self._note_edge(line.split(None, 2))
                number = line[len(_ENTITY) : line.find(b">")]
            if number in wanted:
                lines.append(line)
                at.append(self.lines)
                shared.update(_SHARED.findall(line))
        for _ in range(2):  # references first, then the values that they name
            if not shared:
                break
            new: set[bytes] = set()
            for line in self._triples():
                if line.startswith((b"<http://www.wikidata.org/reference/", b"<http://www.wikidata.org/value/")):
                    subject = line[: line.find(b">") + 1]
                    if subject in shared:
                        lines.append(line)
                        at.append(self.lines)
                        new.update(_SHARED.findall(line, len(subject)))
            shared = new - shared
        return TripleItems(self._parse(lines, at)).items()

    def _parse(self, lines: list[bytes], at: "array[int]") -> list[ox.Triple]:
        try:
            found = ox.parse(
                b"".join(line.rstrip() + b"\n" for line in lines), format=ox.RdfFormat.N_TRIPLES, lenient=True
            )
            return [quad.triple for quad in found]
        except SyntaxError as error:
            line = at[(error.lineno or 1) - 1]
            refuse(self.name, "has a line that is not N-Triples", at=(line, error.offset or 1), rule="link/slice")


class _Refusing:
    """Turns the errors of a damaged file into refusals that name the line."""

    def __init__(self, file: SliceFile) -> None:
        self.file = file

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, _trace: object) -> None:
        lines = self.file.lines
        if isinstance(error, _DAMAGED):
            refuse(self.file.name, f"is cut off or damaged after line {lines}", _CUT_OFF, rule="link/slice")
        if isinstance(error, OSError):
            if error.strerror:
                refuse(self.file.name, f"cannot be read: {error.strerror}", "check the file", rule="link/slice")
            refuse(self.file.name, f"is damaged after line {lines}", "download it again", rule="link/slice")
        if isinstance(error, UnicodeDecodeError):
            refuse(self.file.name, "is not UTF-8", "convert it to UTF-8", at=(lines, 1), rule="link/slice")


def _unpacked(file: IO[bytes], magic: bytes) -> IO[bytes]:
    if magic.startswith(b"\x1f\x8b"):
        return cast("IO[bytes]", gzip.open(file))
    return bz2.open(file) if magic == b"BZh" else file


def _literal(text: bytes) -> str:
    """Return the text of a literal at the start of the rest of a line."""
    value = text[1 : text.rfind(b'"')].decode()
    return _ESCAPE.sub(_unescaped, value) if "\\" in value else value


def _unescaped(match: re.Match[str]) -> str:
    digits = match[1] or match[2]
    return chr(int(digits, 16)) if digits else _PLAIN_ESCAPES.get(match[3], match[3])
