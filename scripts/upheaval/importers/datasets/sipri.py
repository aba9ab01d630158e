"""SIPRI Arms Transfers Database: the trade register, a row a deal, or of its new form a row a year of delivery."""

from collections.abc import Callable

import ibis

from upheaval.importers.declaration import (
    Column,
    Dataset,
    Exclusion,
    Expression,
    File,
    Rows,
    Sources,
    Table,
    code,
    if_there,
    number,
    one_of,
    our,
    text,
    union,
    whole,
    written,
    year,
)

YEARS = Column(r"[12][0-9]{3}( ?[;,] ?[12][0-9]{3})*", "years such as 2016; 2017")
REGISTER = (
    *("Recipient", "Supplier", "Year of order", "Year of order ?", "Number ordered", "Number ordered ?"),
    *("Weapon designation", "Weapon description", "Number delivered", "Number delivered ?", "Year(s) of delivery"),
    *("status", "Comments", "SIPRI TIV for total order", "SIPRI TIV of delivered weapons"),
)
PARTIES = ("Supplier", "Recipient")
WEAPON = ("Designation", "Description")
FIGURES = (
    ("number ordered", "Number ordered", "pieces", "Number ordered ?"),
    ("number delivered", "Number delivered", "pieces", "Number delivered ?"),
    ("value of the order", "SIPRI TIV for total order", "million-trend-indicator-values", ""),
    ("value of what was delivered", "SIPRI TIV of delivered weapons", "million-trend-indicator-values", ""),
)


def slug(value: Expression) -> Expression:
    """Return a text as part of an IRI: its ASCII letters and digits, and the beginning of its hash."""
    plain = value.lower().re_replace("[^a-z0-9]+", "-").re_replace("^-|-$", "")
    return plain.concat("-", value.hexdigest("md5").substr(0, 6))


def marked(table: Table, value: str, mark: str) -> Expression:
    """Return a cell together with its question mark."""
    return table[value].fill_null("unknown").concat(ibis.ifelse(table[mark] == "?", " (estimated)", ""))


def register(sources: Sources) -> Table:
    """Return the deals of both forms of the register, in the columns of the older one; the newer numbers them."""
    found = []
    if sources.has("register"):
        table = sources.table("register")
        found.append(table.select(*REGISTER, "file", "row", number=ibis.null("string")))
    if sources.has("deliveries"):
        found.append(deals(sources.table("deliveries")).select(*REGISTER, "file", "row", "number"))
    return union(found)


def deals(table: Table) -> Table:
    """Return the deliveries of the newer form put together by deal."""
    sums = table.group_by(number="SIPRI AT Database ID", **{name: name for name in (*PARTIES, *WEAPON)}).agg(
        **{
            "Year of order": table["Order date"].min(),
            "Year of order ?": _mark(table["Order date is estimate"]),
            "Number delivered": table["Numbers delivered"].cast("int64").sum().cast("string"),
            "Number delivered ?": _mark(table["Numbers delivered is estimate"]),
            "Year(s) of delivery": table["Delivery year"].collect().unique().sort().join(";").nullif(""),
            "status": table.Status.max(),
            "Comments": ibis.ifelse(table["Local production"] == "Yes", "Local production", ibis.null("string")).max(),
            "SIPRI TIV of delivered weapons": _decimal(table["TIV delivery values"].cast("decimal(18, 4)").sum()),
            "file": table.file.min(),
            "row": table.row.min(),
        }
    )
    renamed = sums.rename({"Weapon designation": "Designation", "Weapon description": "Description"})
    missing = [name for name in REGISTER if name not in renamed.columns]
    return renamed.mutate(**{name: ibis.null("string") for name in missing})


def _mark(value: Expression) -> Expression:
    return ibis.ifelse(value.max() == "Yes", "?", ibis.null("string"))


def _decimal(value: Expression) -> Expression:
    return value.cast("string").re_replace("0+$", "").re_replace("[.]$", "")


def transfers(sources: Sources) -> Table:
    """Return the register with a name for each row, its parties, its item and its span."""
    table = register(sources)
    deal = [table[name].fill_null("") for name in ("Recipient", "Supplier", "Year of order", "Number ordered")]
    weapon = table["Weapon designation"].concat(" (", table["Weapon description"], ")")
    table = table.mutate(key=weapon.concat("|", *(part.concat("|") for part in deal), table.number.fill_null("")))
    table = table.mutate(key=table.key.hexdigest("md5").substr(0, 16))
    table = table.mutate(repeat=ibis.row_number().over(ibis.window(group_by="key", order_by="row")))
    suffix = ibis.ifelse(table.repeat > 0, ibis.literal("-").concat((table.repeat + 1).cast("string")), "")
    years = delivered(table)
    table = table.mutate(
        id=ibis.literal("transfer/").concat(table.key, suffix),
        weapon=weapon,
        item=sources.iri(ibis.literal("item/").concat(slug(weapon))),
        begin=ibis.coalesce(years.mins(), table["Year of order"]),
        end=years.maxs(),
    )
    table = sources.actor(table, table.Supplier, table.begin, "seller")
    return sources.actor(table, table.Recipient, table.begin, "buyer")


def delivered(table: Table) -> Expression:
    """Return the years of delivery as an array."""
    return table["Year(s) of delivery"].re_replace(" ?[;,] ?", ";").split(";")


def records(sources: Sources) -> list[Rows]:
    """A transfer a row, with its item and its figures."""
    table = sources.keep("transfers", transfers(sources))
    kinds = sources.codes("weapon", "item_kind", "cooperation")
    placed = table.join(kinds, table["Weapon description"] == kinds.code)
    items = placed.group_by("item", "weapon", "item_kind").agg(row=placed.row.min(), file=placed.file.min())
    order = ibis.literal("ordered ").concat(marked(table, "Year of order", "Year of order ?"))
    facts = order.concat(": ", marked(table, "Number ordered", "Number ordered ?"))
    delivered = ibis.literal("; delivered: ").concat(
        marked(table, "Number delivered", "Number delivered ?"),
        ibis.literal(", ").concat(table["Year(s) of delivery"]).fill_null(""),
    )
    state = ibis.literal("; ").concat(table.status.lower()).fill_null("")
    return [
        Rows(
            "WeaponSystem",
            items.select(
                id=items["item"].substr(len(sources.base)), label="weapon", itemKind="item_kind", file="file", row="row"
            ),
        ),
        Rows(
            "ArmsTransfer",
            table.select(
                id="id",
                label=table.weapon.concat(" from ", table.Supplier, " to ", table.Recipient),
                description="Comments",
                supplier="seller",
                recipient="buyer",
                item="item",
                startDate="begin",
                endDate="end",
                evidentialStatus=our("evidential-status", "reported"),
                says=facts.concat(delivered, state),
                file="file",
                row="row",
            ),
            order=("row",),
        ),
        Rows("ArmsTransfer", placed.select(id="id", cooperationType="cooperation"), more=True),
        Rows("ArmsTransfer", deliveries(table), more=True, order=("id", "deliveryDate")),
        *(Rows("Estimate", figure(sources, table, *about), under="estimate") for about in FIGURES),
    ]


def deliveries(table: Table) -> Table:
    """Return every year of delivery."""
    listed = table.filter(table["Year(s) of delivery"].notnull())
    return listed.select("id", deliveryDate=delivered(listed).unnest()).distinct()


def figure(sources: Sources, table: Table, measure: str, column: str, unit: str, mark: str) -> Table:
    """Return one figure of every row that has it; an uncertain one says so."""
    given = table.filter(table[column].notnull())
    ordered = "order" in measure
    return given.select(
        id=given.id.concat("#", measure.replace(" ", "-")),
        of="id",
        measure=ibis.literal(measure),
        value=column,
        unit=our("unit", unit),
        asOf=given["Year of order"] if ordered else ibis.coalesce(given.end, given.begin),
        claimedBy=sources.who("SIPRI"),
        approximate=ibis.ifelse(given[mark] == "?", "true", ibis.null("string")) if mark else ibis.null("string"),
        file="file",
        row="row",
    )


def used(sources: Sources) -> Table:
    """Return the rows that are in a transfer; the deliveries of a deal are in one together."""
    tables = [transfers(sources).select("file", "row")]
    if sources.has("deliveries"):
        tables.append(sources.table("deliveries").select("file", "row"))
    return union(tables)


def unknown_party(name: str) -> Callable[[Sources], Table]:
    """Return what finds the rows of which SIPRI does not know one side."""

    def rows(sources: Sources) -> Table:
        table = sources.table(name)
        return table.filter(table.Supplier.startswith("unknown s") | table.Recipient.startswith("unknown recipient"))

    return rows


DATASET = Dataset(
    name="sipri",
    title="SIPRI Arms Transfers Database, trade register",
    creator="Stockholm International Peace Research Institute",
    publisher="Stockholm International Peace Research Institute",
    publisher_kind="think-tank",
    url="https://www.sipri.org/databases/armstransfers",
    citation="Stockholm International Peace Research Institute. SIPRI Arms Transfers Database.",
    licence="Copyright SIPRI; fair use with attribution, no republication of the register.",
    edition="the format of 2023 to 2026",
    files=(
        File(
            "register",
            {
                "Recipient": code("actor", "name"),
                "Supplier": code("actor", "name"),
                "Year of order": written(year(required=True), "Year of order/licence", "Year of order/ licence"),
                "Year of order ?": if_there(one_of("?")),
                "Number ordered": written(whole(), "No. ordered", "No ordered"),
                "Number ordered ?": if_there(one_of("?")),
                "Weapon designation": text(required=True),
                "Weapon description": code("weapon"),
                "Number delivered": written(whole(), "No. delivered", "No. delivered/produced"),
                "Number delivered ?": if_there(one_of("?")),
                "Year(s) of delivery": written(YEARS, "Year(s) of deliveries", "Year of delivery"),
                "status": if_there(one_of("New", "Second hand", "Second hand but modernized")),
                "Comments": if_there(text()),
                "SIPRI TIV per unit": if_there(number()),
                "SIPRI TIV for total order": if_there(number()),
                "SIPRI TIV of delivered weapons": if_there(number()),
            },
            optional=True,
        ),
        File(
            "deliveries",
            {
                "SIPRI AT Database ID": whole(required=True),
                "Recipient": code("actor", "name"),
                "Supplier": code("actor", "name"),
                "Designation": text(required=True),
                "Description": code("weapon"),
                "Order date": year(required=True),
                "Order date is estimate": if_there(one_of("Yes", "No")),
                "Numbers delivered": whole(),
                "Numbers delivered is estimate": if_there(one_of("Yes", "No")),
                "Delivery year": year(),
                "Status": if_there(one_of("New", "Second hand", "Second hand but modernized")),
                "TIV delivery values": if_there(number()),
                "Local production": if_there(one_of("Yes", "No")),
            },
            optional=True,
            counted=True,
        ),
    ),
    actors=("actor", "name", "publisher"),
    crosswalk="sipri.ttl",
    records=records,
    counted=used,
    exclusions=(
        Exclusion("supplier or recipient unknown to SIPRI", "register", unknown_party("register")),
        Exclusion("supplier or recipient unknown to SIPRI", "deliveries", unknown_party("deliveries")),
    ),
    caveats=(
        "Shells and most munitions, small arms and much support equipment are outside the register's scope.",
        "A transfer begins and ends with its years of delivery; one that has none begins with its year of order.",
        "Trend-indicator values measure capability; they are not prices.",
        "The Soviet Union and Russia are two actors, as in the register.",
        "In the newer form a deal's rows, one a year of delivery, are one transfer; it has no numbers ordered.",
        "A row has no number of its own: the IRI is made from recipient, supplier, weapon, year and number of the"
        " order, and changes when SIPRI corrects one of them.",
    ),
)
