"""The Ask page: example questions, a form, and an editor whose queries run in the browser."""

import gzip
import json
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from upheaval.build.common import canonical
from upheaval.populate.assembly import Assembly
from upheaval.query.answers import as_csv, ask, rows
from upheaval.rdf.graphs import write
from upheaval.rdf.writers import PREFIXES, n_quads
from upheaval.schema.contract import local
from upheaval.schema.packagedquestions import read_questions
from upheaval.schema.prefixes import query_prefixes
from upheaval.schema.questions import Question, default_of
from upheaval.site.assets import FOLDER, Assets
from upheaval.site.choices import Choices, codes, curie, first_year, states, tree
from upheaval.site.client import Bundle
from upheaval.site.library import Library
from upheaval.site.pages import Page
from upheaval.site.search import entries

PATH = "ask/"
SOURCE_KIND = PREFIXES["statecraft"] + "SourceKind"


@dataclass(frozen=True, slots=True)
class QuestionForm:
    """An example question as the page shows it without JavaScript.

    Attributes:
        question: the question.
        command: the command line that answers it.
        rows: the number of rows of the answer; None if the question has a required parameter.
        path: the path of the answer as CSV.

    """

    question: Question
    command: str
    rows: int | None
    path: str


def dataset(assembly: Assembly) -> bytes:
    """Return the dataset that the page queries: data, derived facts and vocabulary, as in `upheaval query`.

    Returns:
        Gzipped N-Quads, with a named graph for each part, sorted; the same bytes for the same dataset.

    """
    publication = assembly.publication
    graphs: dict[str, bytes] = {}
    for part in ("data", "derived", "vocabulary"):
        name = publication.graph(part)
        triples = [quad.triple for quad in assembly.store.quads_for_pattern(None, None, None, ox.NamedNode(name))]
        graphs[name] = write(canonical(triples) if part == "vocabulary" else triples, ox.RdfFormat.N_TRIPLES)
    return gzip.compress(n_quads(graphs), 9, mtime=0)


def terms(library: Library) -> bytes:
    """Return the terms and records that the editor completes and results link to.

    Returns:
        A JSON array of `[CURIE, name, kind, path of the page]`.

    """
    known = query_prefixes(library.assembly.contract, library.assembly.publication)
    found = [[curie(entry.iri, known), entry.title, entry.kind, entry.path] for entry in entries(library)]
    return json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode()


class Ask:
    """The page and its files.

    Args:
        library: the dataset.
        assets: receives the files that the page loads; none if there is no bundle.
        bundle: the bundle that runs the queries, or None if it could not be made.
        missing: the reason why there is no bundle.

    Raises:
        Refusal: an example question is not SPARQL.

    """

    def __init__(self, library: Library, assets: Assets, bundle: Bundle | None, missing: str) -> None:
        self.library, self.missing, self.bundled = library, missing, bundle is not None
        self._answers = list(_answers(library))
        self._paths = {"dataset": "", "terms": ""}
        if bundle is not None:
            entries_by_file = {file: f"{entry}{Path(file).suffix}" for entry, file in bundle.entries.items()}
            for name, content in bundle.files.items():
                assets.place(entries_by_file.get(name, name), FOLDER + name, content)
            assets.add("third-party.txt", bundle.licences)
            self._paths["dataset"] = assets.add("dataset.nq.gz", dataset(library.assembly))
            self._paths["terms"] = assets.add("terms.json", terms(library))

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Yield the answers to the example questions, as CSV and as SPARQL 1.1 JSON, which the page shows at once."""
        for asked, content in self._answers:
            if content is not None:
                yield asked.path, content[0]
                yield _json(asked.path), content[1]

    def page(self) -> Page:
        """Return the page."""
        library, publication, known = (
            self.library,
            self.library.publication,
            query_prefixes(self.library.assembly.contract, self.library.assembly.publication),
        )
        tops = sorted(library.tops, key=lambda concept: concept.label.casefold())
        values = {
            "asked": [asked for asked, _ in self._answers],
            "bundled": self.bundled,
            "missing": self.missing,
            "content": self._content(known),
            "states": states(library, known),
            "types": [(curie(iri, known), label, depth) for iri, label, depth in tree(library, tops)],
            "sources": [(curie(iri, known), label) for iri, label, _ in codes(library, SOURCE_KIND)],
            "first": first_year(library.assembly),
            "last": publication.issued[:4],
        }
        return Page(path=PATH, template="ask.html", title="Ask", values=values)

    def _content(self, known: Mapping[str, str]) -> dict[str, Any]:
        """Return the data that the page's script reads."""
        library, publication, choices = self.library, self.library.publication, Choices(self.library)
        questions = [
            {
                "name": asked.question.name,
                "title": asked.question.title,
                "answers": asked.question.answers,
                "text": asked.question.text,
                "answer": _json(asked.path) if asked.path else "",
                "parameters": [choices.parameter(asked.question, each) for each in asked.question.parameters],
            }
            for asked, _ in self._answers
        ]
        return {
            "publication": {
                "name": publication.name,
                "version": publication.version,
                "identity": library.identity,
            },
            "prefixes": known,
            "questions": questions,
            "choices": choices.lists,
            **self._paths,
        }


def _json(path: str) -> str:
    return path.removesuffix(".csv") + ".json"


def _answers(library: Library) -> Iterator[tuple[QuestionForm, tuple[bytes, bytes] | None]]:
    assembly = library.assembly
    for question in read_questions(assembly.publication).values():
        if question.required:
            yield QuestionForm(question, _command(question), None, ""), None
            continue
        found = ask(assembly.store, question.text, f"queries/{question.name}.rq")
        if isinstance(found, ox.QuerySolutions):
            content = found.serialize(format=ox.QueryResultsFormat.JSON) or b""
            again = ox.parse_query_results(content, format=ox.QueryResultsFormat.JSON)
            assert isinstance(again, ox.QuerySolutions)
            header, body = rows(again)
            path = f"{PATH}answers/{question.name}.csv"
            yield QuestionForm(question, _command(question), len(body), path), (as_csv(header, body).encode(), content)


def _command(question: Question) -> str:
    words = ["upheaval", "query", question.name]
    for parameter in question.parameters:
        default = default_of(question, parameter) or parameter.name.upper()
        words += [f"--{parameter.name}", local(default) if parameter.type in ("record", "code") else default]
    return shlex.join(words)
