"""One look at a region with the weights as they are."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from dacapo_engine.experiments.block_prediction import BlockPredictor
from dacapo_engine.experiments.tasks.dense_ids import dense_ids
from dacapo_engine.experiments.tasks.evaluators.instance_evaluator import InstanceEvaluator
from dacapo_engine.segmenting.chosen_parameters import chosen_parameters
from dacapo_engine.store.atomic import read_json
from dacapo_engine.time_lapse.labels_on_raw import read_labels
from dacapo_engine.validate import averaged

if TYPE_CHECKING:
    from dacapo_engine.experiments.run import Run
    from dacapo_engine.experiments.tasks.post_processors.post_processor_parameters import (
        PostProcessorParameters,
    )
    from dacapo_engine.store.run_folder import RunFolder
    from dacapo_engine.time_lapse.region import Region

__all__ = ["finds_objects", "look_at", "raw_as_seen", "true_objects"]

# Beyond this the prediction of a U-Net hardly changes, but takes several times as long.
_CONTEXT = 8


def look_at(region: Region, run: Run, folder: RunFolder) -> tuple[NDArray[Any], NDArray[Any]]:
    """Boundaries (or foreground) from 0 to 255, and objects, both ``[(z,) y, x]``.

    The averaged weights are used where the run keeps some, and the post-processing that somebody
    chose for the run or, lacking that, the one that was best when it was last validated.
    """
    dataset = region.find_dataset(run)
    predictor = replace(BlockPredictor.of_run(run, mirrored=False), most_context=_CONTEXT)
    with averaged(run):
        prediction = predictor.predict(dataset.raw, region.roi(dataset))
    overview = run.task.predictor.overview(prediction)
    objects = run.task.post_processor.segment(prediction, _parameters(run, folder))
    if objects.ndim > overview.ndim:
        numbers = np.arange(1, len(objects) + 1).reshape(-1, *(1,) * overview.ndim)
        objects = ((objects > 0) * numbers).max(axis=0)
    return np.rint(overview * 255).astype(np.uint8), objects


def finds_objects(run: Run) -> bool:
    """Whether ids name objects; otherwise they name classes, and mean the same in all frames."""
    return isinstance(run.task.evaluator, InstanceEvaluator)


def true_objects(region: Region, run: Run) -> NDArray[np.uint32]:
    """The labels in the region, objects as 1 to n."""
    labels = read_labels(region.find_dataset(run), region.box)
    return (dense_ids(labels) if finds_objects(run) else labels).astype(np.uint32)


def raw_as_seen(region: Region, run: Run) -> NDArray[np.uint8]:
    """Raw from 0 to 255, channels averaged; its own range where it is not from 0 to 1."""
    raw = region.find_dataset(run).raw
    values = np.asarray(raw.read_box(region.box), dtype=np.float32)
    if values.ndim > raw.dims:
        values = values.mean(axis=0)
    if raw.dtype.kind != "f" or values.min() < -1 or values.max() > 2:
        low, high = np.percentile(values, (0.1, 99.9))
        values = (values - low) / max(high - low, 1e-6)
    return np.rint(np.clip(values, 0, 1) * 255).astype(np.uint8)


def _parameters(run: Run, folder: RunFolder) -> PostProcessorParameters:
    kind = run.task.post_processor.parameters_type
    chosen = chosen_parameters(folder, kind)
    if chosen is not None:
        return chosen
    for dataset in run.datasplit.validate:
        record = read_json(folder.best_file(dataset.name, run.task.evaluator.criteria[0]))
        if isinstance(record, dict) and record.get("parameters") is not None:
            return kind.model_validate(record["parameters"])
    return run.task.parameters[0]
