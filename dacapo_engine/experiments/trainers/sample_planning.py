"""From live datasets, model and task to a plan that data workers can follow."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from dacapo_engine.errors import DataError
from dacapo_engine.experiments.datasplits.datasets.arrays.ones_array import OnesArray
from dacapo_engine.experiments.datasplits.datasets.patch_check import (
    check_labels_match,
    check_patch_fits,
)
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
    table_downsample: int = 4,
) -> SamplePlan:
    """What to draw from `datasets` for `model` and `task`.

    Raises
    ------
    DataError
        If a volume is smaller than the patch that the model reads, has no points to sample
        around, or none is drawn from.
    """
    _check_drawn_from(datasets, config.sample_strategy)
    for dataset in datasets:
        check_patch_fits(dataset, model.input_shape)
        check_labels_match(dataset, model.scale(dataset.raw.voxel_size))
    raw = datasets[0].raw
    units_per_nm = to_world(Fraction(1), raw.unit)
    return SamplePlan(
        sources=tuple(_source(dataset, config.sample_strategy) for dataset in datasets),
        predictor=task.predictor.in_world(units_per_nm),
        augments=tuple(augment.in_world(units_per_nm) for augment in config.augments),
        input_size=raw.voxel_size * model.input_shape,
        output_size=model.scale(raw.voxel_size) * model.output_shape,
        seed=seed,
        min_masked=1.0 if config.sample_strategy == "reject" else config.min_masked or 0.0,
        min_foreground=config.gt_min_reject,
        clip_raw=config.clip_raw,
        from_table=config.sample_strategy == "integral_mask",
        table_downsample=table_downsample,
    )


def _check_drawn_from(datasets: Sequence[Dataset], strategy: str) -> None:
    if all(dataset.weight == 0 for dataset in datasets):
        raise DataError(
            "Every dataset has a weight of 0, so that none is drawn from.",
            hint="Give at least one dataset a weight of 1.",
            place="datasplit_config",
        )
    for dataset in datasets:
        _check_points(dataset)
        if strategy == "points" and not dataset.sample_points:
            raise DataError(
                "There are no sample points to draw samples around.",
                hint="Give it sample_points, or choose another place of samples.",
                place=dataset.name,
            )


def _check_points(dataset: Dataset) -> None:
    region = dataset.raw.roi
    for array in (dataset.gt, dataset.mask):
        region = region if array is None else region.intersect(array.roi)
    outside = [point for point in dataset.sample_points or () if not region.contains(point)]
    if outside:
        raise DataError(
            f"The sample point {tuple(outside[0])} {dataset.unit} lies outside of the labels, "
            f"which cover {region}.",
            hint="Sample points are z, y, x in nanometres from the origin of the world.",
            place=dataset.name,
        )


def _source(dataset: Dataset, strategy: str) -> SampleSource:
    if dataset.gt is None:
        raise DataError(f"{dataset.name} has no labels.")
    points = dataset.sample_points if strategy in {"anywhere", "points"} else None
    return SampleSource(
        raw=dataset.raw,
        gt=dataset.gt,
        mask=dataset.mask if dataset.mask is not None else OnesArray.like(dataset.gt),
        weight=1 if dataset.weight is None else int(dataset.weight),
        points=tuple(map(tuple, points)) if points else None,
    )
