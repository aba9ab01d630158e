"""Votes in the UN Security Council: a row a ballot (Sciences Po), or a row a member's vote (UN Digital Library)."""

import ibis

from upheaval.importers.declaration import (
    Column,
    Dataset,
    File,
    Rows,
    Sources,
    Table,
    Wide,
    code,
    day,
    if_there,
    one_of,
    our,
    text,
    union,
    whole,
    written,
)

RESOLUTION_2758 = "1971-10-25"
"""Until this day the Republic of China held China's seat."""
PERMANENT = (
    "china",
    "france",
    "russian federation/ussr",
    "russian federation",
    "ussr",
    "united kingdom",
    "united states",
)
SEAT = "Republic of China"
COUNT = Column(r"[0-9]+|\?", "a number or a question mark")


def ballots(sources: Sources) -> Table:
    """Return the ballots of all files: a name for each, what it was about, its day, outcome and first row."""
    found = []
    if sources.has("ballots"):
        table = sources.table("ballots")
        names = ("Yes", "No", "Abstentions")
        counts = [ibis.literal(f", {name.lower()} ").concat(table[name]).fill_null("") for name in names]
        found.append(
            table.select(
                ballot=ibis.literal("ballot/").concat(table["Vote in the DB"]),
                symbol=table["UN classification"],
                subject=ibis.coalesce(table["Official full title"], table["Title-Observable"]),
                date="Date",
                outcome=table["Vote outcome"].concat(*counts),
                file="file",
                row="row",
            )
        )
    if sources.has("votes"):
        table = sources.table("votes")
        grouped = table.group_by("undl_id").agg(
            symbol=ibis.coalesce(table.resolution, table.draft).max(),
            subject=ibis.coalesce(table.title, table.description, table.agenda).max(),
            date=table.date.max(),
            outcome=ibis.literal("adopted, ").concat(table.modality.lower()).max(),
            file=table.file.min(),
            row=table.row.min(),
        )
        found.append(grouped.mutate(ballot=ibis.literal("record/").concat(grouped.undl_id)).drop("undl_id"))
    columns = ("ballot", "symbol", "subject", "date", "outcome", "file", "row")
    return union(table.select(*columns) for table in found)


def cast(sources: Sources) -> Table:
    """Return every vote that is known: its ballot and day, who cast it, how, and its row."""
    found = []
    if sources.has("ballots") and sources.has("members"):
        table = sources.table("ballots").select("file", "row", "Vote in the DB", "Vote outcome", "Date")
        votes = sources.table("members").join(table, ["file", "row"])
        vetoed = votes["Vote outcome"].lower().contains("veto") & votes.actor.lower().isin(PERMANENT)
        found.append(
            votes.select(
                ballot=ibis.literal("ballot/").concat(votes["Vote in the DB"]),
                member="actor",
                date="Date",
                vote=ibis.ifelse(vetoed & (votes.value == "N"), "veto", votes.value),
                file="file",
                row="row",
            )
        )
    if sources.has("votes"):
        table = sources.table("votes")
        ballot = ibis.literal("record/").concat(table.undl_id)
        found.append(table.select("date", "file", "row", ballot=ballot, member="ms_name", vote="ms_vote"))
    columns = ("ballot", "member", "date", "vote", "file", "row")
    table = union(each.select(*columns) for each in found)
    seat = (table.member.upper() == "CHINA") & (table.date < RESOLUTION_2758)
    table = table.mutate(voter_code=ibis.ifelse(seat, SEAT, table.member))
    table = sources.actor(table, table.voter_code, table.date, "voter")
    choices = sources.codes("vote", "vote_choice")
    return table.join(choices, table.vote == choices.code)


def records(sources: Sources) -> list[Rows]:
    """Return each ballot as an act of the Security Council, with every vote that is known."""
    acts, votes = ballots(sources), cast(sources)
    about = ibis.coalesce(acts.symbol, acts.ballot).concat(ibis.literal(": ").concat(acts.subject).fill_null(""))
    return [
        Rows(
            "DiplomaticAct",
            acts.select(
                id="ballot",
                label=ibis.literal("Security Council vote on ").concat(about),
                cooperationType=our("cooperation", "multilateral-coordination"),
                actor=sources.who("Security Council"),
                date="date",
                evidentialStatus=our("evidential-status", "acknowledged"),
                says="outcome",
                file="file",
                row="row",
            ),
        ),
        Rows(
            "Vote",
            votes.select(
                id=votes.ballot.concat("#vote-", votes.voter.re_replace("^.*/", "")),
                of="ballot",
                voter="voter",
                choice="vote_choice",
                file="file",
                row="row",
            ),
            under="vote",
        ),
    ]


DATASET = Dataset(
    name="unsc-votes",
    title="UN Security Council votes since 1946",
    creator="Benoît Martin; United Nations Dag Hammarskjöld Library",
    publisher="Sciences Po, Atelier de cartographie",
    publisher_kind="university",
    url="https://data.sciencespo.fr/",
    citation=(
        "Martin, Benoît. 2026. UNSC votes since 1946 Database. data.sciencespo, V1, Atelier de cartographie de Sciences"
        " Po. Or: UN Dag Hammarskjöld Library, Security Council Voting Data."
    ),
    licence="CC BY 4.0 (Sciences Po); terms of use of the UN Digital Library.",
    edition="1946-2025",
    files=(
        File(
            "ballots",
            {
                "Vote in the DB": whole(required=True),
                "UN classification": text(),
                "Vote outcome": text(required=True),
                "Date": day(required=True),
                "Official full title": if_there(text()),
                "Title-Observable": if_there(text()),
                **{name: if_there(COUNT) for name in ("Yes", "No", "Abstentions", "Non-Voting", "Total")},
            },
            wide=Wide("members", code("member", "name"), one_of("Y", "N", "A", "NV", "?")),
            optional=True,
            counted=True,
        ),
        File(
            "votes",
            {
                "undl_id": whole(required=True),
                "ms_name": code("member", "name"),
                "ms_vote": one_of("Y", "N", "A", "X", required=True),
                "date": day(required=True),
                "resolution": if_there(text()),
                "draft": if_there(text()),
                "title": if_there(text()),
                "description": if_there(text()),
                "agenda": if_there(written(text(), "agenda_title")),
                "modality": if_there(text()),
            },
            optional=True,
            counted=True,
        ),
    ),
    actors=("member", "name", "body"),
    crosswalk="unsc-votes.ttl",
    records=records,
    caveats=(
        "A permanent member's vote against is a veto where the table gives the ballot as vetoed; the UN Digital Library"
        " lists adopted resolutions alone. Votes marked with a question mark are left out of their ballot.",
        "Paragraphs and repeated votes are ballots of their own, so there are more vetoes than on the UN's list.",
        "China's seat was the Republic of China's until 25 October 1971; the votes before that day are its votes.",
    ),
)
