"""Well-known text of geometries, as GeoSPARQL 1.1 has it (section 8.5.1): in WGS 84, longitude first."""

import re

WKT_LITERAL = "http://www.opengis.net/ont/geosparql#wktLiteral"

_CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
_WITH_CRS = re.compile(r"\s*<([^>]*)>\s*(.*)", re.DOTALL)
_POINTS = re.compile(r"\(([^()]+)\)")


def wkt_problem(text: str) -> tuple[str, str] | None:
    """Say what is wrong with a geometry.

    Args:
        text: a wktLiteral; the only reference system accepted is CRS84, which is the default (GeoSPARQL 1.1,
            requirement 16).

    Returns:
        The problem and its cure; None if the text is well-formed (OGC Simple Features 1.2.1, section 7), each ring ends
        where it begins, and all of it is on the earth.

    """
    from pygeoif import from_wkt  # takes longer to load than most checks take
    from pygeoif.exceptions import WKTParserError

    if named := _WITH_CRS.fullmatch(text):
        if named[1] != _CRS84:
            return f"`{named[1]}` is not the reference system CRS84", "convert the coordinates, and name no system"
        text = named[2]
    try:
        geometry = from_wkt(text)
    except (WKTParserError, ValueError):
        geometry = None
    bounds = geometry.bounds if geometry else ()
    if len(bounds) != 4:
        return f"`{_short(text)}` is not well-known text", "write `POINT(37.62 55.75)`, with the longitude first"
    west, south, east, north = bounds
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        cure = "write the longitude first, from -180 to 180, and then the latitude, from -90 to 90"
        return f"`{_short(text)}` is not on the earth", cure
    shape = text.lstrip().upper()
    for points in ([point.split() for point in ring.split(",")] for ring in _POINTS.findall(text)):
        if shape.startswith(("POLYGON", "MULTIPOLYGON")) and (len(points) < 4 or points[0] != points[-1]):
            return "a ring of the polygon is open", "end each ring with its first point"
        if shape.startswith(("LINESTRING", "MULTILINESTRING")) and len(points) < 2:
            return "a line has one point", "give it two points or more, or write it as a POINT"
    return None


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}…"
