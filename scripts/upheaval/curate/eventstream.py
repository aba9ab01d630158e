"""Write the releases of a publication as a Linked Data Event Stream: a member for each version of each record.

The pages are static files. The root page describes the stream and leads to a page a release, which never changes. A
member is the IRI of a record in a release, and a named graph with what the release says of that record (LDES, section
"Versions and transactions"); one that only says that a record is gone has no graph.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from urllib.parse import quote

from upheaval.curate.differences import record_of
from upheaval.curate.editions import Edition
from upheaval.rdf.terms import Term, split, text_of
from upheaval.schema.ledger import absolute, relative
from upheaval.store.releases import Release

ROOT = "events.trig"
FOLDER = "events"

_PREFIXES = """\
PREFIX as: <https://www.w3.org/ns/activitystreams#>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX ldes: <https://w3id.org/ldes#>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
PREFIX schema: <https://schema.org/>
PREFIX sh: <http://www.w3.org/ns/shacl#>
PREFIX tree: <https://w3id.org/tree#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
"""
_STREAM = """
<#stream> a ldes:EventStream ;
    dcterms:isPartOf <{iri}> ;
    ldes:timestampPath dcterms:created ;
    ldes:sequencePath schema:position ;
    ldes:versionOfPath dcterms:isVersionOf ;
    ldes:versionCreateObject as:Create ;
    ldes:versionUpdateObject as:Update ;
    ldes:versionDeleteObject as:Delete ;
    tree:shape [
        a sh:NodeShape ;
        sh:nodeKind sh:IRI ;
        sh:property
            [ sh:path rdf:type ; sh:in ( as:Create as:Update as:Delete ) ; sh:minCount 1 ; sh:maxCount 1 ] ,
            [ sh:path dcterms:created ; sh:datatype xsd:dateTime ; sh:minCount 1 ; sh:maxCount 1 ] ,
            [ sh:path dcterms:isVersionOf ; sh:nodeKind sh:IRI ; sh:minCount 1 ; sh:maxCount 1 ] ,
            [ sh:path dcterms:isReplacedBy ; sh:nodeKind sh:IRI ] ,
            [ sh:path schema:position ; sh:datatype xsd:integer ; sh:minCount 1 ; sh:maxCount 1 ]
    ] ;
    tree:view <> .
"""
_RELATIONS = """
<> tree:relation
    [ a tree:GreaterThanOrEqualToRelation ; tree:node <{page}> ; tree:path dcterms:created ; tree:value {moment} ] ,
    [ a tree:LessThanOrEqualToRelation ; tree:node <{page}> ; tree:path dcterms:created ; tree:value {moment} ] .
"""


def root_page(iri: str, releases: Sequence[Release]) -> bytes:
    """Write the root node: what the stream is, and where the page of each release is.

    Args:
        iri: the publication's namespace.
        releases: all releases, oldest first, withdrawn ones included: their members stay in the stream.

    Returns:
        TriG with addresses relative to the page, so that the files can stand anywhere.

    """
    relations = [
        _RELATIONS.format(page=f"{FOLDER}/{release.version}.trig", moment=_moment(release)) for release in releases
    ]
    return "".join([_PREFIXES, _STREAM.format(iri=iri), *relations]).encode()


def release_page(number: int, release: Release, before: Edition | None, after: Edition) -> bytes:
    """Write the page of a release: the records that it brought, changed and removed.

    Args:
        number: the place of the release among all, from 1.
        release: the release.
        before: the edition of the release before, withdrawn or not; None for the first.
        after: the edition of the release.

    Returns:
        TriG with a member for each record about which the release says anything else than the one before.

    """
    old, new = _by_record(before), _by_record(after)
    blocks = [_PREFIXES, "\n<> ldes:immutable true .\n"]
    common = f"dcterms:created {_moment(release)} ; schema:position {number}"
    for record in sorted(old.keys() | new.keys()):
        lines = new.get(record, set())
        if old.get(record, set()) == lines:
            continue
        activity = "Delete" if not lines else "Update" if record in old else "Create"
        member = _member(record, release, after.iri)
        replaced = "".join(f" ; dcterms:isReplacedBy {one}" for one in _successors(record, after) if not lines)
        blocks.append(
            f"\n<../{ROOT}#stream> tree:member {member} .\n"
            f"{member} a as:{activity} ; dcterms:isVersionOf {record} ; {common}{replaced} .\n"
        )
        if lines:
            blocks.append("".join([f"{member} {{\n", *(f"  {line}\n" for line in sorted(lines)), "}\n"]))
    return "".join(blocks).encode()


def _moment(release: Release) -> str:
    return f'"{release.date}T00:00:00Z"^^xsd:dateTime'


def _by_record(edition: Edition | None) -> dict[Term, set[str]]:
    found: dict[Term, set[str]] = defaultdict(set)
    for lines in edition.graphs.values() if edition else ():
        for line in lines:
            found[record_of(split(line)[0])].add(line)
    return found


def _member(record: Term, release: Release, base: str) -> Term:
    """Return the IRI of a record in a release, `<namespace><version>/<record>`."""
    iri = text_of(record)
    name = iri.removeprefix(base) if iri.startswith(base) else quote(iri, safe="")
    return f"<{base}{release.version}/{name}>"


def _successors(record: Term, edition: Edition) -> Iterator[Term]:
    """Yield what the ledger says has taken the place of a record."""
    entry = edition.ledger.resolve(relative(text_of(record), edition.iri))
    for successor in entry.successors if entry else ():
        yield f"<{absolute(successor, edition.iri)}>"
