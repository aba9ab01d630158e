"""Cite a page as a sentence, as BibTeX and as CSL-JSON, with the version of the data."""

import json
import re
from dataclasses import dataclass

from upheaval.schema.publication import Publication

_TEX = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\{",
        "}": r"\}",
        "$": r"\$",
        "&": r"\&",
        "#": r"\#",
        "%": r"\%",
        "_": r"\_",
        "^": r"\textasciicircum{}",
        "~": r"\textasciitilde{}",
    }
)


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference to a page, in three forms."""

    plain: str
    bibtex: str
    csl: str


def reference(publication: Publication, identity: str, title: str, iri: str) -> Reference:
    """Write the reference to a page.

    Args:
        publication: the publication.
        identity: the dataset's hash; its start distinguishes builds of the same version.
        title: the title of the page.
        iri: the IRI that is cited, which is also its address.

    Returns:
        A sentence, a BibTeX `@misc` entry with special characters escaped, and a CSL-JSON item of type `dataset` (CSL
        1.0.2), all as text.

    """
    year, month, day = publication.issued.split("-")
    authors = "; ".join(publication.creator)
    version = f"{publication.version}, RDFC-1.0 {identity[:12]}"
    label = re.sub(r"[^a-z0-9]+", "-", iri.removeprefix(publication.iri).lower()).strip("-") or publication.name
    fields = {
        "author": " and ".join(f"{{{_tex(name)}}}" for name in publication.creator),
        "title": _tex(title),
        "howpublished": _tex(publication.title),
        "publisher": _tex(publication.publisher),
        "year": year,
        "version": _tex(version),
        "url": iri,
    }
    item = {
        "type": "dataset",
        "id": label,
        "title": title,
        "container-title": publication.title,
        "author": [{"literal": name} for name in publication.creator],
        "publisher": publication.publisher,
        "issued": {"date-parts": [[int(year), int(month), int(day)]]},
        "version": version,
        "URL": iri,
    }
    entry = "".join(f"  {name} = {{{content}}},\n" for name, content in fields.items())
    return Reference(
        plain=f"{authors}: {title}. In: {publication.title}, version {version}, {publication.issued}. {iri}",
        bibtex=f"@misc{{{label},\n{entry}}}",
        csl=json.dumps([item], ensure_ascii=False, indent=1),
    )


def _tex(text: str) -> str:
    return text.translate(_TEX)
