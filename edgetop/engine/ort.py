"""The onnxruntime backend: through this alone edgetop runs models.

The converter imports onnxruntime as well, and so does the bare loop of the self test, each in a
process of its own.
"""

from __future__ import annotations

import os
from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING, Any

from edgetop.engine import providers
from edgetop.engine.backend import InputInfo
from edgetop.engine.diagnose import explain
from edgetop.engine.untrusted import cannot_feed, examine
from edgetop.errors import ModelError, ProviderError

if TYPE_CHECKING:
    from collections.abc import Callable

    from edgetop.engine.backend import Feed
    from edgetop.engine.spec import RunSpec

_MISSING = (
    "onnxruntime is not installed; install one of: pip install 'edgetop[cpu]' (any board), "
    "pip install 'edgetop[gpu]' (NVIDIA on x86), or on a Jetson NVIDIA's onnxruntime-gpu wheel"
)

_DTYPES = {
    "tensor(float)": "float32",
    "tensor(float16)": "float16",
    "tensor(double)": "float64",
    "tensor(uint8)": "uint8",
    "tensor(int8)": "int8",
    "tensor(uint16)": "uint16",
    "tensor(int16)": "int16",
    "tensor(uint32)": "uint32",
    "tensor(int32)": "int32",
    "tensor(uint64)": "uint64",
    "tensor(int64)": "int64",
    "tensor(bool)": "bool",
    "tensor(string)": "str",
}

_MOST_INPUTS = 1000  # each is described in one message and in every record
_FATAL_ONLY = 4  # the runtime raises what it logs; its log would repeat each error


def _import_onnxruntime() -> Any:
    # Since 1.32 it would keep a database of events in the user's cache and write to it beside
    # the model that is being measured; it looks for this when it is imported.
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    # With this set, a model could bring options of its own for the session (`ort_config` in its
    # metadata); nothing that a file says may change how it is run.
    os.environ["ORT_LOAD_CONFIG_FROM_MODEL"] = "0"
    try:
        import onnxruntime
    except ImportError as error:
        missing = isinstance(error, ModuleNotFoundError) and error.name == "onnxruntime"
        raise ModelError(_MISSING if missing else f"onnxruntime does not start: {error}") from error
    return onnxruntime


class OrtBackend:
    """Runs models with the onnxruntime that is installed."""

    def __init__(self) -> None:
        self._ort = _import_onnxruntime()
        self._ort.set_default_logger_severity(_FATAL_ONLY)

    @property
    def runtime(self) -> str:
        """Name and version."""
        return f"onnxruntime {self._ort.__version__}"

    def available_providers(self) -> tuple[str, ...]:
        """Short names of the local providers of this build."""
        return providers.local(self._ort.get_available_providers())

    def load(self, spec: RunSpec, provider: str, threads: int) -> OrtModel:
        """Load the model; see `Backend.load`."""
        available = self.available_providers()
        if provider not in available:
            raise ProviderError(
                f"provider {provider} is not in this onnxruntime (it has {', '.join(available)}); "
                "install the build that has it, or choose another with --provider"
            )
        examine(spec.model_path, spec.title)
        try:
            session = self._ort.InferenceSession(
                spec.model_path,
                self._options(threads),
                providers=[providers.long_name(provider)],
            )
        except Exception as error:
            if provider != "cpu" and type(error).__name__ == "EPFail":
                raise ProviderError(f"provider {provider} does not start: {error}") from error
            raise ModelError(explain(spec.model_path, error, spec.title)) from error
        model = OrtModel(self._ort, session)
        _refuse_fallback(provider, model)
        return model

    def _options(self, threads: int) -> Any:
        options = self._ort.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = _FATAL_ONLY
        # Lets the runtime tell where each node went; versions that do not know it ignore it.
        options.add_session_config_entry("session.record_ep_graph_assignment_info", "1")
        return options


def _refuse_fallback(provider: str, model: OrtModel) -> None:
    """Make an error of what onnxruntime only warns about: running on the CPU instead."""
    if provider not in model.providers_used:
        used = ", ".join(model.providers_used)
        raise ProviderError(
            f"provider {provider} did not start and onnxruntime fell back to {used}; "
            "see the log of the model's process, or choose --provider cpu"
        )
    if model.nodes and provider not in model.nodes:
        raise ProviderError(
            f"provider {provider} took none of the {sum(model.nodes.values())} nodes of this "
            "model, all would run on the CPU; choose --provider cpu to measure that"
        )


class OrtModel:
    """A model loaded by onnxruntime."""

    def __init__(self, ort: Any, session: Any) -> None:
        self._ort = ort
        self._session = session

    @cached_property
    def inputs(self) -> tuple[InputInfo, ...]:
        """The inputs that must be fed."""
        found = self._session.get_inputs()
        if len(found) > _MOST_INPUTS:
            raise ModelError(f"the model has {len(found)} inputs, edgetop feeds {_MOST_INPUTS}")
        return tuple(
            InputInfo(item.name, _dtype(item.name, item.type), tuple(item.shape)) for item in found
        )

    @property
    def providers_used(self) -> tuple[str, ...]:
        """Short names of the registered providers."""
        return providers.local(self._session.get_providers())

    @cached_property
    def nodes(self) -> dict[str, int]:
        """Graph nodes per provider; empty before onnxruntime 1.24, which cannot tell."""
        tell = getattr(self._session, "get_provider_graph_assignment_info", None)
        if tell is None:
            return {}
        count: Counter[str] = Counter()
        for part in tell():
            count[providers.short_name(part.ep_name)] += len(part.get_nodes())
        return dict(count)

    def runner(self, feed: Feed) -> Callable[[], None]:
        """A function that runs one inference on this feed, bound once."""
        session = self._session
        if not self._can_bind(feed):
            arrays = dict(feed)

            def run_unbound() -> None:
                session.run(None, arrays)

            return run_unbound
        binding = session.io_binding()
        for name, array in feed.items():
            binding.bind_ortvalue_input(name, self._ort.OrtValue.ortvalue_from_numpy(array))
        for output in session.get_outputs():
            binding.bind_output(output.name, "cpu")
        run_bound = session.run_with_iobinding

        def run() -> None:
            run_bound(binding)

        return run

    def results(self, feed: Feed) -> dict[str, Any]:
        """What one inference gives, by name of the output."""
        names = [item.name for item in self._session.get_outputs()]
        return dict(zip(names, self._session.run(names, dict(feed)), strict=True))

    def _can_bind(self, feed: Feed) -> bool:
        """Sequences, maps and strings cannot be bound; such models run the plain way."""
        outputs = self._session.get_outputs()
        return all(_can_be_bound(item.type) for item in outputs) and all(
            array.dtype.kind not in "OUS" for array in feed.values()
        )


def _can_be_bound(ort_type: str) -> bool:
    """A tensor of numbers, of such too that numpy has no type for, as nobody looks at them."""
    return ort_type.startswith("tensor(") and ort_type != "tensor(string)"


def _dtype(name: str, ort_type: str) -> str:
    try:
        return _DTYPES[ort_type]
    except KeyError:
        raise ModelError(cannot_feed(name, ort_type)) from None
