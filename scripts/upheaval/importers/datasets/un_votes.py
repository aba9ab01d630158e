"""Roll-call votes in the United Nations General Assembly, as the R package unvotes has them: votes and roll calls."""

import ibis

from upheaval.importers.declaration import (
    Dataset,
    Exclusion,
    File,
    Rows,
    Rule,
    Sources,
    Table,
    code,
    day,
    if_there,
    our,
    text,
    whole,
)


def votes(sources: Sources) -> Table:
    """Return the votes with their day, voter and choice."""
    table = sources.table("votes").rename(ballot="rcid")
    calls = sources.table("calls")
    table = table.join(calls.select("date", ballot="rcid"), "ballot")
    named = list(sources.concepts["country"])
    country = ibis.ifelse(table.country.isin(named), table.country, table.country_code)
    table = sources.actor(table, country, table.date, "voter")
    choices = sources.codes("vote", "vote_choice")
    return table.join(choices, table.vote == choices.code)


def without_call(sources: Sources) -> Table:
    """Return the votes in ballots that the roll calls do not have."""
    return sources.table("votes").anti_join(sources.table("calls"), "rcid")


def without_country(sources: Sources) -> Table:
    """Return the votes of which neither name nor code says whose they are."""
    table = sources.table("votes")
    named = list(sources.concepts["country"])
    return table.filter(table.country_code.isnull() & ~table.country.isin(named))


def alone(sources: Sources) -> Table:
    """Return the votes in ballots in which nobody else voted, which make no pair."""
    table = sources.table("votes")
    if "every-vote" in sources.options:
        return table.limit(0)
    table = table.mutate(voters=ibis._.count().over(ibis.window(group_by="rcid")))
    return table.filter(table.voters == 1)


def used(sources: Sources) -> Table:
    """Return the votes that are in a record."""
    return votes(sources).select("file", "row")


def records(sources: Sources) -> list[Rows]:
    """How often each pair voted alike in each year; on request every ballot with every vote."""
    cast = votes(sources)
    if "every-vote" in sources.options:
        return [ballots(sources), single(cast)]
    return [pairs(sources, cast)]


def pairs(sources: Sources, cast: Table) -> Rows:
    """Return a record a pair of voters and year, counted over the ballots in which both voted."""
    short = sources.keep(
        "short",
        cast.select(
            ballot=cast.ballot.cast("int64"), voter=cast.voter_number, vote=cast.vote, year=cast.date.substr(0, 4)
        ),
    )
    other = short.view()
    both = short.join(other, [short.ballot == other.ballot, short.voter < other.voter])
    both = both.select(
        one=short.voter, other=other.voter, year=short.year, same=(short.vote == other.vote).cast("int32")
    )
    counted = both.group_by("one", "other", "year").agg(ballots=ibis._.count(), alike=both.same.sum())
    left = sources.by_number().rename("{name}_1")
    right = sources.by_number().rename("{name}_2")
    named = counted.join(left, counted.one == left.number_1)
    named = named.join(right, named.other == right.number_2)
    return Rows("VotingSimilarity", _similarity(named))


def _similarity(named: Table) -> Table:
    parts = ((named.alike * 20000 + named.ballots) // (named.ballots * 2)).cast("int64")
    share = (parts // 10000).cast("string").concat(".", (parts % 10000).cast("string").lpad(4, "0"))
    names = named.actor_1.re_replace("^.*/", "").concat("-", named.actor_2.re_replace("^.*/", ""))
    return named.select(
        id=ibis.literal("pair/").concat(names, "-", named.year),
        label=ibis.literal("Votes of ").concat(named.label_1, " and ", named.label_2, " in ", named.year),
        comparedActor_1=named.actor_1,
        comparedActor_2=named.actor_2,
        date=named.year,
        ballotsCompared=named.ballots.cast("string"),
        ballotsAlike=named.alike.cast("string"),
        shareAlike=share,
        locator=ibis.literal("votes of ").concat(named.year, ", ballots in which both took part"),
    )


def ballots(sources: Sources) -> Rows:
    """Return the ballots as acts of the General Assembly."""
    table = sources.table("calls").semi_join(sources.table("votes"), "rcid")
    subject = ibis.coalesce(table.short, table.unres, ibis.literal("no subject given"))
    return Rows(
        "DiplomaticAct",
        table.select(
            id=ibis.literal("ballot/").concat(table.rcid),
            label=ibis.literal("General Assembly vote ").concat(table.rcid, ": ", subject),
            description=table.descr,
            cooperationType=our("cooperation", "multilateral-coordination"),
            actor=sources.who("General Assembly"),
            date=table.date,
            evidentialStatus=our("evidential-status", "acknowledged"),
            file=table.file,
            row=table.row,
        ),
        order=("row",),
    )


def single(cast: Table) -> Rows:
    """Return every vote."""
    act = ibis.literal("ballot/").concat(cast.ballot)
    return Rows(
        "Vote",
        cast.select(
            id=act.concat("#vote-", cast.voter.re_replace("^.*/", "")),
            of=act,
            voter=cast.voter,
            choice=cast.vote_choice,
            file=cast.file,
            row=cast.row,
        ),
        under="vote",
        order=("row",),
    )


DATASET = Dataset(
    name="un-votes",
    title="United Nations General Assembly Voting Data",
    creator="Erik Voeten, Anton Strezhnev and Michael Bailey",
    publisher="Harvard Dataverse",
    publisher_kind="university",
    url="https://doi.org/10.7910/DVN/LEJUQZ",
    citation=(
        "Voeten, Erik, Anton Strezhnev and Michael Bailey. 2009. United Nations General Assembly Voting Data."
        " Harvard Dataverse, as packaged by David Robinson in the R package unvotes."
    ),
    licence="The licence of the Dataverse entry and of the package apply; cite both.",
    edition="unvotes 0.3.0",
    files=(
        File(
            "votes",
            {
                "rcid": whole(required=True),
                "country": text(required=True),
                "country_code": code("iso2", required=False),
                "vote": code("vote"),
            },
        ),
        File(
            "calls",
            {
                "rcid": whole(required=True),
                "date": day(required=True),
                "unres": text(),
                "short": if_there(text()),
                "descr": if_there(text()),
            },
        ),
    ),
    actors=("country", "iso2", "body"),
    crosswalk="un-votes.ttl",
    records=records,
    counted=used,
    rules=(
        Rule(
            "votes", "rcid", without_call, "is in no row of the roll calls", "give the roll calls of the same edition"
        ),
        Rule(
            "votes", "country_code", without_country, "is blank, and the name is not known", "add it to the crosswalk"
        ),
    ),
    exclusions=(Exclusion("alone in a ballot", "votes", alone),),
    caveats=(
        "Alike is the same of yes, no and abstention; absences are not in the data, so they are not counted.",
        "RU is the Soviet Union until 1991-12-26 and YU Yugoslavia until 2006-06-03, then Serbia.",
        "The edition ends in January 2020.",
    ),
)
