"""Duplicates: records of one kind that are alike in what a shape lists under `statecraft:matchOn`.

What a record can be recognised by, its signatures, is noted when it is read. Records that share one are read again, and
reported unless they are known to differ: by `differentFrom`, by a reference from one to the other (a state and the one
that continues it), or by dates that do not overlap.
"""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from upheaval.faults import Fault, Location, Severity
from upheaval.populate.documents import Document, populate
from upheaval.populate.records import Listing, Record, read_records
from upheaval.rdf.iris import OWL, RDFS
from upheaval.schema.contract import Contract, Kind
from upheaval.schema.publication import Publication
from upheaval.sources.parser import position

_LABEL, _DIFFERENT = RDFS.label, OWL.differentFrom
_SPACES = {ord(mark): " " for mark in "!\"'(),-./:;?[]_{}\u2013\u2014\u2018\u2019\u201c\u201d\u00ab\u00bb"}


def signatures(document: Document, kind: Kind) -> list[str]:
    """Return what a record can be recognised by.

    Args:
        document: the record, from `populate`.
        kind: its class, whose `matches` list keys. Where a list has one key, each of its values is a signature; where
            it has several, all their values together are one, provided that the last key has a value.

    Returns:
        Texts of several lines, of which the first is the keys of a list.

    """
    found: list[str] = []
    for names in kind.matches:
        if names[-1] not in document:
            continue
        if len(names) == 1:
            found.extend(f"{names[0]}\n{value}" for value in _values(document, names[0], kind))
        else:
            parts = (" | ".join(sorted(_values(document, name, kind))) for name in names)
            found.append("\n".join((" ".join(names), *parts)))
    return found


def _values(document: Document, name: str, kind: Kind) -> Iterator[str]:
    """Yield the values of a key; of a block, its name in its record; of a label, language and normal form."""
    values = document.get(name, ())
    if isinstance(values, dict) and "id" not in values and "@value" not in values:
        normal = normalized if kind.keys[name].iri == _LABEL else str
        for language, texts in values.items():
            for text in [texts] if isinstance(texts, str) else texts:
                yield f"{language} {normal(text)}"
        return
    for value in values if isinstance(values, list) else [values] if values else ():
        if isinstance(value, dict):
            yield value["@value"] if "@value" in value else value["id"].partition("#")[2]
        else:
            yield value


def normalized(text: str) -> str:
    """Return a text without differences of case, width, punctuation and spacing."""
    plain = text if text.isascii() else unicodedata.normalize("NFKC", text)
    return " ".join(plain.translate(_SPACES).casefold().split()) or text


@dataclass(frozen=True, slots=True)
class _Candidate:
    record: Record
    document: Document
    named: frozenset[str]
    different: frozenset[str]

    def at(self, name: str) -> Location:
        assert self.record.body is not None
        return position(self.record.body, (name,))


def duplicate_faults(
    publication: Publication, contract: Contract, listing: Listing, signed: Iterable[tuple[str, str]]
) -> list[Fault]:
    """Report the records that may be duplicates.

    Args:
        publication, contract: what they are read by.
        listing: which records there are.
        signed: signatures, or hashes of them, each with the name of a record that has it.

    Returns:
        A warning for each record that may be the same as an earlier one, in the order of their files.

    """
    groups: dict[str, list[str]] = defaultdict(list)
    for signature, slug in signed:
        groups[signature].append(slug)
    shared = {signature: slugs for signature, slugs in groups.items() if len(slugs) > 1}
    slugs = sorted(
        {slug for slugs in shared.values() for slug in slugs}, key=lambda slug: (listing.entries[slug].kind.iri, slug)
    )
    found = {slug: one for slug in slugs if (one := _read(publication, contract, listing, slug)) is not None}
    pairs: set[tuple[str, str]] = set()
    for members in shared.values():
        known = sorted((slug for slug in set(members) if slug in found), key=slugs.index)
        pairs |= _pairs(known, found)
    faults = []
    for later, earlier in sorted(pairs):
        faults.append(_fault(found[later], found[earlier]))
    return faults


def _read(publication: Publication, contract: Contract, listing: Listing, slug: str) -> _Candidate | None:
    (record,), unread = read_records(publication, [listing.entries[slug]])
    populated = populate([record], contract, publication, listing.kinds)
    # What is not read whole, such as a skeleton, is compared once it is.
    if record.body is None or unread or populated.faults:
        return None
    document = populated.documents[0]
    different = next((key.name for key in record.kind.keys.values() if key.iri == _DIFFERENT), "")
    return _Candidate(
        record, document, frozenset(populated.named), frozenset(_values(document, different, record.kind))
    )


def _pairs(slugs: list[str], found: dict[str, _Candidate]) -> set[tuple[str, str]]:
    """Return each of some records that share a signature with the first record before it that it may be."""
    linked = {slug: slug for slug in slugs}
    for slug in slugs:
        for other in found[slug].named & linked.keys() - {slug} - found[slug].different:
            old, new = linked[slug], linked[other]
            linked = {one: new if root == old else root for one, root in linked.items()}
    pairs = set()
    for place, slug in enumerate(slugs):
        for other in slugs[:place]:
            if linked[slug] != linked[other] and _may_be_one(found[slug], found[other]):
                pairs.add((slug, other))
                break
    return pairs


def _may_be_one(one: _Candidate, other: _Candidate) -> bool:
    if not (one.record.kind.iri in other.record.kind.ancestors or other.record.kind.iri in one.record.kind.ancestors):
        return False
    if one.record.slug in other.different or other.record.slug in one.different:
        return False
    return not (_ends_before(one, other) or _ends_before(other, one))


def _ends_before(one: _Candidate, other: _Candidate) -> bool:
    end, begin = _date(one, "endDate"), _date(other, "startDate")
    precision = min(len(end), len(begin))
    return end[:precision] < begin[:precision]


def _date(one: _Candidate, name: str) -> str:
    """Return a date of a record as it is written, in the precision that it has."""
    return next((value for key in (name, "date") for value in _values(one.document, key, one.record.kind)), "")


def _fault(later: _Candidate, earlier: _Candidate) -> Fault:
    common = set(signatures(later.document, later.record.kind)) & set(signatures(earlier.document, earlier.record.kind))
    lists = sorted({signature.partition("\n")[0] for signature in common}, key=lambda keys: (" " in keys, keys))
    single = [keys for keys in lists if " " not in keys]
    names = single or [name for name in lists[0].split() if name in later.document]
    told = ", ".join(f"`{name}`" for name in names[:-1]) + (" and " if names[1:] else "") + f"`{names[-1]}`"
    at = earlier.at(names[0])
    this, other = later.record.slug, earlier.record.slug
    return Fault(
        later.record.file,
        f"the same {told} as in {earlier.record.file}:{at[0]}",
        f"run `upheaval merge {this} {other}`, or add `differentFrom: {other}` if the two differ",
        at=later.at(names[0]),
        severity=Severity.WARNING,
        rule="record/duplicate",
    )
