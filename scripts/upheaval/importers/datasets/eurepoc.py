"""EuRepoC, the European Repository of Cyber Incidents: the global dataset; an operation for each attributed state."""

import ast
import re
from collections.abc import Callable

import ibis

from upheaval.importers.dates import first_day, last_day
from upheaval.importers.declaration import (
    Column,
    Dataset,
    Exclusion,
    File,
    Rows,
    Sources,
    Table,
    codes,
    if_there,
    our,
    text,
    union,
    whole,
    written,
)

DATE = Column(r"[12][0-9]{3}(-[0-9]{2}(-[0-9]{2})?)?", "a day such as 2016-12-31, a month or a year")
NOBODY = ("unknown", "not available", "not attributed", "none", "nan", "")


def listed(cell: str, known: Callable[[str], bool]) -> list[str]:
    """Return the different values of a cell: separated by semicolons, or a list as Python prints it, also nested."""
    if cell.startswith("["):
        try:
            values = list(_flat(ast.literal_eval(cell)))
        except (SyntaxError, ValueError):
            values = [part.strip(" '\"") for part in cell.strip("[]").split("', '")]
    elif known(cell):
        values = [cell]
    else:
        values = re.split(r"\s*;\s*", cell)
    return list(dict.fromkeys(value.strip() for value in values if value.strip()))


def _flat(value: object) -> list[str]:
    if isinstance(value, list | tuple):
        return [text for each in value for text in _flat(each)]
    return [str(value)]


def incidents(sources: Sources) -> Table:
    """Return a row for each incident and state that it is attributed to, nobody and unions of states left out."""
    table = sources.table("incidents")
    parts = sources.parts("initiator_country").select("cell", "part")
    parts = parts.filter(~parts.part.lower().isin(NOBODY) & ~parts.part.contains("(region)"))
    joined = table.join(parts, table.initiator_country == parts.cell).drop("cell")
    joined = sources.actor(joined, joined.part, ibis.coalesce(joined.start_date, joined.end_date), "attributed")
    joined = joined.filter(joined.attributed.notnull())
    name = joined.attributed.re_replace("^.*/", "")
    joined = joined.mutate(id=ibis.literal("incident/").concat(joined.incident_id, "-", name))
    one = joined.mutate(place_=ibis.row_number().over(ibis.window(group_by="id", order_by="row")))
    return one.filter(one.place_ == 0).drop("place_")


def chosen(sources: Sources, column: str, scheme: str, target: str, table: Table) -> Table:
    """Return what the codes in a cell are in our terms: `id` and the codes of ours."""
    parts = sources.parts(column).select("cell", "part")
    ours = sources.codes(scheme, target)
    given = table.select("id", cell=column).join(parts, "cell")
    return given.join(ours, given.part == ours.code).select("id", target).filter(ibis._[target].notnull()).distinct()


def status(sources: Sources, table: Table) -> Table:
    """Return how well each attribution is established: contested first, then confirmed by the attacker, then others."""
    found = chosen(sources, "attribution_basis", "basis", "evidential_status", table)
    order = ("disputed", "acknowledged", "reported", "alleged")
    short = found.evidential_status.re_replace("^.*#", "")
    rank = ibis.cases(*((short == name, place) for place, name in enumerate(order)), else_=len(order))
    best = found.mutate(rank=rank).group_by("id").agg(rank=ibis._.rank.min())
    names = [(best.rank == place, our("evidential-status", name)) for place, name in enumerate(order)]
    return best.select(case_="id", status=ibis.cases(*names, else_=our("evidential-status", "reported")))


def records(sources: Sources) -> list[Rows]:
    """Return an operation for each incident and attributed state, against the states whose networks were entered."""
    table = sources.keep("incidents", incidents(sources))
    rated = status(sources, table)
    acts = table.left_join(rated, table.id == rated.case_)
    begin = ibis.coalesce(acts.start_date, acts.end_date)
    late = last_day(acts.end_date) < first_day(begin)
    basis = ibis.literal("attribution: ").concat(acts.attribution_basis.fill_null("no basis given"))
    by = ibis.literal("; by ").concat(acts.attributing_country).fill_null("")
    group = ibis.literal("; initiator: ").concat(acts.initiator_category).fill_null("")
    operations = acts.select(
        id="id",
        label=ibis.coalesce(acts.name, ibis.literal("Incident ").concat(acts.incident_id)),
        actor="attributed",
        startDate=begin,
        endDate=ibis.ifelse(late | acts.start_date.isnull(), ibis.null("string"), acts.end_date),
        evidentialStatus=acts.status.fill_null("https://w3id.org/statecraft/evidential-status#reported"),
        says=basis.concat(by, group).substr(0, 600),
        file="file",
        row="row",
    )
    types = chosen(sources, "incident_type", "incident", "cooperation", table)
    rest = table.anti_join(types, "id").select("id", cooperation=our("cooperation", "hybrid-operation"))
    types = union((types, rest))
    return [
        Rows("Operation", operations),
        Rows(
            "Operation",
            types.select("id", cooperationType="cooperation"),
            more=True,
            order=("id", "cooperationType"),
        ),
        Rows("Operation", targets(sources, table), more=True, order=("id", "target")),
    ]


def targets(sources: Sources, table: Table) -> Table:
    """Return the actors that an operation was directed against, but for the state that it is attributed to."""
    parts = sources.parts("receiver_country").select("cell", "part")
    parts = parts.filter(~parts.part.lower().isin(NOBODY))
    day = ibis.coalesce(table.start_date, table.end_date)
    given = table.select("id", "attributed", cell="receiver_country", day=day).join(parts, "cell")
    given = sources.actor(given, given.part, given.day, "target")
    return given.filter(given.target.notnull() & (given.target != given.attributed)).select("id", "target").distinct()


def unattributed(sources: Sources) -> Table:
    """Return the incidents that are attributed to no state."""
    return sources.table("incidents").anti_join(incidents(sources), ["file", "row"])


def undated(sources: Sources) -> Table:
    """Return the incidents without a date."""
    table = sources.table("incidents")
    return table.filter(table.start_date.isnull() & table.end_date.isnull())


DATASET = Dataset(
    name="eurepoc",
    title="European Repository of Cyber Incidents, global dataset",
    creator="European Repository of Cyber Incidents",
    publisher="EuRepoC consortium",
    publisher_kind="think-tank",
    url="https://eurepoc.eu/",
    citation="European Repository of Cyber Incidents. EuRepoC Global Dataset of Cyber Incidents.",
    licence="CC BY 4.0.",
    edition="1.3",
    files=(
        File(
            "incidents",
            {
                "incident_id": written(whole(required=True), "ID"),
                "name": if_there(text()),
                "start_date": DATE,
                "end_date": if_there(DATE),
                "incident_type": codes(listed, "incident"),
                "receiver_country": codes(listed, "receiver", "name", "nobody", "region"),
                "initiator_country": codes(listed, "receiver", "name", "nobody", "region"),
                "initiator_category": if_there(text()),
                "attribution_basis": if_there(codes(listed, "basis")),
                "attributing_country": if_there(text()),
            },
        ),
    ),
    actors=("receiver", "name"),
    crosswalk="eurepoc.ttl",
    records=records,
    counted=incidents,
    exclusions=(
        Exclusion("no date", "incidents", undated),
        Exclusion("not attributed to a state", "incidents", unattributed),
    ),
    caveats=(
        "An incident that is attributed to several states is one operation for each; an attribution is a claim, and its"
        " basis, who makes it and the kind of initiator are in the citation.",
        "An operation is acknowledged only where the attacker confirms it, disputed where an attribution is contested,"
        " alleged where only the state or the body that was hit makes it, and reported otherwise. Reported is not"
        " confirmed.",
        "An initiator in a state, also one not said to act for it, makes the operation that state's.",
        "Regions are no targets; a receiver in the state of the initiator is left out of the targets.",
        "Many dates of EuRepoC that are 1 January mean the year.",
    ),
)
