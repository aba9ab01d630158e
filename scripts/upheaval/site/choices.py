"""The choices in the fields of the Ask page: lists of records, codes and states."""

from collections.abc import Mapping
from typing import Any

from upheaval.populate.assembly import Assembly
from upheaval.rdf.graphs import iri_of
from upheaval.rdf.sparql import select
from upheaval.rdf.writers import PREFIXES
from upheaval.schema.contract import local
from upheaval.schema.questions import Parameter, Question, default_of
from upheaval.site.library import ConceptEntry, Library

STATECRAFT = PREFIXES["statecraft"]
_INVOLVED = f"""PREFIX statecraft: <{STATECRAFT}>
SELECT ?state (COUNT(DISTINCT ?record) AS ?records) (COUNT(DISTINCT ?coalition) AS ?coalitions) WHERE {{
  ?record statecraft:involvesState ?state ; statecraft:cooperationType ?type .
  OPTIONAL {{ ?coalition a statecraft:Coalition ; statecraft:membership/statecraft:member ?state }}
}} GROUP BY ?state"""
_YEARS = f"""PREFIX statecraft: <{STATECRAFT}>
SELECT (MIN(?day) AS ?first) WHERE {{ ?record statecraft:cooperationType ?type ; statecraft:earliest ?day }}"""

Choice = tuple[str, str, int]
"""A term, its label, and its depth in the tree."""


class Choices:
    """The lists of choices for the parameters of questions, without repetition."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self.lists: dict[str, list[Choice]] = {}

    def parameter(self, question: Question, parameter: Parameter) -> dict[str, Any]:
        """Return a parameter with its default and the name of its list of choices."""
        name = ""
        if parameter.type in ("record", "code"):
            name = f"{parameter.type}-{'-'.join(map(local, parameter.classes)) or 'any'}"
            if name not in self.lists:
                self.lists[name] = self._records(parameter) if parameter.type == "record" else self._codes(parameter)
        return {
            "name": parameter.name,
            "type": parameter.type,
            "description": parameter.description,
            "required": parameter.required,
            "value": default_of(question, parameter),
            "choices": name,
        }

    def _records(self, parameter: Parameter) -> list[Choice]:
        library = self.library
        kinds = [kind for kind in library.contract.folders.values() if parameter.accepts(kind.ancestors)]
        slugs = [frame["id"] for kind in kinds for frame in library.of_kind(kind)]
        found = [(library.publication.iri + slug, library.title(slug), 0) for slug in slugs]
        return sorted(found, key=lambda choice: choice[1].casefold())

    def _codes(self, parameter: Parameter) -> list[Choice]:
        contract = self.library.contract
        classes = [cls for cls in contract.codes if parameter.accepts(contract.wider.get(cls, frozenset((cls,))))]
        found = [choice for cls in classes for choice in codes(self.library, cls)]
        return list(dict.fromkeys(found))


def curie(iri: str, known: Mapping[str, str]) -> str:
    """Shorten an IRI by the prefix of the longest matching namespace, or write it in angle brackets."""
    fitting = [prefix for prefix, space in known.items() if iri.startswith(space) and iri != space]
    if not fitting:
        return f"<{iri}>"
    prefix = max(fitting, key=lambda prefix: len(known[prefix]))
    return f"{prefix}:{iri[len(known[prefix]) :]}"


def codes(library: Library, cls: str) -> list[Choice]:
    """Return the codes of a class as a tree, sorted by label."""
    concepts = {
        iri: library.concepts[iri] for iri in library.contract.codes.get(cls, {}).values() if iri in library.concepts
    }
    tops = [concept for concept in concepts.values() if not set(concept.broader) & concepts.keys()]
    return tree(library, sorted(tops, key=lambda concept: concept.label.casefold()))


def tree(library: Library, tops: list[ConceptEntry], depth: int = 0) -> list[Choice]:
    """Return concepts, each followed by its narrower ones."""
    found: list[Choice] = []
    for concept in tops:
        found.append((concept.iri, concept.label, depth))
        narrower = [library.concepts[iri] for iri in concept.narrower if iri in library.concepts]
        found.extend(tree(library, sorted(narrower, key=lambda each: each.label.casefold()), depth + 1))
    return found


def states(library: Library, known: Mapping[str, str]) -> dict[str, list[tuple[str, str, int]]]:
    """Return the states in and outside coalitions, each with the number of records that involve it."""
    found: dict[str, list[tuple[str, str, int]]] = {"members": [], "others": []}
    for solution in select(library.assembly.store, _INVOLVED):
        iri = iri_of(solution["state"])
        group = "members" if int(iri_of(solution["coalitions"])) else "others"
        title = library.title(iri.removeprefix(library.publication.iri))
        found[group].append((curie(iri, known), title, int(iri_of(solution["records"]))))
    return {group: sorted(states, key=lambda state: (-state[2], state[1])) for group, states in found.items()}


def first_year(assembly: Assembly) -> str:
    """Return the year of the earliest known agreement or activity, or an empty string."""
    days = [iri_of(solution["first"]) for solution in select(assembly.store, _YEARS) if solution["first"] is not None]
    return days[0][:4] if days else ""
