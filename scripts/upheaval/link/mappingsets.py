"""Mapping sets in the SSSOM TSV format (https://w3id.org/sssom/spec), for suggestions, refusals and links."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields

import yaml

from upheaval.faults import refuse

PREFIXES = {
    "semapv": "https://w3id.org/semapv/vocab/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "wikidata": "http://www.wikidata.org/entity/",
}
"""The prefixes that every mapping set declares."""

CURATED, COMPOSITE = "semapv:ManualMappingCuration", "semapv:CompositeMatching"
NOT = "Not"


@dataclass(frozen=True, slots=True)
class MappingLine:
    """One mapping; each attribute is the slot of SSSOM with its name."""

    subject_id: str
    subject_label: str
    predicate_id: str
    object_id: str
    mapping_justification: str
    predicate_modifier: str = ""
    object_label: str = ""
    subject_source_version: str = ""
    confidence: str = ""
    mapping_source: str = ""
    comment: str = ""


_COLUMNS = tuple(field.name for field in fields(MappingLine))


def as_sssom(lines: Iterable[MappingLine], metadata: Mapping[str, object], prefixes: Mapping[str, str]) -> str:
    """Write a mapping set with its metadata in comment lines; columns without a value are left out.

    Args:
        lines: the mappings.
        metadata: the set's slots, `mapping_set_id` and `license` among them.
        prefixes: further prefixes.

    """
    rows = sorted(lines, key=lambda one: (one.subject_id, one.predicate_id, one.object_id))
    columns = [name for name in _COLUMNS if any(getattr(one, name) for one in rows)] or list(_COLUMNS)
    block = {"curie_map": dict(sorted({**PREFIXES, **prefixes}.items())), **metadata}
    text = yaml.safe_dump(block, sort_keys=True, allow_unicode=True, width=10_000)
    target = io.StringIO()
    target.writelines(f"#{line}\n" for line in text.splitlines())
    writer = csv.writer(target, delimiter="\t", lineterminator="\n", quoting=csv.QUOTE_MINIMAL)
    writer.writerow(columns)
    writer.writerows([_flat(getattr(one, name)) for name in columns] for one in rows)
    return target.getvalue()


def read_sssom(text: str, name: str) -> list[MappingLine]:
    """Read the mappings of a set, whatever further slots it has.

    Args:
        text: the file.
        name: its name in messages.

    Raises:
        Refusal: it has no header with the required slots, or a line is shorter or longer than it.

    """
    numbered = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line and line[0] != "#"]
    reader = csv.reader((line for _, line in numbered), delimiter="\t")
    rows = list(reader)
    header: Sequence[str] = rows[0] if rows else ()
    required = {"subject_id", "predicate_id", "object_id"}
    if not required <= set(header):
        missing = ", ".join(sorted(required - set(header)))
        refuse(name, f"is not SSSOM TSV: its header lacks {missing}", "restore the file", rule="link/sssom")
    found = []
    for (number, _), row in zip(numbered[1:], rows[1:], strict=False):
        if len(row) != len(header):
            message = f"has {len(row)} cells, and the header has {len(header)}"
            refuse(name, message, "correct the line", at=(number, 1), rule="link/sssom")
        values = {slot: value for slot, value in zip(header, row, strict=True) if slot in _COLUMNS}
        found.append(MappingLine(**{"subject_label": "", "mapping_justification": ""} | values))
    return found


def _flat(text: str) -> str:
    return " ".join(text.split())
