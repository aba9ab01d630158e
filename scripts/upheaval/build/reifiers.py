"""The citations of each statement, in RDF 1.2: a citation reifies what it is cited for (RDF 1.2 Concepts, section 1.5).

A reifier says which statement something is said of, here: which source, where in it, and whether it supports or
disputes. A statement has the citations of its subject, or, if that has none, of the node that it is a part of.
"""

from collections.abc import Iterable

from upheaval.rdf.namespaces import RDF, STATECRAFT

_REIFIES = f"> <{RDF}reifies> <<( ".encode()
_CITES = f" <{STATECRAFT.citation}> <".encode()


def reifications(lines: Iterable[bytes]) -> list[bytes]:
    """Return the statements that say which citations reify which statements.

    Args:
        lines: the statements of some records, as lines of N-Triples without line breaks. All of a record's are there.

    Returns:
        Lines of N-Triples 1.2, sorted. Citations themselves, and the links to them, have none.

    """
    lines = list(lines)
    citations: dict[bytes, list[bytes]] = {}
    for line in lines:
        subject = line[1 : line.index(b">")]
        if line.startswith(_CITES, len(subject) + 2):
            citations.setdefault(subject, []).append(line[len(subject) + 2 + len(_CITES) : line.rindex(b">")])
    known = {citation for cited in citations.values() for citation in cited}
    found: list[bytes] = []
    starts: list[bytes] = []
    last = b""
    for line in lines:
        subject = line[1 : line.index(b">")]
        if subject != last:
            cited = [] if subject in known else _of(subject, citations)
            last, starts = subject, [b"<" + citation + _REIFIES for citation in cited]
        if starts and not line.startswith(_CITES, len(subject) + 2):
            statement = line[:-1] + b")>> ."
            found.extend(start + statement for start in starts)
    return sorted(found)


def _of(node: bytes, citations: dict[bytes, list[bytes]]) -> list[bytes]:
    """Return the citations of a node, or of the nearest one that it is a part of and that has any."""
    while node not in citations:
        whole, slash, part = node.rpartition(b"/")
        if b"#" not in node:
            return []
        node = whole if slash and b"#" not in part else node[: node.index(b"#")]
    return citations[node]
