"""Write solutions row by row, so that an answer can be truncated at a limit and say so.

Oxigraph's serializer writes a whole answer or none; these writers produce the same documents for the rows that fit.
"""

import csv
import io
import json
import re
from collections.abc import Iterable, Sequence
from json.encoder import encode_basestring as _quoted
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import pyoxigraph as ox

from upheaval.rdf.xsd import XSD

_XSD_STRING = XSD + "string"
_ITS = "http://www.w3.org/2005/11/its"
_EDGES = re.compile(r"\A[ \t\n]+|[ \t\n]+\Z")
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


class Unwritable(Exception):
    """Raised if a format cannot express a value; the argument is the message."""


def write_rows(
    variables: Sequence[str], solutions: Iterable[ox.QuerySolution], form: str, rows: int, size: int, note: str
) -> tuple[bytes, int, str]:
    """Write solutions.

    Args:
        variables: their names, without question marks.
        solutions: the solutions; they are consumed only as far as the limits allow.
        form: json, xml, csv or tsv.
        rows, size: the maximum number of solutions and of bytes.
        note: the IRI that the head of JSON and XML links to if the answer is truncated.

    Returns:
        The document (SPARQL 1.2 Query Results JSON, XML, or CSV and TSV), the number of solutions in it, and the
        limit that truncated it: "rows", "bytes" or an empty string.

    Raises:
        Unwritable: the format cannot express a value.

    """
    writer = _WRITERS[form]
    parts: list[str] = []
    total = 0
    cut = ""
    for solution in solutions:
        if len(parts) == rows:
            cut = "rows"
            break
        text = writer.row(variables, solution)
        total += len(text) if text.isascii() else len(text.encode())
        if total > size:
            cut = "bytes"
            break
        parts.append(text)
    limit = {"rows": rows, "bytes": size}.get(cut, 0)
    return writer.document(variables, parts, note if cut else "", cut, limit).encode(), len(parts), cut


def write_boolean(value: bool, form: str) -> bytes:
    """Write the answer to an ASK; in CSV and TSV, which the recommendation does not cover, just the word."""
    word = "true" if value else "false"
    if form == "json":
        return f'{{"head":{{}},"boolean":{word}}}'.encode()
    if form == "xml":
        return f"{_XML_START}<head></head><boolean>{word}</boolean></sparql>".encode()
    return word.encode()


class _Json:
    @staticmethod
    def row(variables: Sequence[str], solution: ox.QuerySolution) -> str:
        found = [f"{_quoted(name)}:{_json_term(term)}" for name in variables if (term := solution[name]) is not None]
        return f"{{{','.join(found)}}}"

    @staticmethod
    def document(variables: Sequence[str], rows: Sequence[str], note: str, cut: str, limit: int) -> str:
        head: dict[str, Any] = {"vars": list(variables)}
        if note:  # in the head, because some parsers reject members after the results
            head |= {"link": [note], "truncated": {"by": cut, "limit": limit}}
        written = json.dumps(head, ensure_ascii=False, separators=(",", ":"))
        return f'{{"head":{written},"results":{{"bindings":[{",".join(rows)}]}}}}'


def _json_term(term: object) -> str:
    """Write a term; by hand, because this is most of the time that a short query takes."""
    if isinstance(term, ox.NamedNode):
        return f'{{"type":"uri","value":{_quoted(term.value)}}}'
    if isinstance(term, ox.BlankNode):
        return f'{{"type":"bnode","value":{_quoted(term.value)}}}'
    if isinstance(term, ox.Triple):
        parts = (("subject", term.subject), ("predicate", term.predicate), ("object", term.object))
        value = ",".join(f'"{name}":{_json_term(part)}' for name, part in parts)
        return f'{{"type":"triple","value":{{{value}}}}}'
    assert isinstance(term, ox.Literal), term
    more = ""
    if term.language:
        more = f',"xml:lang":{_quoted(term.language)}'
        if term.direction:
            more += f',"its:dir":{_quoted(term.direction.value)}'
    elif term.datatype.value != _XSD_STRING:
        more = f',"datatype":{_quoted(term.datatype.value)}'
    return f'{{"type":"literal","value":{_quoted(term.value)}{more}}}'


_XML_START = '<?xml version="1.0"?><sparql xmlns="http://www.w3.org/2005/sparql-results#">'


class _Xml:
    @staticmethod
    def row(variables: Sequence[str], solution: ox.QuerySolution) -> str:
        found = (
            f"<binding name={quoteattr(name)}>{_xml_term(term)}</binding>"
            for name in variables
            if (term := solution[name]) is not None
        )
        return f"<result>{''.join(found)}</result>"

    @staticmethod
    def document(variables: Sequence[str], rows: Sequence[str], note: str, cut: str, limit: int) -> str:
        head = "".join(f"<variable name={quoteattr(name)}/>" for name in variables)
        link = f"<link href={quoteattr(note)}/>" if note else ""
        return f"{_XML_START}<head>{head}{link}</head><results>{''.join(rows)}</results></sparql>"


def _xml_term(term: object) -> str:
    if isinstance(term, ox.NamedNode):
        return f"<uri>{_xml_text(term.value)}</uri>"
    if isinstance(term, ox.BlankNode):
        return f"<bnode>{_xml_text(term.value)}</bnode>"
    if isinstance(term, ox.Triple):
        parts = (("subject", term.subject), ("predicate", term.predicate), ("object", term.object))
        return f"<triple>{''.join(f'<{name}>{_xml_term(part)}</{name}>' for name, part in parts)}</triple>"
    assert isinstance(term, ox.Literal), term
    more = ""
    if term.language:
        more = f" xml:lang={quoteattr(term.language)}"
        if term.direction:
            more += f' xmlns:its={quoteattr(_ITS)} its:version="2.0" its:dir={quoteattr(term.direction.value)}'
    elif term.datatype.value != _XSD_STRING:
        more = f" datatype={quoteattr(term.datatype.value)}"
    return f"<literal{more}>{_xml_text(term.value)}</literal>"


def _xml_text(text: str) -> str:
    if _NO_XML.search(text):
        raise Unwritable("a value has a control character, which XML cannot express; ask for JSON")
    return _EDGES.sub(_as_references, escape(text, {"\r": "&#13;"}))


def _as_references(spaces: re.Match[str]) -> str:
    """Write white space at the ends as references, because some readers, Oxigraph's among them, drop it."""
    return "".join(f"&#{ord(one)};" for one in spaces[0])


class _Csv:
    @staticmethod
    def row(variables: Sequence[str], solution: ox.QuerySolution) -> str:
        return _csv_line(_plain(solution[name]) for name in variables)

    @staticmethod
    def document(variables: Sequence[str], rows: Sequence[str], note: str, cut: str, limit: int) -> str:
        return _csv_line(variables) + "".join(rows)


def _csv_line(values: Iterable[str]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text).writerow(list(values))
    return text.getvalue()


def _plain(term: object) -> str:
    if isinstance(term, (ox.NamedNode, ox.Literal)):
        return term.value
    return " ".join(map(_plain, term)) if isinstance(term, ox.Triple) else "" if term is None else str(term)


class _Tsv:
    @staticmethod
    def row(variables: Sequence[str], solution: ox.QuerySolution) -> str:
        terms = (solution[name] for name in variables)
        return "\t".join("" if term is None else _tsv_term(term) for term in terms) + "\n"

    @staticmethod
    def document(variables: Sequence[str], rows: Sequence[str], note: str, cut: str, limit: int) -> str:
        return "\t".join(f"?{name}" for name in variables) + "\n" + "".join(rows)


def _tsv_term(term: object) -> str:
    if isinstance(term, ox.Triple):
        return f"<<( {' '.join(map(_tsv_term, term))} )>>"
    return str(term).replace("\t", "\\t")


_WRITERS: dict[str, type[_Json] | type[_Xml] | type[_Csv] | type[_Tsv]] = {
    "json": _Json,
    "xml": _Xml,
    "csv": _Csv,
    "tsv": _Tsv,
}
