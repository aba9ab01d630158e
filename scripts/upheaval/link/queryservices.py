"""Ask a SPARQL endpoint with Wikidata's RDF, such as the Wikidata Query Service, for items."""

import json
from collections.abc import Callable, Collection, Iterator
from typing import Any

import pyoxigraph as ox

from upheaval.faults import refuse
from upheaval.link.addresses import ENTITY
from upheaval.link.itemtriples import TripleItems
from upheaval.link.superclasses import Superclasses
from upheaval.link.webservices import WebService
from upheaval.link.wikidataitems import INSTANCE_OF, SUBCLASS_OF, WikidataItem

BATCH = 40
"""How many items or names are asked for at once."""

_RESULTS = "application/sparql-results+json"
_ABOUT = """
SELECT ?s ?p ?o WHERE {{
  VALUES ?item {{ {items} }}
  {{ ?item ?p ?o . BIND (?item AS ?s)
    FILTER (?p IN (rdfs:label, skos:altLabel, schema:description, owl:sameAs)
      || STRSTARTS(STR(?p), "http://www.wikidata.org/prop/")) }}
  UNION {{ ?item ?claim ?s . FILTER (STRSTARTS(STR(?s), "http://www.wikidata.org/entity/statement/")) ?s ?p ?o }}
  UNION {{ ?item ?claim ?statement . FILTER (STRSTARTS(STR(?statement), "http://www.wikidata.org/entity/statement/"))
    ?statement ?part ?s . FILTER (STRSTARTS(STR(?s), "http://www.wikidata.org/value/")) ?s ?p ?o }}
  UNION {{ ?item ?claim ?statement . FILTER (STRSTARTS(STR(?statement), "http://www.wikidata.org/entity/statement/"))
    ?statement prov:wasDerivedFrom ?s . ?s ?p ?o }}
}}
"""
_NAMED = """
SELECT DISTINCT ?name ?item WHERE {{
  VALUES ?name {{ {names} }}
  ?item rdfs:label|skos:altLabel ?name .
  FILTER (STRSTARTS(STR(?item), "http://www.wikidata.org/entity/Q"))
}}
"""
_WIDER = """
SELECT DISTINCT ?narrow ?wide WHERE {{ VALUES ?class {{ {items} }} ?class wdt:P279* ?narrow . ?narrow wdt:P279 ?wide }}
"""
_PREFIXES = """
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX prov: <http://www.w3.org/ns/prov#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX schema: <http://schema.org/>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX wdt: <http://www.wikidata.org/prop/direct/>
"""


class QueryService:
    """A SPARQL endpoint with Wikidata's RDF.

    Attributes:
        name: its address.

    """

    def __init__(self, service: WebService) -> None:
        """Use a service."""
        self.service = service
        self.name = service.url
        self._classes: set[str] = set()

    def find(self, names: Collection[str], key_of: Callable[[str], str]) -> dict[str, list[str]]:
        """Find the items that have a name in English or for all languages, as it is written or begun in lower case.

        Args:
            names: the names.
            key_of: makes a name a key; names with the same key are alike.

        Raises:
            Refusal: the endpoint cannot be asked.

        """
        found: dict[str, list[str]] = {}
        written = {form for name in names for form in (name, name[:1].lower() + name[1:])}
        for batch in _batches(sorted(written)):
            literals = " ".join(f"{ox.Literal(name, language=tag)}" for name in batch for tag in ("en", "mul"))
            for row in self._select(_NAMED.format(names=literals)):
                key, number = key_of(row["name"].value), row["item"].value.removeprefix(ENTITY)
                if number not in found.setdefault(key, []):
                    found[key].append(number)
        return found

    def items(self, numbers: Collection[str]) -> dict[str, WikidataItem]:
        """Return what the endpoint says of items, references included; an item that it does not have is left out.

        Raises:
            Refusal: the endpoint cannot be asked, or answers with something else.

        """
        found: dict[str, WikidataItem] = {}
        for batch in _batches(sorted(numbers)):
            found.update(TripleItems(self._about(batch)).items())
        return found

    def triples(self, numbers: Collection[str]) -> Iterator[ox.Triple]:
        """Yield what the endpoint says of items, of their statements and of the references and values of those.

        Raises:
            Refusal: the endpoint cannot be asked, or answers with something else.

        """
        for batch in _batches(sorted(numbers)):
            yield from self._about(batch)

    def _about(self, batch: list[str]) -> set[ox.Triple]:
        iris = " ".join(f"<{ENTITY}{number}>" for number in batch)
        triples = {
            ox.Triple(row["s"], row["p"], row["o"])
            for row in self._select(_ABOUT.format(items=iris))
            if isinstance(row["p"], ox.NamedNode) and isinstance(row["s"], ox.NamedNode | ox.BlankNode)
        }
        answered = TripleItems(triples).items()
        if strange := sorted(answered.keys() - set(batch)):
            refuse(self.name, f"answers about {strange[0]}, which it was not asked for", "check the endpoint")
        for item in answered.values():
            self._classes.update(item.items(INSTANCE_OF), item.items(SUBCLASS_OF))
        return triples

    def superclasses(self) -> Superclasses:
        """Return the subclass statements above the classes of the items that were asked for.

        Raises:
            Refusal: the endpoint cannot be asked.

        """
        edges = Superclasses()
        for batch in _batches(sorted(one for one in self._classes if one.startswith("Q"))):
            iris = " ".join(f"<{ENTITY}{number}>" for number in batch)
            for row in self._select(_WIDER.format(items=iris)):
                edges.add(row["narrow"].value.removeprefix(ENTITY), row["wide"].value.removeprefix(ENTITY))
        return edges

    def _select(self, text: str) -> Iterator[Any]:
        answer = self.service.json({"query": _PREFIXES + text}, _RESULTS)
        try:
            found = ox.parse_query_results(json.dumps(answer).encode(), format=ox.QueryResultsFormat.JSON)
            if not isinstance(found, ox.QuerySolutions):
                raise SyntaxError
            yield from found
        except SyntaxError:
            refuse(self.name, "does not answer with SPARQL results", "name a SPARQL 1.1 endpoint", rule="link/service")


def _batches(values: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(values), BATCH):
        yield values[start : start + BATCH]
