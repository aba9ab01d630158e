"""A stranger's publication: rivers and their gauges, with a vocabulary, rules and shapes of its own.

The rules and constraints see other records in every way that we could think of; tests pick some of them.
"""

import random
from collections.abc import Sequence
from pathlib import Path

BASE = "https://example.net/rivers/"
PUBLICATION = f"""\
iri: {BASE}
prefix: rivers
name: rivers
title: Rivers
description: Rivers and their gauges
license: https://creativecommons.org/publicdomain/zero/1.0/
creator: Somebody
version: 1.0.0
issued: 2026-01-01
"""
PREFIXES = """\
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX sh: <http://www.w3.org/ns/shacl#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX statecraft: <https://w3id.org/statecraft#>
PREFIX v: <https://example.net/river-terms#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
"""
ONTOLOGY = """
v:River a owl:Class ; rdfs:subClassOf v:Thing . v:Gauge a owl:Class ; rdfs:subClassOf v:Thing .
v:Basin a owl:Class ; rdfs:subClassOf v:Thing . v:Reading a owl:Class . v:Thing a owl:Class .
v:GaugedRiver a owl:Class ; rdfs:subClassOf v:Thing .
v:Status a owl:Class ; rdfs:subClassOf skos:Concept . v:open a v:Status . v:closed a v:Status ; skos:broader v:open .
v:onRiver rdfs:subPropertyOf v:near . v:twin rdfs:subPropertyOf v:near . v:near rdfs:subPropertyOf v:related .
"""
SHAPES = """
v:n1 a sh:NodeShape ; rdfs:label "river" ; sh:targetClass v:River ; statecraft:folder "rivers" ; sh:property
  v:s-label , v:s-flows , v:s-code .
v:n2 a sh:NodeShape ; rdfs:label "gauge" ; sh:targetClass v:Gauge ; statecraft:folder "gauges" ; sh:property
  v:s-label , v:s-river , v:s-reading , v:s-twin , v:s-code , v:s-status , v:s-url , v:s-named .
v:n3 a sh:NodeShape ; rdfs:label "pair" ; sh:targetClass v:Pair , v:GaugedRiver .
v:n4 a sh:NodeShape ; rdfs:label "basin" ; sh:targetClass v:Basin ; statecraft:folder "basins" ; sh:property
  v:s-label , v:s-level .
v:n5 a sh:NodeShape ; rdfs:label "reading" ; sh:targetClass v:Reading ; sh:property v:s-level , v:s-note .
v:s-label a sh:PropertyShape ; sh:path rdfs:label ; sh:datatype xsd:string ; sh:message "label" .
v:s-flows a sh:PropertyShape ; sh:path v:flowsInto ; sh:class v:River ; sh:message "flows" .
v:s-river a sh:PropertyShape ; sh:path v:onRiver ; sh:class v:River ; sh:message "river" .
v:s-reading a sh:PropertyShape ; sh:path v:reading ; sh:class v:Reading ; sh:message "reading" .
v:s-twin a sh:PropertyShape ; sh:path v:twin ; sh:class v:Gauge ; sh:message "twin" .
v:s-code a sh:PropertyShape ; sh:path v:code ; sh:datatype xsd:string ; sh:maxCount 1 ; sh:message "code" .
v:s-named a sh:PropertyShape ; sh:path v:named ; sh:datatype xsd:string ; sh:message "named" .
v:s-status a sh:PropertyShape ; sh:path v:status ; sh:class v:Status ; sh:message "status" .
v:s-url a sh:PropertyShape ; sh:path v:url ; sh:nodeKind sh:IRI ; sh:message "url" .
v:s-level a sh:PropertyShape ; sh:path v:level ; sh:datatype xsd:integer ; sh:maxCount 1 ; sh:message "level" .
v:s-note a sh:PropertyShape ; sh:path v:note ; sh:datatype xsd:string ; sh:message "note" .
"""

RULES = {
    "own": "CONSTRUCT { ?g v:high true } WHERE { ?g v:reading/v:level ?l . FILTER (?l > 4) }",
    "another": "CONSTRUCT { ?g v:riverName ?n } WHERE { ?g v:onRiver/rdfs:label ?n }",
    "two-away": "CONSTRUCT { ?g v:mouth ?n } WHERE { ?g v:onRiver ?r . ?r v:flowsInto ?s . ?s rdfs:label ?n }",
    "all-downstream": "CONSTRUCT { ?g v:drains ?r } WHERE { ?g v:onRiver/v:flowsInto* ?r }",
    "inverse-conclusion": "CONSTRUCT { ?r v:gauge ?g } WHERE { ?g v:onRiver ?r }",
    "inverse-path": "CONSTRUCT { ?r v:gauged true } WHERE { ?r ^v:onRiver ?g . ?r a v:River }",
    "inverse-from-river": "CONSTRUCT { ?r v:highGauge ?g } WHERE { ?r rdfs:label ?n ; ^v:onRiver ?g . ?g v:high true }",
    "count": "CONSTRUCT { ?r v:gaugeCount ?n } WHERE "
    "{ SELECT ?r (COUNT(?g) AS ?n) WHERE { ?g v:onRiver ?r } GROUP BY ?r }",
    "everything": "CONSTRUCT { ?s v:facts ?n } WHERE { SELECT ?s (COUNT(*) AS ?n) WHERE { ?s ?p ?o } GROUP BY ?s }",
    "any-property": "CONSTRUCT { ?o v:mentionedBy ?s } WHERE { ?s ?p ?o . ?o a v:River }",
    "not-flowing": "CONSTRUCT { ?g v:onLake ?r } WHERE { ?g v:onRiver ?r . FILTER NOT EXISTS { ?r v:flowsInto ?x } }",
    "ungauged": "CONSTRUCT { ?r v:ungauged true } WHERE { ?r a v:River . FILTER NOT EXISTS { ?g v:onRiver ?r } }",
    "pairs": "CONSTRUCT { ?d a v:Pair ; v:of ?g , ?h ; rdfs:label 'pair' . ?g v:pair ?d } WHERE { ?g v:twin ?h . "
    "BIND (IRI(CONCAT(REPLACE(STR(?g), '[^/]+$', ''), 'pair/', REPLACE(STR(?h), '^.*/', ''))) AS ?d) }",
    "pair-size": "CONSTRUCT { ?d v:size ?n } WHERE { SELECT ?d (COUNT(?g) AS ?n) WHERE { ?d v:of ?g } GROUP BY ?d }",
    "pair-label": "CONSTRUCT { ?d v:labelled true } WHERE { ?d rdfs:label ?l }",
    "names-a-record": "CONSTRUCT { ?x v:namedBy ?g ; v:code 'named' } WHERE { ?g v:named ?t . "
    "BIND (IRI(CONCAT(REPLACE(STR(?g), '[^/]+$', ''), ?t)) AS ?x) }",
    "reads-a-made-name": "CONSTRUCT { ?g v:nameOf ?n } WHERE { ?g v:named ?t . "
    "BIND (IRI(CONCAT(REPLACE(STR(?g), '[^/]+$', ''), ?t)) AS ?x) ?x rdfs:label ?n }",
    "derived-of-another": "CONSTRUCT { ?g v:twinHigh true } WHERE { ?g v:twin ?h . ?h v:high true }",
    "not-derived-of-another": "CONSTRUCT { ?g v:twinLow true } WHERE "
    "{ ?g v:twin ?h . FILTER NOT EXISTS { ?h v:high true } }",
    "what-others-concluded": "CONSTRUCT { ?r v:watched true } WHERE { ?r v:gauge ?g }",
    "what-was-counted": "CONSTRUCT { ?g v:shared ?n } WHERE { ?g v:onRiver/v:gaugeCount ?n }",
    "class-whole": "CONSTRUCT { ?g v:above ?b } WHERE "
    "{ ?b a v:Basin ; v:level ?x . ?g v:reading/v:level ?l . FILTER (?l > ?x) }",
    "optional": "CONSTRUCT { ?g v:next ?m } WHERE "
    "{ ?g v:onRiver ?r OPTIONAL { ?r v:flowsInto ?s } BIND (COALESCE(?s, ?r) AS ?m) }",
    "reads-optional": "CONSTRUCT { ?g v:afterNext ?n } WHERE { ?g v:next/rdfs:label ?n }",
    "minus": "CONSTRUCT { ?g v:lonely true } WHERE { ?g v:onRiver ?r MINUS { ?g v:twin ?h } }",
    "minus-elsewhere": "CONSTRUCT { ?g v:odd true } WHERE { ?g v:onRiver ?r MINUS { ?h v:twin ?g } }",
    "limited": "CONSTRUCT { ?g v:first ?f } WHERE "
    "{ ?g v:onRiver ?r { SELECT ?f WHERE { ?f v:onRiver ?x } ORDER BY ?f LIMIT 1 } }",
    "limited-own": "CONSTRUCT { ?g v:lowest ?l } WHERE "
    "{ ?g a v:Gauge { SELECT ?g ?l WHERE { ?g v:reading/v:level ?l } ORDER BY ?l ?g LIMIT 2 } }",
    "class-of-another": "CONSTRUCT { ?r a v:GaugedRiver } WHERE { ?g v:onRiver ?r }",
    "reads-that-class": "CONSTRUCT { ?r v:known true } WHERE { ?r a/rdfs:subClassOf* v:Thing , v:GaugedRiver }",
    "wider": "CONSTRUCT { ?s ?w ?o } WHERE { ?n rdfs:subPropertyOf+ ?w . ?s ?n ?o . FILTER NOT EXISTS { ?s ?w ?o } }",
    "wider-of-another": "CONSTRUCT { ?g v:nearby ?y } WHERE { ?g v:twin/v:near ?y }",
    "values": "CONSTRUCT { ?s ?m ?o } WHERE { VALUES (?p ?m) { (v:onRiver v:m1) (v:twin v:m2) } ?s ?p ?o }",
    "same-code": "CONSTRUCT { ?a v:sameCode ?b } WHERE { ?a v:code ?c . ?b v:code ?c . FILTER (?a != ?b) }",
    "graph": "CONSTRUCT { ?s v:stated true } WHERE "
    "{ GRAPH <https://example.net/rivers/graph/data> { ?s v:onRiver ?o } }",
    "graph-derived": "CONSTRUCT { ?s v:concluded ?p } WHERE "
    "{ GRAPH <https://example.net/rivers/graph/derived> { ?s ?p ?o } }",
    "inside": "CONSTRUCT { ?x a v:Reading ; v:level ?l ; v:copyOf ?g . ?g v:reading ?x } WHERE "
    "{ ?g v:code ?c ; v:reading/v:level ?l . BIND (IRI(CONCAT(STR(?g), '#copy-', STR(?l))) AS ?x) }",
    "inside-another": "CONSTRUCT { ?g v:twinLevel ?l } WHERE { ?g v:twin/v:reading/v:level ?l }",
    "of-a-term": "CONSTRUCT { ?k v:usedBy ?g } WHERE { ?g v:status ?k }",
    "reads-of-a-term": "CONSTRUCT { ?g v:fellow ?h } WHERE { ?g v:status/v:usedBy ?h }",
    "terms": "CONSTRUCT { ?g v:wide ?k } WHERE { ?g v:status/skos:broader* ?k }",
    "by-address": "CONSTRUCT { ?g v:urlName ?n } WHERE { ?g v:url ?u . ?u rdfs:label ?n }",
    "maybe-anchored": "CONSTRUCT { ?g v:maybe ?n } WHERE { ?g a v:Gauge OPTIONAL { ?g v:twin ?h } ?h rdfs:label ?n }",
    "nested-optional": "CONSTRUCT { ?g v:nested ?y } WHERE { ?g v:onRiver ?y "
    "{ ?g v:code ?c OPTIONAL { ?y v:flowsInto ?w . ?w v:code ?c } } }",
    "alternatives": "CONSTRUCT { ?g v:either ?n } WHERE "
    "{ ?g a v:Gauge { ?g v:onRiver ?x } UNION { ?g v:twin ?x } ?x rdfs:label ?n }",
    "half-anchored": "CONSTRUCT { ?g v:half ?n } WHERE "
    "{ ?g a v:Gauge { ?g v:onRiver ?x } UNION { ?x v:code 'a' } ?x rdfs:label ?n }",
    "group-of-another": "CONSTRUCT { ?g v:outflows ?n } WHERE { ?g v:onRiver ?r "
    "{ SELECT ?r (COUNT(?s) AS ?n) WHERE { ?r v:flowsInto ?s } GROUP BY ?r } }",
    "exists-across": "CONSTRUCT { ?g v:rival true } WHERE "
    "{ ?g v:onRiver ?r . FILTER EXISTS { ?h v:onRiver ?r . FILTER (?h != ?g) } }",
    "not-any": "CONSTRUCT { ?g v:other ?o } WHERE { ?g v:twin/!v:label ?o }",
    "negated-own": "CONSTRUCT { ?g v:linked ?o } WHERE { ?g !(v:twin|^v:twin) ?o . ?o rdfs:label ?n }",
    "negated-forward": "CONSTRUCT { ?g v:linked ?o } WHERE { ?g !(v:twin|rdfs:label) ?o }",
    "constant": "CONSTRUCT { ?g v:bigger true } WHERE { ?g v:onRiver ?r . rivers:r0 v:flowsInto ?r }",
    "from-inside": "CONSTRUCT { ?x v:within ?g } WHERE { ?x v:level ?l . ?g v:reading ?x }",
    "spoils-other": "CONSTRUCT { ?h v:code ?c } WHERE "
    "{ ?g v:twin ?h ; v:code ?c . FILTER NOT EXISTS { ?g v:status ?s } }",
    "unfed": "CONSTRUCT { ?s v:fedBy ?r } WHERE { ?r v:flowsInto ?s . FILTER NOT EXISTS { ?r v:code ?c } }",
    "lone-pair": "CONSTRUCT { ?d v:lone true } WHERE "
    "{ ?d v:of ?g . FILTER NOT EXISTS { ?d v:of ?h . FILTER (?h != ?g) } }",
    "count-twins": "CONSTRUCT { ?g v:rank ?n } WHERE { ?g v:twin ?h "
    "{ SELECT ?h (COUNT(?x) AS ?n) WHERE { ?x v:twin ?h } GROUP BY ?h } }",
    "basin-by-rule": "CONSTRUCT { ?g a v:Basin ; v:level 1 } WHERE { ?g v:code 'c' }",
    "twin-reading": "CONSTRUCT { ?g v:twinReading ?x } WHERE { ?g v:twin/v:reading ?x }",
    "inside-elsewhere": "CONSTRUCT { ?x v:seenFrom ?g } WHERE { ?g v:twin/v:reading ?x }",
    "certain": "CONSTRUCT { ?h v:seenBy ?g } WHERE { ?g v:twin ?h }",
    "uncertain": "CONSTRUCT { ?h v:missedBy ?g } WHERE "
    "{ ?g rdfs:label ?l . ?g v:twin ?h . FILTER NOT EXISTS { ?g v:code ?c } }",
    "label-only": "CONSTRUCT { ?t v:bare true } WHERE "
    "{ ?g v:onRiver ?t . ?t rdfs:label ?l . FILTER NOT EXISTS { ?t v:code ?c } }",
}

CONSTRAINTS = {
    "own-code": ("v:Gauge", "SELECT $this WHERE { $this v:code 'a' ; v:reading/v:level 3 }"),
    "same-river": ("v:Gauge", "SELECT $this ?value WHERE { $this v:twin ?value ; v:onRiver ?r . ?value v:onRiver ?r }"),
    "cycle": ("v:River", "SELECT $this ($this AS ?value) WHERE { $this v:flowsInto+ $this }"),
    "unique": ("v:Thing", "SELECT $this WHERE { $this v:code ?c . ?other v:code ?c . FILTER (?other != $this) }"),
    "two": ("v:Gauge", "SELECT $this WHERE { $this v:onRiver/v:flowsInto/v:flowsInto ?x . ?x rdfs:label 'B' }"),
    "untwinned": ("v:Gauge", "SELECT $this WHERE { $this v:twin ?h . FILTER NOT EXISTS { ?h v:twin $this } }"),
    "nobody": ("v:River", "SELECT $this WHERE { $this a v:River . FILTER NOT EXISTS { ?g v:onRiver $this } }"),
    "counted": ("v:River", "SELECT $this WHERE { $this v:gaugeCount ?n . FILTER (?n > 1) }"),
    "grouped": ("v:Gauge", "SELECT $this WHERE { $this v:reading ?x } GROUP BY $this HAVING (COUNT(?x) > 1)"),
    "watched": ("v:River", "SELECT $this WHERE { $this v:watched true }"),
    "pair": ("v:Pair", "SELECT $this WHERE { $this v:of ?g . ?g v:code 'b' }"),
    "pair-own": ("v:Pair", "SELECT $this WHERE { $this v:of ?g , ?h . FILTER (?g != ?h) }"),
    "inner": ("v:Reading", "SELECT $this WHERE { $this v:level ?l . FILTER (?l > 6) }"),
    "inner-up": ("v:Reading", "SELECT $this WHERE { ?g v:reading $this ; v:status v:closed }"),
    "inner-all": ("v:Reading", "SELECT $this WHERE { $this v:level ?l . ?x v:level ?l . FILTER ($this != ?x) }"),
    "typed": ("v:GaugedRiver", "SELECT $this WHERE { $this v:code 'a' }"),
}

MORE_SHAPES = {
    "count": "@ a sh:NodeShape ; sh:targetClass v:River ; sh:property v:x1 . "
    "v:x1 a sh:PropertyShape ; sh:path v:gaugeCount ; sh:minCount 1 ; sh:message 'x1' .",
    "gauge": "@ a sh:NodeShape ; sh:targetClass v:River ; sh:property v:x2 . "
    "v:x2 a sh:PropertyShape ; sh:path v:gauge ; sh:maxCount 1 ; sh:class v:Gauge ; sh:message 'x2' .",
    "drains": "@ a sh:NodeShape ; sh:targetClass v:Gauge ; sh:property v:x3 . "
    "v:x3 a sh:PropertyShape ; sh:path v:drains ; sh:class v:River ; sh:maxCount 2 ; sh:message 'x3' .",
    "pair": "@ a sh:NodeShape ; sh:targetClass v:Gauge ; sh:property v:x4 . "
    "v:x4 a sh:PropertyShape ; sh:path v:pair ; sh:class v:Pair ; sh:message 'x4' .",
    "pairs": "@ a sh:NodeShape ; sh:targetClass v:Pair ; sh:property v:x5 . "
    "v:x5 a sh:PropertyShape ; sh:path v:of ; sh:class v:Gauge ; sh:maxCount 2 ; sh:message 'x5' .",
    "gauged": "@ a sh:NodeShape ; sh:targetClass v:GaugedRiver ; sh:property v:x6 . "
    "v:x6 a sh:PropertyShape ; sh:path rdfs:label ; sh:minCount 1 ; sh:message 'x6' .",
    "twin-code": "@ a sh:NodeShape ; sh:targetClass v:Gauge ; sh:property v:x7 . "
    "v:x7 a sh:PropertyShape ; sh:path v:code ; sh:disjoint v:named ; sh:maxCount 1 ; sh:message 'x7' .",
    "twin-reading": "@ a sh:NodeShape ; sh:targetClass v:Gauge ; sh:property v:x10 . "
    "v:x10 a sh:PropertyShape ; sh:path v:twinReading ; sh:class v:Reading ; sh:message 'x10' .",
    "seen-from": "@ a sh:NodeShape ; sh:targetClass v:Reading ; sh:property v:x11 . "
    "v:x11 a sh:PropertyShape ; sh:path v:seenFrom ; sh:maxCount 1 ; sh:message 'x11' .",
    "sequence": "@ a sh:NodeShape ; sh:targetClass v:Gauge ; sh:property v:y1 . "
    "v:y1 a sh:PropertyShape ; sh:path ( v:onRiver v:flowsInto rdfs:label ) ; sh:minCount 1 ; sh:message 'y1' .",
    "inverse": "@ a sh:NodeShape ; sh:targetClass v:River ; sh:property v:y2 . "
    "v:y2 a sh:PropertyShape ; sh:path [ sh:inversePath v:onRiver ] ; sh:minCount 1 ; sh:message 'y2' .",
    "downstream": "@ a sh:NodeShape ; sh:targetClass v:Gauge ; sh:property v:y3 . v:y3 a sh:PropertyShape ; "
    "sh:path ( v:onRiver [ sh:zeroOrMorePath v:flowsInto ] v:code ) ; sh:maxCount 1 ; sh:message 'y3' .",
    "twin-inside": "@ a sh:NodeShape ; sh:targetClass v:Gauge ; sh:property v:y4 . v:y4 a sh:PropertyShape ; "
    "sh:path ( v:twin v:reading ) ; sh:class v:Reading ; sh:node v:y4n ; sh:message 'y4' . "
    "v:y4n a sh:NodeShape ; sh:property [ sh:path v:level ; sh:maxInclusive 4 ] .",
    "subjects": "@ a sh:NodeShape ; sh:targetSubjectsOf v:code ; sh:property v:y5 . "
    "v:y5 a sh:PropertyShape ; sh:path rdfs:label ; sh:minCount 1 ; sh:message 'y5' .",
    "objects": "@ a sh:NodeShape ; sh:targetObjectsOf v:twin ; sh:property v:y6 . "
    "v:y6 a sh:PropertyShape ; sh:path rdfs:label ; sh:minCount 1 ; sh:message 'y6' .",
    "address": "@ a sh:NodeShape ; sh:targetClass v:Gauge ; sh:property v:y7 . "
    "v:y7 a sh:PropertyShape ; sh:path v:url ; sh:class v:River ; sh:message 'y7' .",
    "nested": "@ a sh:NodeShape ; sh:targetClass v:Gauge ; sh:property v:y8 . v:y8 a sh:PropertyShape ; "
    "sh:path v:onRiver ; sh:node v:y8n ; sh:message 'y8' . "
    "v:y8n a sh:NodeShape ; sh:property [ sh:path v:flowsInto ; sh:minCount 1 ; sh:node [ sh:property [ "
    "sh:path rdfs:label ; sh:hasValue 'A' ] ] ] .",
    "counted": "@ a sh:NodeShape ; sh:targetClass v:Gauge ; sh:property v:y9 . v:y9 a sh:PropertyShape ; "
    "sh:path ( v:onRiver v:gaugeCount ) ; sh:maxInclusive 1 ; sh:message 'y9' .",
    "readings": "@ a sh:NodeShape ; sh:targetClass v:Reading ; sh:property v:x8 . "
    "v:x8 a sh:PropertyShape ; sh:path v:level ; sh:minCount 1 ; sh:message 'x8' .",
    "url": "@ a sh:NodeShape ; sh:targetClass v:Gauge ; sh:property v:x9 . "
    "v:x9 a sh:PropertyShape ; sh:path v:next ; sh:class v:GaugedRiver ; sh:message 'x9' .",
}


def write_vocabulary(root: Path, rules: Sequence[str], constraints: Sequence[str], shapes: Sequence[str]) -> None:
    """Write a vocabulary with some of the rules, in the order given, some of the constraints and some more shapes."""
    for folder in ("ontology/rules", "shapes", "queries", "data"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    (root / "data/publication.yaml").write_text(PUBLICATION)
    # With a file of this name, the packaged vocabulary is left out.
    (root / "ontology/statecraft.ttl").write_text(PREFIXES + ONTOLOGY)
    prefixes = f"{PREFIXES}PREFIX rivers: <{BASE}>\n"
    for number, name in enumerate(rules):
        (root / f"ontology/rules/{number:02}-{name}.rq").write_text(prefixes + RULES[name] + "\n")
    text = [PREFIXES, SHAPES, *(MORE_SHAPES[name].replace("@", f"v:n-{name}", 1) for name in shapes)]
    declared = "v:prefixes sh:declare [ sh:prefix 'v' ; sh:namespace 'https://example.net/river-terms#' ] , "
    text.append(f"{declared}[ sh:prefix 'rdfs' ; sh:namespace 'http://www.w3.org/2000/01/rdf-schema#' ] .")
    for name in constraints:
        target, query = CONSTRAINTS[name]
        text.append(f"v:n-c-{name} a sh:NodeShape ; sh:targetClass {target} ; sh:sparql v:c-{name} .")
        text.append(f'v:c-{name} a sh:SPARQLConstraint ; sh:message "{name}" ; sh:prefixes v:prefixes ;')
        text.append(f'  sh:select """{query}""" .')
    (root / "shapes/shapes.ttl").write_text("\n".join(text))


def write_records(root: Path, chance: random.Random) -> None:
    """Write some rivers, gauges and basins that refer to one another at random."""
    for number in range(chance.randint(1, 5)):
        write_record(root, chance, "rivers", f"r{number}")
    for number in range(chance.randint(1, 6)):
        write_record(root, chance, "gauges", f"g{number}")
    for number in range(chance.randint(0, 2)):
        write_record(root, chance, "basins", f"b{number}")


def write_record(root: Path, chance: random.Random, folder: str, name: str) -> None:
    """Write one record; some of what it refers to may not be there."""
    file = root / "data" / folder / f"{name}.yaml"
    file.parent.mkdir(exist_ok=True)

    def some(line: str, often: float = 0.6) -> list[str]:
        return [line] if chance.random() < often else []

    river, gauge, level = f"r{chance.randint(0, 4)}", f"g{chance.randint(0, 5)}", chance.randint(1, 8)
    lines = some(f"label: {chance.choice('ABC')}", 0.8)
    if folder == "basins":
        lines += some(f"level: {level}")
    else:
        lines += some(f"code: {chance.choice('abc')}")
    if folder == "rivers":
        lines += some(f"flowsInto: {river}")
    if folder == "gauges":
        lines += some(f"onRiver: {river}", 0.8)
        lines += some(f"twin: {gauge}")
        lines += some(f"status: {chance.choice(('open', 'closed', 'shut'))}")
        lines += some(f"named: {chance.choice((river, gauge, 'nobody'))}", 0.3)
        lines += some(f"url: {BASE}{chance.choice((river, gauge, 'elsewhere'))}", 0.3)
        lines += some(f"reading: [{{level: {level}}}, {{level: {chance.randint(1, 8)}, note: x}}]")
    file.write_text("".join(f"{line}\n" for line in lines) or "label: A\n")
