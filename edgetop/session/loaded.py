"""What a model's process says when it has loaded the model, as facts of the run."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from edgetop.sample import Run, Tensor

if TYPE_CHECKING:
    from edgetop.engine.spec import RunSpec


def loaded_run(run: Run, said: dict[str, Any]) -> Run:
    """The run as it really is, which may be another than was planned."""
    return replace(
        run,
        batch=said["batch"],
        batch_fixed=said["batch_fixed"],
        provider=said["provider"],
        threads=said["threads"],
        precision=said["precision"],
        inputs=tuple(
            Tensor(item["name"], item["dtype"], tuple(item["shape"]), item.get("values", ""))
            for item in said["inputs"]
        ),
        providers_used=tuple(said["providers_used"]),
        nodes=tuple(said["nodes"].items()),
        runtime=said["runtime"],
        available_providers=tuple(said["available_providers"]),
        baseline_mib=said["baseline_mib"],
        load_s=said["load_s"],
    )


def batch_problem(spec: RunSpec, batch: int) -> str:
    """Why the run has another batch than was asked for; empty if it has not."""
    if spec.batch == batch:
        return ""
    whose = "the inputs given have a"
    if not (spec.input_shapes or spec.input_file):
        whose = "this model has a fixed"
    return f"{whose} batch of {batch}; batch {spec.batch} is not possible"
