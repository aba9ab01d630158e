"""What the fields of the Ask page offer: lists of records and codes, and the states that there is something about."""

import re
from collections.abc import Mapping
from typing import Any

import pyoxigraph as ox

from upheaval.populate.assembly import Assembly
from upheaval.rdf.graphs import iri_of
from upheaval.rdf.sparql import select
from upheaval.rdf.writers import PREFIXES
from upheaval.schema.contract import local
from upheaval.schema.questions import Parameter, Question
from upheaval.site.library import ConceptEntry, Library

STATECRAFT = PREFIXES["statecraft"]
_PROLOGUE = re.compile(r"^\s*(?:PREFIX|BASE)\b.*$", re.MULTILINE | re.IGNORECASE)
_INVOLVED = f"""PREFIX statecraft: <{STATECRAFT}>
SELECT ?state (COUNT(DISTINCT ?record) AS ?records) (COUNT(DISTINCT ?coalition) AS ?coalitions) WHERE {{
  ?record statecraft:involvesState ?state ; statecraft:cooperationType ?type .
  OPTIONAL {{ ?coalition a statecraft:Coalition ; statecraft:membership/statecraft:member ?state }}
}} GROUP BY ?state"""
_YEARS = f"""PREFIX statecraft: <{STATECRAFT}>
SELECT (MIN(?day) AS ?first) WHERE {{ ?record statecraft:cooperationType ?type ; statecraft:earliest ?day }}"""

Choice = tuple[str, str, int]
"""A term, how it is called, and how deep it stands in its tree."""


class Choices:
    """The lists from which the parameters of questions are chosen, each once."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self.lists: dict[str, list[Choice]] = {}

    def parameter(self, question: Question, parameter: Parameter) -> dict[str, Any]:
        """Return a parameter with its default and the name of the list that it is chosen from."""
        default = default_of(question, parameter)
        described = {"name": parameter.name, "kind": parameter.kind, "description": parameter.description}
        name = ""
        if parameter.kind == "record":
            name = self._records(parameter.description)
        elif parameter.kind == "code":
            name = self._codes(default)
        return described | {"value": default, "choices": name}

    def _records(self, description: str) -> str:
        """List the records of the kinds that a description names, such as `the organization or coalition`."""
        library = self.library
        words = re.findall(r"\w+", description.lower())
        named = {kind.iri for kind in library.contract.kinds.values() if kind.label.lower() in words}
        kinds = [
            kind
            for kind in library.contract.folders.values()
            if (named & kind.ancestors if named else kind.name not in ("Source", "Link"))
        ]
        name = "-".join(kind.name for kind in kinds)
        if name not in self.lists:
            frames = [frame["id"] for kind in kinds for frame in library.of_kind(kind)]
            found = [(library.publication.iri + slug, library.title(slug), 0) for slug in frames]
            self.lists[name] = sorted(found, key=lambda choice: choice[1].casefold())
        return name

    def _codes(self, default: str) -> str:
        contract = self.library.contract
        for cls, known in contract.codes.items():
            if default in known.values():
                self.lists[local(cls)] = codes(self.library, cls)
                return local(cls)
        return ""


def default_of(question: Question, parameter: Parameter) -> str:
    """Return the term that a question has in a parameter's VALUES block: an IRI, or the text of a literal."""
    block = re.search(rf"VALUES\s+\?{re.escape(parameter.name)}\s*\{{[^}}]*\}}", question.text)
    if block is None:
        return ""
    prologue = "\n".join(_PROLOGUE.findall(question.text))
    found = select(ox.Store(), f"{prologue}\nSELECT ?{parameter.name} WHERE {{ {block[0]} }}")
    return next((iri_of(solution[parameter.name]) for solution in found), "")


def curie(iri: str, known: Mapping[str, str]) -> str:
    """Return an IRI with the prefix of the longest namespace that it begins with, else in angle brackets."""
    fitting = [prefix for prefix, space in known.items() if iri.startswith(space) and iri != space]
    if not fitting:
        return f"<{iri}>"
    prefix = max(fitting, key=lambda prefix: len(known[prefix]))
    return f"{prefix}:{iri[len(known[prefix]) :]}"


def codes(library: Library, cls: str) -> list[Choice]:
    """Return the codes of a class as a tree, by their names."""
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
    """Return states by whether they belong to a coalition, with the number of records that involve each."""
    found: dict[str, list[tuple[str, str, int]]] = {"members": [], "others": []}
    for solution in select(library.assembly.store, _INVOLVED):
        iri = iri_of(solution["state"])
        group = "members" if int(iri_of(solution["coalitions"])) else "others"
        title = library.title(iri.removeprefix(library.publication.iri))
        found[group].append((curie(iri, known), title, int(iri_of(solution["records"]))))
    return {group: sorted(states, key=lambda state: (-state[2], state[1])) for group, states in found.items()}


def first_year(assembly: Assembly) -> str:
    """Return the year of the first day that is known of any agreement or activity; an empty text where none is."""
    days = [iri_of(solution["first"]) for solution in select(assembly.store, _YEARS) if solution["first"] is not None]
    return days[0][:4] if days else ""
