"""Well-known text on the map: points, lines and areas as GeoJSON, and nothing of what is none."""

import json
import shutil
import subprocess

from tests.support import skip_or_fail
from upheaval.site.client import CLIENT

CASES = {
    "POINT(37.62 55.75)": {"type": "Point", "coordinates": [37.62, 55.75]},
    "<http://www.opengis.net/def/crs/OGC/1.3/CRS84> point (-1.5e1 2 30)": {"type": "Point", "coordinates": [-15, 2]},
    "MULTIPOINT((1 2), (3 4))": {"type": "MultiPoint", "coordinates": [[1, 2], [3, 4]]},
    "MULTIPOINT(1 2, 3 4)": {"type": "MultiPoint", "coordinates": [[1, 2], [3, 4]]},
    "LINESTRING(44.1 12.5, 45 13)": {"type": "LineString", "coordinates": [[44.1, 12.5], [45, 13]]},
    "POLYGON((0 0, 1 0, 1 1, 0 0), (.2 .2, .3 .2, .2 .3, .2 .2))": None,  # JSON has no number without a digit before
    "POLYGON((0 0, 1 0, 1 1, 0 0))": {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]},
    "MULTILINESTRING((0 0, 1 1), (2 2, 3 3))": {
        "type": "MultiLineString",
        "coordinates": [[[0, 0], [1, 1]], [[2, 2], [3, 3]]],
    },
    "GEOMETRYCOLLECTION(POINT(1 2))": None,
    "POINT EMPTY": None,
}
SCRIPT = """
const { geometry } = await import(`data:text/javascript,${encodeURIComponent(process.argv[1])}`);
process.stdout.write(JSON.stringify(JSON.parse(process.argv[2]).map(geometry)));
"""


def test_well_known_text_becomes_geojson() -> None:
    node = shutil.which("node")
    if node is None:
        skip_or_fail("no Node here")
    assert node
    source = (CLIENT / "src" / "wkt.js").read_text(encoding="utf-8")
    command = [node, "--input-type=module", "-e", SCRIPT, source, json.dumps(list(CASES))]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == list(CASES.values())
