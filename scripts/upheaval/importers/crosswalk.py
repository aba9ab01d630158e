"""Crosswalks: a dataset's codes and what they are in our terms, as SKOS concepts with notations and matches."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from upheaval.faults import Fault, Refusal, refuse, syntax_location
from upheaval.rdf.graphs import iri_of
from upheaval.rdf.namespaces import SKOS, STATECRAFT
from upheaval.schema.contract import Contract, local

HERE = Path(__file__).parent / "crosswalks"
STATES = "https://w3id.org/statecraft/import/state"
_MATCHES = {str(SKOS[name]) for name in ("exactMatch", "closeMatch", "broadMatch")}
_TYPE_OF_KIND = "organization_kind"


@dataclass(frozen=True, slots=True)
class Concept:
    """One code of a dataset.

    Attributes:
        code: as it stands in the dataset's cells.
        label: its English name; empty where what it matches has one.
        matches: the IRIs that it matches, exactly, closely or as something narrower.

    """

    code: str
    label: str
    matches: tuple[str, ...]

    def match(self, scheme: str) -> str | None:
        """Return the match in one of our schemes, by the scheme's name with underscores, such as `item_kind`."""
        return next((iri for iri in self.matches if _scheme(iri) == scheme), None)


@dataclass(frozen=True, slots=True)
class State:
    """One state of the reference list; dates and codes are empty texts where it has none."""

    iri: str
    label: str
    iso2: str = ""
    iso3: str = ""
    cow: str = ""
    start: str = ""
    end: str = ""

    @property
    def historical(self) -> bool:
        """Whether it has ceased to exist."""
        return bool(self.end)


def read_states() -> list[State]:
    """Return the reference list of states that comes with the package."""
    said = _by_subject((HERE / "states.ttl").read_bytes(), "states.ttl")
    return [
        State(
            iri,
            _one(about, str(SKOS.prefLabel)),
            *(
                _one(about, str(STATECRAFT[key]))
                for key in ("isoAlpha2", "isoAlpha3", "cowCode", "startDate", "endDate")
            ),
        )
        for iri, about in sorted(said.items())
        if str(SKOS.inScheme) in about
    ]


def read_crosswalk(given: str, contract: Contract, states: Iterable[State]) -> dict[str, dict[str, Concept]]:
    """Read the crosswalk of a dataset.

    Args:
        given: Turtle, or the name of a file in `crosswalks/`.
        contract: whose codes concepts may match.
        states: which states they may match.

    Returns:
        The concepts by the local name of their scheme and by code.

    Raises:
        Refusal: it is no Turtle, gives a code twice, or matches something that does not exist.

    """
    name = given if given.endswith(".ttl") else "crosswalk"
    data = (HERE / given).read_bytes() if given.endswith(".ttl") else given.encode()
    known = {iri for codes in contract.codes.values() for iri in codes.values()} | {state.iri for state in states}
    found: dict[str, dict[str, Concept]] = {}
    faults: list[Fault] = []
    for iri, about in sorted(_by_subject(data, name).items()):
        for scheme in about.get(str(SKOS.inScheme), []):
            concepts = found.setdefault(local(scheme), {})
            matches = tuple(sorted(match for kind in _MATCHES for match in about.get(kind, [])))
            unknown = [match for match in matches if match not in known]
            faults.extend(_fault(name, f"<{iri}> matches <{match}>, which does not exist") for match in unknown)
            for code in about.get(str(SKOS.notation), []):
                if code in concepts:
                    faults.append(_fault(name, f"the code `{code}` is given twice in {scheme}"))
                concepts[code] = Concept(code, _one(about, str(SKOS.prefLabel)), matches)
    if faults:
        raise Refusal(faults)
    return found


@dataclass(frozen=True, slots=True)
class Actor:
    """What a code of an actor stands for, from one day until before another.

    Attributes:
        code: the dataset's code or name.
        since, until: ISO dates; the code means this actor from the one until before the other.
        iri: the publication's record, or an IRI below the publication's `import/`.
        label: its English name.
        kind: its class: State, HistoricalState, Organization or Actor.
        organization_kind: the IRI of an organization's kind, or an empty text.
        state: the state of the reference list, if it is one.
        minted: whether the publication has no record of it.

    """

    code: str
    since: str
    until: str
    iri: str
    label: str
    kind: str
    organization_kind: str = ""
    state: State | None = None
    minted: bool = True


@dataclass(frozen=True, slots=True)
class Known:
    """A state or an organization that the publication has a record of."""

    iri: str
    label: str
    kind: str
    iso3: str = ""
    cow: str = ""


ALWAYS = ("0000", "9999")


def actors(
    schemes: Iterable[str],
    concepts: dict[str, dict[str, Concept]],
    states: list[State],
    known: list[Known],
    base: str,
    dataset: str,
) -> list[Actor]:
    """Say what every code of an actor stands for.

    Args:
        schemes: `iso2`, `cow`, or schemes of the crosswalk; the first that knows a code wins.
        concepts: the crosswalk.
        states: the reference list.
        known: the publication's own states and organizations.
        base: the publication's namespace.
        dataset: the dataset's name, for actors that are not states.

    Returns:
        One actor a code, or several with spans that do not overlap and leave no gap.

    """
    found: dict[str, list[Actor]] = {}
    by_iri = {state.iri: state for state in states}
    for scheme in schemes:
        if scheme in ("iso2", "cow"):
            held: dict[str, list[State]] = {}
            for state in states:
                if value := state.iso2 if scheme == "iso2" else state.cow:
                    held.setdefault(value, []).append(state)
            entries = {value: _spans(value, sharing, known, base) for value, sharing in held.items()}
        else:
            entries = {
                concept.code: [_of_concept(concept, by_iri, known, base, dataset)]
                for concept in concepts.get(scheme, {}).values()
            }
        for value, spans in entries.items():
            found.setdefault(value, spans)
    return [actor for _, spans in sorted(found.items()) for actor in spans]


def _spans(value: str, sharing: list[State], known: list[Known], base: str) -> list[Actor]:
    """Give a code to the states that share it: those with dates for their time, the other one for the rest."""
    if len(sharing) == 1:
        return [_of_state(value, sharing[0], *ALWAYS, known, base)]
    dated = sorted((state for state in sharing if state.historical), key=lambda state: state.start)
    rest = next((state for state in sharing if not state.historical), dated[-1])
    spans, since = [], ALWAYS[0]
    for state in dated:
        if since < state.start:
            spans.append(_of_state(value, rest, since, state.start, known, base))
        spans.append(_of_state(value, state, max(since, state.start), state.end, known, base))
        since = state.end
    return [*spans, _of_state(value, rest, since, ALWAYS[1], known, base)]


def _of_state(value: str, state: State, since: str, until: str, known: list[Known], base: str) -> Actor:
    for own in known:
        same = (
            own.cow == state.cow != "" or own.label == state.label
            if state.historical and own.kind == "HistoricalState"
            else own.kind == "State" and not state.historical and own.iso3 == state.iso3 != ""
        )
        if same:
            return Actor(value, since, until, own.iri, own.label, own.kind, "", state, minted=False)
    kind = "HistoricalState" if state.historical else "State"
    return Actor(value, since, until, f"{base}import/state/{local(state.iri)}", state.label, kind, "", state)


def _of_concept(concept: Concept, states: dict[str, State], known: list[Known], base: str, dataset: str) -> Actor:
    for match in concept.matches:
        if match in states:
            return _of_state(concept.code, states[match], *ALWAYS, known, base)
    kind = concept.match(_TYPE_OF_KIND) or ""
    return organization(concept.code, concept.label, kind, known, base, dataset)


def organization(code: str, label: str, kind: str, known: list[Known], base: str, dataset: str) -> Actor:
    """Return a non-state actor: the publication's record with the same English name, or one of the import."""
    from upheaval.populate.naming import slug

    for own in known:
        if own.label == label and own.kind == "Organization":
            return Actor(code, *ALWAYS, own.iri, own.label, own.kind, kind, None, minted=False)
    iri = f"{base}import/{dataset}/actor/{slug(label)}"
    return Actor(code, *ALWAYS, iri, label, "Organization" if kind else "Actor", kind)


def _scheme(iri: str) -> str:
    return local(iri.rpartition("#")[0]).replace("-", "_")


def _by_subject(data: bytes, name: str) -> dict[str, dict[str, list[str]]]:
    said: dict[str, dict[str, list[str]]] = {}
    try:
        for quad in ox.parse(data, format=ox.RdfFormat.TURTLE):
            said.setdefault(iri_of(quad.subject), {}).setdefault(quad.predicate.value, []).append(iri_of(quad.object))
    except SyntaxError as error:
        refuse(name, f"this is not Turtle: {error.msg}", "fix the file", at=syntax_location(error))
    return said


def _one(about: dict[str, list[str]], predicate: str) -> str:
    return next(iter(about.get(predicate, [])), "")


def _fault(name: str, message: str) -> Fault:
    return Fault(name, message, "correct the crosswalk", rule="import/crosswalk")
