"""The series of the dataset are whole, and the codebook says how many members each has."""

import re
from collections import Counter

from tests.support import ROOT
from upheaval.check.gaps import gaps
from upheaval.populate.assembly import Assembly
from upheaval.rdf.sparql import select

COUNTS = """
PREFIX statecraft: <https://w3id.org/statecraft#>
SELECT ?series ?count WHERE { ?series a statecraft:Series ; statecraft:memberCount ?count }
"""


def test_no_member_of_a_series_is_missing(axis: Assembly) -> None:
    assert gaps(axis) == []


def test_codebook_gives_the_number_of_members_of_every_series(axis: Assembly) -> None:
    section = (ROOT / "docs/codebook.md").read_text(encoding="utf-8").split("## Series")[1].split("\n## ")[0]
    rows = re.findall(r"^\|[^|]+\| ([0-9, ]+) \|", section, re.MULTILINE)
    written = [int(number) for row in rows for number in row.split(", ")]
    assert Counter(written) == Counter(int(row["count"].value) for row in select(axis.store, COUNTS))
