"""Records derived and checked a portion at a time: each portion beside what it sees of the other records.

What a rule or a constraint sees is declared (`reach`). One that sees all records at once is left for the end, when
the few properties that it needs have been gathered from every portion.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import pyoxigraph as ox

from upheaval.check.locating import to_faults
from upheaval.check.workbench import Workbench
from upheaval.faults import Fault
from upheaval.populate.documents import Populated, populate
from upheaval.populate.records import RecordFile, read_records
from upheaval.populate.rules import derive
from upheaval.rdf.jsonld import to_bytes
from upheaval.rdf.terms import text_of
from upheaval.shacl.engine import evaluate
from upheaval.shacl.results import ValidationResult


@dataclass(frozen=True, slots=True)
class Seen:
    """What other records see of one: its N-Triples, the names in them, and whether its file could be read."""

    lines: bytes
    named: frozenset[str]
    readable: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """One record by itself.

    Attributes:
        lines: what it says, as N-Triples.
        seen: what others see of it.
        gathered: those of its lines that are needed of all records at once.
        named: the names by which it refers to records, whether there are such or not.
        faults: what is wrong with its file, its keys and its values.
        broken: pairs of a node and a property whose value was left out because of a fault.

    """

    lines: bytes
    seen: Seen
    gathered: bytes
    named: frozenset[str]
    faults: tuple[Fault, ...]
    broken: frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Portion:
    """Records to be judged.

    Attributes:
        slugs: their names.
        lines: what they say, as N-Triples.
        broken: as in `Facts`, of all of them.
        beside: what is seen of other records, by name.

    """

    slugs: frozenset[str]
    lines: list[bytes]
    broken: frozenset[tuple[str, str]]
    beside: Mapping[str, Seen]


@dataclass(slots=True)
class Verdict:
    """What comes of a portion; lines are N-Triples.

    Attributes:
        derived: what rules conclude of its records.
        shared: what they conclude of other nodes, such as a pair of states; of these, other portions may say more.
        gathered: the derived lines that are needed of all records at once.
        faults: violations of shapes.
        intrusion: a property that shapes check and that a rule concludes of a record of another portion, or "".

    """

    derived: list[bytes] = field(default_factory=list)
    shared: list[bytes] = field(default_factory=list)
    gathered: list[bytes] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    intrusion: str = ""


def read_facts(bench: Workbench, entries: Iterable[RecordFile]) -> dict[str, Facts]:
    """Read records, each by itself.

    Args:
        bench: where.
        entries: which records.

    Returns:
        What they say, by name.

    """
    setting, write, reach = bench.setting, bench.statements.lines, bench.reach
    base = f"<{setting.publication.iri}"
    found: dict[str, Facts] = {}
    for entry in entries:
        (record,), unread = read_records(setting.publication, [entry])
        populated = populate([record], setting.contract, setting.publication, bench.kinds)
        lines = write(populated.documents[0])
        start = f"{base}{entry.slug}> <"
        of_record = [(line[len(start) : line.index(">", len(start))], line) for line in lines if line.startswith(start)]
        whole = not reach.whole.isdisjoint(entry.kind.ancestors)
        seen = lines if whole else [line for prop, line in of_record if prop in reach.others]
        found[entry.slug] = Facts(
            to_bytes(lines),
            Seen(to_bytes(seen), names_in(seen, setting.publication.iri), record.body is not None),
            to_bytes(line for prop, line in of_record if prop in reach.gathered),
            frozenset(populated.named),
            (*unread, *populated.faults),
            frozenset(populated.broken),
        )
    return found


def names_in(lines: Iterable[str], base: str) -> frozenset[str]:
    """Return the names of records that N-Triples end with; `base` is the namespace."""
    start = f" <{base}"
    return frozenset(
        name
        for line in lines
        if line.endswith("> .")
        for _, _, name in [line[:-3].rpartition(start)]
        if "> " not in name
    )


def closure(named: Iterable[str], seen: Callable[[str], Seen | None]) -> dict[str, Seen]:
    """Return what is seen of records that are referred to, and by way of them, of those that they refer to."""
    found: dict[str, Seen] = {}
    waiting = list(named)
    while waiting:
        slug = waiting.pop()
        if slug not in found and (one := seen(slug)) is not None:
            found[slug] = one
            waiting.extend(one.named)
    return found


def judge(bench: Workbench, portion: Portion) -> Verdict:
    """Derive what follows from a portion, and check it.

    Args:
        bench: where.
        portion: the records.

    Returns:
        What is derived, and the violations of shapes.

    Raises:
        Refusal: a rule or the shapes cannot be used.

    """
    setting, reach = bench.setting, bench.reach
    others = {slug: seen for slug, seen in portion.beside.items() if slug not in portion.slugs}
    derived = bench.fill([*portion.lines, *(seen.lines for seen in others.values())])
    derive(bench.store, reach.rules, derived)
    verdict = Verdict()
    _sort_out(bench, portion.slugs, derived, verdict)
    by_portion, _ = bench.units
    focus = (lambda node: bench.slug(text_of(node)) not in others) if others else None
    found = evaluate(by_portion, bench.data(bench.classes), bench.constraint_store, focus)
    base = setting.publication.iri
    unread = {(f"{base}{slug}", "") for slug, seen in others.items() if not seen.readable}
    own = [one for one in found if bench.slug(text_of(one.focus)) in portion.slugs]
    verdict.faults = _locate(bench, own, portion.broken | unread)
    return verdict


def _sort_out(bench: Workbench, slugs: frozenset[str], derived: str, verdict: Verdict) -> None:
    """Tell what is derived of a portion's own records from what is derived of other nodes."""
    start = f"<{bench.setting.publication.iri}".encode()
    own = {slug.encode() for slug in slugs}
    known = {slug.encode() for slug in bench.kinds}
    gathered = {prop.encode() for prop in bench.reach.gathered}
    text = bench.store.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=ox.NamedNode(derived)) or b""
    for line in set(text.splitlines()):
        subject, _, rest = line.partition(b"> <")
        name = subject[len(start) :] if subject.startswith(start) else b""
        slug = name.partition(b"#")[0]
        prop = rest[: rest.index(b">")]
        if slug in own:
            verdict.derived.append(line)
            if prop in gathered and slug == name:
                verdict.gathered.append(line)
        else:
            verdict.shared.append(line)
            if slug in known and prop.decode() in bench.checked and not bench.is_whole(slug.decode()):
                verdict.intrusion = prop.decode()


def judge_together(bench: Workbench, lines: Iterable[bytes], broken: frozenset[tuple[str, str]]) -> Verdict:
    """Derive and check what takes all records at once, and the nodes that belong to no record.

    Args:
        bench: where.
        lines: what was gathered of all records, and what portions have derived of other nodes.
        broken: as in `Facts`, of all records.

    Returns:
        As `judge`, all that is derived among what is shared.

    Raises:
        Refusal: a rule or the shapes cannot be used.

    """
    derived = bench.fill(lines)
    derive(bench.store, bench.reach.rules_at_once, derived)
    verdict = Verdict()
    _sort_out(bench, frozenset(), derived, verdict)
    by_portion, at_once = bench.units
    data = bench.data(bench.all_classes())
    found = [
        *evaluate(by_portion, data, bench.constraint_store, lambda node: bench.slug(text_of(node)) not in bench.kinds),
        *evaluate(at_once, data, bench.constraint_store),
    ]
    verdict.faults = _locate(bench, found, broken)
    return verdict


def _locate(bench: Workbench, findings: list[ValidationResult], broken: frozenset[tuple[str, str]]) -> list[Fault]:
    """Bring findings back to the sources, which are read again for it: few records have any."""
    setting = bench.setting
    slugs = {bench.slug(text_of(one.focus)) for one in findings} & bench.entries.keys()
    records, _ = read_records(setting.publication, (bench.entries[slug] for slug in sorted(slugs)))
    again = populate(records, setting.contract, setting.publication, bench.kinds)
    found = Populated([], again.locations, [], again.broken | broken)
    return to_faults(findings, found, setting.vocabulary.plan)
