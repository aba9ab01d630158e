"""The codebook: the publication's own rules, and every code with its definition and the number of times it is used."""

from collections.abc import Iterator, Mapping
from typing import Any

from rdflib import Graph, URIRef
from rdflib.namespace import RDF, SKOS
from rdflib.term import Node

from upheaval.build.panelfiles import STATA_NAME
from upheaval.populate.assembly import Assembly
from upheaval.rdf.graphs import value_of
from upheaval.rdf.sparql import select
from upheaval.schema.contract import local

SOURCE = "docs/codebook.md"
_USES = """
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?code (COUNT(*) AS ?uses) WHERE {
  ?code skos:inScheme ?scheme .
  GRAPH <%s> { ?thing ?property ?code }
  FILTER NOT EXISTS { ?thing skos:inScheme ?other }
} GROUP BY ?code
"""


def codebook(assembly: Assembly, package: Mapping[str, Any]) -> str:
    """Write the codebook.

    Args:
        assembly: the dataset.
        package: the content of datapackage.json.

    Returns:
        Markdown: `docs/codebook.md` of the publication, if there is one, then the columns of the tables by year, and a
        table of codes for each scheme of its vocabularies. A use is one statement of the records; derived statements
        do not count.

    """
    publication, graph = assembly.publication, assembly.vocabulary.graph
    file = publication.root / SOURCE
    rules = file.read_text(encoding="utf-8") if file.is_file() else f"# Codebook of {publication.title}\n"
    query = _USES % publication.graph("data")
    uses = {row["code"].value: row["uses"].value for row in select(assembly.store, query)}
    schemes = sorted(graph.subjects(RDF.type, SKOS.ConceptScheme), key=lambda one: (_label(graph, one), str(one)))
    sections = [section for scheme in schemes if (section := _section(graph, scheme, uses))]
    return "\n".join([f"{rules.rstrip()}\n", *_variables(package), "## Codes\n", *sections])


def _variables(package: Mapping[str, Any]) -> Iterator[str]:
    """Yield a section on the columns of each table that is also there for statistical programs."""
    resources = {one["name"]: one for one in package["resources"]}
    tables = [name for name in resources if f"{name}-dta" in resources]
    if tables:
        yield "## Variables of the tables by year\n"
    for name in tables:
        fields = resources[name]["schema"]["fields"]
        rows = ([f"`{one['name']}`", f"`{one['name'][:STATA_NAME]}`", one["description"]] for one in fields)
        head = ["column", "in Stata", "meaning"]
        table = "".join(f"| {' | '.join(row)} |\n" for row in (head, ["---"] * len(head), *rows))
        title = f"### {resources[name]['title']} (`{resources[name]['path']}`)"
        yield f"{title}\n\n{resources[name]['description']}\n\n{table}"


def _section(graph: Graph, scheme: Node, uses: dict[str, str]) -> str:
    codes = [code for code in graph.subjects(SKOS.inScheme, scheme) if isinstance(code, URIRef)]
    tops = [code for code in codes if not any(wider in codes for wider in graph.objects(code, SKOS.broader))]
    rows = [row for code in sorted(tops, key=str) for row in _rows(graph, code, codes, uses, 0)]
    if not rows:
        return ""
    table = "".join(f"| {' | '.join(row)} |\n" for row in (HEADER, ["---"] * len(HEADER), *rows))
    return f"### {_label(graph, scheme)}\n\n{table}"


HEADER = ["code", "name", "definition", "line to its neighbours", "example", "uses"]


def _rows(graph: Graph, code: URIRef, among: list[URIRef], uses: dict[str, str], depth: int) -> Iterator[list[str]]:
    """Yield the row of a code, then those of the narrower ones below it, indented."""
    texts = [value_of(graph, code, prop) or "" for prop in (SKOS.definition, SKOS.scopeNote, SKOS.example)]
    cells = ["\u2003" * depth + f"`{local(str(code))}`", _label(graph, code), *texts, uses.get(str(code), "0")]
    yield [cell.replace("|", "\\|").replace("\n", " ") for cell in cells]
    for narrower in sorted(set(among).intersection(graph.subjects(SKOS.broader, code))):
        yield from _rows(graph, narrower, among, uses, depth + 1)


def _label(graph: Graph, node: Node) -> str:
    return value_of(graph, URIRef(str(node)), SKOS.prefLabel) or local(str(node))
