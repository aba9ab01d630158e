"""Data for shapes that are not the project's: gauges on rivers, of which one in two hundred has something wrong."""

from collections.abc import Iterator
from pathlib import Path

SHAPES = Path(__file__).parent / "sides" / "strangers.ttl"
EVERY = 200
_HEAD = """@prefix ex: <https://river.example/terms/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
ex:Stream rdfs:subClassOf ex:River .
"""
_WRONG = (
    ("ex:river ", "ex:stream "),
    ('ex:code "', 'ex:code "?'),
    ("@de", "@en"),
    ("ex:low ", "ex:low -"),
    ("ex:status ex:open", "ex:status ex:broken"),
    ("^^xsd:date", ""),
)
"""What is replaced in a gauge that is to be wrong."""


def write(folder: Path, triples: int) -> int:
    """Write `data.ttl` with about so many triples, and return how many gauges are wrong."""
    gauges = triples // 13
    (folder / "data.ttl").write_text(_HEAD + "".join(_nodes(gauges)), encoding="utf-8")
    return gauges // EVERY


def _nodes(gauges: int) -> Iterator[str]:
    rivers = max(1, gauges // 5)
    for number in range(rivers):
        mouth = f"ex:r{(number - 1) // 2}" if number else "ex:sea"
        yield f"ex:r{number} a ex:Stream ; ex:mouth {mouth} .\n"
    for number in range(gauges):
        text = (
            f"ex:g{number} a ex:Gauge ; ex:river ex:r{number % rivers} ; ex:twin ex:g{(number + rivers) % gauges} ; "
            f'ex:code "GA-{number}" ; ex:alias "GA-{number}" ; ex:name "Gauge {number}"@en, "Pegel {number}"@de ; '
            f"ex:low {number % 80}.5 ; ex:high {number % 80 + 9}.0 ; ex:status ex:open ; "
            f'ex:opened "19{number % 90 + 10}-01-31"^^xsd:date ; ex:shut "2020-12-{number % 28 + 1:02}"^^xsd:date .\n'
        )
        if number % EVERY == EVERY - 1:
            text = text.replace(*_WRONG[number // EVERY % len(_WRONG)], 1)
        yield text
