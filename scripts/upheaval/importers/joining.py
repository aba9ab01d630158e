"""Many texts and columns to one text, by SQL's CONCAT, which Ibis has no operation for."""

from typing import Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.operations as ops
import ibis.expr.rules as rlz
import sqlglot.expressions as sge
from ibis.backends.sql.compilers.base import SQLGlotCompiler
from ibis.common.typing import VarTuple

from upheaval.importers.declaration import Expression


class Joined(ops.Value):  # type: ignore[misc]
    """SQL's CONCAT of many texts at once: Ibis' own makes a chain of `||`, which copies the text at each link."""

    arg: VarTuple[ops.Value[dt.String]]

    shape = rlz.shape_like("arg")
    dtype = dt.string


def _visit_joined(_compiler: object, _op: object, *, arg: tuple[Any, ...]) -> Any:
    return sge.Anonymous(this="CONCAT", expressions=list(arg))


SQLGlotCompiler.visit_Joined = _visit_joined


def join(parts: list[Any]) -> Expression:
    """Return the concatenation of texts and columns; neighbouring texts become one."""
    merged: list[Any] = []
    for part in parts:
        if isinstance(part, str) and merged and isinstance(merged[-1], str):
            merged[-1] += part
        else:
            merged.append(part)
    values = [ibis.literal(part) if isinstance(part, str) else part.cast("string") for part in merged]
    return values[0] if len(values) == 1 else Joined(tuple(values)).to_expr()
