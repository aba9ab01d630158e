"""The reviewed mapping between what records say and Wikidata's properties, from `wikidata.yaml` beside this file."""

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from upheaval.faults import Refusal
from upheaval.sources.parser import MappingNode, SequenceNode, read

FILE = "wikidata.yaml"
_QUALIFIER = re.compile(r"\?(P\d+)\b")
PREFIXES = """
PREFIX action: <https://w3id.org/statecraft/action#>
PREFIX bearing: <https://w3id.org/statecraft/bearing#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX role: <https://w3id.org/statecraft/role#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX statecraft: <https://w3id.org/statecraft#>
"""
"""The prefixes that patterns may use."""


@dataclass(frozen=True, slots=True)
class MappedProperty:
    """A property of Wikidata, and how our records say the same.

    Attributes:
        number: the property's, such as `P1891`.
        label, datatype, definition, constraint: Wikidata's.
        ours: what we mean by it, and how that differs.
        pattern: a SPARQL pattern that binds `?record`, `?value`, `?node` and perhaps qualifiers such as `?P585`.
        form: `code`, `time` or `item`.
        severity: of a contradiction: `error`, `warning` or `none`.
        send: `yes`, or why it is not sent.

    """

    number: str
    label: str
    datatype: str
    definition: str
    constraint: str
    ours: str
    pattern: str
    form: str
    severity: str
    send: str

    @property
    def qualifiers(self) -> tuple[str, ...]:
        """The properties of the qualifiers that the pattern may bind."""
        return tuple(dict.fromkeys(_QUALIFIER.findall(self.pattern)))

    @property
    def query(self) -> str:
        """The query for all values of all records."""
        qualifiers = "".join(f" ?{name}" for name in self.qualifiers)
        return f"{PREFIXES}SELECT DISTINCT ?record ?node ?value{qualifiers} WHERE {{ {self.pattern} }}"


@cache
def mapped_properties() -> tuple[MappedProperty, ...]:
    """Return the entries of the mapping, in the order of the file.

    Raises:
        Refusal: the file cannot be read.

    """
    body, faults = read((files(__package__) / FILE).read_bytes(), FILE)
    entries = body.get("mapping") if body is not None else None
    if not isinstance(entries, SequenceNode):
        raise Refusal(faults)
    return tuple(_mapped(entry) for entry in entries if isinstance(entry, MappingNode))


def _mapped(entry: MappingNode) -> MappedProperty:
    texts = {key: value for key, value in entry.items() if isinstance(value, str)}
    return MappedProperty(number=texts.pop("property"), **texts)
