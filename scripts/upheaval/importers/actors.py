"""Map the codes and names of a dataset to actors, day by day."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from upheaval.importers.countries import SCHEMES, Country, Known, code_key, name_key, name_keys
from upheaval.importers.crosswalk import Concept, Scheme
from upheaval.populate.naming import slug
from upheaval.rdf.namespaces import STATECRAFT
from upheaval.schema.contract import local

ALWAYS = ("0000", "9999")
NAME = "name"
_KIND = "organization_kind"
_ISO3 = re.compile("[A-Z]{3}")


@dataclass(frozen=True, slots=True)
class Actor:
    """The meaning of an actor's code over a span of days.

    Attributes:
        code: the dataset's code or name.
        since, until: ISO dates; the span includes the first and excludes the second.
        iri: the publication's record, or an IRI below the publication's `import/`.
        label: its English name.
        kind: its class, by its local name: State, HistoricalState, Organization or Actor.
        cls: the IRI of its class.
        organization_kind: the IRI of an organization's kind, or an empty text.
        country: the state of the reference list, if it is one.
        minted: whether the publication has no record of it.

    """

    code: str
    since: str
    until: str
    iri: str
    label: str
    kind: str
    cls: str
    organization_kind: str = ""
    country: Country | None = None
    minted: bool = True


class ActorIndex:
    """Finds actors by codes and names.

    Schemes are `iso2`, `iso3`, `m49`, `iso-numeric`, `cow`, `cow-abbreviation`, `gw`, `name`, and those of the
    crosswalk. The publication's own records come first, then the reference list of states.
    """

    def __init__(
        self,
        schemes: Iterable[str],
        crosswalk: Mapping[str, Scheme],
        countries: list[Country],
        known: list[Known],
        base: str,
        dataset: str,
    ) -> None:
        """Index the actors.

        Args:
            schemes: those in which the dataset codes its actors; the first that knows a code wins.
            crosswalk: the dataset's own codes.
            countries: the reference list.
            known: the publication's own actors.
            base: the publication's namespace.
            dataset: the dataset's name, for actors that are not states.

        """
        self.schemes, self.crosswalk, self.base, self.dataset = tuple(schemes), crosswalk, base, dataset
        self.by_iri = {country.iri: country for country in countries}
        self.own: dict[str, Known] = {}
        self.organizations: dict[str, Known] = {}
        self.index: dict[str, dict[str, list[Country]]] = {scheme: {} for scheme in (*SCHEMES, NAME)}
        for country in countries:
            self._enter(country, country.codes, country.names)
        for one in known:
            self._enter_known(one, countries)
        self.found: dict[str, list[Actor]] = {}
        for scheme in (each for each in self.schemes if each != NAME):
            codes = self.index[scheme] if scheme in self.index else self.crosswalk.get(scheme, Scheme()).codes
            for code in codes:
                self.find(code, scheme)

    def find(self, code: str, *schemes: str) -> list[Actor]:
        """Return the actors that a code means, span by span; an empty list if no scheme knows it.

        Args:
            code: the text of a cell.
            schemes: the schemes to search; by default those of the dataset.

        """
        if code not in self.found:
            for exact in (True, False):
                for scheme in schemes or self.schemes:
                    if actors := self._look_up(code, scheme, exact):
                        return self.found.setdefault(code, actors)
        return self.found.get(code, [])

    def known(self, code: str, schemes: Iterable[str], exact: bool) -> bool:
        """Whether a scheme knows a code, either exactly or also by a rule."""
        for scheme in schemes:
            if scheme in self.index:
                if self._countries(code, scheme) or (scheme == NAME and self._organization(code)):
                    return True
            elif (entry := self.crosswalk.get(scheme)) and (entry.exact(code) or (not exact and entry.broader(code))):
                return True
        return False

    @property
    def actors(self) -> list[Actor]:
        """All actors found so far."""
        return [actor for _, spans in sorted(self.found.items()) for actor in spans]

    def _enter(self, country: Country, codes: Mapping[str, Iterable[str]], names: Iterable[str]) -> None:
        for scheme, values in codes.items():
            for value in values:
                self._file(scheme, code_key(scheme, value), country)
        for name in names:
            self._file(NAME, name_key(name), country)

    def _file(self, scheme: str, key: str, country: Country) -> None:
        filed = self.index[scheme].setdefault(key, [])
        if country not in filed:
            filed.append(country)

    def _enter_known(self, one: Known, countries: list[Country]) -> None:
        codes = {scheme: (code,) for scheme, code in one.codes.items()}
        if one.sort == "Organization":
            for name in one.names:
                self.organizations.setdefault(name_key(name), one)
            return
        country = next((each for each in countries if each.iri not in self.own and one.is_the(each)), None)
        if country is None:
            end = one.end or ("9999" if one.sort == "HistoricalState" else "")
            country = Country(one.iri, one.label, codes, one.names, one.start, end)
        self.own[country.iri] = one
        self._enter(country, codes, one.names)

    def _look_up(self, code: str, scheme: str, exact: bool) -> list[Actor]:
        if scheme in self.index:
            if sharing := self._countries(code, scheme):
                return self._spans(code, sharing)
            organization = self._organization(code) if scheme == NAME else None
            return [self._recorded(code, ALWAYS, organization)] if organization else []
        entry = self.crosswalk.get(scheme)
        concept = entry and (entry.exact(code) if exact else entry.broader(code))
        return self._of_concept(code, concept) if concept else []

    def _countries(self, code: str, scheme: str) -> list[Country]:
        index = self.index[scheme]
        keys = name_keys(code) if scheme == NAME else [code_key(scheme, code)]
        found: list[Country] = next((index[key] for key in keys if key in index), [])
        if not found and scheme == NAME and _ISO3.fullmatch(code):  # people write codes where names are asked for
            found = self.index["iso3"].get(code, [])
        if not found and scheme == "gw":  # Gleditsch and Ward took over the codes of COW but for a few
            found = self.index["cow"].get(code_key("cow", code), [])
        return found

    def _organization(self, name: str) -> Known | None:
        return next((self.organizations[key] for key in name_keys(name) if key in self.organizations), None)

    def _of_concept(self, code: str, concept: Concept) -> list[Actor]:
        countries = [self.by_iri[match] for match in concept.matches if match in self.by_iri]
        if countries:
            return self._spans(code, countries)
        kind = concept.match(_KIND) or ""
        label = concept.label or code.strip("*? ")
        if own := self._organization(label):
            return [replace(self._recorded(code, ALWAYS, own), organization_kind=kind)]
        sort = "Organization" if kind else "Actor"
        iri = f"{self.base}import/{self.dataset}/actor/{slug(label)}"
        return [Actor(code, *ALWAYS, iri, label, sort, str(STATECRAFT[sort]), kind)]

    def _spans(self, code: str, sharing: list[Country]) -> list[Actor]:
        """Divide a code among the states that share it: those that ended for their lifetime, the other for the rest."""
        if len(sharing) == 1:
            return [self._of_country(code, ALWAYS, sharing[0])]
        dated = sorted((country for country in sharing if country.historical), key=lambda country: country.start)
        lasting = [country for country in sharing if not country.historical]
        rest = min(lasting, key=lambda country: country.iri not in self.own) if lasting else dated[-1]
        spans, since = [], ALWAYS[0]
        for country in dated:
            if since < country.start:
                spans.append(self._of_country(code, (since, country.start), rest))
            if country.end > since:
                spans.append(self._of_country(code, (max(since, country.start), country.end), country))
                since = country.end
        if since < ALWAYS[1]:
            spans.append(self._of_country(code, (since, ALWAYS[1]), rest))
        return spans

    def _of_country(self, code: str, span: tuple[str, str], country: Country) -> Actor:
        if own := self.own.get(country.iri):
            return replace(self._recorded(code, span, own), country=country)
        kind = "Actor" if country.territory else "HistoricalState" if country.historical else "State"
        iri = f"{self.base}import/{'territory' if country.territory else 'state'}/{local(country.iri)}"
        return Actor(code, *span, iri, country.label, kind, str(STATECRAFT[kind]), "", country)

    def _recorded(self, code: str, span: tuple[str, str], own: Known) -> Actor:
        return Actor(code, *span, own.iri, own.label, own.sort, own.cls, "", None, minted=False)
