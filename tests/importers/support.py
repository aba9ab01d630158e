"""Invented excerpts in the formats of real datasets, a publication that knows some of their states, and imports."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support import ROOT, copy_of_world
from upheaval.importers.actors import ActorIndex
from upheaval.importers.coding import Coder
from upheaval.importers.countries import read_countries
from upheaval.importers.crosswalk import read_crosswalk
from upheaval.importers.declaration import find_dataset
from upheaval.importers.identity import identity, opened
from upheaval.importers.run import Advance, ImportOptions, ImportReport, run
from upheaval.importers.staging import Staged, stage
from upheaval.importers.target import ImportTarget, open_import_target

DATASETS = Path(os.environ.get("UPHEAVAL_SHARED", ROOT.parent / "shared")) / "datasets"
BASE = "https://example.org/northern-pact/"

SIPRI = """\
Recipient,Supplier,Year of order, ,Number ordered, ,Weapon designation,Weapon description,Number delivered, ,\
Year(s) of delivery,status,Comments,SIPRI TIV per unit,SIPRI TIV for total order,SIPRI TIV of delivered weapons
Iran,Russia,2009,?,40,?,Hawk drone,UAV,36,,2010; 2012,New,"Invented; ""A"" version",0.5,20,18
Iran,Russia,2009,?,40,?,Hawk drone,UAV,4,,2012,New,The same deal again,0.5,20,2
Turkiye,Soviet Union,1970,,3,,Ghost,one-way attack drone,0,,,New,,1,3,0
unknown recipient(s),Russia,1999,,1,,Ghost,one-way attack drone,1,,1999,New,,1,1,1
NATO**,Iran,2001,,,,Älv,patrol boat,2,?,2001,Second hand,,2.5,,5
"""
COW = """\
version4id,ccode,state_name,all_st_day,all_st_month,all_st_year,all_end_day,all_end_month,all_end_year,ss_type,\
mem_st_day,mem_st_month,mem_st_year,mem_end_day,mem_end_month,mem_end_year,left_censor,right_censor,\
defense,neutrality,nonaggression,entente,version
901,365,"Russia",20,3,1955,31,12,1985,"Type I: Defense Pact",20,3,1955,31,12,1985,0,0,1,0,1,0,9.9
901,630,"Iran",20,3,1955,31,12,1985,"Type I: Defense Pact",20,3,1955,31,12,1985,0,0,1,0,0,0,9.9
902,365,"Russia",1,2,1800,,,,"Type III: Entente",1,1,1816,,,,1,1,0,0,0,1,9.9
902,710,"China",1,2,1800,,,,"Type III: Entente",1,1,1816,5,6,1999,1,0,0,0,0,1,9.9
902,2,"United States of America",1,2,1800,,,,"Type III: Entente",7,8,2001,,,,0,1,0,0,0,1,9.9
"""
ATOP = """\
atopid,cowid,member,yrent,moent,dayent,yrexit,moexit,dayexit,phase,defense,offense,neutral,nonagg,consul,version
9005,,365,1992,5,0,0,0,0,0,0,1,0,1,1,4.01
9005,,8152,1992,5,,1993,2,,0,0,0,0,1,1,4.01
"""
VOTES = """\
rcid,country,country_code,vote
3.0,Russia,RU,yes
3.0,Iran,IR,no
3.0,Namibia,NA,yes
4.0,Russia,RU,abstain
4.0,Iran,IR,abstain
5.0,Russia,RU,yes
5.0,Zanzibar,,yes
5.0,Iran,IR,yes
"""
CALLS = """\
rcid,session,importantvote,date,unres,amend,para,short,descr
3,1.0,0,1990-01-01,R/1,1,0,BUDGET,"TO ADOPT\x01 A \\BUDGET\\\\"
4,1.0,0,1990-05-01,R/2,0,0,,TO ADJOURN
5,2.0,0,2001-01-04,R/3,0,0,,
"""
FILES = {
    "sipri": {"register.csv": SIPRI},
    "cow": {"members.csv": COW},
    "atop": {"members.csv": ATOP},
    "un-votes": {"votes.csv": VOTES, "calls.csv": CALLS},
}


def publication(folder: Path) -> ImportTarget:
    """Return the invented publication, with codes of real states, so that the crosswalks lead to it."""
    root = copy_of_world(folder)
    for name, code in (("arvenia", "RUS"), ("belmora", "IRN")):
        file = root / "data" / "states" / f"{name}.yaml"
        lines = [line for line in file.read_text(encoding="utf-8").splitlines() if not line.startswith("isoAlpha3")]
        file.write_text("\n".join([*lines, f"isoAlpha3: {code}", ""]), encoding="utf-8")
    old = root / "data" / "historical-states" / "old-arvenia.yaml"
    old.write_text(old.read_text(encoding="utf-8") + "cowCode: 365\n", encoding="utf-8")
    return open_import_target(root)


def written(folder: Path, texts: dict[str, str], encoding: str = "utf-8") -> tuple[Path, ...]:
    """Write files into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / name).write_bytes(text.encode(encoding))
    return tuple(folder / name for name in texts)


@contextmanager
def quiet(_name: str, _total: int, _unit: str) -> Iterator[Advance]:
    """Show no progress."""
    yield lambda count: None


def imported(target: ImportTarget, name: str, files: tuple[Path, ...], out: Path, **options: object) -> ImportReport:
    """Import files."""
    return run(target, find_dataset(name), ImportOptions(files, out, **options), quiet)  # type: ignore[arg-type]


def read_by(target: ImportTarget, name: str, files: tuple[Path, ...], folder: Path) -> list[Staged]:
    """Read files as an import does, and go no further."""
    dataset, countries = find_dataset(name), read_countries()
    crosswalk = read_crosswalk(dataset.crosswalk, target.contract, (one.iri for one in countries))
    index = ActorIndex(dataset.actors, crosswalk, countries, target.known, BASE, name)
    coder = Coder(index, crosswalk)
    folder.mkdir(exist_ok=True)
    return [one for file in files for one in stage(file, dataset, coder, folder, "", lambda count: None)]


def lines(folder: Path) -> list[str]:
    """Return the N-Quads of an import, in order of the files."""
    found: list[str] = []
    for path in sorted(folder.glob("*.nq*")):
        with opened(path) as stream:
            found.extend(stream.read().decode().splitlines())
    return found


def hashed(folder: Path) -> tuple[int, str]:
    """Return the identity of an import."""
    return identity(sorted(folder.glob("*.nq*")), folder)


def real(*names: str) -> tuple[Path, ...]:
    """Return real files, or skip where there are none."""
    files = tuple(DATASETS / name for name in names)
    if not all(file.is_file() for file in files):
        pytest.skip(f"no real datasets in {DATASETS}")
    return files


REAL = {
    "sipri": ("sipri_trade_register/trade-register_2026-02.csv",),
    "cow": ("cow_formal_alliances_v4.1/alliance_v4.1_by_member.csv",),
    "atop": ("atop/atop-member-level.csv",),
    "un-votes": ("un_general_assembly_votes/un_votes.csv", "un_general_assembly_votes/un_roll_calls.csv"),
}
