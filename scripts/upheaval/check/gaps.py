"""Members of series that are neither recorded nor searched for."""

from upheaval.check.locating import locate_node
from upheaval.faults import Fault
from upheaval.populate.assembly import Assembly
from upheaval.rdf.sparql import select

RULE = "coverage/not-recorded"
_MISSING = """
PREFIX statecraft: <https://w3id.org/statecraft#>
SELECT ?member ?identifier WHERE {
  ?series statecraft:seriesMember ?member .
  ?member statecraft:identifier ?identifier .
  FILTER NOT EXISTS { ?member statecraft:recordedAs|statecraft:search ?any }
}
"""


def gaps(assembly: Assembly) -> list[Fault]:
    """Find the members of series that have neither a record nor a search that found nothing.

    Args:
        assembly: the dataset.

    Returns:
        One fault a member, where it stands, in the order of the files.

    """
    faults = []
    for row in select(assembly.store, _MISSING):
        file, at = locate_node(row["member"].value, assembly.populated)
        message = f"`{row['identifier'].value}` belongs to the series and is neither recorded nor searched for"
        cure = "add `recordedAs:`, or `search:` with what was searched in vain"
        faults.append(Fault(file, message, cure, at=at, rule=RULE))
    return sorted(faults, key=Fault.sort_key)
