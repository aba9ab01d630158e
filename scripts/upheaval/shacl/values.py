"""Constraints on each value node by itself: value type, range, string-based, and sh:in (SHACL 4.1, 4.3, 4.4, 4.8.3)."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import ClassVar

from upheaval.rdf import xsd, xsdorder
from upheaval.rdf.terms import (
    LANG_STRING,
    STRING,
    Term,
    is_blank,
    is_iri,
    is_literal,
    literal_parts,
    text_of,
    unescape,
)
from upheaval.shacl.reads import Reads
from upheaval.shacl.shaclterms import sh, short
from upheaval.shacl.shapes import Constraint, Pair, Run, Violation

Test = Callable[[Term], bool]


def core(name: str) -> Term:
    """Return the IRI of a constraint component of SHACL Core."""
    return sh(f"{name}ConstraintComponent")


class ValueConstraint(Constraint):
    """A constraint that each value node satisfies or violates, whatever the others are."""

    __slots__ = ()

    def find(self, pairs: Sequence[Pair], run: Run) -> list[Violation]:
        """Return the violations."""
        violates = self.test(run)
        return [(focus, value) for focus, values in pairs for value in values if violates(value)]

    def test(self, run: Run) -> Test:
        """Return what tells whether a value node violates it."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Class(ValueConstraint):
    """sh:class (SHACL section 4.1.1)."""

    component: ClassVar[Term] = core("Class")
    cls: Term

    def find(self, pairs: Sequence[Pair], run: Run) -> list[Violation]:
        """Return the violations."""
        members = run.data.members(self.cls)
        return [(focus, value) for focus, values in pairs for value in values if value not in members]

    def says(self) -> str:
        """Return a message for shapes that have none."""
        return f"is not an instance of {short(self.cls)}"

    def reads(self, away: bool) -> Reads:
        """Return what is read."""
        return Reads(classes=away)


@dataclass(frozen=True, slots=True)
class Datatype(ValueConstraint):
    """sh:datatype (SHACL section 4.1.2); an ill-typed literal violates it."""

    component: ClassVar[Term] = core("Datatype")
    datatype: Term

    def test(self, run: Run) -> Test:
        """Return what tells whether a value node violates it."""
        return _is_not_of(self.datatype)

    def says(self) -> str:
        """Return a message for shapes that have none."""
        return f"is not a valid {short(self.datatype)}"


@cache
def _is_not_of(datatype: Term) -> Test:
    iri = datatype[1:-1]
    if iri == LANG_STRING:
        return lambda value: not (is_literal(value) and literal_parts(value).datatype == LANG_STRING)
    suffix = '"' if iri == STRING else f'"^^{datatype}'
    check = xsd.checker(iri)
    if check is None:
        return lambda value: not (is_literal(value) and value.endswith(suffix))
    end = -len(suffix)
    return lambda value: not (value[0] == '"' and value.endswith(suffix) and check(unescape(value[1:end])))


_KINDS: dict[Term, tuple[Test, ...]] = {
    sh("IRI"): (is_iri,),
    sh("BlankNode"): (is_blank,),
    sh("Literal"): (is_literal,),
    sh("BlankNodeOrIRI"): (is_blank, is_iri),
    sh("BlankNodeOrLiteral"): (is_blank, is_literal),
    sh("IRIOrLiteral"): (is_iri, is_literal),
}
NODE_KINDS = tuple(_KINDS)


@dataclass(frozen=True, slots=True)
class NodeKind(ValueConstraint):
    """sh:nodeKind (SHACL section 4.1.3)."""

    component: ClassVar[Term] = core("NodeKind")
    kind: Term

    def test(self, run: Run) -> Test:
        """Return what tells whether a value node violates it."""
        kinds = _KINDS[self.kind]
        return lambda value: not any(is_kind(value) for is_kind in kinds)

    def says(self) -> str:
        """Return a message for shapes that have none."""
        return f"is not of the kind {short(self.kind)}"


@dataclass(frozen=True, slots=True)
class _NamedConstraint(ValueConstraint):
    """A constraint of one of several components, which its parameter's name tells apart."""

    name: str

    @property
    def component(self) -> Term:  # type: ignore[override]
        """The IRI of the constraint component."""
        return core(self.name[0].upper() + self.name[1:])


@dataclass(frozen=True, slots=True)
class Range(_NamedConstraint):
    """sh:minInclusive and its likes (SHACL section 4.3): what cannot be compared with the bound violates it."""

    bound: Term

    def test(self, run: Run) -> Test:
        """Return what tells whether a value node violates it."""
        bound = order_key(self.bound)
        wanted = {"minExclusive": (1,), "minInclusive": (0, 1), "maxExclusive": (-1,), "maxInclusive": (-1, 0)}[
            self.name
        ]
        return lambda value: xsdorder.compare(order_key(value), bound) not in wanted

    def says(self) -> str:
        """Return a message for shapes that have none."""
        relation = {"minExclusive": "more than", "minInclusive": "at least", "maxExclusive": "less than"}
        return f"is not {relation.get(self.name, 'at most')} {short(self.bound)}"


def order_key(term: Term) -> xsdorder.Key | None:
    """Return the value of a literal for comparisons; None where it has none."""
    return xsdorder.key(*literal_parts(term)) if is_literal(term) else None


@dataclass(frozen=True, slots=True)
class Length(_NamedConstraint):
    """sh:minLength and sh:maxLength (SHACL sections 4.4.1 and 4.4.2)."""

    bound: int

    def test(self, run: Run) -> Test:
        """Return what tells whether a value node violates it."""
        bound = self.bound
        if self.name == "minLength":
            return lambda value: is_blank(value) or len(text_of(value)) < bound
        return lambda value: is_blank(value) or len(text_of(value)) > bound

    def says(self) -> str:
        """Return a message for shapes that have none."""
        return f"has {'fewer' if self.name == 'minLength' else 'more'} than {self.bound} characters"


@dataclass(frozen=True, slots=True)
class Pattern(ValueConstraint):
    """sh:pattern with sh:flags (SHACL section 4.4.3)."""

    component: ClassVar[Term] = core("Pattern")
    pattern: str
    flags: str
    compiled: re.Pattern[str]

    def test(self, run: Run) -> Test:
        """Return what tells whether a value node violates it."""
        search = self.compiled.search
        return lambda value: is_blank(value) or search(text_of(value)) is None

    def says(self) -> str:
        """Return a message for shapes that have none."""
        return f"does not match the pattern {self.pattern}"


@dataclass(frozen=True, slots=True)
class LanguageIn(ValueConstraint):
    """sh:languageIn (SHACL section 4.4.4), by basic filtering (RFC 4647 section 3.3.1)."""

    component: ClassVar[Term] = core("LanguageIn")
    languages: tuple[str, ...]

    def test(self, run: Run) -> Test:
        """Return what tells whether a value node violates it."""
        ranges = tuple(language.lower() for language in self.languages)
        longer = tuple(f"{language}-" for language in ranges)

        @cache
        def is_outside(tag: str) -> bool:
            return not tag or not (tag in ranges or tag.startswith(longer) or "*" in ranges)

        return lambda value: not is_literal(value) or is_outside(literal_parts(value).language.lower())

    def says(self) -> str:
        """Return a message for shapes that have none."""
        return f"is not in one of the languages {', '.join(self.languages)}"


@dataclass(frozen=True, slots=True)
class In(ValueConstraint):
    """sh:in (SHACL section 4.8.3)."""

    component: ClassVar[Term] = core("In")
    terms: tuple[Term, ...]

    def test(self, run: Run) -> Test:
        """Return what tells whether a value node violates it."""
        terms = frozenset(self.terms)
        return lambda value: value not in terms

    def says(self) -> str:
        """Return a message for shapes that have none."""
        return f"is none of {', '.join(map(short, self.terms[:10]))}{' …' if len(self.terms) > 10 else ''}"
