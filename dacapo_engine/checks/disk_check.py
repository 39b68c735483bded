"""Whether there is room on the disk for what a run leaves there."""

from __future__ import annotations

import shutil
from math import prod
from pathlib import Path

from dacapo_engine.checks.finding import Finding
from dacapo_engine.checks.size_words import bytes_words
from dacapo_engine.checks.trial import Patches, Trial
from dacapo_engine.experiments.run import Run
from dacapo_engine.experiments.run_config import RunConfig

__all__ = ["check_disk", "disk_needed", "free_on_disk"]

_ROW_BYTES = 160
_TIGHT = 0.5


def free_on_disk(runs: Path) -> int:
    """Bytes that are free where `runs` is, or will be made."""
    folder = runs.absolute()
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free


def check_disk(needed: int, free: int, runs: Path) -> Finding:
    """Whether `needed` bytes fit into the `free` ones in the folder of runs."""
    text = f"The run needs up to {bytes_words(needed)}; {bytes_words(free)} are free in {runs}."
    if needed > free:
        hint = "Make room, choose another folder, or keep fewer snapshots."
        return Finding("disk", "red", text, hint, "folder", "Choose another folder")
    if needed > _TIGHT * free:
        hint = "Keep an eye on it, or choose another folder."
        return Finding("disk", "amber", text, hint, "folder", "Choose another folder")
    return Finding("disk", "green", text)


def disk_needed(run: Run, trial: Trial, iterations: int) -> int:
    """Bytes of checkpoints, snapshots, predicted volumes and histories; not compressed."""
    config = run.config
    return (
        _num_checkpoints(run) * trial.checkpoint_bytes
        + _num_snapshots(config, iterations) * _snapshot_bytes(trial.patches)
        + _volumes(run)
        + iterations * _ROW_BYTES
    )


def _num_checkpoints(run: Run) -> int:
    """The newest ones, and the best of each criterion on each volume and on all together."""
    evaluator = run.task.evaluator
    best = sum(evaluator.store_best(criterion) for criterion in evaluator.criteria)
    datasets = len(run.datasplit.validate)
    return run.config.keep_checkpoints + best * (datasets + (datasets > 1))


def _num_snapshots(config: RunConfig, iterations: int) -> int:
    interval = getattr(config.trainer_config, "snapshot_interval", None)
    return 0 if not interval else min(config.keep_snapshots, iterations // interval + 1)


def _snapshot_bytes(patches: Patches) -> int:
    """Raw, labels, mask, target, weight, prediction and its gradient of one sample."""
    count = len(patches.raw)
    predicted = 4 * patches.target.size
    total = 4 * patches.raw.size + patches.gt.nbytes + patches.mask.size + 4 * predicted
    return int(total / count)


def _volumes(run: Run) -> int:
    """Predictions in half precision and segmentations, of the newest and the best validation."""
    channels = run.model.num_out_channels
    voxels = sum(prod(dataset.gt.grid.shape) for dataset in run.datasplit.validate if dataset.gt)
    best = sum(run.task.evaluator.store_best(name) for name in run.task.evaluator.criteria)
    return (1 + best) * voxels * (2 * channels + 8)
