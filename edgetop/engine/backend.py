"""What the worker needs of a runtime; `edgetop.engine.ort` is the one there is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import numpy as np
    from numpy.typing import NDArray

    from edgetop.engine.spec import RunSpec

    Feed = Mapping[str, NDArray[np.generic]]
    """One array per input."""


@dataclass(frozen=True, slots=True)
class InputInfo:
    """One input as the graph declares it."""

    name: str
    dtype: str
    """numpy's name: float32, uint8, int64, str, ..."""
    dims: tuple[int | str | None, ...]
    """A number, a symbol, or None (or a number below 1) where the graph leaves it open."""


class Model(Protocol):
    """A loaded model."""

    @property
    def inputs(self) -> tuple[InputInfo, ...]:
        """The inputs that must be fed."""

    @property
    def providers_used(self) -> tuple[str, ...]:
        """Short names of the providers that the runtime registered, first choice first."""

    @property
    def nodes(self) -> dict[str, int]:
        """Graph nodes per provider as the runtime placed them; empty if it does not tell."""

    def runner(self, feed: Feed) -> Callable[[], None]:
        """A function that runs one inference on this feed.

        Inputs and outputs are bound here, once. A call takes the inputs from host memory and
        leaves the outputs there, so that on an accelerator both copies are inside the time,
        as an application sees it.
        """

    def results(self, feed: Feed) -> dict[str, Any]:
        """What one inference gives, by name of the output: arrays, or whatever else it makes."""


class Backend(Protocol):
    """A runtime that can load and run models."""

    @property
    def runtime(self) -> str:
        """Name and version."""

    def available_providers(self) -> tuple[str, ...]:
        """Short names of the providers that this build has."""

    def load(self, spec: RunSpec, provider: str, threads: int) -> Model:
        """Load the model for one provider (short name).

        Raises:
            ProviderError: The provider is not available, or the runtime gave another one.
            ModelError: The model cannot be loaded.
        """
