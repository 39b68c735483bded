"""Pictures of a training in each of its states, from a run folder that is written for them."""

from __future__ import annotations

import os
import platform
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from data_pictures import small_dock
from drive_window import find, wait

PATIENCE = 60
RUN = "neurites-7"
STEPS, LAST = 1240, 8600

Take = Callable[[Any, str], None]


def train_states(viewer: Any, take: Take) -> None:
    """Each state in a small dock; `take` is given the dock and the name of the picture."""
    from dacapo_engine.errors import DivergedError, OutOfMemoryError
    from dacapo_engine.store.status import RunState, StatusWriter

    with tempfile.TemporaryDirectory(prefix="dacapo-runs-") as runs, small_dock(viewer) as dock:
        folder = write_run(Path(runs) / RUN)
        status = StatusWriter(folder, num_iterations=LAST, device="cuda:0")
        status.update(RunState.TRAINING, **progress())
        dock.data.set_unfolded(False)
        find(dock, "train.runs_folder").setText(runs)
        find(dock, "train.run_name").setText(RUN)
        plot = find(dock, "train.loss_plot")
        wait(PATIENCE, lambda: plot.num_points == STEPS)
        scroll_to(dock, plot)
        take(dock, "train-running")
        status.update(RunState.VALIDATING, validated=0.4)
        wait(PATIENCE, lambda: "40 %" in find(dock, "train.status").text())
        take(dock, "train-validating")
        dock.control.ending._set_silent(True)
        take(dock, "train-silent")
        dock.control.ending._set_silent(False)
        folder.lock_file.unlink()
        for error, name in (
            (
                OutOfMemoryError("The device ran out of memory.", hint="Use a smaller patch."),
                "memory",
            ),
            (
                DivergedError(
                    "The loss of iteration 1240 is not a number (sample 1240).",
                    hint="Lower the learning rate, or look at that sample; "
                    "the last weights are kept.",
                ),
                "diverged",
            ),
        ):
            status.fail(error)
            wait(PATIENCE, lambda text=error.message: text in find(dock, "train.error").text())
            take(dock, f"train-{name}")


def progress() -> dict[str, Any]:
    """What a status says in the middle of a run."""
    return {
        "iteration": STEPS,
        "first_iteration": 0,
        "num_iterations_is": "about",
        "seconds_per_iteration": 0.31,
        "memory_used": 6_100_000_000,
        "memory_total": 24_000_000_000,
        "waiting": 0.02,
    }


def write_run(path: Path) -> Any:
    """A run of the sample as the engine leaves it, with a lock of this program."""
    import psutil
    from napari.layers import Image, Labels

    from dacapo_engine.store.atomic import write_json
    from dacapo_engine.store.rows import rewrite_rows
    from dacapo_engine.store.run_folder import RunFolder
    from dacapo_napari._neurites import make_neurites
    from dacapo_napari.runs.run_setup import TrainingRequest, prepare_run
    from dacapo_napari.volumes.layer_volume import layer_volume
    from dacapo_napari.volumes.training_data import LabelledLayers, TrainingData

    folder, axes = RunFolder(path), ("z", "y", "x")
    raw, labels = (values[:64, :128, :128] for values in make_neurites())
    layers = LabelledLayers(
        layer_volume(Image(raw, name="neurites"), axes), layer_volume(Labels(labels), axes)
    )
    request = TrainingRequest(folder, TrainingData((layers,)), None, LAST, "cpu", "python")
    prepare_run(request, lambda: False)
    rewrite_rows(folder.training_stats_file, losses())
    rewrite_rows(folder.validation_scores_file, scores())
    lock = {
        "host": platform.node(),
        "pid": os.getpid(),
        "process_start": psutil.Process().create_time(),
        "heartbeat": time.time() + 3600,
    }
    write_json(folder.lock_file, lock)
    return folder


def losses() -> list[dict[str, Any]]:
    """A loss that falls, and is noisy."""
    noise = np.random.default_rng(0).gamma(3, 0.3, STEPS)
    fall = 0.65 * np.exp(-np.arange(STEPS) / 250) + 0.05
    return [
        {"iteration": n, "loss": float(value), "time": 0.3, "wait": 0.01}
        for n, value in enumerate(fall * (0.6 + 0.4 * noise))
    ]


def scores() -> list[dict[str, Any]]:
    """Validations that get better and then worse again."""
    found = []
    for number, voi in enumerate((2.1, 1.2, 0.7, 0.43, 0.5, 0.48), start=1):
        right = round(104 - 30 * voi)
        objects = {"right": right, "merged": 6, "split": 98 - right, "missed": 0, "invented": 0}
        row = {"iteration": 200 * number, "dataset": "right 20 %", "parameters": {"id": 0}}
        found.append({**row, "scores": {"voi": voi}, "objects": objects})
    return found


def scroll_to(dock: Any, part: Any) -> None:
    """Let the curve be seen."""
    wait(1)
    dock._scroll.ensureWidgetVisible(part, 0, 0)
    wait(0.5)
