"""Content negotiation in regular expressions, which is all that the configuration of a web server has.

The quality of a media type is that of the most specific range that matches it (RFC 9110 section 12.5.1). Two qualities
are compared as texts, digit by digit, with a back-reference to the digits that they share.
"""

from dataclasses import dataclass

_PARAMETERS = r"\s*(?:;\s*(?!q\s*=)[^;,]*)*"
_QUALITY = r";\s*q\s*=\s*{}\s*(?:[;,]|$)"
_NUMBER = r"[01](?:\.[0-9]{0,3})?"


@dataclass(frozen=True, slots=True)
class StaticForm:
    """A form that a static site has of its resources.

    Attributes:
        suffix: that of its files.
        ranges: regular expressions for the media ranges that match it, the most specific first.

    """

    suffix: str
    ranges: tuple[str, ...]

    @property
    def rated(self) -> list[tuple[str, str]]:
        """Pairs of expressions, the most specific first: a range with its quality, named `q`, and one without."""
        start = [rf"(?:^|,)\s*{each}{_PARAMETERS}" for each in self.ranges]
        named = f"(?<{self.suffix}>{_NUMBER})"
        return [(each + _QUALITY.format(named), each + r"(?:,|$)") for each in start]

    @property
    def rated_unnamed(self) -> list[tuple[str, str]]:
        """As `rated`, the least specific first and with the quality in the first group, for Apache."""
        return [(one.replace(f"(?<{self.suffix}>", "("), other) for one, other in reversed(self.rated)]


FORMS = (
    StaticForm("ttl", (r"(?:text/turtle|application/x-turtle|text/(?:rdf\+)?n3)", r"text/\*", r"\*/\*")),
    StaticForm("html", (r"(?:text/html|application/xhtml\+xml)", r"text/\*", r"\*/\*")),
    StaticForm("jsonld", (r"application/(?:ld\+)?json", r"application/\*", r"\*/\*")),
)
"""The forms of a static site, those that are preferred among equals first, as the server prefers them."""


def greater() -> str:
    """Return an expression that matches two qualities, separated by a space, of which the first is greater."""
    digits = "|".join(rf"{digit}[0-9.]* \1[0-{digit - 1}]" for digit in range(9, 0, -1))
    return rf"^([0-9.]*)(?:{digits}|[0-9.]*[1-9][0-9.]* \1$)"
