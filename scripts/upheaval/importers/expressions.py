"""The types of Ibis that expressions here are made of, and what SQL has and Ibis has no method for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from inspect import Parameter, Signature
from typing import Any

import ibis
from ibis.expr.types import Table
from ibis.expr.types import Value as Expression

__all__ = ["Expression", "Table", "and_more", "join", "union"]


@cache
def _concat(arity: int) -> Callable[..., Expression]:
    """Declare to Ibis the engines' own CONCAT of so many texts; Ibis reads the number off the signature."""

    def concat_ws(*_texts: str) -> str:
        raise NotImplementedError

    texts = [Parameter(f"text_{number}", Parameter.POSITIONAL_ONLY, annotation=str) for number in range(arity)]
    vars(concat_ws)["__signature__"] = Signature(texts, return_annotation=str)
    function: Callable[..., Expression] = ibis.udf.scalar.builtin(concat_ws, signature=(("string",) * arity, "string"))
    return function


def join(parts: Sequence[str | Expression]) -> Expression:
    """Return the concatenation of texts and columns; neighbouring texts become one.

    Ibis' own `concat` makes a chain of `||`, which copies the text at each link.
    """
    merged: list[Any] = []
    for part in parts:
        if isinstance(part, str) and merged and isinstance(merged[-1], str):
            merged[-1] += part
        else:
            merged.append(part)
    values = [ibis.literal(part) if isinstance(part, str) else part.cast("string") for part in merged]
    return values[0] if len(values) == 1 else _concat(len(values) + 1)("", *values)


def and_more(name: Expression, count: Expression) -> Expression:
    """Return the name of the first of several, and how many more there are."""
    more = ibis.literal(" and ").concat((count - 1).cast("string"), " more")
    return name.concat(ibis.ifelse(count > 1, more, ""))


def union(tables: Iterable[Table]) -> Table:
    """Return the rows of several tables, all of them."""
    first, *rest = tables
    return ibis.union(first, *rest) if rest else first
