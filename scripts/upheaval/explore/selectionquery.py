"""The SPARQL query that gives the rows of a state."""

from upheaval.explore.corpus import Corpus
from upheaval.explore.states import ExploreState, last_day, words_of

_PARTS = ("step", "provision", "membership", "vote", "belligerency", "attribution", "estimate")
"""The parts of a record whose citations count as its own."""
_PATHS = {
    "pair": "statecraft:dyad",
    "actor": "statecraft:involves|statecraft:involvesState",
    "type": "(statecraft:cooperationType|statecraft:contentionType)/skos:broader*",
    "kind": "a",
    "place": "statecraft:place/(statecraft:locatedIn|statecraft:within)*",
    "status": "statecraft:evidentialStatus",
    "source": "(statecraft:citation|("
    + "|".join(f"statecraft:{part}" for part in _PARTS)
    + ")/statecraft:citation)/statecraft:source",
}
_SUPPORT = {
    "two": "?independent >= 2",
    "single": "?independent < 2",
    "official": "?official = true",
}
_HEAD = """PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX statecraft: <https://w3id.org/statecraft#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>

SELECT DISTINCT ?record ?title ?kind ?first WHERE {
  ?record statecraft:cooperationType|statecraft:contentionType ?anyType ; a ?kind ; rdfs:label ?title .
  FILTER (LANG(?title) = "en")
  OPTIONAL { ?record statecraft:earliest ?first }
"""


def query(corpus: Corpus, state: ExploreState) -> str:
    """Write the query of a state, for the default graph of a publication: its data, what is derived, its vocabulary."""
    lines = [f"# title: {words_of(corpus, state)}".replace("\n", " "), _HEAD.rstrip("\n")]
    if not state.summaries:
        lines.append("  FILTER NOT EXISTS { ?record statecraft:aggregate true }")
    for key, path in _PATHS.items():
        if names := state.chosen.get(key):
            terms = " ".join(f"<{corpus.codes[key][name].iri}>" for name in names)
            lines += [f"  VALUES ?{key}Is {{ {terms} }}", f"  ?record {path} ?{key}Is ."]
    if names := state.chosen.get("support"):
        lines.append("  ?record statecraft:independentSources ?independent ; statecraft:officialOnly ?official .")
        lines.append(f"  FILTER ({' || '.join(_SUPPORT[name] for name in names)})")
    names = state.chosen.get("dispute", ())
    if len(names) == 1:
        no = "NOT " if names == ("undisputed",) else ""
        lines.append(f"  FILTER {no}EXISTS {{ ?record statecraft:disputed true }}")
    lines += _period(state)
    if "force" in state.days:
        lines += _force(last_day(state.days["force"]))
    return "\n".join([*lines, "}", "ORDER BY ?first ?record", ""])


def _period(state: ExploreState) -> list[str]:
    if not {"from", "until"} & state.days.keys():
        return []
    first, last = state.period
    return [
        "  OPTIONAL { ?record statecraft:step ?step . OPTIONAL { ?step statecraft:earliest ?stepped } }",
        "  BIND (IF(BOUND(?step), ?stepped, ?first) AS ?begins)",
        f'  FILTER (?begins >= "{first}"^^xsd:date && ?begins <= "{last}"^^xsd:date)',
    ]


def _force(day: str) -> list[str]:
    return [
        f'  VALUES ?day {{ "{day}"^^xsd:date }}',
        "  ?span statecraft:forceOf ?record ; statecraft:forceStatus ?force ; statecraft:earliest ?since .",
        "  OPTIONAL { ?span statecraft:latest ?until }",
        "  OPTIONAL { ?span statecraft:certainFrom ?surely }",
        "  OPTIONAL { ?span statecraft:certainUntil ?still }",
        "  FILTER (?force != <https://w3id.org/statecraft/force-status#unknown> && ?since <= ?day)",
        "  FILTER ((!BOUND(?until) || ?until >= ?day) && (!BOUND(?surely) || ?surely <= ?day))",
        "  FILTER (!BOUND(?still) || ?still >= ?day)",
    ]
