"""A publication whose own rule concludes properties of its own, in a namespace of its own."""

from pathlib import Path

from tests.support import copy_of_world

OWN = """
@prefix own: <NAMESPACE> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix statecraft: <https://w3id.org/statecraft#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
own:nameLength a owl:DatatypeProperty ; rdfs:label "name length"@en ; rdfs:range xsd:integer ;
    skos:definition "The number of letters of a state's name."@en .
own:sameLength a owl:ObjectProperty ; rdfs:label "same length"@en ; rdfs:range statecraft:State ;
    skos:definition "Relates two states whose names are equally long."@en .
own:dyad a owl:DatatypeProperty ; rdfs:label "dyad of ours"@en ; rdfs:range xsd:string ;
    skos:definition "The name of a state, with whom it has a dyad."@en .
"""
OWN_RULE = """# title: How long names are
# sees: its record
PREFIX own: <NAMESPACE>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX statecraft: <https://w3id.org/statecraft#>
CONSTRUCT { ?state own:nameLength ?length ; own:sameLength ?other ; own:dyad ?name ; own:undefined ?length } WHERE {
  ?state a statecraft:State ; rdfs:label ?label . FILTER (LANG(?label) = "en") BIND (STRLEN(?label) AS ?length)
  OPTIONAL {
    ?other a statecraft:State ; rdfs:label ?theirs .
    FILTER (?other != ?state && LANG(?theirs) = "en" && STRLEN(?theirs) = STRLEN(?label))
  }
  BIND (STR(?label) AS ?name)
}
"""


def with_own_rule(folder: Path, namespace: str = "https://rivers.example/terms#") -> Path:
    """Copy the invented publication into a folder, add the properties and the rule, and return it."""
    root = copy_of_world(folder)
    (root / "ontology" / "rules").mkdir(parents=True)
    (root / "ontology" / "own.ttl").write_text(OWN.replace("NAMESPACE", namespace), encoding="utf-8")
    (root / "ontology" / "rules" / "95-own.rq").write_text(OWN_RULE.replace("NAMESPACE", namespace), encoding="utf-8")
    return root
