"""What RDF/XML can express: properties are XML names, and texts consist of XML's characters.

RDF 1.1 XML Syntax, sections 6.1.4 and 2.4; Namespaces in XML 1.0, section 3; XML 1.0, section 2.2.
"""

import re
from collections.abc import Iterable
from functools import cache

from upheaval.rdf.xsd import NCNAME

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_NO_XML = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")
_SYNTAX = {
    f"{_RDF}{name}"
    for name in (
        *("RDF", "ID", "about", "bagID", "parseType", "resource", "nodeID", "datatype", "li", "Description"),
        *("aboutEach", "aboutEachPrefix"),
    )
}


@cache
def _tail() -> re.Pattern[str]:
    """Return what an XML name at the end of an IRI matches; it takes long to compile, and few commands need it."""
    return re.compile(f"{NCNAME}\\Z")


class NotXml(ValueError):
    """Raised for a graph that RDF/XML cannot express; its text says which term."""


def is_property_name(iri: str) -> bool:
    """Return whether RDF/XML can express a property: it ends in an XML name, and is not part of the syntax."""
    return _tail().search(iri) is not None and iri not in _SYNTAX


def are_property_names(iris: Iterable[str]) -> bool:
    """Return whether RDF/XML can express all of some properties."""
    return all(is_property_name(iri) for iri in set(iris))


def require_names(properties: Iterable[str]) -> None:
    """Check that RDF/XML can express properties.

    Raises:
        NotXml: it cannot express one.

    """
    for iri in properties:
        if not is_property_name(iri):
            raise NotXml(f"the IRI of the property <{iri}> does not end in an XML name")


def require_characters(document: bytes) -> None:
    """Check that a document in UTF-8 has only characters of XML.

    Raises:
        NotXml: it has others.

    """
    if found := _NO_XML.search(document):
        raise NotXml(f"a text has the character {found[0].decode()!a}, which XML does not have")
