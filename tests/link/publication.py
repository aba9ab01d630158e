"""The invented publication with links to invented items, which a test makes right or wrong."""

from pathlib import Path

from tests.link.invented import item
from tests.support import copy_of_world
from upheaval.link.wikidataitems import ItemStatement, ItemTime, WikidataItem

WD = "http://www.wikidata.org/entity/"
LINKS = {
    "arvenia": "Q901",
    "belmora": "Q902",
    "corvania": "Q903",
    "port-arven": "Q904",
    "neighbourhood-treaty-1990": "Q905",
    "sea-drill-2009": "Q906",
    "jane-analyst": "Q907",
}
REFERENCE = {"P854": ("https://example.com/gazette",)}


def world_items() -> dict[str, WikidataItem]:
    """Return items that agree with the records that LINKS links to them, and the classes that they need."""
    signed = {"P585": (ItemTime("1990-05-04"),)}
    signatories = [ItemStatement(one, qualifiers=signed, references=(REFERENCE,)) for one in ("Q901", "Q902")]
    made = [
        item("Q901", "Arvenia", "Q3624078", P297="AV", P298="ARV", P299="901"),
        item("Q902", "Belmora", "Q3624078", P298="BEL"),
        item("Q903", "Corvania", "Q3624078", P298="COR"),
        item("Q904", "Port Arven", "Q515", P17="Q901"),
        item("Q905", "Neighbourhood Treaty", "Q9051", P1891=signatories, P7588=ItemTime("1991-01-01", 9)),
        item("Q906", "Sea drill of 2009", "Q9061", P710=["Q901", "Q903"], P580=ItemTime("2009-09-01", 10)),
        item("Q907", "Jane Analyst", "Q5"),
        item("Q3624078", "sovereign state", P279="Q6256"),
        item("Q515", "city", P279="Q2221906"),
        item("Q9051", "bilateral treaty", P279="Q131569"),
        item("Q9061", "naval exercise", P279="Q1190554"),
    ]
    return {one.number: one for one in made}


def linked_world(folder: Path, **links: str) -> Path:
    """Copy the invented publication and link its records; a link may be given another target, or left out."""
    root = copy_of_world(folder)
    for slug, number in (LINKS | {name.replace("_", "-"): number for name, number in links.items()}).items():
        if number:
            target = number if "/" in number else WD + number
            write_link(root, slug, target)
    return root


def write_link(root: Path, slug: str, target: str, relation: str = "exact-match") -> None:
    """Write a link record."""
    text = f"subject: {slug}\nlinkTarget: {target}\nlinkRelation: {relation}\nconfidence: high\n"
    citation = "citation: [{source: gazette, locator: annex, says: pairs them}]\n"
    (root / "data" / "links" / f"{slug}-wikidata.yaml").write_text(text + citation)
