"""Importing every vote of the United Nations General Assembly, beside the loop with csv and rdflib by hand.

The real files are needed; without them there are no rows.
"""

import csv
import json
import os
import statistics
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

from rdflib import RDF, RDFS, Dataset, Literal, Namespace, URIRef

from tests.benchmarks.rows import ROOT, Row, cpu, run, upheaval

FOLDER = Path(os.environ.get("UPHEAVAL_SHARED", ROOT.parent / "shared")) / "datasets" / "un_general_assembly_votes"
VOTES, CALLS = FOLDER / "un_votes.csv", FOLDER / "un_roll_calls.csv"
ROWS, TENTH = 870_109, 87_010
GOAL, MEMORY = 300_000, 1_000
CHOICES = {"yes": "in-favour", "no": "against", "abstain": "abstained"}


def measure(repeats: int) -> list[Row]:
    """Measure the import with one thread and the loop on a tenth of the rows, in turn.

    Returns:
        Processor time a triple on both sides, and the memory at its peak; the import's time takes in reading, checking
        of rows and records, writing and hashing. No rows where the files are not at hand.

    """
    if not (VOTES.is_file() and CALLS.is_file()):
        return []
    ours, peaks, theirs, loops = [], [], [], []
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(repeats):
            out = Path(folder) / "out"
            words: list[str | Path] = ["--every-vote", "--threads", "1", "--root", ROOT, "--out", out]
            done = run(upheaval("import", "un-votes", VOTES, CALLS, *words))
            triples = sum(json.loads((out / "manifest.json").read_text())["triples"].values())
            ours.append(done.cpu / triples * 1e6)
            peaks.append(done.megabytes)
            loop = run([sys.executable, "-m", "tests.benchmarks.imports", str(TENTH), str(Path(folder) / "loop.nq")])
            seconds, made = loop.stdout.split()
            theirs.append(float(seconds) / int(made) * 1e6)
            loops.append(loop.megabytes)
    rate = 1e6 / statistics.median(ours)
    met = "met" if rate >= GOAL else "not met"
    bound = "met" if max(peaks) <= MEMORY else "not met"
    beside = f"csv + rdflib {version('rdflib')}, a tenth of the rows"
    return [
        Row(
            f"import UN votes, {ROWS:,} rows, {triples:,} triples, validated",
            beside,
            ours,
            theirs,
            "cpu µs a triple",
            note=f"{rate:,.0f} triples/s a core; goal {GOAL:,}: {met}",
        ),
        Row("the same, memory at its peak", beside, peaks, loops, "MB", note=f"goal {MEMORY:,} MB: {bound}"),
    ]


def loop(rows: int, target: Path) -> int:
    """Make the same triples of the first rows with csv and rdflib, write them, and return how many there are."""
    s = Namespace("https://w3id.org/statecraft#")
    base = "https://w3id.org/axis-of-upheaval/import/un-votes/"
    dataset = Dataset()
    graph = dataset.graph(URIRef("https://w3id.org/axis-of-upheaval/graph/import/un-votes"))
    source = URIRef(f"{base}source")
    supports = URIRef("https://w3id.org/statecraft/bearing#supports")
    with CALLS.open(encoding="utf-8", newline="") as file:
        days = {row["rcid"]: row["date"] for row in csv.DictReader(file)}
    with VOTES.open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file), 2):
            if number > rows + 1:
                break
            rcid = str(int(float(row["rcid"])))
            act = URIRef(f"{base}ballot/{rcid}")
            vote = URIRef(f"{act}#vote-{row['country_code']}")
            citation = URIRef(f"{vote}/citation")
            if (act, RDF.type, s.DiplomaticAct) not in graph:
                graph.add((act, RDF.type, s.DiplomaticAct))
                graph.add((act, RDFS.label, Literal(f"General Assembly vote {rcid}", lang="en")))
                graph.add((act, s.date, Literal(days[rcid])))
            graph.add((act, s.vote, vote))
            graph.add((vote, RDF.type, s.Vote))
            graph.add((vote, s.voter, URIRef(f"https://w3id.org/axis-of-upheaval/import/state/{row['country_code']}")))
            graph.add((vote, s.choice, URIRef(f"https://w3id.org/statecraft/vote-choice#{CHOICES[row['vote']]}")))
            graph.add((vote, s.citation, citation))
            graph.add((citation, RDF.type, s.Citation))
            graph.add((citation, s.source, source))
            graph.add((citation, s.bearing, supports))
            graph.add((citation, s.locator, Literal(f"un_votes.csv, row {number}")))
    dataset.serialize(str(target), format="nquads")
    return len(graph)


def main() -> None:
    """Run the loop on a number of rows, into a file; print its processor seconds and triples."""
    begin = cpu()
    made = loop(int(sys.argv[1]), Path(sys.argv[2]))
    print(cpu() - begin, made)


if __name__ == "__main__":
    main()
