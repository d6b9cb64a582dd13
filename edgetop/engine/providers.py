"""Names of execution providers: short ones for people, onnxruntime's long ones."""

from __future__ import annotations

from edgetop.errors import UsageError

_LONG_NAMES = {
    "cpu": "CPUExecutionProvider",
    "cuda": "CUDAExecutionProvider",
    "tensorrt": "TensorrtExecutionProvider",
    "openvino": "OpenVINOExecutionProvider",
    "xnnpack": "XnnpackExecutionProvider",
    "migraphx": "MIGraphXExecutionProvider",
    "rocm": "ROCMExecutionProvider",
    "qnn": "QNNExecutionProvider",
    "coreml": "CoreMLExecutionProvider",
    "directml": "DmlExecutionProvider",
    "acl": "ACLExecutionProvider",
    "armnn": "ArmNNExecutionProvider",
    "dnnl": "DnnlExecutionProvider",
    "nnapi": "NnapiExecutionProvider",
    "vitisai": "VitisAIExecutionProvider",
    "webgpu": "WebGpuExecutionProvider",
}
_SHORT_NAMES = {long: short for short, long in _LONG_NAMES.items()}

# Sends each inference to a service on the network; it is no property of this board.
_REMOTE = {"AzureExecutionProvider"}

NAMES = tuple(_LONG_NAMES)
"""The short ones."""

AUTO = "auto"
"""Take the accelerator that this build of the runtime has, else the CPU."""

# TensorRT comes after CUDA: it may compile a model for minutes before its first inference.
_PREFERENCE = ("cuda", "migraphx", "rocm", "qnn", "coreml", "directml", "cpu")


def parse(name: str) -> str:
    """The short name for a short or long provider name.

    Raises:
        UsageError: No provider is called that.
    """
    wanted = name.strip().lower()
    if wanted == AUTO or wanted in _LONG_NAMES:
        return wanted
    for short, long in _LONG_NAMES.items():
        if wanted == long.lower():
            return short
    known = ", ".join(_LONG_NAMES)
    raise UsageError(f"no execution provider is called {name!r}; the names are {known}")


def short_name(long: str) -> str:
    """The name that people read for one of onnxruntime's long names."""
    return _SHORT_NAMES.get(long, long.removesuffix("ExecutionProvider").lower())


def long_name(short: str) -> str:
    """Onnxruntime's name for a short one."""
    return _LONG_NAMES[short]


def local(available: list[str]) -> tuple[str, ...]:
    """Short names of the providers that run on this board, in the runtime's order."""
    return tuple(short_name(name) for name in available if name not in _REMOTE)


def choose(wanted: str, available: tuple[str, ...]) -> str:
    """The provider to use when `wanted` may be `AUTO`."""
    if wanted != AUTO:
        return wanted
    return next((name for name in _PREFERENCE if name in available), "cpu")
