"""Invented excerpts in the formats of real datasets, a publication that knows some of their states, and imports."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

import pytest

from tests.support import ROOT, copy_of_world, once
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
COUNCIL = """\
Vote in the DB,UN classification,Vote outcome,Resolution number,Date,Official full title,Yes,No,Abstentions,Non-Voting,\
Total,CHINA,RUSSIAN FEDERATION/USSR,FRANCE,IRAN (ISLAMIC REPUBLIC OF),KOREA
1,S/RES/901(1955),adopted,901,1955-01-25,Invented [on a committee],9,0,1,1,11,NV,Y,A,Y,
2,S/1980/902,vetoed,-,1980-03-02,Invented question,9,2,0,0,11,N,N,Y,,
3,S/2001/903,lack of maj.,-,2001-04-03,Invented "quoted" question,3,2,?,0,15,A,N,?,,N
"""
COUNCIL_BY_MEMBER = """\
undl_id,ms_code,ms_name,ms_vote,date,resolution,draft,meeting,description,agenda,subjects,modality,total_yes,total_no,\
total_abstentions,total_non_voting,total_ms,undl_link
9001,RUS,RUSSIAN FEDERATION,A,2011-05-06,S/RES/904(2011),S/2011/1,S/PV.1,Invented,Invented agenda,X,Vote,14,0,1,0,15,u
9001,IRN,IRAN (ISLAMIC REPUBLIC OF),Y,2011-05-06,S/RES/904(2011),S/2011/1,S/PV.1,Invented,Agenda,X,Vote,14,0,1,0,15,u
9001,KOR,REPUBLIC OF KOREA,X,2011-05-06,S/RES/904(2011),S/2011/1,S/PV.1,Invented,Invented agenda,X,Vote,14,0,1,0,15,u
"""
CONFLICTS = """\
conflict_id,location,side_a,side_a_id,side_a_2nd,side_b,side_b_id,side_b_2nd,incompatibility,year,intensity_level,\
type_of_conflict,gwno_a,gwno_a_2nd,gwno_b,gwno_b_2nd,gwno_loc,region,version
9001,Syria,Government of Syria,1,"Government of Iran, Russia",Blue rebels,7,,2,2015,2,4,652,"630, 365",,,652,2,9.9
9001,Syria,Government of Syria,1,"Government of Iran, Russia",Blue rebels,7,,2,2016,2,4,652,"630, 365",,,652,2,9.9
9001,Syria,Government of Syria,1,Government of Iran,Blue rebels,7,,2,2018,2,4,652,630,,,652,2,9.9
9002,Mali,Government of Mali,2,,Rebels,7,,2,2018,2,3,432,,,,432,4,9.9
9003,Ruritania,Government of Iraq,3,,Government of Russia,7,Government of Iran,1,2019,2,2,645,,365,630,645,2,9.9
"""
CONFLICTS_IN_R = """\
conflict_id,year,gwno_a,gwno_a_2nd,gwno_b,gwno_b_2nd,incompatibility,intensity_level,type_of_conflict,start_date
9001.0,2015.0,652.0,630.0,,,government,2.0,II,2011-03-01
9001.0,2015.0,652.0,365.0,,,government,2.0,II,2011-03-01
9001.0,2016.0,652.0,630.0,,NA,government,2.0,II,2011-03-01
9002.0,2018.0,432.0,,,,government,2.0,intrastate,2011-03-01
"""
DISPUTES = """\
dispnum,stabb,ccode,stday,stmon,styear,endday,endmon,endyear,sidea,revstate,fatality,hiact,hostlev,orig,version
90001,RUS,365,5,3,1969,-9,9,1969,1,1,1,17,4,1,9.9
90001,CHN,710,6,3,1969,-9,9,1969,0,1,1,17,4,1,9.9
90002,USA,2,1,1,1990,1,2,1991,1,1,1,20,5,1,9.9
90002,UKG,200,8,1,1990,3,2,1991,1,1,1,20,5,1,9.9
90002,IRQ,645,1,1,1990,1,2,1991,0,1,1,0,1,1,9.9
90003,IRN,630,1,1,1995,1,2,1995,1,1,1,1,2,1,9.9
90003,IRQ,645,1,1,1995,1,2,1995,0,1,1,0,1,1,9.9
90004,IRN,630,1,1,1996,1,2,1996,1,1,1,0,1,1,9.9
90004,IRQ,645,1,1,1996,1,2,1996,0,1,1,0,1,1,9.9
"""
DISPUTES_BY_PAIR = """\
dispnum,ccode1,ccode2,year,sidea1,sidea2,hiact1,hiact2,hostlev1,hostlev2,stmon
90005.0,365.0,630.0,1945.0,1.0,0.0,7.0,0.0,3.0,1.0,3.0
90005.0,365.0,630.0,1946.0,1.0,0.0,7.0,0.0,3.0,1.0,3.0
90005.0,630.0,365.0,1945.0,0.0,1.0,0.0,7.0,1.0,3.0,3.0
"""
SANCTIONS = """\
caseid,startmonth,startday,startyear,endmonth,endday,endyear,sender1,sender2,primarysender,targetstate,threat,imposition,\
sancimpositionstartmonth,sancimpositionstartday,sancimpositionstartyear,sanctiontype
1971010101,1.0,1.0,1971,5.0,27.0,1973.0,2.0,1000.0,2.0,630,1,1,7.0,?,"1971,1972",2 7
1971010102,1.0,1.0,1971,,,,365.0,,,710,1,0,,,,
1971010103,1.0,1.0,1971,,,1972.0,,,,630,0,1,,,,3
1971010104,1.0,1.0,1971,,,,4399,,4399,630,0,1,,,,
"""
SANCTION_CASES = """\
case_id,sanctioned_state,sanctioning_state,begin,end,trade,descr_trade,arms,military,financial,travel,other,target_mult,\
sender_mult,objective,success
1,Iran,United States,1979,1981,1,exp_compl,0,0,1,0,0,0,0,policy_change,failed
2,"Korea, North","EU, United States, Korea, South",2006,2023,1,exp_part,1,1,1,1,0,0,1,prevent_war,ongoing
3,"Congo, Democratic Republic of the",League of Patagonian States,1990,1995,0,,1,0,0,0,0,0,0,democracy,success_part
4,Russia,Iran,2014,2015,1,exp_part,0,0,1,0,0,0,1,conflict,ongoing
4,Russia,Germany,2014,2015,1,exp_part,0,0,1,0,0,0,1,conflict,ongoing
"""
SANCTION_PAIRS = """\
case_id,sanctioned_state_iso3,sanctioning_state_iso3,year,arms,military,trade,descr_trade,financial,travel,other
"7,8",RUS,USA,2014,0,0,1,exp_part,1,0,0
7,RUS,DEU,2014,0,0,1,exp_part,1,0,0
7,RUS,DEU,2015,0,0,1,exp_part,1,0,0
7,RUS,DEU,2018,0,0,1,exp_part,1,0,0
"""
INCIDENTS = """\
incident_id,name,description,start_date,end_date,incident_type,receiver_country,receiver_country_alpha_2_code,\
initiator_country,initiator_alpha_2,initiator_category,attribution_basis,attributing_country,settled_initiator
1,Invented A,x,05.03.2014,06.03.2014,Data theft; Hijacking with Misuse,"Iran, Islamic Republic of; Europe (region)",IR,\
Russia; China,RU; CN,State; State,IT-security community attributes attacker,,True
2,Invented B,x,2015-01-01,,Disruption,Germany; Russia,DE; RU,Russia,RU,State,Attacker confirms,,True
3,Invented C,x,2016-01-01,,Some new type,Unknown,,Russia,RU,Non-state-group,\
Attribution by receiver government / state entity; Contested attribution,United States,True
4,Invented D,x,2016-01-01,,Disruption,Germany,DE,Not available,,,Not available,,False
5,Invented E,x,,,Disruption,Germany,DE,Russia,RU,,Media-based attribution,,False
"""
INCIDENTS_AS_LISTS = """\
ID,name,start_date,end_date,incident_type,receiver_country,initiator_country,initiator_category,attribution_basis
1,Invented A,2014-03-05,2014-03-06,Data theft,"['Iran, Islamic Republic of']","['Russia', 'Russia']",\
['State'],Media-based attribution
2,Invented B,2014-03-05,,Disruption,"[['Germany'], ['NATO (region)']]","[""Korea, Democratic People's Republic of""]",,
"""
FILES = {
    "unsc-votes": {"ballots.csv": COUNCIL, "votes.csv": COUNCIL_BY_MEMBER},
    "ucdp-prio": {"conflicts.csv": CONFLICTS},
    "cow-mid": {"midb.csv": DISPUTES, "pairs.csv": DISPUTES_BY_PAIR},
    "ties": {"cases.csv": SANCTIONS},
    "gsdb": {"cases.csv": SANCTION_CASES, "pairs.csv": SANCTION_PAIRS},
    "eurepoc": {"incidents.csv": INCIDENTS},
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


class Imports(dict[str, Path]):
    """The folders of imports, by dataset, and `every` for one with every vote; made once a run, not to be changed."""

    compression: ClassVar = {"cow": "gzip", "sipri": "zstd"}

    def __init__(self, target: ImportTarget, factory: pytest.TempPathFactory) -> None:
        super().__init__()
        self.target, self.factory = target, factory

    def __missing__(self, name: str) -> Path:
        dataset = "un-votes" if name == "every" else name
        options = frozenset({"every-vote"} if name == "every" else ())

        def make(folder: Path) -> None:
            files = written(folder / "in", FILES[dataset])
            compression = self.compression.get(name, "")
            imported(self.target, dataset, files, folder / "out", options=options, compression=compression)

        self[name] = once(self.factory, f"import-{name}", make) / "out"
        return self[name]


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
