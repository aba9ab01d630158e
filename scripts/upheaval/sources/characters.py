"""The text of a record before it is YAML: its size, its encoding, its characters, and where they stand."""

import re
import unicodedata
from bisect import bisect_right
from typing import TypeAlias

from upheaval.faults import Fault, Severity

Places: TypeAlias = dict[tuple[int, str | int], tuple[int, int]]
"""By the offset of a mapping or a list, and a key or an index in it: the offsets of the key and of the value."""

MAX_BYTES = 1 << 20
"""The largest file that is read, in bytes."""

MAX_FAULTS = 100
"""How many errors, and how many warnings, of one file are listed."""

_BOMS = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")
_PLAIN = bytes([0x09, 0x0A, 0x0D, *range(0x20, 0x7F)])
_LINE_BREAK = re.compile(r"\r\n?|\n")
_KINDS = {
    "text/bidi-control": (
        "\u202a-\u202e\u2066-\u2069",
        "can make a text look different from what it says",
        "delete it; text in a right-to-left script does not need it",
    ),
    "text/invisible-character": (
        "\u200b\u2060\ufeff",
        "cannot be seen, so two texts that look alike would differ",
        "delete it; it often comes along with text copied from a web page",
    ),
    "text/control-character": (
        "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029",
        "is a control character, and a text holds none but tabs and ordinary line breaks",
        "delete it, or put a space or a line break there; if there are many, save the file as UTF-8",
    ),
    "text/noncharacter": (
        "\ufffe\uffff",
        "is no character of Unicode",
        "delete it; the file may have been damaged, or saved in another encoding than UTF-8",
    ),
}
_SAVE = "save the file as UTF-8 without a byte order mark"
_JOINERS = "\u200c\u200d"
_REFUSED = re.compile("[" + "".join(span for span, _, _ in _KINDS.values()) + "]")
# No letter, digit or sign but these can be refused, or be joined in NFC to a plain character before it: where
# nothing else is found, the characters beyond ASCII can be checked for NFC alone, in a tenth of the time.
_UNUSUAL = re.compile(
    r"[^\w\u00a0-\u00bf\u00d7\u00f7\u060c\u061b\u061f\u066a-\u066d\u06d4\u200c-\u200f\u2010-\u2027"
    r"\u2030-\u205e\u20a0-\u20bf\u2100-\u22ff\u3001-\u3029\uff01-\uff0f\uff1a-\uff20]"
)
_RUN = re.compile(f"({_REFUSED.pattern})\\1*")
_RULES = {rule: re.compile(f"[{span}]") for rule, (span, _, _) in _KINDS.items()}
_ESCAPE = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)
_NAMED = dict(zip("0abvfeNLP", "\0\a\b\v\f\x1b\x85\u2028\u2029", strict=True))


class SourceText:
    """The text of one file, and the way from an offset in it to a line and a column.

    Attributes:
        data: the bytes, which must be UTF-8.
        places: for whoever reads the file, the offsets of what stands in it.

    """

    __slots__ = ("_starts", "_text", "data", "places")

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.places: Places | None = None
        self._text: str | None = None
        self._starts: list[int] | None = None

    @property
    def text(self) -> str:
        """The text, decoded when it is first asked for."""
        if self._text is None:
            self._text = self.data.decode()
        return self._text

    def locate(self, offset: int) -> tuple[int, int]:
        """Return the line and the column, from 1, of a character; lines end as in YAML 1.2.2 section 5.4."""
        if self._starts is None:
            self._starts = [0, *(found.end() for found in _LINE_BREAK.finditer(self.text))]
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1


class TooManyFaults(Exception):
    """Raised by `FaultCollector.add` when a file has more than MAX_FAULTS errors, so a hostile one costs little."""


class FaultCollector:
    """The faults of one file as they are found, each at an offset in its text."""

    __slots__ = ("_counts", "_faults", "_name", "source")

    def __init__(self, name: str, source: SourceText) -> None:
        self.source = source
        self._name = name
        self._faults: list[Fault] = []
        self._counts: dict[Severity, int] = {}

    def add(self, offset: int | None, rule: str, message: str, cure: str, severity: Severity = Severity.ERROR) -> None:
        """Add a fault at an offset in the text, or of the whole file; MAX_FAULTS of each severity are listed.

        Raises:
            TooManyFaults: there are more errors than that, so the file is not worth reading on.

        """
        count = self._counts[severity] = self._counts.get(severity, 0) + 1
        if count <= MAX_FAULTS:
            at = None if offset is None else self.source.locate(offset)
            self._faults.append(Fault(self._name, message, cure, at=at, severity=severity, rule=rule))
        elif severity is Severity.ERROR:
            raise TooManyFaults

    def faults(self) -> list[Fault]:
        """Return the faults in order, and after them what is to be said of those not listed."""
        faults = sorted(self._faults)
        for severity, count in self._counts.items():
            if count > MAX_FAULTS:
                message = f"{count - MAX_FAULTS} more {severity}s are not listed"
                if severity is Severity.ERROR:
                    message = f"there are more than {MAX_FAULTS} errors; the rest of the file was not read"
                cure = "correct those listed first"
                faults.append(Fault(self._name, message, cure, severity=severity, rule="text/more"))
        return faults


def shown(text: str) -> str:
    """Return a text for use in a message: in backticks, shortened, on one line, nothing in it invisible."""
    text = text if len(text) <= 40 else text[:39] + "…"
    return "`" + "".join(c if c.isprintable() or c in _JOINERS else ascii(c)[1:-1] for c in text) + "`"


def admit(report: FaultCollector) -> bool:
    """Check the bytes of a file as text.

    Refused are files of more than MAX_BYTES; byte order marks and any encoding but UTF-8 (YAML-LD 1.0; YAML
    1.2.2 section 5.2); characters that YAML 1.2.2 section 5.1 does not call printable, and the line breaks
    that YAML 1.1 and 1.2 read differently (section 5.4); characters that reorder or hide text (Unicode UAX
    #9, UTR #36). U+200C to U+200F pass: Persian needs the joiners, and mixed lines the marks. Text that is
    not in NFC (Unicode UAX #15) gets a warning.

    Args:
        report: has the bytes as its source, and takes the faults.

    Returns:
        Whether the report's source can be parsed. If characters were refused, it is another one, where U+FFFD
        stands for each of them: the parser goes on, and offsets stay true.

    Raises:
        TooManyFaults: as `FaultCollector.add`.

    """
    data = report.source.data
    if len(data) > MAX_BYTES:
        report.source = SourceText(b"")
        message = f"the file has {len(data):,} bytes; at most {MAX_BYTES:,} are read"
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
    return True


def check_escapes(report: FaultCollector, start: int, end: int, value: str) -> None:
    """Check a scalar with escapes (YAML 1.2.2 section 5.7) as `admit` checks a text.

    Args:
        report: where the faults go.
        start, end: where the scalar stands in the text.
        value: what it says.

    """
    text = report.source.text
    for found in _ESCAPE.finditer(text, start, end):
        code = found[1] or found[2] or found[3]
        char = chr(int(code, 16)) if code else _NAMED.get(found[4], "")
        if _REFUSED.match(char):
            _refuse(report, found.start(), char, f", written `{found[0]}`,")
    if unicodedata.is_normalized("NFC", text[start:end]) and not unicodedata.is_normalized("NFC", value):
        _warn(report, start, value[_first_decomposed(value) :])


def _refuse_encoding(data: bytes, bad: int, report: FaultCollector) -> None:
    """Report a file that is not UTF-8; `bad` is the offset of the first byte that is not."""
    report.source = SourceText(data[:bad])
    if data.startswith(_BOMS):
        report.add(0, "text/byte-order-mark", "the byte order mark says that the file is not UTF-8", _SAVE)
        return
    message = f"the byte 0x{data[bad]:02X} is not UTF-8 here, so its character is not known"
    report.add(len(report.source.text), "text/not-utf-8", message, _SAVE)


def _examine(text: str, report: FaultCollector) -> None:
    """Report refused characters, and lines not in NFC; leave a source to be parsed, without those characters."""
    if text.startswith("\ufeff"):
        report.add(0, "text/byte-order-mark", "the file begins with a byte order mark", _SAVE)
        text = text[1:]
    sound = _REFUSED.sub("\ufffd", text)
    report.source = SourceText(sound.encode())
    for found in _RUN.finditer(text):
        _refuse(report, found.start(), found[1])
    offset = 0
    for line in sound.split("\n"):
        if not unicodedata.is_normalized("NFC", line):
            place = _first_decomposed(line)
            _warn(report, offset + place, line[place:])
        offset += len(line) + 1


def _first_decomposed(text: str) -> int:
    """Return the offset of the first letter of a text that is not as it would be in NFC."""
    pairs = enumerate(zip(text, unicodedata.normalize("NFC", text), strict=False))
    return next((place for place, (char, composed) in pairs if char != composed), 0)


def _warn(report: FaultCollector, offset: int, text: str) -> None:
    """Warn of a text that begins with a letter that is not in NFC."""
    message = f"{shown(text[:2])} is not in Unicode's composed form (NFC): searches may miss it"
    report.add(offset, "text/not-nfc", message, "type it anew, or convert the file to NFC", Severity.WARNING)


def _refuse(report: FaultCollector, offset: int, char: str, written: str = "") -> None:
    """Refuse a character, naming it by its code and its name in Unicode."""
    rule = next(rule for rule, kind in _RULES.items() if kind.match(char))
    _, why, cure = _KINDS[rule]
    title = unicodedata.name(char, "").lower()
    label = f"U+{ord(char):04X} ({title})" if title else f"U+{ord(char):04X}"
    report.add(offset, rule, f"the character {label}{written} {why}", cure)
