"""Names, prefixes and addresses in a publication's metadata: what they may be, and what belongs to others."""

import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import urlsplit

from upheaval.rdf.datatypes import IllFormed, web_address
from upheaval.rdf.writers import PREFIXES
from upheaval.sources.reserved import RESERVED

_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_PREFIX = re.compile(r"[^\W\d_](?:[\w.-]*[\w-])?")
_VERSION = re.compile(r"[0-9A-Za-z](?:[0-9A-Za-z.+-]*[0-9A-Za-z])?")
_ENCODED = re.compile(r"%(?![0-9A-F]{2})|%(?:2D|2E|5F|7E|3[0-9]|4[1-9A-F]|5[0-9A]|6[1-9A-F]|7[0-9A])")
_STANDARD = {
    "brick": "https://brickschema.org/schema/Brick#",
    "csvw": "http://www.w3.org/ns/csvw#",
    "dcam": "http://purl.org/dc/dcam/",
    "doap": "http://usefulinc.com/ns/doap#",
    "geo": "http://www.opengis.net/ont/geosparql#",
    "ldp": "http://www.w3.org/ns/ldp#",
    "oa": "http://www.w3.org/ns/oa#",
    "odrl2": "http://www.w3.org/ns/odrl/2/",
    "org": "http://www.w3.org/ns/org#",
    "prof": "http://www.w3.org/ns/dx/prof/",
    "qb": "http://purl.org/linked-data/cube#",
    "sdo": "https://schema.org/",
    "sosa": "http://www.w3.org/ns/sosa/",
    "ssn": "http://www.w3.org/ns/ssn/",
    "time": "http://www.w3.org/2006/time#",
    "void": "http://rdfs.org/ns/void#",
    "wgs": "https://www.w3.org/2003/01/geo/wgs84_pos#",
    "wdt": "http://www.wikidata.org/prop/direct/",
    **PREFIXES,
}
"""What readers take common prefixes to mean."""


def name_problem(name: str) -> tuple[str, str] | None:
    """Return what is wrong with the name of a publication, which its files have, and the cure; or None."""
    if not _NAME.fullmatch(name):
        better = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
        cure = f"write `{better}`" if better else "use lower-case letters, digits and single hyphens"
        return f"`{name}` is not a valid name: it may only have lower-case letters, digits and single hyphens", cure
    if name in RESERVED:
        return f"the name `{name}` is taken by {RESERVED[name]}, so that files would overwrite one another", (
            f"choose another, such as `{name}-data`"
        )
    return None


def prefix_problem(prefix: str, iri: str) -> tuple[str, str] | None:
    """Return what is wrong with the prefix of a namespace, and the cure; or None.

    A prefix has to serve Turtle (PN_PREFIX) as well as XML (Namespaces in XML 1.0, sections 3 and 4).
    """
    if not _PREFIX.fullmatch(prefix):
        return (
            f"`{prefix}` is not a valid prefix: it starts with a letter, and has letters, digits and hyphens",
            "choose another",
        )
    if prefix.lower().startswith("xml"):
        return f"`{prefix}` is reserved by XML, as is every prefix that starts so", "choose another"
    meant = _STANDARD.get(prefix.lower())
    if meant not in (None, iri):
        return f"the prefix `{prefix}` stands for <{meant}>", f"choose another, such as `{prefix}-data`"
    return None


def version_problem(version: str) -> tuple[str, str] | None:
    """Return what is wrong with a version, which is part of an IRI, and the cure; or None."""
    if _VERSION.fullmatch(version):
        return None
    return f"`{version}` is not a version", "write it as 1.0.0 or 2026-11-23"


def namespace_problems(iri: str) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with the namespace of records, each with its cure."""
    problem = address_problem(iri)
    if problem:
        yield problem
        return
    parts = urlsplit(iri)
    if "?" in iri:
        yield f"`{iri}` has a query, so that the IRI of a record would be part of it", "leave out `?` and what follows"
    if "#" in iri:
        yield f"`{iri}` has a fragment, which the nodes inside a record need", "leave out `#`, and end with a slash"
    elif not iri.endswith("/"):
        yield f"`{iri}` is not a namespace: the names of records follow directly", "end it with a slash"
    elif "//" in parts.path:
        yield f"`{iri}` has an empty segment", "write one slash"
    owner = next((space for space in _STANDARD.values() if iri.startswith(space)), None)
    if owner or iri.startswith("https://w3id.org/statecraft/"):
        yield f"`{iri}` belongs to another vocabulary", "write a namespace of your own"


def address_problem(text: str) -> tuple[str, str] | None:
    """Return what is wrong with a web address, and the cure; or None.

    IRIs are compared character by character, so only the normal form of RFC 3986 (section 6.2.2) is accepted: no dot
    segments, no encoded characters that need not be, and a scheme and a host in small letters.
    """
    if text != text.strip() or any(sign.isspace() for sign in text):
        return f"`{text}` has a space", "delete it, or write it as %20"
    if re.match(r"[^:/?#]*(?:[/?#]|$)", text):
        return f"`{text}` is not a whole web address", "write it whole, as https://host/path"
    scheme, colon, rest = text.partition(":")
    if scheme != scheme.lower():
        return f"the scheme of `{text}` has capital letters", f"write `{scheme.lower()}{colon}{rest}`"
    try:
        web_address(text)
        parts = urlsplit(text)
        port = parts.port
    except (IllFormed, ValueError) as error:
        return error.args if isinstance(error, IllFormed) else (f"`{text}` is not a web address", str(error))
    if "@" in parts.netloc:
        return f"`{text}` has a user name", "leave out what is before @"
    host = parts.netloc.rpartition(":")[0] if port is not None else parts.netloc
    if not host or host.endswith((".", ":")) or host.startswith("."):
        return f"`{text}` has no proper host", "write it as https://host/path"
    if host != host.lower():
        return f"the host of `{text}` has capital letters", "write it in small letters"
    if port in ({"http": 80, "https": 443}[parts.scheme],):
        return f"`{text}` names the port that its scheme has anyway", f"leave out `:{port}`"
    if {".", ".."} & set(re.sub("%2e", ".", parts.path, flags=re.IGNORECASE).split("/")):
        return f"`{text}` has a dot segment, which readers resolve away", "write the path without `.` and `..`"
    if found := _ENCODED.search(text):
        encoded = text[found.start() : found.start() + 3]
        return f"`{text}` has the percent-encoding `{encoded}`, which is not in normal form", (
            "write two capital hexadecimal digits, and letters and digits as they are"
        )
    if not unicodedata.is_normalized("NFC", text):
        return f"`{text}` is not in Unicode's composed form (NFC)", "retype it"
    return None
