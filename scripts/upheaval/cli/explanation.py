"""What `upheaval check --explain` shows: what each rule, constraint and shape reads of other records, and why."""

from collections.abc import Iterable

from upheaval.check.footprints import Scope
from upheaval.check.plan import Plan
from upheaval.rdf.iris import ANY
from upheaval.schema.contract import local


def explain(plan: Plan) -> str:
    """Describe how a publication's rules, constraints and shapes are run.

    Args:
        plan: as a check has found it to hold.

    Returns:
        A line for each rule and constraint, and for each shape that reads more of other records than their classes.

    """
    scopes = plan.scopes
    named = {f"ontology/rules/{name}": scope for name, scope in scopes.rules.items()}
    named |= {local(name): scope for name, scope in scopes.constraints.items()}
    wide = {local(name): scope for name, scope in scopes.shapes.items() if scope.unbounded or scope.others}
    lines = [f"{name}: {_how(scope)}" for name, scope in (*named.items(), *wide.items())]
    others = len(scopes.shapes) - len(wide)
    lines.append(f"{others} shapes: batch by batch, reading only the classes of other records")
    if plan.mistrusted:
        lines.append("A rule creates the IRI of a record, so what rules conclude may be about any record.")
    return "".join(f"{line}\n" for line in lines)


def _how(scope: Scope) -> str:
    read = [*_read(scope.others, "records" if scope.unbounded else "records that a record refers to")]
    read.extend(_read(scope.inner, "nodes inside them"))
    read.extend(f"all of each {local(cls)}" for cls in sorted(scope.classes))
    what = f"reading {', and '.join(read)}" if read else "reading no other records"
    if scope.unbounded:
        return f"over all records at once, because {scope.unbounded}; {what}"
    return f"batch by batch, {what}"


def _read(names: Iterable[str], whose: str) -> list[str]:
    shown = ["everything"] if ANY in names else sorted(map(local, names))
    return [f"{', '.join(shown)} of {whose}"] if shown else []
