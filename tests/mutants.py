"""Seeded changes to the quads of a store, each of which may break a shape: what the two engines are compared on."""

import random
import re
from collections import Counter
from collections.abc import Callable

import pyoxigraph as ox

from upheaval.rdf.graphs import iri_of
from upheaval.rdf.namespaces import RDF, STATECRAFT, XSD

Change = tuple[list[ox.Quad], list[ox.Quad]]
Mutator = Callable[[random.Random, list[ox.Quad]], Change]
TYPE = ox.NamedNode(RDF.type)
TEXTS = ("2001", "2001-02-30", "1850-01", "2001-06-31", "-5", "5.0", "ten", "", "AV", "0008", "Arvenia", "true")
# What rdflib, and so pySHACL, takes for ill-typed or compares otherwise than the standards do is not made here.
FORMS = {"gYear": "[0-9]{4}", "gYearMonth": "[0-9]{4}-(0[1-9]|1[0-2])", "decimal": r"-?[0-9]+(\.[0-9]+)?"}
TYPES = ("string", "date", "gYear", "gYearMonth", "decimal", "integer", "boolean")


def drop(_rng: random.Random, quads: list[ox.Quad]) -> Change:
    return [quads[0]], []


def add_another(_rng: random.Random, quads: list[ox.Quad]) -> Change:
    """Give a node the value that another node has for the same property."""
    one, other = _alike(quads)
    return [], [_put(one, other.object)]


def repeat_elsewhere(_rng: random.Random, quads: list[ox.Quad]) -> Change:
    """State the same in the other graph: that is one value, not two."""
    other = next(quad.graph_name for quad in quads if quad.graph_name != quads[0].graph_name)
    return [], [ox.Quad(quads[0].subject, quads[0].predicate, quads[0].object, other)]


def change_class(_rng: random.Random, quads: list[ox.Quad]) -> Change:
    types = [quad for quad in quads if quad.predicate == TYPE]
    return [types[0]], [_put(types[0], next(quad.object for quad in types if quad.object != types[0].object))]


def drop_class(_rng: random.Random, quads: list[ox.Quad]) -> Change:
    return [next(quad for quad in quads if quad.predicate == TYPE)], []


def change_datatype(rng: random.Random, quads: list[ox.Quad]) -> Change:
    old, value = _plain(quads)
    return [old], [_put(old, _literal(value.value, XSD[rng.choice(TYPES)]))]


def change_text(rng: random.Random, quads: list[ox.Quad]) -> Change:
    old, value = _plain(quads)
    return [old], [_put(old, _literal(rng.choice(TEXTS), value.datatype.value))]


def change_language(rng: random.Random, quads: list[ox.Quad]) -> Change:
    old, value = _text(quads)
    tag = rng.choice(("fr", "en-GB", "eng", ""))
    return [old], [_put(old, ox.Literal(value.value, language=tag) if tag else ox.Literal(value.value))]


def add_language(_rng: random.Random, quads: list[ox.Quad]) -> Change:
    old, value = _text(quads)
    return [], [_put(old, ox.Literal("Another", language=value.language))]


def swap(_rng: random.Random, quads: list[ox.Quad]) -> Change:
    one, other = _alike([quad for quad in quads if quad.predicate != TYPE])
    return [one, other], [_put(one, other.object), _put(other, one.object)]


def swap_across(_rng: random.Random, quads: list[ox.Quad]) -> Change:
    """Exchange the values of two properties of one node."""
    for one in quads:
        for other in quads:
            if one.subject == other.subject and len({TYPE, one.predicate, other.predicate}) == 3:
                return [one, other], [_put(one, other.object), _put(other, one.object)]
    return [], []


def write_out(_rng: random.Random, quads: list[ox.Quad]) -> Change:
    """Put the text of an IRI in its place."""
    old = next(quad for quad in quads if isinstance(quad.object, ox.NamedNode) and quad.predicate != TYPE)
    return [old], [_put(old, ox.Literal(iri_of(old.object)))]


def lose(_rng: random.Random, quads: list[ox.Quad]) -> Change:
    """Point at a node of which nothing is said."""
    old = next(quad for quad in quads if quad.predicate != TYPE)
    return [old], [_put(old, ox.NamedNode("https://example.org/nowhere"))]


def date_agreement(rng: random.Random, quads: list[ox.Quad]) -> Change:
    """Give what has steps a date of its own."""
    step = next(quad for quad in quads if quad.predicate == ox.NamedNode(STATECRAFT.step))
    year = ox.Literal("2001", datatype=ox.NamedNode(XSD.gYear))
    name = ox.NamedNode(STATECRAFT[rng.choice(("date", "startDate", "endDate"))])
    return [], [ox.Quad(step.subject, name, year, step.graph_name)]


def point_back(_rng: random.Random, quads: list[ox.Quad]) -> Change:
    """Let a node stand as the value of a property of its own."""
    old = next(quad for quad in quads if isinstance(quad.object, ox.NamedNode) and quad.predicate != TYPE)
    return [], [_put(old, old.subject)]


MUTATORS: tuple[Mutator, ...] = (
    drop,
    add_another,
    repeat_elsewhere,
    change_class,
    drop_class,
    change_datatype,
    change_text,
    change_language,
    add_language,
    swap,
    swap_across,
    write_out,
    lose,
    date_agreement,
    point_back,
)


def mutate(quads: list[ox.Quad], seed: int, each: int) -> tuple[list[ox.Quad], list[ox.Quad]]:
    """Return what every mutator, applied some times to quads in an order of its own, takes away and adds."""
    rng = random.Random(seed)
    gone: list[ox.Quad] = []
    come: list[ox.Quad] = []
    for mutator in MUTATORS * each:
        less, more = mutator(rng, _shuffled(rng, quads))
        assert less or more, mutator.__name__
        gone += less
        come += more
    return gone, come


def _shuffled(rng: random.Random, quads: list[ox.Quad]) -> list[ox.Quad]:
    """Return quads at random, but one of each property first: most would be citations otherwise."""
    seen: Counter[ox.NamedNode] = Counter()
    ranked = []
    for quad in rng.sample(quads, len(quads)):
        ranked.append((seen[quad.predicate], quad))
        seen[quad.predicate] += 1
    return [quad for _, quad in sorted(ranked, key=lambda one: one[0])]


def _put(quad: ox.Quad, value: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple) -> ox.Quad:
    return ox.Quad(quad.subject, quad.predicate, value, quad.graph_name)


def _plain(quads: list[ox.Quad]) -> tuple[ox.Quad, ox.Literal]:
    return next((one, one.object) for one in quads if isinstance(one.object, ox.Literal) and not one.object.language)


def _text(quads: list[ox.Quad]) -> tuple[ox.Quad, ox.Literal]:
    return next((one, one.object) for one in quads if isinstance(one.object, ox.Literal) and one.object.language)


def _literal(text: str, datatype: str) -> ox.Literal:
    """Make a literal, of another datatype where the text is none of those in FORMS."""
    form = FORMS.get(datatype.rpartition("#")[2], "(?s:.*)")
    known = datatype if re.fullmatch(form, text) else str(XSD.date)
    return ox.Literal(text, datatype=ox.NamedNode(known))


def _alike(quads: list[ox.Quad]) -> tuple[ox.Quad, ox.Quad]:
    """Return two quads with one property and two values."""
    pairs = ((one, other) for one in quads for other in quads if one.predicate == other.predicate)
    return next((one, other) for one, other in pairs if one.object != other.object)
