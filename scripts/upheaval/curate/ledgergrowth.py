"""The ledger of the next release: the lines that it gets, and that it has all of the release before."""

from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox

from upheaval.check.losses import GRAPHS, LOST
from upheaval.faults import Fault, Refusal
from upheaval.populate.assembly import Assembly
from upheaval.rdf.namespaces import OWL
from upheaval.schema.ledger import FILE as LEDGER
from upheaval.schema.ledger import Entry, Ledger, absolute, parse_ledger, relative
from upheaval.schema.vocabulary import read_turtle
from upheaval.store.releases import Release

_TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
_ONTOLOGY = ox.NamedNode(str(OWL.Ontology))
_VERSIONS = {ox.NamedNode(str(OWL[name])) for name in ("versionIRI", "priorVersion")}


def demand_kept(ledger: Ledger, last: Path) -> None:
    """Compare the ledger with that of the release before: lines are added and annotated, never lost or altered.

    Args:
        ledger: the ledger.
        last: the build of the release before.

    Raises:
        Refusal: a line is gone or altered.

    """
    file = last / LEDGER
    if not file.is_file():
        return
    faults = []
    for iri, entry in parse_ledger(file.read_text(encoding="utf-8")).entries.items():
        now = ledger.entries.get(iri)
        if now is None:
            faults.append(Fault(LEDGER, f"the line of `{iri}` is gone", "restore it from git", rule="release/ledger"))
        elif now.since != entry.since or (entry.annotated and now[2:6] != entry[2:6]):
            message = f"the line of `{iri}` is not as it was released"
            at = (now.line, 1) if now.line else None
            faults.append(Fault(LEDGER, message, f"write {entry.row()!r}", at=at, rule="release/ledger"))
    if faults:
        raise Refusal(sorted(faults))


def grown_ledger(
    ledger: Ledger, assembly: Assembly, version: str, earlier: frozenset[str], previous: Release | None
) -> Ledger:
    """Return the ledger with the IRIs that are new, and those of the release before if it kept none.

    Args:
        ledger: the ledger.
        assembly: what is released.
        version: its version.
        earlier: the IRIs of the release before.
        previous: that release, if there is one.

    Raises:
        Refusal: an IRI of the release before is gone.

    """
    base = assembly.publication.iri
    now = set(published(assembly))
    before = {relative(iri, base) for iri in earlier if iri.startswith(base) and iri != base} if previous else set()
    since = dict.fromkeys((relative(iri, base) for iri in now), version)
    since |= dict.fromkeys(before, previous.version if previous else version)
    new = (Entry(name, number) for name, number in since.items() if name not in ledger.entries)
    grown = ledger.with_entries(new)
    lost = [name for name in sorted(before) if absolute(name, base) not in now and not _accounted(grown, name)]
    if lost:
        cure = "restore it, or say what became of it: `upheaval rename`, `merge`, `split` or `retire`"
        messages = (f"`{name}` was published in {grown.entries[name].since} and is gone" for name in lost)
        raise Refusal(Fault(LEDGER, message, cure, rule=LOST) for message in messages)
    return grown


def published(assembly: Assembly) -> Iterator[str]:
    """Yield the IRIs that a publication mints.

    They are those of its records and the nodes inside them, of what is concluded in its namespace, of its graphs and
    questions, and of the terms of its own vocabularies; not those of files and versions.
    """
    publication = assembly.publication
    for name in ("data", "derived"):
        for quad in assembly.store.quads_for_pattern(None, None, None, ox.NamedNode(publication.graph(name))):
            if isinstance(quad.subject, ox.NamedNode) and quad.subject.value.startswith(publication.iri):
                yield quad.subject.value
    yield from (publication.graph(name) for name in GRAPHS)
    yield from (f"{publication.iri}queries/{path.stem}" for path in publication.files("queries", "*.rq"))
    yield from _own_terms(assembly)


def _own_terms(assembly: Assembly) -> Iterator[str]:
    """Yield the terms that the publication's own files describe, in its namespace or that of an ontology in them."""
    root = assembly.publication.root
    files = assembly.vocabulary.files.items()
    triples = [one for name, path in files if path.is_relative_to(root) for one in read_turtle(path, name)]
    ontologies = {one.subject for one in triples if one.predicate == _TYPE and one.object == _ONTOLOGY}
    names = {node.value for node in ontologies if isinstance(node, ox.NamedNode)}
    spaces = (assembly.publication.iri, *(name.rstrip("/#") + mark for name in names for mark in "/#"))
    versions = {one.object for one in triples if one.predicate in _VERSIONS}
    for one in triples:
        node = one.subject
        if not isinstance(node, ox.NamedNode) or node in versions:
            continue
        if node.value in names or node.value.startswith(spaces):
            yield node.value


def _accounted(ledger: Ledger, name: str) -> bool:
    fate = ledger.resolve(name)
    return fate is not None and fate.annotated
