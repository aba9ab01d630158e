"""Rename a term of a publication's own vocabulary: its files, its mark of deprecation, and the ledger."""

from upheaval.curate.annotations import annotated, write
from upheaval.curate.drafts import Draft
from upheaval.curate.mentions import mentions
from upheaval.curate.publishednames import PublishedNames
from upheaval.faults import refuse
from upheaval.schema.ledger import Fate

_HEADER = """# Deprecated terms: each has owl:deprecated true, dcterms:isReplacedBy its successor, and a comment.

@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
"""


def rename_term(names: PublishedNames, draft: Draft, old: str, new: str, day: str, why: str) -> None:
    """Add the renaming of a term to a draft.

    Args:
        names: the names of the publication.
        draft: the change to add to.
        old, new: the IRIs.
        day, why: the day and the reason.

    Raises:
        Refusal: the term is not described in the publication's own files, or the new name is taken or was published.

    """
    found = mentions(names.schema, [old])
    described = names.schema.vocabulary.place(old)[0]
    if not any(one.file == described for one in found):
        message = f"`{names.short(old)}` is a term of a vocabulary that is not part of this publication"
        refuse(described, message, "only its publisher can rename it")
    if names.exists(new):
        refuse(names.short(new), "there is a term of this name already", "choose another name")
    if (entry := names.ledger.entries.get(names.short(new))) is not None:
        cure = "a name is never used again: choose another"
        refuse("ledger.tsv", f"`{names.short(new)}` was published in {entry.since}", cure, at=(entry.line, 1))
    draft.edit(found, lambda iri: new)
    path = f"{described.partition('/')[0]}/deprecated.ttl"
    text = (draft.read(path) or b"").decode() or _HEADER
    for prefix, space in (("dcterms", "http://purl.org/dc/terms/"), ("owl", "http://www.w3.org/2002/07/owl#")):
        text = _declared(text, prefix, space)
    text = _declared(text, "rdfs", "http://www.w3.org/2000/01/rdf-schema#")
    comment = f"Renamed on {day}{f': {why}' if why else ''}.".replace("\\", "\\\\").replace('"', '\\"')
    block = f'<{old}> owl:deprecated true ;\n    dcterms:isReplacedBy <{new}> ;\n    rdfs:comment "{comment}"@en .\n'
    draft.put(path, f"{text.rstrip()}\n\n{block}".encode())
    ledger = annotated(names.ledger, names.short(old), Fate.RENAMED, [names.short(new)], day, why)
    write(draft, names.ledger, ledger)


def _declared(text: str, prefix: str, space: str) -> str:
    """Return a Turtle text that declares a prefix."""
    if f"prefix {prefix}: <{space}>" in text.lower():
        return text
    return f"{text.rstrip()}\n@prefix {prefix}: <{space}> .\n"
