"""Where an imported register of agreements, such as COW's or ATOP's alliances, contradicts a record.

A register and a record are taken for one agreement if they match with high confidence (`upheaval match`). The register
contradicts the record if it gives

- a first day (`register/beginning`) on which nothing that the record has can have happened,
- a last day (`register/end`) on which the record can neither have ended nor had a step, or
- a last day, where the record has the agreement in force and no end of it is known.

An alliance without an end in a register proves nothing: it may have outlived the register's last year.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import pyoxigraph as ox

from upheaval.check.locating import locate_node
from upheaval.faults import Fault, Severity
from upheaval.importers.matching import IMPORTED, Match, propose
from upheaval.populate.assembly import Assembly
from upheaval.rdf.sparql import select

_PREFIX = "PREFIX statecraft: <https://w3id.org/statecraft#>\n"
_STEPS = f"""{_PREFIX}
SELECT ?record ?from ?to ?step WHERE {{
  ?record statecraft:step ?step . ?step statecraft:earliest ?from . OPTIONAL {{ ?step statecraft:latest ?to }}
}}"""
_SPANS = f"""{_PREFIX}
PREFIX force-status: <https://w3id.org/statecraft/force-status#>
SELECT ?record ?from ?to ?step WHERE {{
  ?span statecraft:forceOf ?record ; statecraft:forceStatus force-status:in-force .
  OPTIONAL {{ ?span statecraft:latest ?to }}
  OPTIONAL {{ ?span statecraft:certainUntil ?from }}
  OPTIONAL {{ ?span statecraft:endedBy ?ended }}
  OPTIONAL {{ ?span statecraft:begunBy ?begun }}
  BIND (COALESCE(?ended, ?begun) AS ?step)
}}"""


@dataclass(frozen=True, slots=True, order=True)
class _Interval:
    """Days between which something happened, and the step that says so; empty where unknown."""

    start: str
    end: str
    step: str

    def holds(self, day: str) -> bool:
        return self.start <= day <= (self.end or self.start)

    def __str__(self) -> str:
        return self.start if self.end in ("", self.start) else f"{self.start}/{self.end}"


@dataclass(slots=True)
class _Known:
    """What is known of records: their steps, and the ends of their spans in force."""

    steps: dict[str, list[_Interval]] = field(default_factory=lambda: defaultdict(list))
    ends: dict[str, list[_Interval]] = field(default_factory=lambda: defaultdict(list))


def contradictions(assembly: Assembly, imports: Iterable[ox.Quad]) -> list[Fault]:
    """Find where registers contradict the records of a publication.

    Args:
        assembly: the publication.
        imports: the imported registers.

    Returns:
        Warnings at the step that the register contradicts, or else at the record.

    """
    store = ox.Store()
    store.extend(assembly.store)
    store.extend(imports)
    known = _Known()
    for into, text in ((known.steps, _STEPS), (known.ends, _SPANS)):
        for row in select(store, text):
            record, start, end, step = (
                str(getattr(row[name], "value", "")) for name in ("record", "from", "to", "step")
            )
            into[record].append(_Interval(start, end, step))
    matches = (match for match in propose(store) if match.confidence == "high" and known.steps[match.curated.iri])
    return sorted(fault for match in matches for fault in _faults(assembly, match, known))


def _faults(assembly: Assembly, match: Match, known: _Known) -> Iterator[Fault]:
    register = match.imported.iri.partition(IMPORTED)[2].split("/")[0].upper()
    number = match.imported.iri.rpartition("/")[2]
    steps, ends = (sorted(found[match.curated.iri]) for found in (known.steps, known.ends))
    begin, end = match.imported.begin, match.imported.end

    def warn(step: str, message: str, rule: str) -> Fault:
        file, at = locate_node(step or match.curated.iri, assembly.populated)
        cure = "compare the sources, and cite what holds; both may be recorded"
        return Fault(file, message, cure, at=at, severity=Severity.WARNING, rule=f"register/{rule}")

    if not any(step.holds(begin) for step in steps):
        said = f"{register} ({number}) has the alliance begin on {begin}, when the record has no step"
        yield warn(steps[0].step, said, "beginning")
    if not end or any(one.holds(end) for one in (*steps, *(one for one in ends if one.end))):
        return
    if still := next((one for one in ends if not one.end), None):
        said = f"{register} ({number}) has the alliance end on {end}; the record has it in force, and no end"
        yield warn(still.step, said, "end")
    elif ends:
        said = f"{register} ({number}) has the alliance end on {end}, the record on {ends[-1]}"
        yield warn(ends[-1].step, said, "end")
