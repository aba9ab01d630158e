"""States and territories and their codes and names: the reference list and the publication's own records."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from upheaval.importers.crosswalk import HERE, by_subject, one
from upheaval.rdf.namespaces import SKOS, STATECRAFT
from upheaval.schema.contract import local

STATES = "https://w3id.org/statecraft/import/state"
SCHEMES = {
    "iso2": "isoAlpha2",
    "iso3": "isoAlpha3",
    "m49": "m49Code",
    "iso-numeric": "isoNumeric",
    "cow": "cowCode",
    "cow-abbreviation": "cowAbbreviation",
    "gw": "gwCode",
}
"""The properties that hold codes of actors, by scheme name."""
_NUMERIC = {"m49", "iso-numeric"}
_ARTICLES = {"the", "of", "and"}


@dataclass(frozen=True, slots=True)
class Country:
    """A state or a territory: of the reference list, or one that only the publication knows.

    Attributes:
        iri: of the reference list; of the publication's record if it alone knows the state.
        label: its English name.
        codes: its codes, by scheme; a scheme may have several.
        names: all its names, the label among them.
        start, end: ISO dates; empty if it has no such date.
        territory: whether it has a code, but is not a state.

    """

    iri: str
    label: str
    codes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    names: tuple[str, ...] = ()
    start: str = ""
    end: str = ""
    territory: bool = False

    @property
    def historical(self) -> bool:
        """Whether it has ceased to exist."""
        return bool(self.end)

    def code(self, scheme: str) -> str:
        """Return its code of a scheme, or an empty text."""
        return next(iter(self.codes.get(scheme, ())), "")


@dataclass(frozen=True, slots=True)
class Known:
    """An actor that the publication has a record of.

    Attributes:
        iri, label: of the record.
        cls: the IRI of its class.
        sort: `State`, `HistoricalState`, or `Organization` for any other actor.
        codes, names: all its codes, and its names in any language.
        start, end: ISO dates in the precision known; empty if unknown.

    """

    iri: str
    label: str
    cls: str
    sort: str
    codes: Mapping[str, str] = field(default_factory=dict)
    names: tuple[str, ...] = ()
    start: str = ""
    end: str = ""

    def is_the(self, country: Country) -> bool:
        """Whether it is the given state of the reference list, by a shared code or name."""
        if (self.sort == "HistoricalState") != country.historical or self.sort not in ("State", "HistoricalState"):
            return False
        shared = any(code in country.codes.get(scheme, ()) for scheme, code in self.codes.items())
        if country.historical:
            apart = (self.start or "0") > country.end or (self.end or "9") < country.start
            return (shared and not apart) or self._named(country)
        iso = self.codes.get("iso3")
        return iso in country.codes.get("iso3", ()) if iso else shared or self._named(country)

    def _named(self, country: Country) -> bool:
        return not {name_key(name) for name in self.names}.isdisjoint(name_key(name) for name in country.names)


def read_countries() -> list[Country]:
    """Return the reference list of states and territories that comes with the package."""
    found = by_subject((HERE / "states.ttl").read_bytes(), "states.ttl")
    countries = []
    for iri, about in sorted(found.items()):
        if str(SKOS.inScheme) in about:
            codes = {scheme: tuple(about.get(str(STATECRAFT[key]), ())) for scheme, key in SCHEMES.items()}
            more = about.get(str(SKOS.notation), [])
            codes["iso2"] += tuple(code for code in more if len(code) == 2)
            codes["iso3"] += tuple(code for code in more if len(code) == 3)
            label = one(about, str(SKOS.prefLabel))
            names = (label, *about.get(str(SKOS.altLabel), []))
            start, end = (one(about, str(STATECRAFT[key])) for key in ("startDate", "endDate"))
            territory = local(about[str(SKOS.inScheme)][0]) == "territory"
            countries.append(Country(iri, label, codes, names, start, end, territory))
    return countries


def code_key(scheme: str, code: str) -> str:
    """Return a code as it is compared: without `.0`, in capitals, three digits for M49."""
    plain = re.sub(r"\.0+$", "", code.strip()).upper()
    return plain.zfill(3) if scheme in _NUMERIC and plain.isdigit() else plain


def name_key(name: str) -> str:
    """Return a name as it is compared: without accents, letter case, punctuation, articles and `and`."""
    plain = unicodedata.normalize("NFKD", name.replace("&", " and "))
    letters = "".join(char for char in plain if not unicodedata.combining(char)).casefold()
    words = re.sub(r"[^\w]+", " ", re.sub(r"['’`.]", "", letters)).split()
    return " ".join("saint" if word == "st" else word for word in words if word not in _ARTICLES)


def name_keys(name: str) -> Iterator[str]:
    """Yield the forms in which a name may be known: as it stands, turned round, without `Government of`.

    `Korea, Republic of`, `Iran (Islamic Republic of)` and `Gambia, The` are turned round.
    """
    plain = re.sub(r"^government of ", "", name.strip(), flags=re.IGNORECASE)
    yield name_key(plain)
    if turned := re.fullmatch(r"([^,(]+)[,(] ?([^,)]+)\)?", plain):
        yield name_key(f"{turned[2]} {turned[1]}")
