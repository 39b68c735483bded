"""The samples of a run, looked at before it trains: drawn by the trainer's own pipeline."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from dacapo_engine.errors import ConfigError
from dacapo_engine.experiments.datasplits.datasets.arrays.array import Array
from dacapo_engine.experiments.datasplits.datasets.dataset import Dataset
from dacapo_engine.experiments.model import Model
from dacapo_engine.experiments.run_config import RunConfig
from dacapo_engine.experiments.tasks.task import Task
from dacapo_engine.experiments.trainers.gunpowder_trainer_config import GunpowderTrainerConfig
from dacapo_engine.experiments.trainers.sample_pair import PairPipeline
from dacapo_engine.experiments.trainers.sample_planning import plan_samples

__all__ = ["PreviewArray", "SamplePreview"]


@dataclass(frozen=True)
class PreviewArray:
    """An array of a sample and where it lies.

    Attributes
    ----------
    axes
        Those of `data`; channels first, where there are several.
    voxel_size, offset
        In nanometres, for each axis but channels.
    known
        Whether the voxel size means nanometres.
    """

    data: np.ndarray
    axes: tuple[str, ...]
    voxel_size: tuple[float, ...]
    offset: tuple[float, ...]
    known: bool

    def place(self) -> dict[str, Any]:
        """Everything but the data, as plain data."""
        return {
            "axes": list(self.axes),
            "voxel_size": list(self.voxel_size),
            "offset": list(self.offset),
            "known": self.known,
        }


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
        self._pipeline: PairPipeline | None = None

    def draw(self, config: RunConfig, index: int) -> dict[str, PreviewArray]:
        """Sample `index` of a run as ``raw`` and ``gt``, and its place as ``untouched_raw``, ....

        Raises
        ------
        DacapoError
            What would keep the training from drawing it.
        """
        pipeline = self._pipeline_of(config)
        pair = pipeline.pair(index)
        source, center = pipeline.plan.sources[pair.sample.source], pair.sample.location
        return {
            "raw": _placed(pair.sample.raw, source.raw, center),
            "gt": _placed(pair.sample.gt, source.gt, center),
            "untouched_raw": _placed(pair.raw, source.raw, center),
            "untouched_gt": _placed(pair.gt, source.gt, center),
        }

    def close(self) -> None:
        """Take the pipeline down."""
        self._config = None
        if self._pipeline is not None:
            self._pipeline.close()
            self._pipeline = None

    def _pipeline_of(self, config: RunConfig) -> PairPipeline:
        if self._pipeline is None or config != self._config:
            # One after the other: two in one process would change each other's samples.
            self.close()
            opened = self._open(config)
            plan = plan_samples(
                opened.datasets, opened.model, opened.task, _trainer(config), config.seed
            )
            self._pipeline, self._config = PairPipeline(plan), config
        return self._pipeline

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
