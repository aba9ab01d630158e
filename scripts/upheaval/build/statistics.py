"""Count sorted N-Triples for VoID: those of a whole dataset, or of shards without common subjects."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from upheaval.rdf.namespaces import RDF

_TYPE = f"<{RDF.type}>".encode()


@dataclass(slots=True)
class Counts:
    """The counts.

    Attributes:
        triples, subjects: their numbers.
        objects: the number of distinct objects, or None if it is not known for the whole dataset.
        classes, properties: the numbers of instances and of triples, by IRI.
        first, last: the earliest and latest day in the data, or empty strings.

    """

    triples: int = 0
    subjects: int = 0
    objects: int | None = None
    classes: Counter[str] = field(default_factory=Counter)
    properties: Counter[str] = field(default_factory=Counter)
    first: str = ""
    last: str = ""

    def add(self, other: "Counts") -> None:
        """Add the counts of another shard; numbers of distinct objects cannot be added."""
        self.triples += other.triples
        self.subjects += other.subjects
        self.objects = None
        self.classes.update(other.classes)
        self.properties.update(other.properties)
        self.first = min(filter(None, (self.first, other.first)), default="")
        self.last = max(self.last, other.last)


def count(lines: Iterable[bytes], objects: bool = False) -> Counts:
    """Count sorted N-Triples.

    Args:
        lines: distinct lines, without blank nodes.
        objects: whether to count distinct objects, which are then all held in memory.

    Returns:
        The counts; the days are those of `earliest` and `latest`.

    """
    counts = Counts()
    subject = b""
    days: set[bytes] = set()
    values: set[bytes] = set()
    properties: Counter[bytes] = Counter()
    classes: Counter[bytes] = Counter()
    for line in lines:
        one, prop, value = line.split(b" ", 2)
        properties[prop] += 1
        if one != subject:
            subject = one
            counts.subjects += 1
        if prop == _TYPE:
            classes[value] += 1
        elif prop.endswith((b"#earliest>", b"#latest>")):
            days.add(value[1:11])
        if objects:
            values.add(value)
    counts.triples = properties.total()
    counts.objects = len(values) if objects else None
    counts.properties = Counter({prop[1:-1].decode(): number for prop, number in properties.items()})
    counts.classes = Counter({cls.strip()[1:-3].decode(): number for cls, number in classes.items()})
    counts.first, counts.last = min(days, default=b"").decode(), max(days, default=b"").decode()
    return counts
