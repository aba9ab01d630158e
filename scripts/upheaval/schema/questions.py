"""The example questions: SPARQL files whose header describes their answers and parameters.

The header consists of the comment lines at the top. The type of a parameter determines its field on the site, its
completion, validation and documentation:

    # title: Who belonged to an organization or coalition on a given day?
    # keywords: membership, organization
    # answers: One row per membership on that day.
    # parameter: organization record(Organization Coalition) the organization or coalition
    # parameter: at date the day asked about

A parameter's default is the only term in `VALUES ?name { … }`; a required one has UNDEF there, and an optional one
too, which binds nothing if it is left out.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches

import pyoxigraph as ox

from upheaval.faults import Fault
from upheaval.rdf.sparql import select
from upheaval.schema.contract import Contract, local

FIELDS = ("title", "keywords", "answers", "parameter", "federates")
TYPES = ("date", "year", "number", "text", "record", "code")
_LINE = re.compile(r"#\s*(?P<field>[A-Za-z]+):(?P<value>.*)")
_PARAMETER = re.compile(
    r"\s*(?P<name>[^\W\d]\w*)\s+(?P<type>[a-z]+)(?:\((?P<classes>[^()]*)\))?(?:\s+(?P<need>required|optional))?\s+(?P<what>\S.*)"
)
_CLASS = re.compile(r"(?:(?P<prefix>[\w.-]*):)?(?P<local>[\w.-]+)")
_COMMENT = re.compile(r"^\s*#.*$", re.MULTILINE)
_PROLOGUE = re.compile(r"\b(?:PREFIX\s+(?P<prefix>[\w.-]*):|BASE)\s*<(?P<iri>[^<>\s]*)>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a question: a variable with its own VALUES block.

    Attributes:
        name: the variable.
        type: date, year, number, text, record or code.
        classes: the permitted classes of a record or code, as local names or IRIs; any class if empty.
        required: whether it has no default and must be given.
        optional: whether it has no default and, left out, restricts nothing.
        description: its description, for people.
        line: its line in the file.

    """

    name: str
    type: str
    classes: tuple[str, ...]
    required: bool
    description: str
    line: int
    optional: bool = False

    @property
    def written(self) -> str:
        """The type, for people."""
        return f"{self.type}({' '.join(map(local, self.classes))})" if self.classes else self.type

    def accepts(self, classes: frozenset[str]) -> bool:
        """Return whether a record or code of these classes, superclasses included, is permitted."""
        return not self.classes or any(cls in self.classes or local(cls) in self.classes for cls in classes)


@dataclass(frozen=True, slots=True)
class Question:
    """An example question.

    Attributes:
        name: the file name without `.rq`.
        file: the file's name in messages.
        title: the question, for people.
        keywords, answers: keywords, and a description of its rows.
        parameters: its parameters.
        text: the query, which runs unchanged in any SPARQL 1.1 engine.
        faults: the faults of its header.

    """

    name: str
    file: str
    title: str
    keywords: tuple[str, ...]
    answers: str
    parameters: tuple[Parameter, ...]
    text: str
    faults: tuple[Fault, ...] = field(default=(), repr=False)

    @property
    def required(self) -> tuple[Parameter, ...]:
        """The required parameters."""
        return tuple(parameter for parameter in self.parameters if parameter.required)


def read_question(name: str, text: str, file: str = "") -> Question:
    """Read a SPARQL text and its header.

    Args:
        name: the question's name.
        text: SPARQL.
        file: its name in messages; by default a file in `queries/`.

    Returns:
        The question; its title is its name if the header has none. Malformed parts of the header are left out and
        reported among its faults.

    """
    file = file or f"queries/{name}.rq"
    header = _Header(file, {one["prefix"]: one["iri"] for one in _prologue(text)})
    body = False
    for number, line in enumerate(text.splitlines(), 1):
        body = body or not (line.startswith("#") or not line.strip())
        if match := _LINE.match(line):
            header.read(match, number, body)
    found = header.values
    parameters = tuple(header.parameters.values())
    for parameter in parameters:
        header.check_block(parameter, text)
    keywords = tuple(word.strip() for line in found.get("keywords", []) for word in line.split(",") if word.strip())
    title, answers = " ".join(found.get("title", [name])), " ".join(found.get("answers", []))
    return Question(name, file, title, keywords, answers, parameters, text, tuple(header.faults))


class _Header:
    """Reads the header of a question, line by line."""

    def __init__(self, file: str, prefixes: dict[str, str]) -> None:
        self.file, self.prefixes = file, prefixes
        self.values: dict[str, list[str]] = {}
        self.parameters: dict[str, Parameter] = {}
        self.faults: list[Fault] = []

    def fault(self, at: tuple[int, int], message: str, cure: str) -> None:
        self.faults.append(Fault(self.file, message, cure, at=at, rule="query/header"))

    def read(self, match: re.Match[str], line: int, body: bool) -> None:
        name, value = match["field"], match["value"]
        at = (line, match.start("field") + 1)
        if name not in FIELDS:
            near = [] if body else get_close_matches(name.lower(), FIELDS, 1, 0.75)
            if near:
                self.fault(at, f"the header has no field `{name}`", f"did you mean `{near[0]}`?")
        elif body:
            self.fault(at, f"`{name}` is not in the header", "move the line to the top, above the query")
        elif not value.strip():
            self.fault(at, f"`{name}` is empty", "complete the line, or remove it")
        elif name == "parameter":
            self._read_parameter(value, line, match.start("value"))
        else:
            self.values.setdefault(name, []).append(value.strip())

    def _read_parameter(self, value: str, line: int, start: int) -> None:
        match = _PARAMETER.fullmatch(value.rstrip())
        if match is None:
            cure = "write `# parameter: NAME TYPE what it is`"
            self.fault((line, start + len(value) - len(value.lstrip()) + 1), "this parameter is malformed", cure)
            return
        name, kind = match["name"], match["type"]
        at = (line, start + match.start("type") + 1)
        if kind not in TYPES:
            near = get_close_matches(kind, TYPES, 1)
            cure = f"did you mean `{near[0]}`?" if near else f"the types are {', '.join(TYPES)}"
            self.fault(at, f"unknown type `{kind}`", cure)
        elif match["classes"] is not None and kind not in ("record", "code"):
            self.fault(at, f"the type `{kind}` takes no classes", f"write `{kind}`")
        elif match["classes"] is not None and not match["classes"].strip():
            self.fault(at, f"`{kind}()` names no class", f"write `{kind}(Class …)`, or `{kind}` for any")
        elif name in self.parameters:
            self.fault((line, start + match.start("name") + 1), f"there are two parameters `{name}`", "remove one")
        else:
            classes = tuple(self._classes(match["classes"] or "", line, start + match.start("classes") + 1))
            need = match["need"] or ""
            self.parameters[name] = Parameter(
                name, kind, classes, need == "required", match["what"], line, need == "optional"
            )

    def _classes(self, text: str, line: int, start: int) -> Iterator[str]:
        for word in re.finditer(r"\S+", text):
            match, at = _CLASS.fullmatch(word[0]), (line, start + word.start())
            if match is None:
                self.fault(at, f"`{word[0]}` is not the name of a class", "write names such as State, without commas")
            elif match["prefix"] is None:
                yield match["local"]
            elif match["prefix"] in self.prefixes:
                yield self.prefixes[match["prefix"]] + match["local"]
            else:
                self.fault(at, f"the prefix `{match['prefix']}:` is not declared", "add its PREFIX to the query")

    def check_block(self, parameter: Parameter, text: str) -> None:
        at = (parameter.line, 1)
        name, blocks = parameter.name, values_blocks(parameter.name, text)
        if len(blocks) != 1:
            count = "no" if not blocks else "more than one"
            self.fault(at, f"the query has {count} VALUES block for ?{name}", f"write VALUES ?{name} {{ … }} once")
            return
        try:
            terms = _terms(name, blocks[0][0], text)
        except SyntaxError as error:
            self.fault(at, f"the VALUES block of ?{name} is not SPARQL: {error.msg}", "correct it")
            return
        without = parameter.required or parameter.optional
        if without and terms != [None]:
            need = "required" if parameter.required else "optional"
            self.fault(at, f"?{name} is {need} and has a default", f"write VALUES ?{name} {{ UNDEF }}")
        elif not without and (len(terms) != 1 or not _fits(parameter.type, terms[0])):
            cure = f"write VALUES ?{name} {{ … }} with one {parameter.type}"
            self.fault(at, f"the default of ?{name} is not one {parameter.type}", cure)


def values_blocks(name: str, text: str) -> list[re.Match[str]]:
    """Return the VALUES blocks (SPARQL 1.1 section 10.2) of a variable; group 1 is the content of the braces."""
    literal = r"""'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*\""""
    return list(re.finditer(rf"VALUES\s+[?$]{re.escape(name)}\s*\{{((?:{literal}|[^}}'\"])*)\}}", text, re.IGNORECASE))


def _prologue(text: str) -> Iterator[re.Match[str]]:
    """Yield the PREFIX and BASE declarations of a query (SPARQL 1.1 section 4.1)."""
    return _PROLOGUE.finditer(_COMMENT.sub("", text))


def _terms(name: str, block: str, text: str) -> list[object]:
    prologue = "\n".join(one[0] for one in _prologue(text))
    return [solution[name] for solution in select(ox.Store(), f"{prologue}\nSELECT ?{name} WHERE {{ {block} }}")]


def _fits(kind: str, term: object) -> bool:
    if kind in ("record", "code"):
        return isinstance(term, ox.NamedNode)
    if not isinstance(term, ox.Literal):
        return False
    named = local(term.datatype.value)
    numbers = ("integer", "decimal", "double")
    return named in {"date": ("date",), "year": ("gYear",), "number": numbers}.get(kind, ("string", "langString"))


def default_of(question: Question, parameter: Parameter) -> str:
    """Return the default of a parameter: an IRI, the text of a literal, or an empty string if it has none."""
    blocks = values_blocks(parameter.name, question.text)
    terms = _terms(parameter.name, blocks[0][0], question.text) if len(blocks) == 1 else []
    return str(getattr(terms[0], "value", "")) if len(terms) == 1 else ""


def unknown_classes(question: Question, contract: Contract) -> list[Fault]:
    """Find classes in the header of a question that no record or code can have."""
    records = {cls for kind in contract.folders.values() for cls in kind.ancestors}
    faults = []
    for parameter in question.parameters:
        known = records if parameter.type == "record" else set(contract.codes)
        for cls in parameter.classes:
            if cls not in known and cls not in map(local, known):
                near = get_close_matches(local(cls), sorted(map(local, known)), 1)
                cure = f"did you mean `{near[0]}`?" if near else f"write the class of some {parameter.type}s"
                message = f"there are no {parameter.type}s of a class `{local(cls)}`"
                at = (parameter.line, 1)
                faults.append(Fault(question.file, message, cure, at=at, rule="query/header"))
    return faults
