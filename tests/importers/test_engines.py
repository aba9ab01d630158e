"""DuckDB and Spark give the same triples; so do two runs, whatever the compression; real files are taken whole."""

import gc
import json
import subprocess
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path

import pytest

from tests.importers.support import DATASETS, FILES, REAL, hashed, imported, lines, real, written
from tests.support import WHOLE, sampled, skip_or_fail, sweep
from upheaval.faults import Refusal
from upheaval.importers.actors import ALWAYS, ActorIndex
from upheaval.importers.countries import read_countries
from upheaval.importers.crosswalk import read_crosswalk
from upheaval.importers.declaration import find_dataset, names
from upheaval.importers.engines import open_engine
from upheaval.importers.target import ImportTarget
from upheaval.store.builds import Unloaded, open_build

pytestmark = pytest.mark.slow

CLUSTER = "spark:local-cluster[2,1,512]"


def need_spark() -> None:
    if find_spec("pyspark") is None:
        skip_or_fail("pyspark is not installed; it is among requirements-dev.txt")
    try:
        subprocess.run(["java", "-version"], capture_output=True, check=True, timeout=60)
    except (OSError, subprocess.SubprocessError):
        skip_or_fail("Spark needs Java")


def records_hash(folder: Path) -> tuple[int, str]:
    return hashed(folder)


@pytest.fixture
def spark() -> Iterator[None]:
    """Need Spark, and collect the sockets of results that pyspark leaves open while their warning is still ignored."""
    need_spark()
    yield
    gc.collect()


def with_spark(test: Callable[..., None]) -> Callable[..., None]:
    """Mark a test that starts Spark."""
    leaks = pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")
    return pytest.mark.engine(pytest.mark.usefixtures("spark")(leaks(test)))


@sweep
@with_spark
def test_spark_in_a_local_cluster_gives_the_same_triples(target: ImportTarget, tmp_path: Path) -> None:
    """On real data where it is at hand: a driver, two workers with an executor each."""
    files = written(tmp_path / "in", FILES["cow"])
    if (DATASETS / REAL["cow"][0]).is_file():
        files = real(*REAL["cow"])
    one = imported(target, "cow", files, tmp_path / "duckdb")
    other = imported(target, "cow", files, tmp_path / "spark", engine=CLUSTER)
    assert one.counts == other.counts
    assert one.records == other.records
    assert records_hash(tmp_path / "duckdb") == records_hash(tmp_path / "spark")


@with_spark
def test_spark_gives_the_same_triples(target: ImportTarget, tmp_path: Path) -> None:
    """Figures and pairs of states too, where sweeps are whole."""
    for name in ("un-votes", "sipri") if WHOLE else ("unsc-votes",):
        files = written(tmp_path / f"{name}-in", FILES[name])
        imported(target, name, files, tmp_path / f"{name}-duckdb")
        imported(target, name, files, tmp_path / f"{name}-spark", engine="spark:local[2]", compression="gzip")
        assert records_hash(tmp_path / f"{name}-duckdb") == records_hash(tmp_path / f"{name}-spark")


def test_two_runs_give_the_same_bytes_and_compression_the_same_triples(target: ImportTarget, tmp_path: Path) -> None:
    files = written(tmp_path / "in", FILES["gsdb"])
    cases: dict[str, dict[str, object]] = {
        "one": {},
        "two": {"threads": 1},
        "gzip": {"compression": "gzip"},
        "zstd": {"compression": "zstd"},
        "small": {"shard": 2},
    }
    for name, options in cases.items():
        imported(target, "gsdb", files, tmp_path / name, **options)
    manifests = [json.loads((tmp_path / name / "manifest.json").read_text()) for name in ("one", "two")]
    assert manifests[0] == manifests[1]
    wanted = hashed(tmp_path / "one")
    assert {hashed(tmp_path / name) for name in ("two", "gzip", "zstd", "small")} == {wanted}
    assert len(list((tmp_path / "small").glob("*.nq"))) > len(list((tmp_path / "one").glob("*.nq")))
    assert len(lines(tmp_path / "small")) == wanted[0]


def test_records_can_be_parquet_which_no_store_loads(target: ImportTarget, tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    imported(target, "cow", written(tmp_path / "in", FILES["cow"]), tmp_path / "out", form="parquet")
    steps = pq.read_table(sorted((tmp_path / "out").glob("*-Step-*.parquet"))).to_pylist()
    assert {"id", "of", "action", "date", "by", "file", "row"} == set(steps[0])
    assert list((tmp_path / "out").glob("*.nq")) == [tmp_path / "out" / "00-provenance-0001.nq"]
    with pytest.raises(Unloaded, match="import with --format nq"):
        open_build(tmp_path / "out")


def test_unknown_engine_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="use duckdb or spark"):
        open_engine("excel", tmp_path, "100MB", 1)


@pytest.mark.parametrize("name", sampled(["atop", "cow", "sipri"], 1))
def test_real_file_is_taken_whole(name: str, target: ImportTarget, tmp_path: Path) -> None:
    """Every row becomes a record, is excluded by name or has a fault; every code is in the crosswalk."""
    report = imported(target, name, real(*REAL[name]), tmp_path / "out")
    expected = {"cow": (1221, 0, 0), "atop": (2398, 0, 0), "sipri": (29507, 4, 366)}
    assert (report.rows.read, report.rows.quarantined, sum(report.rows.excluded.values())) == expected[name]
    assert report.imported == report.rows.read - report.rows.quarantined - sum(report.rows.excluded.values())
    count, _ = hashed(tmp_path / "out")
    assert count == report.triples


@sweep
def test_every_real_vote_is_known(target: ImportTarget, tmp_path: Path) -> None:
    report = imported(target, "un-votes", real(*REAL["un-votes"]), tmp_path / "out", options=frozenset({"every-vote"}))
    assert report.imported == report.rows.read == report.records["Vote"] == 870_109
    assert report.records["DiplomaticAct"] == 6_203


@pytest.mark.parametrize("name", names())
def test_crosswalk_leads_to_what_there_is(name: str, target: ImportTarget) -> None:
    """Reading it refuses a code given twice and a match that does not exist; spans of actors leave no gap."""
    dataset = find_dataset(name)
    countries = read_countries()
    crosswalk = read_crosswalk(dataset.crosswalk, target.contract, (one.iri for one in countries))
    index = ActorIndex(dataset.actors, crosswalk, countries, target.known, "https://example.org/", name)
    by_code: dict[str, list[tuple[str, str]]] = {}
    for actor in index.actors:
        by_code.setdefault(actor.code, []).append((actor.since, actor.until))
        assert actor.label
    for spans in by_code.values():
        assert spans[0][0] == ALWAYS[0]
        assert spans[-1][1] == ALWAYS[1]
        assert all(before[1] == after[0] for before, after in pairwise(spans))


@pytest.mark.parametrize(
    ("crosswalk", "wrong"),
    [
        ("<urn:a> skos:inScheme <urn:s> ; skos:notation 'x' ; skos:exactMatch <urn:gone> .", "does not exist"),
        (
            "<urn:a> skos:inScheme <urn:s> ; skos:notation 'x' . <urn:b> skos:inScheme <urn:s> ; skos:notation 'x' .",
            "twice",
        ),
        ("<urn:a> skos:", "is not Turtle"),
        ("<urn:a> skos:inScheme <urn:s> ; skos:hiddenLabel '(' .", "not a regular expression"),
    ],
)
def test_faulty_crosswalk_is_refused(crosswalk: str, wrong: str, target: ImportTarget) -> None:
    prefix = "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"
    with pytest.raises(Refusal, match=wrong):
        read_crosswalk(prefix + crosswalk, target.contract, ())
