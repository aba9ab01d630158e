"""SPARQL text to patterns: rdflib parses it, and its algebra is brought into the few kinds that `patterns` has."""

from typing import Any

from rdflib import BNode, Literal, URIRef, Variable
from rdflib.namespace import XSD
from rdflib.paths import AlternativePath, InvPath, MulPath, NegatedPath, SequencePath
from rdflib.plugins.sparql.algebra import translateQuery
from rdflib.plugins.sparql.parser import parseQuery
from rdflib.plugins.sparql.parserutils import CompValue

from upheaval.rdf.iris import ANY
from upheaval.rdf.patterns import (
    Alternatives,
    Bind,
    Filtered,
    Grouped,
    InlineData,
    Join,
    LeftJoin,
    Minus,
    Opaque,
    Pattern,
    PropertyPath,
    Query,
    Select,
    Step,
    TriplePattern,
)


def parse(text: str) -> Query:
    """Parse a SELECT or CONSTRUCT query.

    Args:
        text: SPARQL 1.1.

    Returns:
        Its patterns; opaque ones for what rdflib cannot parse, though another engine may.

    """
    try:
        algebra = translateQuery(parseQuery(text)).algebra
        if algebra.datasetClause:
            return Query(_template(algebra), Opaque("it has FROM", _pattern(algebra.p)))
        return Query(_template(algebra), _pattern(algebra.p))
    except Exception as error:  # rdflib raises exceptions of many kinds, plain ones among them
        return Query((), Opaque(f"rdflib cannot parse it: {' '.join(str(error).split())}", None))


def _template(algebra: CompValue) -> tuple[TriplePattern, ...]:
    if algebra.name != "ConstructQuery":
        return ()
    if algebra.template is not None:
        return tuple(_match(*triple) for triple in algebra.template)
    return tuple(part for part in _parts(_pattern(algebra.p.p)) if isinstance(part, TriplePattern))


def _parts(pattern: Pattern) -> tuple[Pattern, ...]:
    return pattern.parts if isinstance(pattern, Join) else (pattern,)


def _match(subject: Any, path: Any, value: Any) -> TriplePattern:
    return TriplePattern(_term(subject), _step(path), _term(value))


def _term(term: Any) -> str:
    if isinstance(term, BNode):
        return f"?_{term}"
    if isinstance(term, (Variable, URIRef, Literal)):
        return term.n3()
    raise ValueError(f"no term: {term!r}")


def _step(path: Any) -> Step:
    if isinstance(path, SequencePath):
        return PropertyPath("/", tuple(map(_step, path.args)))
    if isinstance(path, AlternativePath):
        return PropertyPath("|", tuple(map(_step, path.args)))
    if isinstance(path, InvPath):
        return PropertyPath("^", (_step(path.arg),))
    if isinstance(path, MulPath):
        return PropertyPath(path.mod, (_step(path.path),))
    if isinstance(path, NegatedPath):
        backwards = [not isinstance(part, URIRef) for part in path.args]
        ways: tuple[Step, ...] = (ANY, PropertyPath("^", (ANY,)))
        return PropertyPath("|", tuple(way for way, back in zip(ways, (False, True), strict=True) if back in backwards))
    return _term(path)


def _pattern(node: CompValue) -> Pattern:
    """Bring a node of rdflib's algebra into a pattern."""
    match node.name:
        case "BGP":
            found = tuple(_match(*triple) for triple in node.triples)
            return found[0] if len(found) == 1 else Join(found)
        case "Join":
            return Join((*_parts(_pattern(node.p1)), *_parts(_pattern(node.p2))))
        case "LeftJoin":
            return LeftJoin(_pattern(node.p1), _pattern(node.p2), tuple(_tests(node.expr)))
        case "Union":
            return Alternatives((_pattern(node.p1), _pattern(node.p2)))
        case "Minus":
            return Minus(_pattern(node.p1), _pattern(node.p2))
        case "Filter":
            return _filtered(_pattern(node.p), node.expr)
        case "Extend":
            return Bind(_filtered(_pattern(node.p), node.expr), _term(node.var), _sources(node.expr))
        case "ToMultiSet" | "Distinct" | "Reduced" | "OrderBy":
            return _pattern(node.p)
        case "values":
            return _values(node.res)
        case "Project":
            return Select(_pattern(node.p), tuple(sorted(map(_term, node.PV))))
        case "AggregateJoin":
            return _aggregated(node)
        case "Graph":
            return Opaque("it has GRAPH", _pattern(node.p))
        case "Slice":
            return Opaque("it has LIMIT or OFFSET", _pattern(node.p))
        case name:
            raise ValueError(f"no pattern: {name}")


def _aggregated(node: CompValue) -> Pattern:
    """Bring grouping into a pattern; rdflib takes a sample of each key, which is the key itself."""
    keys = tuple(_term(key) for key in node.p.expr or () if isinstance(key, Variable))
    pattern: Pattern = Grouped(_pattern(node.p.p), keys)
    for aggregate in node.A:
        one = aggregate.name in ("Aggregate_Min", "Aggregate_Max", "Aggregate_Sample")
        inner = _filtered(pattern, aggregate.vars)
        pattern = Bind(inner, _term(aggregate.res), _sources(aggregate.vars) if one else ())
    return pattern


def _values(rows: list[dict[Any, Any]]) -> InlineData:
    variables = sorted({variable for row in rows for variable in row})
    found = [["" if row[one] == "UNDEF" else _term(row[one]) for one in variables] for row in rows]
    return InlineData(tuple(map(_term, variables)), tuple(map(tuple, found)))


def _filtered(pattern: Pattern, expression: Any) -> Pattern:
    tests = tuple(_tests(expression))
    return Filtered(pattern, tests) if tests else pattern


def _tests(expression: Any) -> list[Pattern]:
    """Return the patterns of EXISTS and NOT EXISTS inside an expression."""
    if isinstance(expression, (list, tuple)):
        return [test for part in expression for test in _tests(part)]
    if not isinstance(expression, CompValue):
        return []
    if expression.name in ("Builtin_EXISTS", "Builtin_NOTEXISTS"):
        translated = vars(expression).get("graph")
        return [_pattern(translated) if translated is not None else Opaque("it has EXISTS in an aggregate", None)]
    return [test for part in expression.values() for test in _tests(part)]


def _sources(expression: Any) -> tuple[str, ...]:
    """Return whose values an expression may have, as in `Bind`."""
    if isinstance(expression, Variable):
        return (_term(expression),)
    if not isinstance(expression, CompValue):
        return ("#",) if isinstance(expression, URIRef) else ()
    match expression.name:
        case "Builtin_IRI" | "Builtin_URI":
            return (_fragment_of(expression.arg),)
        case "Builtin_IF":
            return (*_sources(expression.arg2), *_sources(expression.arg3))
        case "Builtin_COALESCE":
            return tuple(source for part in expression.arg for source in _sources(part))
        case "Builtin_UUID" | "Builtin_BNODE":
            return ("#",)
        case "Function":
            return () if expression.iri in XSD else ("#",)
        case _:
            return ()


def _fragment_of(expression: Any) -> str:
    """Return `#?x` for CONCAT(STR(?x), "#…", …), and `#` for any other way to make an IRI."""
    if isinstance(expression, CompValue) and expression.name == "Builtin_CONCAT" and len(expression.arg) > 1:
        base, text = expression.arg[:2]
        if isinstance(base, CompValue) and base.name == "Builtin_STR" and isinstance(base.arg, Variable):
            inside = isinstance(text, Literal) and str(text).startswith("#")
            return f"#{_term(base.arg)}" if inside else "#"
    return "#"
