"""Checks on a record file before it is parsed as YAML: size, encoding, characters and their positions."""

import re
import unicodedata
from bisect import bisect_right
from typing import TypeAlias

from upheaval.faults import Fault, Severity
from upheaval.sources.conflicts import CURE, MESSAGE, RULE, conflicts

Places: TypeAlias = dict[tuple[int, str | int], tuple[int, int]]
"""Offsets of a key and of its value, by the offset of the mapping or list and the key or index in it."""

MAX_BYTES = 1 << 20
"""Maximum size of a file, in bytes."""

MAX_FAULTS = 100
"""Maximum number of errors listed per file, and likewise of warnings."""

_BOMS = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")
_PLAIN = bytes([0x09, 0x0A, 0x0D, *range(0x20, 0x7F)])
_LINE_BREAK = re.compile(r"\r\n?|\n")
_KINDS = {
    "text/bidi-control": (
        "\u202a-\u202e\u2066-\u2069\u206a-\u206f",
        "can make text look different from what it says",
        "delete it; text in a right-to-left script does not need it",
    ),
    "text/invisible-character": (
        "\u115f\u1160\u180e\u200b\u2060-\u2064\u2800\u3164\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e007f",
        "is invisible, so two texts that look alike would differ",
        "delete it; it often comes with text copied from a web page",
    ),
    "text/control-character": (
        "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029",
        "is a control character; only tabs and ordinary line breaks are allowed",
        "delete it or replace it with a space or a line break; if there are many, save the file as UTF-8",
    ),
    "text/noncharacter": (
        "\ufdd0-\ufdef" + "".join(f"{chr(end - 1)}{chr(end)}" for end in range(0xFFFF, 0x110000, 0x10000)),
        "is not a Unicode character",
        "delete it; the file may be damaged, or saved in an encoding other than UTF-8",
    ),
}
_DUBIOUS = {
    "text/no-break-space": (
        "\u00a0\u2007\u202f",
        "looks like a space, but a search for the text with an ordinary space does not find it",
        "replace it with a space",
    ),
    "text/soft-hyphen": (
        "\u00ad",
        "is invisible except at the end of a line, so a search for the word does not find it",
        "delete it; it often comes with text copied from a PDF",
    ),
    "text/replacement-character": (
        "\ufffd",
        "stands for a character that was lost when the text was converted",
        "look up what the source says",
    ),
    "text/private-use": (
        "\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd",
        "means something only in the font that it was typed in",
        "replace it with the Unicode character that is meant",
    ),
}
_CONFLICT = (b"<<<<<<<", b"|||||||", b">>>>>>>")
_SAVE = "save the file as UTF-8 without a byte order mark"
_JOINERS = "\u200c\u200d"
_REFUSED = re.compile("[" + "".join(span for span, _, _ in _KINDS.values()) + "]")
# Characters outside this set are never reported and never combine under NFC with a plain character before them. If a
# file has only those, checking its non-ASCII characters for NFC is enough, and takes a tenth of the time.
_UNUSUAL = re.compile(
    r"[^\w\u00a1-\u00ac\u00ae-\u00bf\u00d7\u00f7\u060c\u061b\u061f\u066a-\u066d\u06d4\u200e\u200f\u2010-\u2027"
    r"\u2030-\u205e\u20a0-\u20bf\u2100-\u22ff\u3001-\u3029\uff01-\uff0f\uff1a-\uff20]|[\u115f\u1160\u3164\uffa0]"
)
_RUN = re.compile(f"({_REFUSED.pattern})\\1*")
_LOOK_AT = re.compile("([" + "".join(span for span, _, _ in _DUBIOUS.values()) + _JOINERS + "])\\1*")
_RULES = {rule: re.compile(f"[{span}]") for rule, (span, _, _) in (_KINDS | _DUBIOUS).items()}
_SHAPING = re.compile(
    "[\u0600-\u08ff\u0900-\u0dff\u0f00-\u109f\u1780-\u18af\ua840-\ua8ff\ufb50-\ufdff\ufe0f\ufe70-\ufefc]"
)
# French sets these off with a no-break space.
_FRENCH = frozenset("«»:;!?%")
_ESCAPE = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)
_NAMED = dict(zip("0abvfeNLP", "\0\a\b\v\f\x1b\x85\u2028\u2029", strict=True))


class SourceText:
    """The text of a file, with offsets converted to lines and columns.

    Attributes:
        data: the bytes, which must be UTF-8.
        places: the offsets of keys and values, set by the parser.

    """

    __slots__ = ("_starts", "_text", "data", "places")

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.places: Places | None = None
        self._text: str | None = None
        self._starts: list[int] | None = None

    @property
    def text(self) -> str:
        """The decoded text; decoded on first use."""
        if self._text is None:
            self._text = self.data.decode()
        return self._text

    def locate(self, offset: int) -> tuple[int, int]:
        """Return the line and column of a character, from 1; lines end as in YAML 1.2.2 section 5.4."""
        if self._starts is None:
            self._starts = [0, *(found.end() for found in _LINE_BREAK.finditer(self.text))]
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1


class TooManyFaults(Exception):
    """Raised by `FaultCollector.add` after MAX_FAULTS errors, so that a hostile file is cheap to reject."""


class FaultCollector:
    """Collects the faults of one file, each at an offset in its text."""

    __slots__ = ("_counts", "_faults", "_name", "source")

    def __init__(self, name: str, source: SourceText) -> None:
        self.source = source
        self._name = name
        self._faults: list[Fault] = []
        self._counts: dict[Severity, int] = {}

    def add(self, offset: int | None, rule: str, message: str, cure: str, severity: Severity = Severity.ERROR) -> None:
        """Add a fault at an offset in the text, or of the whole file; at most MAX_FAULTS per severity are listed.

        Raises:
            TooManyFaults: there are more errors than that, so parsing should stop.

        """
        count = self._counts[severity] = self._counts.get(severity, 0) + 1
        if count <= MAX_FAULTS:
            at = None if offset is None else self.source.locate(offset)
            self._faults.append(Fault(self._name, message, cure, at=at, severity=severity, rule=rule))
        elif severity is Severity.ERROR:
            raise TooManyFaults

    def faults(self) -> list[Fault]:
        """Return the faults in order, followed by a note on those that are not listed."""
        faults = sorted(self._faults)
        for severity, count in self._counts.items():
            if count > MAX_FAULTS:
                message = f"{count - MAX_FAULTS} more {severity}s are not listed"
                if severity is Severity.ERROR:
                    message = f"there are more than {MAX_FAULTS} errors; the rest of the file was not read"
                cure = "fix the listed ones first"
                faults.append(Fault(self._name, message, cure, severity=severity, rule="text/more"))
        return faults


def shown(text: str) -> str:
    """Quote a text for a message: in backticks, shortened, on one line, with invisible characters escaped."""
    text = text if len(text) <= 40 else text[:39] + "…"
    return "`" + "".join(c if c.isprintable() or c in _JOINERS else ascii(c)[1:-1] for c in text) + "`"


def admit(report: FaultCollector) -> bool:
    """Check the size, the encoding and the characters of a file.

    Refused are files larger than MAX_BYTES; byte order marks and encodings other than UTF-8 (YAML-LD 1.0; YAML
    1.2.2 section 5.2); characters that YAML 1.2.2 section 5.1 does not consider printable, and line breaks that
    YAML 1.1 and 1.2 read differently (section 5.4); characters that reorder or hide text (Unicode UAX #9, UTR
    #36), joiners among them where the script has no use for them: Persian, Hindi and emoji have. U+200E and U+200F are
    allowed, which mixed-direction lines need. Warnings are for text that is not in NFC (Unicode UAX #15), and for
    characters that are seldom meant: no-break spaces except in French punctuation, soft hyphens, replacement
    characters and private ones.

    Args:
        report: its source holds the bytes; faults are added to it.

    Returns:
        Whether the report's source can be parsed. If characters were refused, the source is replaced by one with
        U+FFFD in their place, so that parsing can continue and offsets remain correct.

    Raises:
        TooManyFaults: as `FaultCollector.add`.

    """
    data = report.source.data
    if len(data) > MAX_BYTES:
        report.source = SourceText(b"")
        message = f"the file has {len(data):,} bytes; the limit is {MAX_BYTES:,}"
        report.add(None, "text/too-large", message, "split it into several records")
        return False
    rest = data.translate(None, _PLAIN)
    if rest:
        try:
            text = data.decode()
        except UnicodeDecodeError as error:
            _refuse_encoding(data, error.start, report)
            return False
        beyond = rest.decode()
        if _UNUSUAL.search(beyond) or not unicodedata.is_normalized("NFC", beyond):
            _examine(text, report)
    return not (any(sign in data for sign in _CONFLICT) and _refuse_conflicts(report))


def check_escapes(report: FaultCollector, start: int, end: int, value: str) -> None:
    """Check the escapes of a scalar (YAML 1.2.2 section 5.7), as `admit` checks the text of a file.

    Args:
        report: faults are added to it.
        start, end: the scalar's offsets in the text.
        value: its value, with escapes resolved.

    """
    text = report.source.text
    for found in _ESCAPE.finditer(text, start, end):
        code = found[1] or found[2] or found[3]
        char = chr(int(code, 16)) if code else _NAMED.get(found[4], "")
        if _REFUSED.match(char):
            _refuse(report, found.start(), char, f", written `{found[0]}`,")
        elif char in _JOINERS and char:
            if not any(map(_takes_joiners, value)):
                _refuse(report, found.start(), char, f", written `{found[0]}`,")
        elif _LOOK_AT.match(char):
            _refuse(report, found.start(), char, f", written `{found[0]}`,", Severity.WARNING)
    if unicodedata.is_normalized("NFC", text[start:end]) and not unicodedata.is_normalized("NFC", value):
        _warn(report, start, value[_first_decomposed(value) :])


def _refuse_conflicts(report: FaultCollector) -> bool:
    """Report merge conflicts, and return whether there are any."""
    found = conflicts(report.source.text)
    for offset in found:
        report.add(offset, RULE, MESSAGE, CURE)
    return bool(found)


def _refuse_encoding(data: bytes, bad: int, report: FaultCollector) -> None:
    """Report a file that is not UTF-8; `bad` is the offset of the first invalid byte."""
    report.source = SourceText(data[:bad])
    if data.startswith(_BOMS):
        report.add(0, "text/byte-order-mark", "according to its byte order mark, the file is not UTF-8", _SAVE)
        return
    message = f"the byte 0x{data[bad]:02X} is not valid UTF-8 here, so the character is unknown"
    report.add(len(report.source.text), "text/not-utf-8", message, _SAVE)


def _examine(text: str, report: FaultCollector) -> None:
    """Report refused characters and lines not in NFC, and replace the source by one without those characters."""
    if text.startswith("\ufeff"):
        report.add(0, "text/byte-order-mark", "the file begins with a byte order mark", _SAVE)
        text = text[1:]
    sound = _REFUSED.sub("\ufffd", text)
    report.source = SourceText(sound.encode())
    for found in _RUN.finditer(text):
        _refuse(report, found.start(), found[1])
    for found in _LOOK_AT.finditer(text):
        before, after = text[found.start() - 1 : found.start()], text[found.end() : found.end() + 1]
        if found[1] in _JOINERS:
            if not (_takes_joiners(before) or _takes_joiners(after)):
                _refuse(report, found.start(), found[1])
        elif found[1] == "\u00ad" or _FRENCH.isdisjoint((before, after)):
            _refuse(report, found.start(), found[1], severity=Severity.WARNING)
    offset = 0
    for line in sound.split("\n"):
        if not unicodedata.is_normalized("NFC", line):
            place = _first_decomposed(line)
            _warn(report, offset + place, line[place:])
        offset += len(line) + 1


def _first_decomposed(text: str) -> int:
    """Return the offset of the first character that NFC would change."""
    pairs = enumerate(zip(text, unicodedata.normalize("NFC", text), strict=False))
    return next((place for place, (char, composed) in pairs if char != composed), 0)


def _warn(report: FaultCollector, offset: int, text: str) -> None:
    """Warn that the first character of a text is not in NFC."""
    message = f"{shown(text[:2])} is not in Unicode's composed form (NFC): searches may miss it"
    report.add(offset, "text/not-nfc", message, "retype it, or convert the file to NFC", Severity.WARNING)


def _takes_joiners(char: str) -> bool:
    """Tell whether a joiner beside a character has a meaning (Unicode Standard, section 23.2; UTS #51 for emoji)."""
    return bool(_SHAPING.match(char)) or (char != "" and unicodedata.category(char) in ("So", "Sk"))


def _refuse(
    report: FaultCollector, offset: int, char: str, written: str = "", severity: Severity = Severity.ERROR
) -> None:
    """Report a character, naming it by code point and Unicode name."""
    rule = next((rule for rule, kind in _RULES.items() if kind.match(char)), "text/invisible-character")
    _, why, cure = (_KINDS | _DUBIOUS)[rule]
    title = unicodedata.name(char, "").lower()
    label = f"U+{ord(char):04X} ({title})" if title else f"U+{ord(char):04X}"
    report.add(offset, rule, f"the character {label}{written} {why}", cure, severity)
