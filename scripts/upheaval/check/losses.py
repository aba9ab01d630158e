"""IRIs of the ledger that a publication no longer makes, and names given up that something has taken again."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property

from upheaval.faults import Fault, Severity
from upheaval.schema.ledger import FILE, Entry, Fate, Ledger, absolute, is_absolute
from upheaval.schema.publication import Publication

LOST = "ledger/lost"
UNCONCLUDED = "ledger/unconcluded"
GRAPHS = ("data", "derived", "vocabulary", "catalogue")


@dataclass(frozen=True)
class Made:
    """The IRIs that a publication makes.

    Attributes:
        publication: the publication.
        described, deprecated: the IRIs that its vocabulary describes, and those that it marks as given up.
        records: the names of its records.
        nodes: the names of the nodes inside each record; a record without an entry may have any.
        derived: tells whether rules conclude something of an IRI, as the ledger writes it; None if that is not known,
            because of other faults.

    """

    publication: Publication
    described: Collection[str]
    deprecated: Collection[str]
    records: Collection[str]
    nodes: Mapping[str, Collection[str]]
    derived: Callable[[str], bool] | None

    @cached_property
    def questions(self) -> frozenset[str]:
        """The names of the example questions."""
        return frozenset(path.stem for path in self.publication.files("queries", "*.rq"))

    def has(self, iri: str, unknown: bool = True) -> bool:
        """Tell whether an IRI, as the ledger writes it, is made; `unknown` is the answer if faults hide it."""
        name, hash_, node = iri.partition("#")
        if name in self.records:
            if not hash_ or node in self.nodes.get(name, ()):
                return True
            return unknown if name not in self.nodes else self._is_derived(iri, unknown)
        folder, _, rest = name.partition("/")
        if (folder == "graph" and rest in GRAPHS) or (folder == "queries" and rest in self.questions):
            return True
        return ("/" in name and not is_absolute(iri) and self._is_derived(iri, unknown)) or self._is_described(iri)

    def is_deprecated(self, iri: str) -> bool:
        """Tell whether an IRI is that of a term that the vocabulary marks as given up."""
        return absolute(iri, self.publication.iri) in self.deprecated

    def nearest(self, iri: str, ledger: Ledger) -> str:
        """Return the name of a node that was not published, and is nearest to one that is not made; or nothing."""
        name, _, node = iri.partition("#")
        fresh = [one for one in self.nodes.get(name, ()) if f"{name}#{one}" not in ledger.entries]
        near = get_close_matches(node, fresh, 1, 0.5)
        return f"{name}#{near[0]}" if near else ""

    def _is_described(self, iri: str) -> bool:
        return absolute(iri, self.publication.iri) in self.described

    def _is_derived(self, iri: str, unknown: bool) -> bool:
        return unknown if self.derived is None else self.derived(iri)


def settled(faults: Collection[Fault]) -> bool:
    """Tell whether no fault is an error, so that everything has been made that would be."""
    return all(fault.severity is not Severity.ERROR for fault in faults)


def losses(ledger: Ledger, made: Made) -> list[Fault]:
    """Find what a publication has lost; as `losses_by_owner`."""
    return [fault for faults in losses_by_owner(ledger, made).values() for fault in faults]


def losses_by_owner(ledger: Ledger, made: Made, owners: Collection[str] | None = None) -> dict[str, list[Fault]]:
    """Find what a publication has lost.

    Args:
        ledger: what it has published.
        made: what it makes now.
        owners: the records, and what else has no fragment, that are looked at; by default, all. What has been given up
            is always looked at, since what took its place may be anywhere.

    Returns:
        By owner, a fault for each IRI that is neither made nor annotated, or whose successor is not made, or that was
        given up and is made again; of a lost record or node, what was inside it is not reported.

    """
    gone: dict[str, list[Fault]] = {}
    found: dict[str, list[Fault]] = {}
    given_up = {iri.partition("#")[0] for iri in ledger.annotated}
    for iri, entry in ledger.entries.items():
        owner = iri.partition("#")[0]
        if owners is not None and owner not in owners and owner not in given_up:
            continue
        found.setdefault(owner, [])
        if entry.state:
            if made.has(iri, unknown=False) and not made.is_deprecated(iri):
                found[owner].append(_taken(entry))
            else:
                gone[iri] = list(_without(entry, ledger, made, entry.successors))
        elif not made.has(iri):
            after = ledger.resolve(iri)
            if after is None or not after.annotated:
                gone[iri] = [_lost(entry, ledger, made)]
            elif after.state is Fate.RENAMED:
                gone[iri] = list(_without(entry, ledger, made, after.successors))
    for iri, faults in gone.items():
        if not any(gone.get(above) for above in _above(iri)):
            found[iri.partition("#")[0]].extend(faults)
    return found


def _above(iri: str) -> Iterator[str]:
    """Yield what an IRI is inside."""
    owner, hash_, _ = iri.partition("#")
    if hash_:
        yield owner
        if "/" in iri[len(owner) :]:
            yield iri.rpartition("/")[0]


def _taken(entry: Entry) -> Fault:
    became = f"{entry.state} on {entry.date}"
    message = f"`{entry.iri}` was {became}, and its name is in use again: it would stand for two things"
    return _fault(entry, message, "give what is new another name", "ledger/name-taken")


def _without(entry: Entry, ledger: Ledger, made: Made, successors: tuple[str, ...]) -> Iterator[Fault]:
    """Yield a fault for each successor that neither is made nor was given up in its turn."""
    for successor in successors:
        after = ledger.resolve(successor)
        if not made.has(successor) and (after is None or not (after.annotated or successor in ledger.entries)):
            message = f"the successor of `{entry.iri}`, `{successor}`, is neither made nor in the ledger"
            near = made.nearest(successor, ledger)
            cure = f"write `{near}` here, or restore what had the name" if near else "restore what had the name"
            yield _fault(entry, message, cure, "ledger/no-successor")


def _lost(entry: Entry, ledger: Ledger, made: Made) -> Fault:
    iri, since = entry.iri, entry.since
    name, hash_, _ = iri.partition("#")
    if is_absolute(iri):
        message = f"<{iri}> was published in {since}, and the vocabulary no longer describes it"
        cure = f"restore it, or `upheaval rename {iri} NEW`"
    elif "/" in name:
        message = f"`{iri}` was published in {since}, and nothing is concluded of it any more"
        cure = f"restore what it follows from, or `upheaval retire '{iri}' --why …`"
        return _fault(entry, message, cure, UNCONCLUDED)
    elif hash_:
        near = made.nearest(iri, ledger)
        message = f"`{iri}` was published in {since}, and the record no longer has it"
        new = f"'{near}'" if near else "NEW"
        cure = f"restore it, `upheaval rename '{iri}' {new}`, or `upheaval retire '{iri}' --why …`"
    else:
        message = f"`{iri}` was published in {since}, and no record has this name"
        others = "`upheaval merge`, `split` or `retire` it"
        cure = f"restore its file, `upheaval rename {iri} NEW` if it has another name, or {others}"
    return _fault(entry, message, cure, LOST)


def _fault(entry: Entry, message: str, cure: str, rule: str) -> Fault:
    return Fault(FILE, message, cure, at=(entry.line, 1), severity=Severity.ERROR, rule=rule)
