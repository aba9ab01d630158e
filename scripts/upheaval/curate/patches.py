"""Write a difference for machines: as RDF Patch and as SPARQL Update. Applied to A, both give the data of B."""

import re
import uuid
from collections.abc import Iterator

from upheaval.curate.differences import Difference

_SPACE = uuid.UUID("6f9f1f0a-3f4f-5b7e-9c53-5d7a3f0f6f55")
"""Differences are named within this, by the hashes of both editions (RFC 9562 section 5.5)."""

_CODE_POINT = re.compile(r"\\(?:\\([uU])|u([0-9A-Fa-f]{4})|.)")


def as_rdf_patch(difference: Difference) -> str:
    """Write RDF Patch (Seaborne and Davis, version 1): a transaction that deletes, and then adds, quads.

    Args:
        difference: the difference.

    Returns:
        The patch; its id is a UUID made from the hashes of both editions.

    """
    a, b = difference.a, difference.b
    rows = [f"H id <urn:uuid:{uuid.uuid5(_SPACE, f'{a.identity} {b.identity}')}> .", "TX ."]
    rows += [f"D {line[:-2]} <{graph}> ." for graph, lines in _removed(difference) for line in lines]
    rows += [f"A {line[:-2]} <{graph}> ." for graph, lines in _added(difference) for line in lines]
    return "".join(f"{row}\n" for row in [*rows, "TC ."])


def as_sparql(difference: Difference) -> str:
    """Write SPARQL 1.1 Update: `DELETE DATA` and `INSERT DATA` with the named graphs of the publication.

    Args:
        difference: the difference.

    Returns:
        The operations; one that inserts nothing, if there is no difference.

    """
    a, b = difference.a, difference.b
    head = f"# From {a.identity} to {b.identity} (SHA-256 of the canonical data, RDFC-1.0)\n"
    operations = [_operation("DELETE DATA", graph, lines) for graph, lines in _removed(difference)]
    operations += [_operation("INSERT DATA", graph, lines) for graph, lines in _added(difference)]
    body = " ;\n".join(operations or ["INSERT DATA { }"])
    return f"{head}{body}\n"


def _removed(difference: Difference) -> Iterator[tuple[str, list[str]]]:
    return ((difference.a.graph(name), lines) for name, lines in difference.removed.items() if lines)


def _added(difference: Difference) -> Iterator[tuple[str, list[str]]]:
    return ((difference.b.graph(name), lines) for name, lines in difference.added.items() if lines)


def _operation(verb: str, graph: str, lines: list[str]) -> str:
    body = "".join(f"    {_CODE_POINT.sub(_unambiguous, line)}\n" for line in lines)
    return f"{verb} {{\n  GRAPH <{graph}> {{\n{body}  }}\n}}"


def _unambiguous(match: re.Match[str]) -> str:
    r"""Write escapes so that SPARQL reads them as N-Triples does.

    SPARQL resolves code points before it parses (SPARQL 1.1 Query section 19.2), so `\\u0041`, which is a backslash and
    five letters, must not look like one. Eight digits are read alike by engines that take as many as they can.
    """
    if match[1]:
        return f"\\\\\\U{ord(match[1]):08X}"
    return f"\\U0000{match[2]}" if match[2] else match[0]
