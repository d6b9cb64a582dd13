"""A session's CSV files: bytes that spreadsheets and scripts rely on."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hand_made import KNOWN, RUN, UNKNOWN, sample
from hypothesis import given
from hypothesis import strategies as st
from privileges import without_privileges

from edgetop.errors import UsageError
from edgetop.export import table
from edgetop.sample import Mark, Trial, Window

GOLDEN = Path(__file__).parents[1] / "data" / "golden"
BOARD = "NVIDIA Jetson Orin Nano Developer Kit"


def samples_csv() -> str:
    rows = [table.sample_row(UNKNOWN), table.sample_row(KNOWN)]
    return table.to_csv(rows, list(rows[0]))


def read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_the_two_files_are_the_ones_that_scripts_rely_on(tmp_path: Path) -> None:
    table.write_csv(tmp_path / "session.csv", [samples_csv()], BOARD, [UNKNOWN, KNOWN])
    for name in ("session.csv", "session.runs.csv"):
        assert (tmp_path / name).read_bytes() == (GOLDEN / name).read_bytes()


def test_runs_begin_like_the_published_tables() -> None:
    assert table.RUN_COLUMNS[:4] == ("device", "model", "batch_size", "ms_per_image")
    row = table.run_row(BOARD, KNOWN)
    assert tuple(row)[:4] == table.RUN_COLUMNS[:4]
    assert set(row) == set(table.RUN_COLUMNS)
    assert row["ms_per_image"] == pytest.approx(1000 / 280.8, rel=1e-5)


def test_all_rows_have_all_columns() -> None:
    assert list(table.sample_row(KNOWN)) == list(table.sample_row(UNKNOWN))


def test_columns_have_their_unit_last() -> None:
    columns = table.sample_row(KNOWN)
    for name in (
        "latency_p50_ms", "latency_p99_9_ms", "latency_count", "memory_worker_mib", "power_w",
        "power_scope", "power_reason", "self_cpu_percent", "temperature_c", "temperature_c_reason",
    ):  # fmt: skip
        assert name in columns


def test_what_is_not_known_is_empty_with_the_reason_in_its_own_column() -> None:
    (row, _) = read(samples_csv())
    assert (row["power_w"], row["power_reason"]) == ("", "needs permission")
    assert (row["gpu_percent"], row["gpu_percent_reason"]) == (
        "",
        "add the user to the group video",
    )
    assert (row["temperature_c"], row["temperature_c_reason"]) == ("", "implausible value")
    assert (row["cpu_percent"], row["cpu_percent_reason"]) == ("", "no value yet")
    assert row["fps"] == row["latency_p50_ms"] == row["memory_worker_mib"] == ""


def test_a_run_without_images_has_no_time_per_image() -> None:
    assert table.run_row(BOARD, UNKNOWN)["ms_per_image"] is None
    assert table.run_row(BOARD, sample(total=Window(1.0, 0, 0, 0.0)))["ms_per_image"] is None


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "＝", "＋", "－", "＠"])
def test_text_that_a_spreadsheet_would_run_is_quoted(start: str) -> None:
    (row,) = read(table.to_csv([{"a": f"{start}1+1"}], ["a"]))
    assert row["a"] == f"'{start}1+1"


@pytest.mark.parametrize("value", [-1.5, -3])
def test_a_negative_number_stays_a_number(value: float) -> None:
    (row,) = read(table.to_csv([{"a": value}], ["a"]))
    assert float(row["a"]) == value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (0, "0"),
        (0.0, "0.0"),
        ([], ""),
        (["VDD_IN", "VDD_CPU"], "VDD_IN; VDD_CPU"),
        (["=1", "2"], "'=1; 2"),
        ('a,"b"', 'a,"b"'),
        ("\x1b[31mred\nline", " [31mred line"),
        ("ёж 模型", "ёж 模型"),
        ("\t=1+1", "' =1+1"),
        ("  @SUM(1)", "'  @SUM(1)"),
        ("\u00a0+1", "' +1"),
        ("＝1+1", "'＝1+1"),
        ("a;=1+1", "a;'=1+1"),
        (["VDD", "-1+1"], "VDD;' -1+1"),
        ("'=1", "'=1"),
        ("a=1, b-2; c", "a=1, b-2; c"),
        (True, "True"),
    ],
)
def test_every_kind_of_value_survives_the_way(value: object, text: str) -> None:
    (row,) = read(table.to_csv([{"a": value, "b": "x"}], ["a", "b"]))
    assert row == {"a": text, "b": "x"}


@given(st.lists(st.text(), min_size=1, max_size=5))
def test_any_text_stays_in_its_cell_and_can_be_encoded(cells: list[str]) -> None:
    columns = [f"c{number}" for number in range(len(cells))]
    text = table.to_csv([dict(zip(columns, cells, strict=True))], columns)
    text.encode()
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert [len(row) for row in rows] == [len(cells), len(cells)]
    starts = tuple("=+-@\t\r＝＋－＠")
    for cell in rows[1]:
        assert not any(part.lstrip().startswith(starts) for part in cell.split(";"))
    assert text.endswith("\r\n")


@pytest.mark.parametrize(
    ("name", "runs"),
    [
        ("site.csv", "site.runs.csv"),
        ("site", "site.runs.csv"),
        ("a.b.csv", "a.b.runs.csv"),
        ("site.CSV", "site.CSV.runs.csv"),
    ],
)
def test_the_second_file_lies_beside_the_first(name: str, runs: str) -> None:
    assert table.runs_path(Path("/d") / name) == Path("/d") / runs


def test_a_place_that_cannot_take_the_files_is_refused_before_the_run(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="it is a folder"):
        table.check_target(tmp_path)
    with pytest.raises(UsageError, match="there is no folder"):
        table.check_target(tmp_path / "no" / "f.csv")
    (tmp_path / "locked").mkdir(mode=0o000)
    with without_privileges(), pytest.raises(UsageError, match="Permission denied"):
        table.check_target(tmp_path / "locked" / "f.csv")
    table.check_target(tmp_path / "f.csv")


def test_a_name_without_a_folder_means_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    table.check_target(Path("f.csv"))
    table.write_csv(Path("f.csv"), ["a\r\n"], BOARD, [])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["f.csv", "f.runs.csv"]


def test_inputs_are_written_with_name_shape_and_type() -> None:
    row = table.run_row(BOARD, sample(run=RUN))
    assert row["input_shape"] == "data 4x3x224x224 float16; sr scalar int64"


def test_columns_of_what_is_not_there_are_empty() -> None:
    (row, _) = read(samples_csv())
    assert row["vs_a_run"] == row["vs_a_fps"] == row["trial_verdict"] == ""


def test_the_comparison_and_the_trial_have_columns() -> None:
    marked = sample(mark=Mark(1, "=a", fps=140.4), trial=Trial("a", "b", "A", 3))
    (row,) = read(table.to_csv([table.sample_row(marked)], list(table.sample_row(KNOWN))))
    assert (row["vs_a_run"], row["vs_a_title"], row["vs_a_fps"]) == ("1", "'=a", "2.0")
    assert (row["trial_a"], row["trial_running"], row["trial_pairs"]) == ("a", "A", "3")


def test_numbers_come_back_as_the_records_have_them() -> None:
    for item, row in zip((UNKNOWN, KNOWN), read(samples_csv()), strict=True):
        for name, value in table.sample_row(item).items():
            if isinstance(value, (int, float)):
                assert float(row[name]) == value
            elif value is None:
                assert row[name] == ""
