"""Describe the tables for machine learning in Croissant 1.1, with a record set for each table."""

from collections.abc import Mapping
from typing import Any

from upheaval.build.datapackage import field_type, path_of
from upheaval.build.folder import Content, sha256_of, size_of
from upheaval.build.tables import SEPARATOR, CsvTable, TableColumn
from upheaval.schema.contract import Form
from upheaval.schema.publication import Publication

VERSION = "http://mlcommons.org/croissant/1.1"
_CROISSANT = (
    "arrayShape citeAs column containedIn equivalentProperty extract field fileObject fileProperty fileSet format "
    "includes isArray isLiveDataset jsonPath key md5 parentField path recordSet references regex repeated replace "
    "samplingRate separator source subField transform"
)
CONTEXT = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "dct": "http://purl.org/dc/terms/",
    "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "description": {"@container": "@language"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "name": {"@container": "@language"},
    **{term: f"cr:{term}" for term in _CROISSANT.split()},
}
"""The context given in the specification (section "Preamble"), which readers compare with that of a file."""

_TYPES = {
    "integer": "sc:Integer",
    "number": "sc:Float",
    "boolean": "sc:Boolean",
    "date": "sc:Date",
    "datetime": "sc:DateTime",
    "time": "sc:Time",
    "year": "sc:Integer",
}


def croissant(publication: Publication, tables: Mapping[str, CsvTable], files: Mapping[str, Content]) -> dict[str, Any]:
    """Describe the tables for machine learning.

    Args:
        publication: the publication.
        tables: the tables by name.
        files: the content of their files, by path in the build.

    Returns:
        The content of croissant.json; file addresses are relative to it.

    """
    return {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "@id": publication.iri,
        "conformsTo": VERSION,
        "name": publication.title,
        "description": publication.description,
        "url": publication.homepage,
        "version": publication.version,
        "datePublished": publication.issued,
        "license": publication.license,
        "creator": [_agent(name) for name in publication.creator],
        "publisher": [_agent(publication.publisher)],
        "citeAs": _citation(publication),
        "inLanguage": "en",
        "isLiveDataset": False,
        **({"keywords": list(publication.keyword)} if publication.keyword else {}),
        "distribution": [_file(path_of(name), files[path_of(name)]) for name in sorted(tables)],
        "recordSet": [_record_set(name, table) for name, table in sorted(tables.items())],
    }


def _agent(name: str) -> dict[str, str]:
    return {"@type": "sc:Organization", "name": name}


def _citation(publication: Publication) -> str:
    authors = "; ".join(publication.creator)
    year = publication.issued[:4]
    return f"{authors} ({year}). {publication.title}, version {publication.version}. {publication.iri}"


def _file(path: str, content: Content) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": path,
        "name": path,
        "contentUrl": path,
        "contentSize": f"{size_of(content)} B",
        "encodingFormat": "text/csv",
        "sha256": sha256_of(content),
    }


def _record_set(name: str, table: CsvTable) -> dict[str, Any]:
    return {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "description": table.description,
        "key": [{"@id": f"{name}/{column}"} for column in table.key],
        "field": [_field(name, column) for column in table.columns],
    }


def _field(table: str, column: TableColumn) -> dict[str, Any]:
    address = column.form is Form.IRI
    return {
        "@type": "cr:Field",
        "@id": f"{table}/{column.name}",
        "name": column.name,
        "description": column.description,
        "dataType": "sc:URL" if address else _TYPES.get(field_type(column), "sc:Text"),
        **({"isArray": True, "arrayShape": "-1"} if column.many else {}),
        "source": {
            "fileObject": {"@id": path_of(table)},
            "extract": {"column": column.name},
            **({"transform": {"separator": SEPARATOR}} if column.many else {}),
        },
    }
