"""References to a selection, for reference managers: BibTeX, RIS and CSL-JSON."""

import json
from typing import Any

from upheaval.explore.corpus import Corpus
from upheaval.explore.selecting import select
from upheaval.explore.states import ExploreState, address, words_of

_TEX = str.maketrans(
    {"\\": r"\textbackslash{}", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}"}
    | {sign: f"\\{sign}" for sign in "{}$&#%_"}
)


def _mark(text: str) -> str:
    """Return the FNV-1a hash of a text (32 bits), which a browser computes without help."""
    found = 0x811C9DC5
    for byte in text.encode():
        found = (found ^ byte) * 0x01000193 & 0xFFFFFFFF
    return f"{found:08x}"


def _facts(corpus: Corpus, state: ExploreState) -> dict[str, Any]:
    about, words = corpus.about, address(state)
    count = len(select(corpus, state))
    # A hash of the selection is part of the key, so that two of one publication do not collide in a bibliography.
    return {
        "key": f"{about['name']}-{_mark(words)}" if words else about["name"],
        "title": f"{words_of(corpus, state)} ({count} record{'' if count == 1 else 's'})",
        "version": f"{about['version']}, RDFC-1.0 {about['identity'][:12]}",
        "url": f"{about['iri']}explore/{'?' if words else ''}{words}",
    }


def as_sentence(corpus: Corpus, state: ExploreState) -> str:
    """Return the reference as a sentence."""
    about, facts = corpus.about, _facts(corpus, state)
    authors = "; ".join(about["creator"])
    within = f"{about['title']}, version {facts['version']}, {about['issued']}"
    return f"{authors}: {facts['title']}. In: {within}. {facts['url']}"


def as_bibtex(corpus: Corpus, state: ExploreState) -> bytes:
    """Write a BibTeX `@misc` entry."""
    about, facts = corpus.about, _facts(corpus, state)
    fields = {
        "author": " and ".join(f"{{{name.translate(_TEX)}}}" for name in about["creator"]),
        "title": facts["title"].translate(_TEX),
        "howpublished": about["title"].translate(_TEX),
        "year": about["issued"][:4],
        "version": facts["version"].translate(_TEX),
        "url": facts["url"],
    }
    lines = "".join(f"  {name} = {{{text}}},\n" for name, text in fields.items())
    return f"@misc{{{facts['key']},\n{lines}}}\n".encode()


def as_ris(corpus: Corpus, state: ExploreState) -> bytes:
    """Write an RIS reference of type DATA."""
    about, facts = corpus.about, _facts(corpus, state)
    lines = [
        "TY  - DATA",
        *(f"AU  - {name}" for name in about["creator"]),
        f"TI  - {facts['title']}",
        f"T2  - {about['title']}",
        f"DA  - {about['issued'].replace('-', '/')}",
        f"ET  - {facts['version']}",
        f"UR  - {facts['url']}",
        "ER  - ",
    ]
    return "".join(f"{line}\r\n" for line in lines).encode()


def as_csl(corpus: Corpus, state: ExploreState) -> bytes:
    """Write a CSL-JSON item of type `dataset` (CSL 1.0.2)."""
    about, facts = corpus.about, _facts(corpus, state)
    item = {
        "type": "dataset",
        "id": facts["key"],
        "title": facts["title"],
        "container-title": about["title"],
        "author": [{"literal": name} for name in about["creator"]],
        "issued": {"date-parts": [[int(part) for part in about["issued"].split("-")]]},
        "version": facts["version"],
        "URL": facts["url"],
    }
    return (json.dumps([item], ensure_ascii=False, indent=1) + "\n").encode()
