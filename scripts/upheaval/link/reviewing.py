"""Review suggestions: what is accepted becomes a link record with its evidence, what is refused is remembered."""

import csv
import io
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from upheaval.curate.drafts import Draft
from upheaval.faults import Refusal, refuse
from upheaval.link.addresses import NotAnItem, item_id, item_iri
from upheaval.link.mappingsets import COMPOSITE, CURATED, NOT, MappingLine, as_sssom, read_sssom
from upheaval.link.profiles import Profiles
from upheaval.link.suggesting import Suggestion
from upheaval.schema.publication import Publication

REFUSED = "refused-links.sssom.tsv"
"""The file at a publication's root with the pairs that a curator has refused."""

COLUMNS = (
    "decision",
    "record",
    "label",
    "kind",
    "item",
    "item label",
    "description",
    "relation",
    "confidence",
    "score",
    "for",
    "against",
)
"""The columns of the table for review; a decision is `accept`, `refuse` or nothing."""

RELATIONS = {"exact-match": "skos:exactMatch", "close-match": "skos:closeMatch", "broad-match": "skos:broadMatch"}
_CONFIDENCES = frozenset({"high", "medium"})
_LICENCE = "https://creativecommons.org/publicdomain/zero/1.0/"


def review_rows(suggestions: Iterable[Suggestion]) -> list[list[str]]:
    """Return the table for review, without its header."""
    return [
        [
            "",
            one.profile.slug,
            one.profile.label,
            one.profile.kind.name,
            item_iri(one.item.number),
            one.item.label,
            one.item.description,
            "exact-match",
            one.confidence,
            f"{one.score:.1f}",
            one.speaks_for,
            one.speaks_against,
        ]
        for one in suggestions
    ]


def suggestions_as_sssom(suggestions: Iterable[Suggestion], publication: Publication, source: str) -> str:
    """Return suggestions as an SSSOM mapping set; the confidence is high 0.9, medium 0.6, low 0.3."""
    degrees = {"high": "0.9", "medium": "0.6", "low": "0.3"}
    lines = [
        MappingLine(
            f"{publication.prefix}:{one.profile.slug}",
            one.profile.label,
            RELATIONS["exact-match"],
            f"wikidata:{one.item.number}",
            COMPOSITE,
            object_label=one.item.label,
            confidence=degrees[one.confidence],
            mapping_source=source if "://" in source else "",
            comment=f"for: {one.speaks_for}" + (f"; against: {one.speaks_against}" if one.speaks_against else ""),
        )
        for one in suggestions
    ]
    metadata = {
        "mapping_set_id": f"{publication.iri}suggested-links",
        "mapping_set_description": "Candidates for review, not links",
        "license": _LICENCE,
    }
    return as_sssom(lines, metadata, {publication.prefix: publication.iri})


def read_refused(root: Path, publication: Publication) -> set[tuple[str, str]]:
    """Return the pairs of a record's slug and an item's number that were refused.

    Raises:
        Refusal: the file cannot be read.

    """
    path = root / REFUSED
    if not path.exists():
        return set()
    try:
        lines = read_sssom(path.read_text(encoding="utf-8"), REFUSED)
    except OSError as error:
        refuse(REFUSED, f"cannot be read: {error.strerror}", "check the file", rule="link/refused")
    except UnicodeDecodeError:
        refuse(REFUSED, "is not UTF-8", "restore the file", rule="link/refused")
    start = f"{publication.prefix}:"
    pairs = ((one.subject_id.removeprefix(start), one.object_id.removeprefix("wikidata:")) for one in lines)
    return {(slug, number) for slug, number in pairs if number.startswith("Q")}


def decide(root: Path, text: str, name: str, source: str, profiles: Profiles, publication: Publication) -> Draft:
    """Turn the decisions in a table for review into a change of the publication, to be shown and committed.

    Args:
        root: the publication's folder.
        text: the table, as CSV.
        name: the table's name in messages.
        source: the slug of the source record that stands for where the items came from.
        profiles: all records.
        publication: the publication.

    Raises:
        Refusal: rows are out of form, contradict each other or the links that exist; nothing is changed then.

    """
    draft = Draft(root)
    refused: dict[tuple[str, str], MappingLine] = {}
    accepted: dict[str, str] = {}
    faults: list[Refusal] = []
    for number, row in _rows(text, name):
        decision = row["decision"].strip().lower()
        if not decision:
            continue
        try:
            slug, item = _judge(row, decision, name, number, profiles)
            if decision == "refuse":
                refused[slug, item] = _refusal(row, slug, item, publication)
            else:
                message = ""
                if slug in accepted:
                    message = f"`{slug}` is accepted twice, with {accepted[slug]} and {item}"
                elif owner := _owner(item, accepted, profiles, slug):
                    message = f"{item} is taken by `{owner}`"
                if message:
                    refuse(name, message, "keep one of the two", at=(number, 1), rule="link/review")
                accepted[slug] = item
                path = f"data/links/{slug}-wikidata.yaml"
                if draft.read(path) is not None:
                    refuse(name, f"{path} exists already", "edit it, or delete it first", at=(number, 1))
                draft.put(path, _link(row, slug, item, source).encode())
        except Refusal as refusal:
            faults.append(refusal)
    if faults:
        raise Refusal([fault for refusal in faults for fault in refusal.faults])
    if refused:
        draft.put(REFUSED, _with_refused(root, refused, publication).encode())
    return draft


def _rows(text: str, name: str) -> list[tuple[int, Mapping[str, str]]]:
    reader = csv.DictReader(io.StringIO(text.lstrip("\ufeff")), restval="", strict=True)
    needed = {"decision", "record", "item"}
    try:
        if not needed <= set(reader.fieldnames or ()):
            missing = ", ".join(sorted(needed - set(reader.fieldnames or ())))
            cure = "write it with `upheaval link suggest --out`"
            refuse(name, f"is not a table for review: it lacks {missing}", cure, rule="link/review")
        return [(reader.line_num, row) for row in reader]
    except csv.Error as error:
        refuse(name, f"is not CSV: {error}", "save it as CSV again", at=(reader.line_num, 1), rule="link/review")


def _judge(row: Mapping[str, str], decision: str, name: str, number: int, profiles: Profiles) -> tuple[str, str]:
    at, slug = (number, 1), row["record"].strip()
    if decision not in ("accept", "refuse"):
        refuse(name, f"`{decision}` is not a decision", "write accept, refuse or nothing", at=at, rule="link/review")
    if slug not in profiles.records:
        refuse(name, f"no record is named `{slug}`", "write the record's file name", at=at, rule="link/review")
    try:
        item = item_id(row["item"])
    except NotAnItem as problem:
        refuse(name, str(problem), "write the item's IRI", at=at, rule="link/review")
    relation = row.get("relation") or "exact-match"
    if relation not in RELATIONS:
        refuse(name, f"`{relation}` is not a relation", f"write {', '.join(RELATIONS)}", at=at, rule="link/review")
    if decision == "accept" and (row.get("confidence") or "medium") not in _CONFIDENCES:
        message = f"`{row['confidence']}` is too low to accept"
        refuse(name, message, "look for more evidence, then write high or medium", at=at, rule="link/review")
    return slug, item


def _owner(item: str, accepted: Mapping[str, str], profiles: Profiles, slug: str) -> str:
    """Return which other record has an item already, in the table or in the publication."""
    for other, taken in accepted.items():
        if taken == item:
            return other
    iri = next((iri for iri, taken in profiles.items.items() if taken == item), "")
    return iri.rpartition("/")[2] if iri != profiles.records[slug].iri else ""


def _link(row: Mapping[str, str], slug: str, item: str, source: str) -> str:
    """Return the text of a link record; its evidence is what the table says for the match."""
    label, description = row.get("item label", ""), row.get("description", "")
    named = f"{item} is labelled {label}" + (f", described as {description}" if description else "")
    says = _quoted(f"{named}; {row['for']}" if row.get("for") else named)
    return (
        f"subject: {slug}\n"
        f"linkTarget: {item_iri(item)}\n"
        f"linkRelation: {row.get('relation') or 'exact-match'}\n"
        f"confidence: {row.get('confidence') or 'medium'}\n"
        "citation:\n"
        f"  - {{source: {source}, locator: {item}, says: {says}}}\n"
    )


def _quoted(text: str) -> str:
    flat = re.sub(r"\s+", " ", text).strip()
    return '"' + flat.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _refusal(row: Mapping[str, str], slug: str, item: str, publication: Publication) -> MappingLine:
    relation = RELATIONS[row.get("relation") or "exact-match"]
    subject, target = f"{publication.prefix}:{slug}", f"wikidata:{item}"
    label, theirs = row.get("label", ""), row.get("item label", "")
    return MappingLine(subject, label, relation, target, CURATED, predicate_modifier=NOT, object_label=theirs)


def _with_refused(root: Path, refused: Mapping[tuple[str, str], MappingLine], publication: Publication) -> str:
    path = root / REFUSED
    before = read_sssom(path.read_text(encoding="utf-8"), REFUSED) if path.exists() else []
    lines = {(one.subject_id, one.object_id): one for one in [*before, *refused.values()]}
    metadata = {
        "mapping_set_id": f"{publication.iri}{REFUSED.removesuffix('.sssom.tsv')}",
        "mapping_set_description": "Pairs that a curator has refused; they are not suggested again",
        "license": _LICENCE,
    }
    return as_sssom(lines.values(), metadata, {publication.prefix: publication.iri})
