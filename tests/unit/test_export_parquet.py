"""A session as Parquet: the same columns and values as in the CSV file."""

from __future__ import annotations

import csv
import io
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hand_made import KNOWN, UNKNOWN, sample

from edgetop.errors import UsageError
from edgetop.export import parquet, table
from edgetop.sample import Mark, Ratio, Trial

EVERYTHING = sample(
    mark=Mark(1, "squeezenet", 140.4, 4.0, 7.0, 20.0, 20.0, 256.0, 1.0, 9.0, "module", 0.05, 58.0),
    trial=Trial("a", "b", "A", 8, 20, 210.0, 280.0, Ratio(1.3, 1.2, 1.4, 8)),
)


def test_without_the_library_one_line_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(UsageError) as caught:
        parquet.write_parquet(tmp_path / "f.parquet", [KNOWN])
    assert caught.value.message == ('writing Parquet needs pyarrow: pip install "edgetop[parquet]"')
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("item", [KNOWN, UNKNOWN, EVERYTHING])
def test_every_value_is_of_the_type_of_its_column(item) -> None:
    kinds = {"int": int, "text": str, "float": (int, float)}
    for name, value in table.sample_row(item).items():
        cell = table.plain(value)
        assert cell is None or isinstance(cell, kinds[parquet._kind(name)]), name


def test_every_type_is_that_of_a_column() -> None:
    columns = set(table.sample_row(KNOWN))
    assert columns >= parquet._INTEGERS
    assert columns >= parquet._TEXTS


class TestFile:
    @pytest.fixture(autouse=True)
    def library(self) -> None:
        self.reading = pytest.importorskip(
            "pyarrow.parquet", reason="pyarrow is not installed: pip install edgetop[parquet]"
        )

    def test_it_holds_what_the_csv_file_holds(self, tmp_path: Path) -> None:
        samples = [UNKNOWN, KNOWN, EVERYTHING]
        parquet.write_parquet(tmp_path / "f.parquet", iter(samples))
        found = self.reading.read_table(tmp_path / "f.parquet")
        rows = [table.sample_row(item) for item in samples]
        text = table.to_csv(rows, list(rows[0]))
        lines = list(csv.DictReader(io.StringIO(text, newline="")))
        assert found.column_names == list(lines[0])
        for line, row in zip(lines, found.to_pylist(), strict=True):
            for name, value in row.items():
                if isinstance(value, str):
                    assert line[name].removeprefix("'") == value
                else:
                    assert (float(line[name]) if line[name] else None) == value, name

    def test_columns_of_unknowns_have_the_type_of_their_values(self, tmp_path: Path) -> None:
        schemas = []
        for number, samples in enumerate(([UNKNOWN], [EVERYTHING], [])):
            path = tmp_path / f"{number}.parquet"
            parquet.write_parquet(path, samples)
            schemas.append(self.reading.read_schema(path))
        assert schemas[0] == schemas[1] == schemas[2]
        types = {field.name: str(field.type) for field in schemas[0]}
        assert types["fps"] == types["vs_a_fps"] == types["latency_p99_9_ms"] == "double"
        assert types["run"] == types["vs_a_run"] == types["lost"] == "int64"
        assert types["power_reason"] == types["throttle"] == types["trial_verdict"] == "string"

    def test_no_more_rows_than_a_group_are_held(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(parquet, "ROWS_PER_GROUP", 10)
        path = tmp_path / "f.parquet"
        parquet.write_parquet(path, (replace(KNOWN, elapsed_s=float(n)) for n in range(25)))
        file = self.reading.ParquetFile(path)
        groups = [file.metadata.row_group(n).num_rows for n in range(file.num_row_groups)]
        assert groups == [10, 10, 5]
        assert file.read(["elapsed_s"])["elapsed_s"].to_pylist() == [float(n) for n in range(25)]

    @pytest.mark.parametrize("defect", [KeyboardInterrupt, RuntimeError])
    def test_an_interruption_leaves_the_old_file_and_nothing_else(
        self, tmp_path: Path, defect: type[BaseException]
    ) -> None:
        def samples():
            yield KNOWN
            raise defect

        (tmp_path / "f").write_text("old")
        with pytest.raises(defect):
            parquet.write_parquet(tmp_path / "f", samples())
        assert (tmp_path / "f").read_text() == "old"
        assert len(list(tmp_path.iterdir())) == 1

    def test_a_folder_that_is_missing_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(UsageError, match=r"cannot write .*nowhere/f: No such file"):
            parquet.write_parquet(tmp_path / "nowhere" / "f", [KNOWN])

    def test_a_full_disk_is_told_in_one_line(self) -> None:
        with pytest.raises(UsageError, match="cannot write"):
            parquet.write_parquet(Path("/dev/full/f"), [KNOWN])

    def test_text_that_cannot_be_encoded_does_not_end_the_export(self, tmp_path: Path) -> None:
        parquet.write_parquet(tmp_path / "f", [sample(state_reason="a\udc80b")])
        found = self.reading.read_table(tmp_path / "f")
        assert found["state_reason"].to_pylist() == ["a?b"]
