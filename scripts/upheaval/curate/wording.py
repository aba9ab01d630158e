"""Say differences in words, with the labels of records, codes and properties."""

from collections.abc import Iterable

from upheaval.curate.differences import TYPE, Change, Difference, NodeChange, PropertyChange, record_of
from upheaval.rdf.namespaces import RDFS, SKOS, STATECRAFT
from upheaval.rdf.terms import Term, is_literal, literal_parts, named, split, text_of
from upheaval.rdf.xsd import XSD
from upheaval.schema.contract import local
from upheaval.schema.ledger import absolute, relative

_LABELS = (named(str(RDFS.label)), named(str(SKOS.prefLabel)))
_CITATION, _SOURCE = named(str(STATECRAFT.citation)), named(str(STATECRAFT.source))
_VALUE, _UNIT = named(str(STATECRAFT.value)), named(str(STATECRAFT.unit))
_LOW, _HIGH = named(str(STATECRAFT.low)), named(str(STATECRAFT.high))
_AMOUNT = (_VALUE, _LOW, _HIGH)
_ARTICLE = named(str(STATECRAFT.article))
_PHRASES = {
    named(str(STATECRAFT[name])): word
    for name, word in {
        "action": "",
        "provisionKind": "",
        "measure": "of",
        "member": "of",
        "voter": "of",
        "source": "of",
        "claimedBy": "by",
        "by": "by",
        "asOf": "as of",
        "article": "in article",
        "date": "on",
        "startDate": "from",
        "endDate": "until",
    }.items()
}
"""What identifies nodes inside records, in the order in which they are named, each after its preposition."""

_LONGEST = 160
_CONTEXT = 4


class Wording:
    """Puts the differences between two editions into words.

    Attributes:
        difference: the difference.
        labels: the labels of records, terms and codes, English ones where there are any.

    """

    def __init__(self, difference: Difference) -> None:
        self.difference = difference
        self.labels: dict[Term, str] = {}
        for edition in (difference.a, difference.b):
            self._learn(edition.vocabulary)
            self._learn(edition.graphs["data"])

    def _learn(self, lines: Iterable[str]) -> None:
        found: dict[Term, tuple[bool, str, str]] = {}
        for line in lines:
            if not any(label in line for label in _LABELS):
                continue
            subject, predicate, value = split(line)
            if predicate in _LABELS and is_literal(value):
                text, _, language = literal_parts(value)
                rank = (not (language or "en").startswith("en"), language, text)
                found[subject] = min(found.get(subject, rank), rank)
        self.labels.update({subject: text for subject, (_, _, text) in found.items()})

    def name(self, term: Term) -> str:
        """Return what an IRI is called: its label, or else its last part and the record that it is in."""
        if term in self.labels:
            return self.labels[term]
        last = local(text_of(term)) or text_of(term)
        owner = self.labels.get(record_of(term), "")
        return f"{last} of {owner}" if owner and "#" in term else last

    def value(self, term: Term) -> str:
        """Return a value as people read it: a name, or a text with its language if that is not English."""
        if not is_literal(term):
            return self.name(term)
        return self._quoted(self._plain(term), term)

    def _plain(self, term: Term) -> str:
        return " ".join(literal_parts(term)[0].split()) if is_literal(term) else self.name(term)

    def _quoted(self, text: str, term: Term) -> str:
        """Put quotation marks around what is said of a literal that is a text."""
        if not is_literal(term):
            return text
        _, datatype, language = literal_parts(term)
        if language and not language.startswith("en"):
            return f"“{text}” ({language})"
        return text if datatype.startswith(XSD) and not datatype.endswith("#string") else f"“{text}”"

    def kind(self, change: NodeChange) -> str:
        """Return the label of the class of a node."""
        return self._one(self._values(change).get(TYPE, ()))

    def title(self, change: NodeChange) -> str:
        """Return what a record is called, in the newer edition if it is there."""
        return self.name(change.iri)

    def fate(self, node: NodeChange) -> str:
        """Return what the ledger says became of a record, or a node inside one, that is gone, or an empty text."""
        base, ledger = self.difference.b.iri, self.difference.b.ledger
        entry = ledger.resolve(relative(text_of(node.iri), base)) if node.change is Change.REMOVED else None
        if entry is None or not entry.annotated:
            return ""
        into = ", ".join(self.name(named(absolute(iri, base))) for iri in entry.successors)
        return f"{entry.state}{f' into {into}' if into else ''}{f': {entry.why}' if entry.why else ''}"

    def points(self, record: NodeChange) -> list[str]:
        """Return what is different in a record that both editions have, a line for each claim."""
        own = self._clauses(record)
        found = ["; ".join(own)] if own else []
        for node in record.nodes:
            found.extend(self._claims(node, ""))
        return found

    def _claims(self, node: NodeChange, within: str) -> list[str]:
        """Return the lines about a node inside a record and about those that it holds."""
        if node.holder == _CITATION:
            return [f"{within}{clause}" for clause in self._sources([node])]
        name = f"{within}{self._phrase(node)}"
        if node.change is Change.CHANGED:
            clauses = self._clauses(node)
            found = [f"{name}: {'; '.join(clauses)}"] if clauses else []
        else:
            rest = "; ".join([*self._rest(node), *self._number_of_sources(node)])
            fate = self.fate(node)
            return [f"{node.change}: {name}{f' ({rest})' if rest else ''}{f', {fate}' if fate else ''}"]
        for inner in node.nodes:
            if inner.holder != _CITATION:
                found.extend(self._claims(inner, f"{name} › "))
        return found

    def _clauses(self, node: NodeChange) -> list[str]:
        clauses = [self._clause(change) for change in node.properties if change.property not in _AMOUNT]
        if any(change.property in _AMOUNT for change in node.properties):
            clauses.insert(0, self._amounts(node))
        if not node.holder:
            return clauses
        return clauses + self._sources([inner for inner in node.nodes if inner.holder == _CITATION])

    def _clause(self, change: PropertyChange) -> str:
        label = self.name(change.property)
        if not change.old or not change.new:
            values = ", ".join(_shortened(self.value(term)) for term in change.old or change.new)
            return f"{label}: {values} {'added' if change.new else 'removed'}"
        if len(change.old) == len(change.new) == 1:
            old, new = _excerpts(self._plain(change.old[0]), self._plain(change.new[0]))
            return f"{label}: {self._quoted(old, change.old[0])} → {self._quoted(new, change.new[0])}"
        old, new = (", ".join(map(self.value, terms)) for terms in (change.old, change.new))
        return f"{label}: {old} → {new}"

    def _amounts(self, node: NodeChange) -> str:
        """Say how an amount changed, whatever it was made of: `10 → 12 ships`, `10 → 8 to 12 ships`."""
        before, after = dict(node.kept), dict(node.kept)
        for change in node.properties:
            before[change.property] = before.get(change.property, ()) + change.old
            after[change.property] = after.get(change.property, ()) + change.new
        old, new = self._amount(before), self._amount(after)
        unit = self._one(node.kept.get(_UNIT, ()))
        measured = f" {unit}" if unit else ""
        if not old or not new:
            return f"{old or new}{measured} {'added' if new else 'removed'}"
        return f"{old} → {new}{measured}"

    def _amount(self, values: dict[Term, tuple[Term, ...]]) -> str:
        value, low, high = (", ".join(map(self.value, values.get(name, ()))) for name in _AMOUNT)
        between = (
            f"{low} to {high}" if low and high else f"at least {low}" if low else f"at most {high}" if high else ""
        )
        return f"{value} ({between})" if value and between else value or between

    def _sources(self, citations: list[NodeChange]) -> list[str]:
        """Say which sources came and went, and what changed in a citation."""
        found = []
        for change in (Change.ADDED, Change.REMOVED):
            names = [self._cited(node) for node in citations if node.change is change]
            if names:
                number = "one source" if len(names) == 1 else f"{len(names)} sources"
                found.append(f"{number} {change} ({'; '.join(names)})")
        for node in citations:
            if node.change is Change.CHANGED:
                clauses = "; ".join(self._clause(change) for change in node.properties)
                found.append(f"citation of {self._cited(node)}: {clauses}")
        return found

    def _cited(self, node: NodeChange) -> str:
        return self._one(self._values(node).get(_SOURCE, ())) or self.name(node.iri)

    def _phrase(self, node: NodeChange) -> str:
        """Return the name of a node by what identifies it, as far as it is the same in both editions."""
        values = self._values(node)
        words = [self.name(node.holder)]
        for name, preposition in _PHRASES.items():
            written = self._plain if name == _ARTICLE else self.value
            words += [_after(preposition, written(term)) for term in values.get(name, ())[:3]]
        if len(words) == 1:
            plain = [term for name, terms in values.items() if name != TYPE for term in terms]
            words += [_shortened(self.value(term), 60) for term in plain[:2]]
        return " ".join(words)

    def _rest(self, node: NodeChange) -> list[str]:
        """Return what a node that came or went says besides its name."""
        values = self._values(node)
        amount, unit = self._amount(values), self._one(values.get(_UNIT, ()))
        found = [f"{amount} {unit}".strip()] if amount else []
        for name, terms in values.items():
            if name in _PHRASES or name in (TYPE, _UNIT, *_AMOUNT):
                continue
            found.append(f"{self.name(name)}: {', '.join(_shortened(self.value(term)) for term in terms)}")
        return found

    def _number_of_sources(self, node: NodeChange) -> list[str]:
        number = sum(inner.holder == _CITATION for inner in node.nodes)
        return [f"{number} source{'s' if number > 1 else ''}"] if number else []

    def _values(self, node: NodeChange) -> dict[Term, tuple[Term, ...]]:
        """Return the values that a node has in both editions, or in the only one that has it."""
        if node.change in (Change.CHANGED, Change.RENAMED):
            return node.kept
        return {change.property: change.new or change.old for change in node.properties}

    def _one(self, terms: tuple[Term, ...]) -> str:
        return self.name(terms[0]) if terms else ""


def _after(preposition: str, value: str) -> str:
    if preposition == "on" and len(value) < len("1961-07-11"):
        preposition = "in"
    return f"{preposition} {value}".strip()


def _shortened(text: str, longest: int = _LONGEST) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"


def _excerpts(old: str, new: str) -> tuple[str, str]:
    """Return long texts around what is different in them; short ones as they are."""
    if max(len(old), len(new)) <= _LONGEST:
        return old, new
    one, other = old.split(" "), new.split(" ")
    start = next((at for at, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), 0)
    shortest = min(len(one), len(other)) - start
    end = next((at for at in range(shortest) if one[-1 - at] != other[-1 - at]), shortest)
    return _excerpt(one, start, len(one) - end), _excerpt(other, start, len(other) - end)


def _excerpt(words: list[str], start: int, end: int) -> str:
    first, last = max(start - _CONTEXT, 0), min(end + _CONTEXT, len(words))
    text = " ".join(words[first:last])
    return f"{'…' if first else ''}{text}{'…' if last < len(words) else ''}"
