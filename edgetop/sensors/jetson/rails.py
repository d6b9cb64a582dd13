"""Which power rails of a Jetson contain which, and which of them add up to a total.

Rails nest: adding all of them counts most of the power twice (20.0 W instead of 12.5 on an Orin
Nano). No driver tells the nesting, so it stands here per board, and a set of labels that is not
known has no total. Sources: NVIDIA's Jetson Linux developer guides (power monitor chapters),
the carrier boards' device trees, and the rail tables of jetson-stats and energymon.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

_MODULE = (
    "input of the module (SoC, DRAM, regulators), "
    "not carrier board: fan, USB devices, NVMe, display"
)
_BRANCHES = "all supply rails of the module, not carrier board: fan, USB devices, NVMe, display"


@dataclass(frozen=True, slots=True)
class Rail:
    """What one rail is in the power tree."""

    role: str
    """board, module, module-branch or carrier: added up; part: inside another rail; rail: not
    known."""
    scope: str = ""
    """``what it covers, not what it leaves out``."""
    parent: str = ""
    """Label of the rail that contains it."""


@dataclass(frozen=True, slots=True)
class RailTable:
    """The power tree of one kind of board, known by the labels of its rails."""

    total: tuple[str, ...]
    """Parallel rails whose sum is the total."""
    role: str
    scope: str
    parts: tuple[str, ...] = ()
    """Rails inside the total."""
    parent: str = ""
    """The rail that contains the parts; empty = the only one of the total."""
    carrier: tuple[str, ...] = ()
    """Rails of the carrier board, which may be another one: the first is beside the module's
    input, the others are inside the first."""

    def fits(self, labels: Collection[str]) -> bool:
        """All rails of the module are there, each once, and none that is not known."""
        module, found = {*self.total, *self.parts}, set(labels)
        return len(found) == len(labels) and module <= found <= module | set(self.carrier)

    def rail(self, label: str) -> Rail:
        """What the rail of this label is."""
        if label in self.total:
            return Rail(self.role, self.scope)
        if label in self.parts:
            return Rail("part", parent=self.parent or self.total[0])
        if label == self.carrier[0]:
            return Rail("carrier", "carrier board beside the module")
        return Rail("part", parent=self.carrier[0])


_TX_CARRIER = (
    "VDD_MUX",
    "VDD_5V_IO_SYS",
    "VDD_5V0_IO_SYS",
    "VDD_3V3_SYS",
    "VDD_3V3_IO",
    "VDD_3V3_IO_SLP",
    "VDD_1V8_IO",
    "VDD_M2_IN",
    "VDD_3V3_SYS_M2",
)

RAIL_TABLES = (
    RailTable(  # Nano 4 GB
        ("POM_5V_IN",),
        "board",
        "5 V input of the developer kit: module and carrier, not loss of the mains adapter",
        ("POM_5V_GPU", "POM_5V_CPU"),
    ),
    RailTable(("VDD_IN",), "module", _MODULE, ("VDD_GPU", "VDD_CPU"), carrier=_TX_CARRIER),  # TX1
    RailTable(  # TX2
        ("VDD_IN",),
        "module",
        _MODULE,
        ("VDD_SYS_GPU", "VDD_SYS_SOC", "VDD_SYS_CPU", "VDD_SYS_DDR", "VDD_4V0_WIFI"),
        carrier=_TX_CARRIER,
    ),
    RailTable(("VDD_IN",), "module", _MODULE, ("VDD_CPU_GPU", "VDD_SOC")),  # TX2 NX
    RailTable(("VDD_IN",), "module", _MODULE, ("VDD_CPU_GPU_CV", "VDD_SOC")),  # Xavier NX, Orin NX
    RailTable(  # AGX Xavier: no common input is measured, all six are parallel
        ("GPU", "CPU", "SOC", "CV", "VDDRQ", "SYS5V"), "module-branch", _BRANCHES
    ),
    RailTable(  # AGX Orin
        ("VDD_GPU_SOC", "VDD_CPU_CV", "VIN_SYS_5V0"),
        "module-branch",
        _BRANCHES,
        ("VDDQ_VDD2_1V8AO",),
        parent="VIN_SYS_5V0",
    ),
    RailTable(  # Thor
        ("VIN",),
        "board",
        "input of the developer kit, not loss of the mains adapter",
        ("VDD_GPU", "VDD_CPU_SOC_MSS", "VIN_SYS_5V0"),
    ),
)


def rails_of(labels: Collection[str]) -> dict[str, Rail]:
    """What each rail of a board is; of a set that is not known all are just rails."""
    table = next((table for table in RAIL_TABLES if table.fits(labels)), None)
    return {label: table.rail(label) if table else Rail("rail") for label in labels}
