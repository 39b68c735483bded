"""How long a validation takes, from one patch."""

from __future__ import annotations

import time
from math import prod

import numpy as np

from dacapo_engine.checks.trial import Patches, Trial
from dacapo_engine.errors import DacapoError
from dacapo_engine.experiments.datasplits.datasets.arrays.numpy_array import NumpyArray
from dacapo_engine.experiments.run import Run

__all__ = ["validation_seconds"]

_SECONDS = 1.0


def validation_seconds(run: Run, trial: Trial) -> float:
    """Predicting, segmenting and scoring all volumes that are held back.

    A patch is segmented as if it were predicted without a mistake: an untrained network
    predicts nothing that is like what will have to be segmented.
    """
    voxels = sum(
        prod(dataset.gt.grid.shape) for dataset in run.datasplit.validate if dataset.gt is not None
    )
    if not voxels:
        return 0.0
    predicted = prod(run.model.output_shape)
    of_patch = trial.predict_seconds + _segment_seconds(run, trial.patches)
    return of_patch * voxels / predicted


def _segment_seconds(run: Run, patches: Patches) -> float:
    """One patch with every setting of the post-processing; as many as fit into a second."""
    labels = patches.gt[0]
    grid = run.datasplit.train[0].raw.grid
    shape = labels.shape[-grid.dims :]
    if any(have < need for have, need in zip(grid.shape, shape, strict=True)):
        return 0.0
    grid = grid.cropped(tuple(slice(0, extent) for extent in shape))
    axes = run.datasplit.train[0].raw.spatial_axes
    truth = NumpyArray.from_grid(labels, grid, [*["c"] * (labels.ndim - grid.dims), *axes])
    task, begun, done = run.task, time.perf_counter(), 0
    settings = task.parameters
    try:
        for _, found in task.post_processor.segment_all(
            patches.target[0].astype(np.float32), settings
        ):
            channels = ["c"] if found.ndim > grid.dims else []
            task.evaluator.evaluate(NumpyArray.from_grid(found, grid, [*channels, *axes]), truth)
            done += 1
            if time.perf_counter() - begun > _SECONDS:
                break
    except DacapoError:
        # What cannot be segmented before the first step is told when it is validated.
        return 0.0
    return (time.perf_counter() - begun) * len(settings) / max(1, done)
