"""The terms that the engine itself has to know, as N-Triples writes them."""

from upheaval.rdf.terms import Term
from upheaval.rdf.xsd import XSD

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
OWL = "http://www.w3.org/2002/07/owl#"
SH = "http://www.w3.org/ns/shacl#"

TYPE, FIRST, REST, NIL = (f"<{RDF}{name}>" for name in ("type", "first", "rest", "nil"))
SUBCLASS, CLASS = (f"<{RDFS}{name}>" for name in ("subClassOf", "Class"))
OWL_CLASS, IMPORTS, ANNOTATION = (f"<{OWL}{name}>" for name in ("Class", "imports", "AnnotationProperty"))
TRUE, FALSE = (f'"{name}"^^<{XSD}boolean>' for name in ("true", "false"))


def sh(name: str) -> Term:
    """Return the term of SHACL's vocabulary with a local name."""
    return f"<{SH}{name}>"


VIOLATION, WARNING, INFO = (sh(name) for name in ("Violation", "Warning", "Info"))
_NUMBERS = frozenset(f"<{XSD}{name}>" for name in ("integer", "decimal", "double"))
_PREFIXES = {RDF: "rdf:", RDFS: "rdfs:", OWL: "owl:", SH: "sh:", XSD: "xsd:"}


def short(term: Term) -> str:
    """Return a term for a message: prefixed where everybody knows the prefix; a blank node has no name."""
    if term.startswith("_"):
        return "a blank node"
    if term.startswith('"') and term.endswith(">"):
        text, _, datatype = term.rpartition("^^")
        return text[1:-1] if datatype in _NUMBERS else f"{text}^^{short(datatype)}"
    for namespace, prefix in _PREFIXES.items():
        if term.startswith(f"<{namespace}"):
            return prefix + term[len(namespace) + 1 : -1]
    return term
