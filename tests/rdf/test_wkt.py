"""Geometries: what is well-formed and on the earth is let through, and what is not is named."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from upheaval.rdf.datatypes import IllFormed, typed
from upheaval.rdf.wkt import WKT_LITERAL, wkt_problem

LONGITUDES = st.floats(-180, 180, allow_nan=False)
LATITUDES = st.floats(-90, 90, allow_nan=False)
POINTS = st.tuples(LONGITUDES, LATITUDES).map(lambda point: f"{point[0]:.6f} {point[1]:.6f}")


@given(POINTS)
def test_every_point_on_the_earth_is_a_geometry(point: str) -> None:
    assert wkt_problem(f"POINT({point})") is None


@given(st.lists(POINTS, min_size=3, max_size=6, unique=True))
def test_a_ring_has_to_be_closed(points: list[str]) -> None:
    assert wkt_problem(f"POLYGON(({', '.join([*points, points[0]])}))") is None
    assert wkt_problem(f"POLYGON(({', '.join(points)}))") is not None
    assert wkt_problem(f"LINESTRING({', '.join(points)})") is None


@given(LONGITUDES, st.floats(90.001, 1e6))
def test_what_is_beyond_the_poles_is_refused(longitude: float, latitude: float) -> None:
    problem = wkt_problem(f"POINT({longitude:.6f} {latitude:.6f})")
    assert problem is not None
    assert "longitude first" in problem[1]


@pytest.mark.parametrize(
    "text",
    [
        "MULTIPOINT((1 2), (3 4))",
        "MULTILINESTRING((1 2, 3 4), (5 6, 7 8))",
        "MULTIPOLYGON(((0 0, 1 1, 1 0, 0 0)), ((5 5, 6 6, 6 5, 5 5)))",
        "GEOMETRYCOLLECTION(POINT(1 2), LINESTRING(1 2, 3 4))",
        "point(1 2)",
        "<http://www.opengis.net/def/crs/OGC/1.3/CRS84> POINT(1 2)",
    ],
)
def test_all_simple_features_are_read(text: str) -> None:
    assert typed(text, (WKT_LITERAL,)) == WKT_LITERAL


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "not well-known text"),
        ("12.5, 44.1", "not well-known text"),
        ("POINT(1, 2)", "not well-known text"),
        ("POINT(nan 2)", "not well-known text"),
        ("POINT(1 2) and more", "not well-known text"),
        ("POINT(1 2", "not well-known text"),
        ("CIRCLE(1 2)", "not well-known text"),
        ("MULTIPOLYGON(((0 0, 1 1, 1 0)))", "ring of the polygon is open"),
        ("LINESTRING(1 2)", "a line has one point"),
        ("<http://www.opengis.net/def/crs/EPSG/0/4326> POINT(1 2)", "not the reference system"),
        ("POINT(1 2 " + "3" * 100, "…"),
    ],
)
def test_what_is_no_geometry_is_said_to_be_none(text: str, why: str) -> None:
    with pytest.raises(IllFormed) as refusal:
        typed(text, (WKT_LITERAL,))
    assert why in refusal.value.args[0]
