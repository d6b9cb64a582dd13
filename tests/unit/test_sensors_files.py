"""Reading files below a root: links, errors, descriptors, numbers."""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path

import pytest
from emulated_boards import SHARED, compile_c, run_python, write_tree
from hypothesis import given
from hypothesis import strategies as st

from edgetop.readings import Kind, Reason
from edgetop.sensors.files import FileReader, Sysroot, natural_key


@pytest.fixture
def root(tmp_path):
    return Sysroot(tmp_path)


class TestSysroot:
    def test_an_absolute_link_stays_inside_the_root(self, root):
        write_tree(
            root.root,
            {"sys/firmware/base/model": "A Board\0"},
            links={"proc/device-tree": "/sys/firmware/base", "sys/out": "/../../etc"},
        )
        assert root.real("/proc/device-tree/model") == "/sys/firmware/base/model"
        assert root.text("/proc/device-tree/model") == "A Board"
        assert root.real("sys/out/passwd") == "/etc/passwd"
        assert root.host_path("sys/out/passwd") == f"{root.root}/etc/passwd"

    def test_relative_links_and_dots_never_climb_above_the_root(self, root):
        write_tree(root.root, {"a/b/file": "1"}, links={"a/up": "../../../../../a/b"})
        assert root.real("a/up/file") == "/a/b/file"
        assert root.real("../../a/./b//file") == "/a/b/file"

    def test_a_circle_of_links_is_an_error_reading_and_no_hang(self, root):
        write_tree(root.root, {}, links={"a": "b", "b": "a"})
        assert root.names("a") == ()
        assert root.text("a/file") == ""
        assert FileReader(root, "a/file").read(0.0).reason is Reason.ERROR

    def test_the_real_root_needs_no_special_case(self):
        assert Sysroot().host_path("/proc/stat") == "/proc/stat"
        assert Sysroot().real("/proc/self/stat") == f"/proc/{os.getpid()}/stat"

    def test_names_come_in_natural_order(self, root):
        write_tree(root.root, {f"cpu/cpu{n}/x": "" for n in (10, 2, 0)})
        assert root.names("cpu") == ("cpu0", "cpu2", "cpu10")
        assert root.names("nowhere") == ()

    @given(st.lists(st.text(), max_size=8))
    def test_any_names_can_be_sorted(self, names):
        assert sorted(sorted(names, key=natural_key)) == sorted(names)

    @given(st.binary(max_size=300))
    def test_text_of_any_file_is_one_printable_line(self, tmp_path_factory, data):
        folder = tmp_path_factory.mktemp("text")
        text = Sysroot(write_tree(folder, {"file": data})).text("file")
        assert text == "" or text.isprintable()
        assert len(text) <= 100


class TestFileReader:
    def test_a_kept_descriptor_sees_new_contents(self, root):
        write_tree(root.root, {"temp": "53968\n"})
        reader = FileReader(root, "temp")
        first = reader.number(0.0).value
        descriptor = reader._descriptor
        write_tree(root.root, {"temp": "54125\n"})
        assert (first, reader.number(1.0).value) == (53968.0, 54125.0)
        assert reader._descriptor == descriptor

    def test_a_file_that_went_away_is_absent_and_its_return_is_seen(self, root):
        write_tree(root.root, {"temp": "1\n"})
        reader = FileReader(root, "temp")
        reader.read(0.0)
        (root.root / "temp").unlink()
        gone = reader.read(1.0)
        write_tree(root.root, {"temp": "2\n"})
        assert gone.data is None
        assert gone.reason is Reason.ABSENT
        assert "/temp" in gone.detail
        assert reader.number(2.0).value == 2.0

    def test_a_fifo_nobody_writes_to_does_not_hang(self, root):
        os.mkfifo(root.root / "temp")
        assert FileReader(root, "temp").number(0.0).value is None

    def test_a_folder_in_place_of_a_file_is_an_error(self, root):
        (root.root / "temp").mkdir()
        assert FileReader(root, "temp").read(0.0).reason is Reason.ERROR

    def test_after_five_failures_it_is_tried_once_per_ten_seconds_and_keeps_its_reason(self, root):
        reader = FileReader(root, "temp")
        for second in range(5):
            reader.read(float(second))
        write_tree(root.root, {"temp": "7\n"})
        assert reader.read(4.5).reason is Reason.ABSENT
        assert reader.number(13.9).reason is Reason.ABSENT
        assert reader.number(14.0).value == 7.0

    def test_four_failures_do_not_back_off_yet(self, root):
        reader = FileReader(root, "temp")
        for second in range(4):
            reader.read(float(second))
        write_tree(root.root, {"temp": "7\n"})
        assert reader.number(4.0).value == 7.0

    def test_of_a_file_beyond_its_size_the_cut_line_is_dropped(self, root):
        write_tree(root.root, {"stat": "first 11\nsecond 22\n"})
        assert FileReader(root, "stat", size=15).read(0.0).data == b"first 11\n"

    def test_close_gives_the_descriptor_back_and_reading_goes_on(self, root):
        write_tree(root.root, {"temp": "5"})
        reader = FileReader(root, "temp")
        reader.read(0.0)
        descriptor = reader._descriptor
        reader.close()
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.fstat(descriptor)
        assert reader.number(1.0).value == 5.0

    @pytest.mark.parametrize("text", ["", "\n", "N/A", "<unknown>", "1_000", "12 13", "0x10", "٣"])
    def test_text_that_is_no_number_is_implausible(self, root, text):
        write_tree(root.root, {"temp": text})
        number = FileReader(root, "temp").number(0.0)
        assert (number.value, number.reason) == (None, Reason.IMPLAUSIBLE)

    @given(st.binary(max_size=64) | st.from_regex(rb"[+-]?[0-9]{1,30}\n?", fullmatch=True))
    def test_any_bytes_give_their_number_or_no_value(self, tmp_path_factory, data):
        folder = tmp_path_factory.mktemp("bytes")
        number = FileReader(Sysroot(write_tree(folder, {"file": data})), "file").number(0.0)
        if re.fullmatch(rb"[ \t\r\n\0]*[+-]?[0-9]{1,20}[ \t\r\n\0]*", data):
            assert number.value == float(int(data.strip(b" \t\r\n\0")))
        elif number.value is not None:
            assert number.value == float(data.strip(b" \t\r\n\0"))
        else:
            assert number.reason is Reason.IMPLAUSIBLE

    def test_a_reading_is_scaled_and_checked(self, root):
        write_tree(root.root, {"temp": "53968\n", "hot": "999000\n"})
        assert FileReader(root, "temp").reading(Kind.TEMPERATURE, 1e3, 5.0).value == 53.968
        hot = FileReader(root, "hot").reading(Kind.TEMPERATURE, 1e3, 5.0)
        assert (hot.value, hot.reason, hot.time_s) == (None, Reason.IMPLAUSIBLE, 5.0)


ERRNOS = """
import sys
from pathlib import Path
from edgetop.sensors.files import FileReader, Sysroot
root = Path(sys.argv[1])
for name in sorted(path.name for path in root.iterdir()):
    raw = FileReader(Sysroot(root), name).read(0.0)
    print(name, raw.reason.value, raw.data)
"""

SPOKEN = {
    "EACCES": "no-permission",
    "EAGAIN": "offline",
    "EBUSY": "offline",
    "EINVAL": "offline",
    "EIO": "error",
    "ENODATA": "offline",
    "ENODEV": "absent",
    "ENXIO": "offline",
    "EPERM": "no-permission",
    "EREMOTEIO": "error",
    "ETIMEDOUT": "error",
}


def test_each_error_of_a_driver_has_its_reason(tmp_path):
    """The errors come from read(2) itself, as from a gated device."""
    shim = compile_c(SHARED / "tools" / "errno_shim.c", tmp_path / "errno_shim.so")
    tree = write_tree(tmp_path / "tree", dict.fromkeys(SPOKEN, "0\n"))
    faults = tmp_path / "faults.list"
    faults.write_text("".join(f"{name} {(tree / name).resolve()}\n" for name in SPOKEN))
    output = run_python(ERRNOS, tree, LD_PRELOAD=str(shim), ERRNO_SHIM=str(faults))
    said = dict(line.split(" ", 1) for line in output.splitlines())
    assert said == {name: f"{reason} None" for name, reason in SPOKEN.items()}


DROPPED = """
import os, sys
from pathlib import Path
from edgetop.sensors.files import FileReader, Sysroot
if os.getuid() == 0:
    os.setgroups([])
    os.setuid(65534)
raw = FileReader(Sysroot(Path(sys.argv[1])), "energy_uj").read(0.0)
print(raw.data, raw.reason.value, raw.detail)
"""


def test_an_ordinary_user_is_told_which_file_needs_permission():
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        write_tree(Path(folder), {"energy_uj": "123\n"})
        Path(folder, "energy_uj").chmod(0)
        output = run_python(DROPPED, folder).strip()
    assert output == "None no-permission needs permission: /energy_uj (Permission denied)"
