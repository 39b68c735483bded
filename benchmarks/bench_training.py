"""Ratios of the training path, each taken in one run; one JSON line per figure.

Run with ``make bench``. Rounds of the two things compared alternate, and medians are taken, so
that a machine that is busy with something else changes both alike.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
import zarr

from dacapo_engine.experiments.run import Run
from dacapo_engine.experiments.run_config import RunConfig
from dacapo_engine.experiments.trainers.precision import uses_bfloat16
from dacapo_engine.setup.setup_run import VolumeFiles, set_up_run
from dacapo_engine.store.array_store import LocalArrayIdentifier
from dacapo_napari._nuclei import make_nuclei

ROUNDS = 5
STEPS = 10


def main() -> None:
    """Print the machine, then each figure."""
    print(json.dumps({"machine": machine()}))
    with tempfile.TemporaryDirectory() as folder:
        config = sample_run(Path(folder))
        report_precision(config)
        report_waiting(config)


def machine() -> str:
    """What this ran on."""
    return (
        f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, {torch.__version__}"
    )


def sample_run(folder: Path) -> RunConfig:
    """The small preset on the sample volume of nuclei."""
    raw, labels = make_nuclei()
    container = zarr.open_group(str(folder / "nuclei.zarr"), mode="w")
    for name, data in (("raw", raw), ("labels", labels)):
        array = container.create_dataset(name, data=data, chunks=(48, 64, 64))
        array.attrs.update(voxel_size=[300, 100, 100], offset=[0, 0, 0], units=["nm"] * 3)
    files = VolumeFiles(
        LocalArrayIdentifier(folder / "nuclei.zarr", "raw"),
        LocalArrayIdentifier(folder / "nuclei.zarr", "labels"),
    )
    return set_up_run(files, name="bench", preset="small").config


def report_precision(config: RunConfig) -> None:
    """A step as it is by default against the same step in float32."""
    plain, chosen = prepared(config, "float32"), prepared(config, "auto")
    slow, fast = alternate(plain, chosen)
    there = uses_bfloat16("auto", torch.device("cpu"))
    emit("step, default precision against float32", slow / fast, "times", 1.0 if there else None)


def report_waiting(config: RunConfig) -> None:
    """Steps with the real pipeline against steps on one batch that is there already."""
    run = Run(config)
    device = torch.device("cpu")
    with run.trainer as trainer:
        trainer.build_batch_provider(run.datasplit.train, run.model, run.task)
        for _ in trainer.iterate(STEPS, run.model, run.optimizer, device):
            pass
        cached = prepared(config, "auto")

        def real() -> None:
            for _ in trainer.iterate(STEPS, run.model, run.optimizer, device):
                pass

        with_data, without = alternate(real, cached)
    emit(
        "steps with the pipeline against steps on a cached batch", without / with_data, "share", 0.8
    )


def prepared(config: RunConfig, precision: str) -> Callable[[], None]:
    """A function that makes some steps on one batch of noise."""
    run = Run(config.replace(trainer_config=config.trainer_config.replace(precision=precision)))
    shape = (1, 1, *run.model.input_shape)
    raw = torch.from_numpy(np.random.default_rng(0).random(shape, dtype=np.float32))
    channels = (1, run.model.num_out_channels, *run.model.output_shape)
    target, weight = torch.zeros(channels), torch.ones(channels)

    def steps() -> None:
        for _ in range(STEPS):
            run.trainer.step_on(raw, target, weight, run.task.loss, run.model, run.optimizer)

    steps()
    return steps


def alternate(one: Callable[[], None], other: Callable[[], None]) -> tuple[float, float]:
    """Median seconds of both, in alternating rounds."""
    seconds: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS):
        for function, taken in zip((one, other), seconds, strict=True):
            started = time.perf_counter()
            function()
            taken.append(time.perf_counter() - started)
    return statistics.median(seconds[0]), statistics.median(seconds[1])


def emit(name: str, value: float, unit: str, goal: float | None) -> None:
    """One figure; ``met`` is null where there is no goal for this machine."""
    met = None if goal is None else value >= goal
    line = {"name": name, "value": round(value, 3), "unit": unit, "goal": goal, "met": met}
    print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
