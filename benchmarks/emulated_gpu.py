"""A GPU where there is none: an emulated NVML, so that monitors of GPUs start and can be measured.

It answers what `tools/fake_nvml.c` of the shared test data knows, for a GeForce RTX 3060 that does
not change; the further functions that nvtop and nvitop insist on say "not supported".
"""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

from benchmarks.place import ROOT

if TYPE_CHECKING:
    from pathlib import Path

_SHARED = ROOT.parent / "shared"
_SOURCE = _SHARED / "tools" / "fake_nvml.c"
_ANSWERS = _SHARED / "nvml" / "rtx3060.txt"

_NOT_SUPPORTED = (
    "nvmlDeviceGetPcieThroughput",
    "nvmlDeviceGetCurrPcieLinkGeneration",
    "nvmlDeviceGetCurrPcieLinkWidth",
    "nvmlDeviceGetMaxPcieLinkGeneration",
    "nvmlDeviceGetMaxPcieLinkWidth",
    "nvmlDeviceGetTemperatureThreshold",
    "nvmlDeviceGetEncoderUtilization",
    "nvmlDeviceGetDecoderUtilization",
    "nvmlDeviceGetComputeRunningProcesses",
    "nvmlDeviceGetGraphicsRunningProcesses",
    "nvmlDeviceGetGraphicsRunningProcesses_v3",
    "nvmlDeviceGetMPSComputeRunningProcesses_v3",
    "nvmlDeviceGetProcessUtilization",
    "nvmlDeviceGetPersistenceMode",
    "nvmlDeviceGetDisplayActive",
    "nvmlDeviceGetPerformanceState",
    "nvmlDeviceGetPowerManagementLimit",
    "nvmlDeviceGetTotalEccErrors",
    "nvmlDeviceGetComputeMode",
    "nvmlDeviceGetMigMode",
)
_PCI = """
ret_t nvmlDeviceGetPciInfo_v3(void *h, char *info) {
    TRY;
    memset(info, 0, 68);
    strcpy(info, "0000:01:00.0");
    ((unsigned *)info)[5] = 1;
    strcpy(info + 36, "00000000:01:00.0");
    return 0;
}
"""
"""nvmlPciInfo_t: bus id of 16 bytes, domain, bus, device, two ids, bus id of 32 bytes."""


def build(folder: Path) -> dict[str, str] | None:
    """Compile it.

    Args:
        folder: Where the library goes; exists.

    Returns:
        Environment of a program that shall find it; None without compiler or test data.
    """
    compiler = shutil.which("cc")
    if compiler is None or not _SOURCE.is_file() or not _ANSWERS.is_file():
        return None
    source = folder / "nvml.c"
    stubs = "\n".join(f"ret_t {name}(void) {{ return 3; }}" for name in _NOT_SUPPORTED)
    source.write_text(f'#include "{_SOURCE}"\n{_PCI}{stubs}\n', encoding="ascii")
    library = folder / "libnvidia-ml.so.1"
    flags = ["-shared", "-fPIC", "-O1", "-w"]
    subprocess.run([compiler, *flags, "-o", str(library), str(source)], check=True)
    return {"LD_LIBRARY_PATH": str(folder), "FAKE_NVML": str(_ANSWERS)}
