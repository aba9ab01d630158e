"""A dataset for notebooks: open a build or a publication, query it offline, and get rows, data frames or graphs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn
from warnings import warn

import pyoxigraph as ox

from upheaval.faults import refuse
from upheaval.query.answers import ask
from upheaval.query.binding import bind, left_out
from upheaval.query.known import KnownTerms
from upheaval.query.unknown import unknown_names
from upheaval.rdf.graphs import in_graph, to_rdflib
from upheaval.rdf.xsd import XSD
from upheaval.schema.questions import Question, read_question
from upheaval.store.state import State

if TYPE_CHECKING:
    from rdflib import Graph

_VALUES: dict[str, Callable[[str], object]] = {
    XSD + "integer": int,
    XSD + "decimal": Decimal,
    XSD + "double": float,
    XSD + "boolean": lambda text: text in ("true", "1"),
    XSD + "date": date.fromisoformat,
    XSD + "dateTime": datetime.fromisoformat,
}


class ResultRows(list[dict[str, Any]]):
    """The rows of an answer: a list of dicts, with the names of the columns in order."""

    def __init__(self, columns: list[str], rows: list[dict[str, Any]]) -> None:
        super().__init__(rows)
        self.columns = columns

    def frame(self, library: str = "") -> Any:
        """Return a data frame; dates of which some have no day are texts, as written.

        Args:
            library: pandas or polars; by default whichever is installed, pandas first.

        Raises:
            ImportError: the library is not installed.

        """
        columns = {name: _of_one_type([row[name] for row in self]) for name in self.columns}
        if library in ("", "pandas"):
            try:
                return import_module("pandas").DataFrame(columns, columns=self.columns)
            except ImportError:
                if library:
                    raise ImportError("pandas is not installed: pip install 'upheaval[frame]'") from None
        if library not in ("", "polars"):
            raise ImportError(f"there is no data frame library `{library}`: use pandas or polars")
        try:
            polars = import_module("polars")
        except ImportError:
            which = library or "neither pandas nor polars"
            raise ImportError(f"{which} is not installed: pip install 'upheaval[frame]' or polars") from None
        return polars.DataFrame(columns, strict=False)


def _of_one_type(values: list[Any]) -> list[Any]:
    """Return a column's values; days as texts where others are texts: a month, a year or an uncertain date."""
    if any(isinstance(value, str) for value in values):
        return [value.isoformat() if isinstance(value, date) else value for value in values]
    return values


@dataclass(frozen=True, slots=True)
class OpenedDataset:
    """The data, derived facts and vocabulary of a dataset, in memory.

    Attributes:
        iri: the namespace of the records.
        store: the engine, with a named graph for each part.
        prefixes: the namespace by the publication's prefix.

    """

    iri: str
    store: ox.Store = field(repr=False)
    _questions: Mapping[str, Question] = field(repr=False)
    prefixes: Mapping[str, str] = field(default_factory=dict, repr=False)

    def questions(self) -> dict[str, str]:
        """Return the titles of the example questions, by name."""
        return {name: question.title for name, question in self._questions.items()}

    @property
    def examples(self) -> Mapping[str, Question]:
        """The example questions, by name."""
        return self._questions

    def question(self, name: str) -> Question:
        """Return an example question with its parameters and text."""
        if name not in self._questions:
            near = get_close_matches(name, self._questions, 1)
            cure = f"did you mean `{near[0]}`?" if near else f"the questions are {', '.join(self._questions)}"
            _refuse(f"there is no question `{name}`", cure)
        return self._questions[name]

    def query(self, text_or_name: str, **parameters: object) -> ResultRows:
        """Run an example question, or any SELECT or ASK query.

        Args:
            text_or_name: the name of an example, or SPARQL.
            parameters: the question's parameters; give a record by its name.

        Returns:
            ResultRows of Python values: str for IRIs and texts, Python numbers, dates and booleans, and None for
            unbound variables. An ASK returns one row with the column `answer`. If there are no rows, names in the
            query that nothing has are warned of.

        Raises:
            Refusal: there is no such question, the query is not SPARQL or not allowed, or a value is invalid.

        """
        text = self.text_of(text_or_name, parameters)
        found = self._ask(text)
        if isinstance(found, ox.QueryBoolean):
            return ResultRows(["answer"], [{"answer": bool(found)}])
        if isinstance(found, ox.QueryTriples):
            _refuse("the query returns triples, not rows", "use .graph(query)")
        names = [variable.value for variable in found.variables]
        rows = ResultRows(names, [{name: to_python(solution[name]) for name in names} for solution in found])
        for sentence in () if rows else unknown_names(self.store, text, self.prefixes):
            _warn(sentence)
        return rows

    def graph(self, text: str = "") -> "Graph":
        """Return an rdflib Graph of the whole dataset, or of the result of a CONSTRUCT or DESCRIBE.

        It is backed by pyoxigraph if oxrdflib is installed, and otherwise held in memory by rdflib.
        """
        if text:
            try:
                return to_rdflib(self.triples(text))
            except TypeError:
                _refuse("the query returns terms of RDF 1.2, which rdflib does not have", "use .triples(query)")
        try:
            from oxrdflib import OxigraphStore
            from rdflib import Graph, URIRef
            from rdflib.graph import DATASET_DEFAULT_GRAPH_ID
        except ImportError:
            return to_rdflib(quad.triple for quad in self.store)
        copy = ox.Store()
        copy.bulk_extend(in_graph(quad.triple for quad in self.store))
        return Graph(store=OxigraphStore(store=copy), identifier=URIRef(DATASET_DEFAULT_GRAPH_ID))

    def triples(self, text: str) -> list[ox.Triple]:
        """Return the result of a CONSTRUCT or DESCRIBE as pyoxigraph triples."""
        found = self._ask(text)
        if not isinstance(found, ox.QueryTriples):
            _refuse("the query returns rows, not triples", "use .query(query)")
        return list(found)

    def text_of(
        self, text_or_name: str, parameters: Mapping[str, object], note: Callable[[str], None] | None = None
    ) -> str:
        """Return the SPARQL of a question with its parameters bound; a SPARQL text is returned unchanged.

        Args:
            text_or_name: the name of an example, or SPARQL.
            parameters: the question's parameters.
            note: is told of former names among the values, and of parameters that are left out; by default, of former
                names is warned.

        Raises:
            Refusal: there is no such question, or a value is invalid.

        """
        name = text_or_name.strip()
        if name.replace("-", "").isalnum():
            values = {key: str(value) for key, value in parameters.items()}
            known = KnownTerms(self.store, self.iri)
            text = bind(self.question(name), values, known)
            for followed in known.followed:
                (note or _warn)(followed.sentence)
            if note:
                for sentence in left_out(self.question(name), values):
                    note(sentence)
            return text
        if parameters:
            _refuse("only example questions have parameters", "write the values into the query")
        return text_or_name

    def _ask(self, text: str) -> ox.QuerySolutions | ox.QueryTriples | ox.QueryBoolean:
        return ask(self.store, text, "query", self.prefixes)


def open_dataset(path: str | Path | None = None, version: str = "", state: bool = True) -> OpenedDataset:
    """Open a build, a publication or one of its released versions.

    Args:
        path: the output of `upheaval build`, or a publication's folder, whose YAML is then read. By default this is
            `build` in the current folder if it exists, or else the current folder.
        version: a released version of the publication in that folder, by default the current one.
        state: whether to use what is kept of a publication's sources in `.upheaval`, and to keep it. What is kept is
            queried where it is, and cannot be changed; without, the dataset is in memory.

    Raises:
        Refusal: the folder is neither, the sources cannot be read, or the files of the version are not at hand.

    """
    if version:
        from upheaval.store.releases import release_folder

        path = release_folder(Path(path or "."), version)
    folder = Path(path) if path is not None else Path("build" if Path("build/manifest.json").is_file() else ".")
    if (folder / "manifest.json").is_file():
        from upheaval.store.builds import open_build

        build = open_build(folder)
        questions = {name: read_question(name, text) for name, text in build.questions().items()}
        return OpenedDataset(build.iri, build.store(), questions, build.prefixes)
    from upheaval.query.origins import current

    origin = current(folder, State(folder, state), partial=True)
    origin.keep()
    return OpenedDataset(origin.iri, origin.store, origin.questions, origin.prefixes)


def _warn(sentence: str) -> None:
    warn(sentence, stacklevel=5)


def to_python(term: object) -> Any:
    """Return a term as a Python value, or as text if Python has no such type, as for a year or a month."""
    if term is None:
        return None
    text = str(getattr(term, "value", term))
    if not isinstance(term, ox.Literal):
        return text
    try:
        return _VALUES.get(term.datatype.value, str)(text)
    except (ValueError, InvalidOperation):
        return text


def _refuse(message: str, cure: str) -> NoReturn:
    refuse("query", message, cure, rule="query")
