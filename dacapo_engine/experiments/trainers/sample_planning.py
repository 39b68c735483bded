"""From live datasets, model and task to a plan that data workers can follow."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from dacapo_engine.errors import DataError
from dacapo_engine.experiments.datasplits.datasets.arrays.ones_array import OnesArray
from dacapo_engine.experiments.datasplits.datasets.patch_check import check_patch_fits
from dacapo_engine.experiments.trainers.sample_plan import SamplePlan, SampleSource
from dacapo_engine.units import to_world

if TYPE_CHECKING:
    from dacapo_engine.experiments.datasplits.datasets.dataset import Dataset
    from dacapo_engine.experiments.model import Model
    from dacapo_engine.experiments.tasks.task import Task
    from dacapo_engine.experiments.trainers.gunpowder_trainer_config import (
        GunpowderTrainerConfig,
    )

__all__ = ["plan_samples"]


def plan_samples(
    datasets: Sequence[Dataset],
    model: Model,
    task: Task,
    config: GunpowderTrainerConfig,
    seed: int,
) -> SamplePlan:
    """What to draw from `datasets` for `model` and `task`.

    Raises
    ------
    DataError
        If a volume is smaller than the patch that the model reads.
    """
    for dataset in datasets:
        check_patch_fits(dataset, model.input_shape)
    raw = datasets[0].raw
    units_per_nm = to_world(Fraction(1), raw.unit)
    return SamplePlan(
        sources=tuple(_source(dataset) for dataset in datasets),
        predictor=task.predictor.in_world(units_per_nm),
        augments=tuple(augment.in_world(units_per_nm) for augment in config.augments),
        input_size=raw.voxel_size * model.input_shape,
        output_size=model.scale(raw.voxel_size) * model.output_shape,
        seed=seed,
        min_masked=config.min_masked or 0.0,
        min_foreground=config.gt_min_reject,
        clip_raw=config.clip_raw,
    )


def _source(dataset: Dataset) -> SampleSource:
    if dataset.gt is None:
        raise DataError(f"{dataset.name} has no labels.")
    return SampleSource(
        raw=dataset.raw,
        gt=dataset.gt,
        mask=dataset.mask if dataset.mask is not None else OnesArray.like(dataset.gt),
        weight=int(dataset.weight or 1),
        points=tuple(map(tuple, dataset.sample_points)) if dataset.sample_points else None,
    )
