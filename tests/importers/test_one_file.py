"""A dataset is added by one file: the example of CONTRIBUTING.md, taken from there and run."""

import re
from pathlib import Path

import pytest

from tests.importers.support import imported, lines, written
from tests.support import ROOT
from upheaval.faults import Refusal
from upheaval.importers.declaration import names
from upheaval.importers.target import ImportTarget


def example() -> str:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    return re.search(r"```python\n(.*?)```", text, re.DOTALL)[1]  # type: ignore[index]


@pytest.mark.slow
def test_example_of_the_manual_imports_a_dataset(target: ImportTarget, tmp_path: Path) -> None:
    (tmp_path / "drills.py").write_text(example(), encoding="utf-8")
    (table,) = written(
        tmp_path / "in", {"drills.csv": "number,day,one,other,kind\n7,1999,RU,IR,sea\n8,2001-05,IR,CN,land\n"}
    )
    report = imported(target, str(tmp_path / "drills.py"), (table,), tmp_path / "out")
    assert report.records["MilitaryExercise"] == 2
    text = "\n".join(lines(tmp_path / "out"))
    assert "cooperation#joint-naval-exercise" in text
    assert "<https://example.org/northern-pact/arvenia>" in text


@pytest.mark.slow
def test_declaration_and_table_of_the_guide_make_records(target: ImportTarget, tmp_path: Path) -> None:
    guide = (ROOT / "docs" / "importing.md").read_text(encoding="utf-8")
    blocks = dict(re.findall(r"```(python|csv)\n(.*?)```", guide, re.DOTALL))
    (tmp_path / "visits.py").write_text(blocks["python"], encoding="utf-8")
    files = written(tmp_path / "in", {"visits.csv": blocks["csv"]})
    report = imported(target, str(tmp_path / "visits.py"), files, tmp_path / "out")
    assert (report.imported, report.rows.faults) == (2, [])
    assert [(one.code, one.rows) for one in report.broadened] == [("minister", 1)]
    text = "\n".join(lines(tmp_path / "out"))
    assert '"Visit of Belmora to South Korea"' in text
    assert "cooperation#high-level-contact" in text


def test_every_dataset_is_in_the_guide() -> None:
    guide = (ROOT / "docs" / "importing.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `([a-z-]+)` \|", guide, re.MULTILINE)) == set(names())


def test_key_that_its_class_does_not_have_is_refused(target: ImportTarget, tmp_path: Path) -> None:
    wrong = example().replace("participant_1", "supplier")
    (tmp_path / "drills.py").write_text(wrong, encoding="utf-8")
    (table,) = written(tmp_path / "in", {"drills.csv": "number,day,one,other,kind\n7,1999,RU,IR,sea\n"})
    with pytest.raises(Refusal, match="a military exercise has no key `supplier`"):
        imported(target, str(tmp_path / "drills.py"), (table,), tmp_path / "out")


def test_record_that_does_not_conform_is_refused(target: ImportTarget, tmp_path: Path) -> None:
    wrong = example().replace("evidential-status", "bearing")
    (tmp_path / "drills.py").write_text(wrong, encoding="utf-8")
    (table,) = written(tmp_path / "in", {"drills.csv": "number,day,one,other,kind\n7,1999,RU,IR,sea\n"})
    with pytest.raises(Refusal, match="`evidentialStatus` that is not a code"):
        imported(target, str(tmp_path / "drills.py"), (table,), tmp_path / "out")


def test_error_of_a_declaration_is_shown_at_its_line(target: ImportTarget, tmp_path: Path) -> None:
    text = example()
    line = next(number for number, each in enumerate(text.splitlines(), 1) if "sources.table(" in each)
    (tmp_path / "drills.py").write_text(text.replace("sources.table(", "sources.tabel(", 1), encoding="utf-8")
    files = written(tmp_path / "in", {"drills.csv": "number,day,one,other,kind\n7,1999-05-01,RU,IR,sea\n"})
    with pytest.raises(Refusal, match=rf"drills.py:{line}:1: error: AttributeError: .*tabel"):
        imported(target, str(tmp_path / "drills.py"), files, tmp_path / "out")


@pytest.mark.parametrize(
    ("text", "wrong"),
    [("DATASET = 1\n", "declares no dataset"), ("", "declares no dataset")],
)
def test_file_without_a_dataset_is_refused(text: str, wrong: str, target: ImportTarget, tmp_path: Path) -> None:
    (tmp_path / "x.py").write_text(text)
    with pytest.raises(Refusal, match=wrong):
        imported(target, str(tmp_path / "x.py"), (tmp_path / "none.csv",), tmp_path / "out")
