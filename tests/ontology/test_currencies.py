"""Currencies are those of ISO 4217, as a package that follows its maintenance agency lists them."""

import iso4217
import pyoxigraph as ox
import pytest

from tests.ontology.test_hygiene import merged
from upheaval.rdf.namespaces import CODES

WITHDRAWN = {"CSK", "DDM", "DEM", "FRF", "ITL", "RUR", "SUR"}


@pytest.fixture(scope="module")
def coded() -> dict[str, str]:
    """Return the definition of each unit that has a notation, by the notation."""
    query = """
    PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
    SELECT ?unit ?code ?definition WHERE { ?unit skos:notation ?code ; skos:definition ?definition }
    """
    found: dict[str, str] = {}
    rows = merged("ontology").query(query)
    assert isinstance(rows, ox.QuerySolutions)
    for row in rows:
        assert row["unit"].value == f"{CODES}unit#{row['code'].value}"
        found[row["code"].value] = row["definition"].value
    return found


def test_every_currency_of_iso_4217_is_a_unit(coded: dict[str, str]) -> None:
    assert coded.keys() - WITHDRAWN == {currency.code for currency in iso4217.Currency}
    assert coded.keys() >= WITHDRAWN


def test_currencies_have_the_numbers_of_iso_4217(coded: dict[str, str]) -> None:
    for currency in iso4217.Currency:
        assert f"the number {currency.number:03d} in ISO 4217" in coded[currency.code]
