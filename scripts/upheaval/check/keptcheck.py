"""What a check knows, kept from one process to the next: texts by their hashes, and what names them.

A record's text is what it says and what it depends on, as names of further texts; the head names the texts of all
records and of what is asked of all of them. What is not there, or not what its name says, is found out anew.
"""

import json
from dataclasses import astuple, replace
from pathlib import Path
from typing import Any

from upheaval.check.checksnapshot import SIZE, CheckSnapshot, Columns, Losses, Lost, Records, Texts, Together
from upheaval.check.encoding import decode, encode
from upheaval.check.plan import Plan
from upheaval.faults import Fault, Severity
from upheaval.populate.records import Listing, RecordFile
from upheaval.store.state import State

KIND, PLAN = "records", "plan"

_WASTE = 1 << 25
"""How many bytes of texts may be kept of which nobody knows whether anything names them."""

_OF_PLAN = ("scopes", "vocabulary", "vocabulary_faults", "owners", "described", "deprecated")
"""What is kept of a plan beside its fields."""

_FIELDS = ("publication", "contract", "context", "rules", "shapes", "sizes", "mistrusted", "engine")


class KeptCheck:
    """What a check knows of a publication, kept under the hash of its vocabulary.

    Args:
        state: where it is kept.
        key: the hash.
        root: the publication's folder.
        jobs: the number of processes.
        size: about how many records make a batch, where nothing is kept.

    """

    def __init__(self, state: State, key: str, root: Path, jobs: int, size: int = SIZE) -> None:
        self._state, self._key = state, key
        self._head = state.get(KIND, key)
        self._waste, self._names = 0, dict[str, str]()
        self.snapshot = CheckSnapshot(root, jobs, size)
        plan = state.get(PLAN, key)
        if self._head is None or plan is None:
            self.forget()
            return
        try:
            self.snapshot = self._read(json.loads(self._head.content), _plan_from_json(json.loads(plan.content), root))
        except (KeyError, TypeError, ValueError, IndexError, Lost):
            self.forget()

    def forget(self) -> None:
        """Begin from the beginning."""
        self._head, self._waste = None, 0
        self.snapshot = CheckSnapshot(self.snapshot.root, self.snapshot.jobs, self.snapshot.size)

    def _read(self, head: dict[str, Any], plan: Plan) -> CheckSnapshot:
        texts = Texts(self._state.texts)
        self._waste, self._names = head["waste"], head["columns"]
        texts.need(self._names.values())
        columns = {name: json.loads(texts[self._names[name]]) for name in self._names}
        folders = plan.contract.folders
        entries = {
            slug: RecordFile(slug, folders[file.split("/")[1]], file, twice) for slug, file, twice in columns["listing"]
        }
        lost, together = columns["lost"], columns["together"]
        return CheckSnapshot(
            self.snapshot.root,
            self.snapshot.jobs,
            head["size"],
            plan,
            listing=Listing(entries, _faults(head["faults"])),
            stamps=head["stamps"],
            records=Records(texts, head["records"], {}),
            columns=_columns_from_json(columns),
            batches=head["batches"],
            shared={int(number): _lines(shared) for number, shared in columns["shared"].items()},
            together=Together(_faults(together[0]), frozenset(together[1])),
            lost=Losses(lost[0], frozenset(lost[1]), {owner: list(_faults(rows)) for owner, rows in lost[2].items()})
            if lost
            else None,
        )

    def keep(self, after: CheckSnapshot) -> None:
        """Keep what is known now."""
        assert after.plan is not None
        if self._head is None or after.plan is not self.snapshot.plan:
            self._state.put(PLAN, self._key, json.dumps(_plan_to_json(after.plan)).encode())
        names = {name: after.texts.add(_json(value)) for name, value in _columns_to_json(after).items()}
        records = {slug: after.records.name(slug) for slug in after.listing.entries}
        fresh = after.texts.fresh
        self._waste += sum(map(len, fresh.values())) if self._head else 0
        live = None
        if self._waste > _WASTE:
            live = {*names.values(), *records.values()}
            live |= {name for one in after.records.values() for name in (one.lines, one.excerpt)}
            self._waste = 0
        head = {
            "batches": after.batches,
            "columns": names,
            "faults": _rows(after.listing.faults),
            "records": records,
            "size": after.size,
            "stamps": dict(after.stamps),
            "waste": self._waste,
        }
        self._state.put_with_texts(KIND, self._key, _json(head), fresh, self._head, live)


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def _rows(faults: Any) -> list[Any]:
    return [astuple(fault) for fault in faults]


def _faults(rows: list[Any]) -> tuple[Fault, ...]:
    return tuple(
        Fault(file, message, cure, at=at and (at[0], at[1]), severity=Severity(severity), rule=rule)
        for file, message, cure, at, severity, rule in rows
    )


def _lines(rows: dict[str, list[str]]) -> dict[str, set[bytes]]:
    return {rule: {line.encode() for line in lines} for rule, lines in rows.items()}


def _texts(lines: dict[str, set[bytes]]) -> dict[str, list[str]]:
    return {rule: sorted(line.decode() for line in each) for rule, each in lines.items()}


def _columns_to_json(after: CheckSnapshot) -> dict[str, Any]:
    columns, together, lost = after.columns, after.together, after.lost
    assert together is not None
    entries = after.listing.entries.values()
    return {
        "listing": [(entry.slug, entry.file, entry.twice) for entry in entries],
        "shared": {number: _texts(shared) for number, shared in sorted(after.shared.items())},
        "together": (_rows(together.violations), sorted(together.minted)),
        "lost": (lost.complete, sorted(lost.minted), {owner: _rows(found) for owner, found in lost.faults.items()})
        if lost
        else None,
        "found": [
            {slug: _rows(found) for slug, found in each.items()} for each in (columns.faults, columns.violations)
        ],
        "broken": {slug: sorted(pairs) for slug, pairs in columns.broken.items()},
        "signatures": columns.signatures,
        "gathered": {slug: text.decode() for slug, text in columns.gathered.items()},
        "concluded": {slug: _texts(lines) for slug, lines in columns.concluded.items()},
        "minted": {slug: sorted(names) for slug, names in columns.minted.items()},
    }


def _columns_from_json(columns: dict[str, Any]) -> Columns:
    faults, violations = ({slug: _faults(rows) for slug, rows in found.items()} for found in columns["found"])
    return Columns(
        faults,
        violations,
        {slug: frozenset((node, prop) for node, prop in pairs) for slug, pairs in columns["broken"].items()},
        {slug: tuple(found) for slug, found in columns["signatures"].items()},
        {slug: text.encode() for slug, text in columns["gathered"].items()},
        {slug: _lines(lines) for slug, lines in columns["concluded"].items()},
        {slug: frozenset(names) for slug, names in columns["minted"].items()},
    )


def _plan_to_json(plan: Plan) -> Any:
    return encode({name: getattr(plan, name) for name in (*_FIELDS, *_OF_PLAN)})


def _plan_from_json(content: Any, root: Path) -> Plan:
    found = decode(content)
    publication = replace(found["publication"], root=root)
    plan = Plan(**{name: found[name] for name in _FIELDS} | {"publication": publication})
    vars(plan).update({name: found[name] for name in _OF_PLAN})
    return plan
