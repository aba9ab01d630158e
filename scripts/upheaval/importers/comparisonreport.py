"""Write a comparison as CSV, a row for each finding, or as Markdown, with counts and contradictions."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Sequence

from upheaval.importers.comparison import Finding

REASONS = {
    "same": "both have it, and nothing that was compared differs",
    "name-alike": "the weapons have a name in common, and not their kind; look whether they are the same",
    "figure-differs": "we give a figure of theirs that their row does not have",
    "years-differ": "our years are not within theirs",
    "end-differs": "they end it in another year than we do",
    "promise-differs": "they code other promises than we do",
    "choice-differs": "a state voted otherwise",
    "in-an-aggregate": "we have a record that sums up such rows, and none of its own",
    "other-weapon": "we have transfers between the two in these years, of other weapons",
    "before-our-period": "it is from before the first day that our data cover",
    "not-recorded": "we have no record of it",
    "aggregate": "our record sums up several of theirs",
    "outside-their-scope": "they do not count such things",
    "after-their-edition": "it began after the last year of their edition",
    "contested": "we have it as alleged or disputed",
    "not-listed": "they do not have it",
}
"""What each reason code means."""
HEADER = ("dataset", "status", "reason", "ours", "theirs", "their row", "our years", "their years", "detail", "label")


def as_csv(findings: Iterable[Finding]) -> str:
    """Write the comparison as CSV."""
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows(one.row() for one in findings)
    return target.getvalue()


def as_markdown(findings: Sequence[Finding]) -> str:
    """Write the comparison as Markdown: the number of rows by dataset, status and reason, then each contradiction."""
    counted = Counter((one.dataset, one.status, one.reason) for one in findings)
    lines = [
        "# Comparison with other datasets",
        "",
        "| dataset | status | reason | rows | meaning |",
        "|---|---|---|---|---|",
    ]
    lines += [f"| {d} | {s} | {r} | {n} | {REASONS[r]} |" for (d, s, r), n in sorted(counted.items())]
    lines += ["", "## Contradictions", "", "| dataset | reason | ours | theirs | detail |", "|---|---|---|---|---|"]
    for one in findings:
        if one.status == "contradicting" and one.ours and one.theirs:
            cells = (one.dataset, one.reason, one.ours.iri.rpartition("/")[2], one.theirs.label, one.detail)
            lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines) + "\n"
