"""The samples of a run, looked at before it trains: drawn by the trainer's own pipeline."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from dacapo_engine.errors import ConfigError
from dacapo_engine.experiments.datasplits.datasets.arrays.array import Array
from dacapo_engine.experiments.datasplits.datasets.dataset import Dataset
from dacapo_engine.experiments.model import Model
from dacapo_engine.experiments.run_config import RunConfig
from dacapo_engine.experiments.tasks.task import Task
from dacapo_engine.experiments.trainers.gunpowder_trainer_config import GunpowderTrainerConfig
from dacapo_engine.experiments.trainers.sample_pair import PairPipeline
from dacapo_engine.experiments.trainers.sample_plan import SamplePlan
from dacapo_engine.experiments.trainers.sample_planning import plan_samples
from dacapo_engine.experiments.trainers.staged_pipeline import StagedPipeline
from dacapo_engine.preview.preview_array import PreviewArray
from dacapo_engine.preview.sample_stages import StackedStages, stack_stages

__all__ = ["SamplePreview"]

_Kind = TypeVar("_Kind", PairPipeline, StagedPipeline)


@dataclass(frozen=True)
class _Opened:
    """What samples are drawn from, which augments do not change."""

    config: RunConfig
    datasets: tuple[Dataset, ...]
    task: Task
    model: Model


class SamplePreview:
    """Draws samples of one run after the other, and keeps open what the next one shares."""

    def __init__(self) -> None:
        self._opened: _Opened | None = None
        self._config: RunConfig | None = None
        self._pipeline: PairPipeline | StagedPipeline | None = None

    def draw(self, config: RunConfig, index: int) -> dict[str, PreviewArray]:
        """Sample `index` of a run as ``raw`` and ``gt``, and its place as ``untouched_raw``, ....

        Raises
        ------
        DacapoError
            What would keep the training from drawing it.
        """
        pipeline = self._pipeline_of(config, PairPipeline)
        pair = pipeline.pair(index)
        source, center = pipeline.plan.sources[pair.sample.source], pair.sample.location
        return {
            "raw": _placed(pair.sample.raw, source.raw, center),
            "gt": _placed(pair.sample.gt, source.gt, center),
            "untouched_raw": _placed(pair.raw, source.raw, center),
            "untouched_gt": _placed(pair.gt, source.gt, center),
        }

    def stages(self, config: RunConfig, index: int) -> StackedStages:
        """Sample `index` of a run after every node.

        Raises
        ------
        DacapoError
            What would keep the training from drawing it.
        """
        pipeline = self._pipeline_of(config, StagedPipeline)
        sample = pipeline.staged(index)
        return stack_stages(sample, pipeline.plan.sources[sample.source])

    def close(self) -> None:
        """Take the pipeline down."""
        self._config = None
        if self._pipeline is not None:
            self._pipeline.close()
            self._pipeline = None

    def _pipeline_of(self, config: RunConfig, kind: type[_Kind]) -> _Kind:
        if isinstance(self._pipeline, kind) and config == self._config:
            return self._pipeline
        # One after the other: two in one process would change each other's samples.
        self.close()
        pipeline = kind(self._plan(config))
        self._pipeline, self._config = pipeline, config
        return pipeline

    def _plan(self, config: RunConfig) -> SamplePlan:
        opened = self._open(config)
        return plan_samples(
            opened.datasets, opened.model, opened.task, _trainer(config), config.seed
        )

    def _open(self, config: RunConfig) -> _Opened:
        if self._opened is None or not _same_volumes(config, self._opened.config):
            self._opened = None
            split, task_config = config.datasplit_config, config.task_config
            network = config.architecture_config
            task = task_config.task_type(task_config)
            self._opened = _Opened(
                config=config,
                datasets=tuple(split.datasplit_type(split).train),
                task=task,
                model=task.create_model(network.architecture_type(network)),
            )
        return self._opened


def _trainer(config: RunConfig) -> GunpowderTrainerConfig:
    if isinstance(config.trainer_config, GunpowderTrainerConfig):
        return config.trainer_config
    raise ConfigError(
        f"{type(config.trainer_config).__name__} draws no samples that can be shown.",
        hint="Choose the trainer gunpowder.",
        place="trainer_config",
    )


def _same_volumes(one: RunConfig, other: RunConfig) -> bool:
    fields = ("datasplit_config", "task_config", "architecture_config")
    return all(getattr(one, name) == getattr(other, name) for name in fields)


def _placed(data: np.ndarray, array: Array, center: np.ndarray) -> PreviewArray:
    """`data` around `center` on the voxels of `array`; a single channel needs no axis."""
    dims = array.grid.dims
    if data.ndim > dims and data.shape[0] == 1:
        data = data[0]
    grid = array.grid.around([int(c) for c in center], data.shape[-dims:])
    return PreviewArray(
        data=data,
        axes=(*("c",) * (data.ndim - dims), *array.spatial_axes),
        voxel_size=tuple(float(size) for size in grid.exact_voxel_size),
        offset=tuple(float(begin) for begin in grid.exact_offset),
        known=grid.known,
    )
