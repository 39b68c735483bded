"""A sample after every node of its pipeline, from the file to the target."""

from __future__ import annotations

from dataclasses import dataclass

import gunpowder as gp
import numpy as np

from dacapo_engine.experiments.trainers.sample_pipeline import SamplePipeline
from dacapo_engine.experiments.trainers.sample_plan import SampleKeys, SamplePlan
from dacapo_engine.gp.stage_tap import StageTap

__all__ = ["STACK", "Stage", "StageArray", "StagedPipeline", "StagedSample"]

STACK = "stack"
"""The stage at which samples become a batch; the loader makes it, and not the pipeline."""

_KINDS = ("raw", "gt", "mask", "target", "weight")


@dataclass(frozen=True)
class StageArray:
    """An array as it leaves a node.

    Attributes
    ----------
    kind
        ``raw``, ``gt``, ``mask``, ``target`` or ``weight``.
    data
        ``[c, (z,) y, x]``, or without channels.
    offset, voxel_size
        Where it lies in the volume, and its voxels, in world units, per spatial axis.
    """

    kind: str
    data: np.ndarray
    offset: gp.Coordinate
    voxel_size: gp.Coordinate


@dataclass(frozen=True)
class Stage:
    """What left a node: ``source``, ``padding``, ``location``, ``1 elastic`` ..., ``target``."""

    name: str
    arrays: tuple[StageArray, ...]

    def array(self, kind: str) -> StageArray | None:
        """The array of that kind; None where this stage has none."""
        return next((array for array in self.arrays if array.kind == kind), None)


@dataclass(frozen=True)
class StagedSample:
    """A sample of which all stages were kept.

    Attributes
    ----------
    index
        By which training finds the same sample.
    source
        From which source of the plan it was drawn.
    center
        Of the patch, in world units; stages from the location on lie around it.
    stages
        In the order in which voxels pass through them.
    """

    index: int
    source: int
    center: gp.Coordinate
    stages: tuple[Stage, ...]


class StagedPipeline(SamplePipeline):
    """Draws the samples of a `SamplePipeline`, bit for bit, and keeps what left each node."""

    def __init__(self, plan: SamplePlan) -> None:
        self._kept: dict[str, tuple[StageArray, ...]] = {}
        super().__init__(plan)

    def staged(self, index: int, label_version: int = 0) -> StagedSample:
        """Sample `index` after every node."""
        self._kept = {}
        sample = self.sample(index, label_version)
        center = gp.Coordinate(int(c) for c in sample.location)
        shift = center - self.plan.input_size // 2
        absolute = {"source", "padding"}
        stages = tuple(
            Stage(name, arrays if name in absolute else _shifted(arrays, shift))
            for name, arrays in self._kept.items()
        )
        return StagedSample(index, sample.source, center, stages)

    def _seen(self, stage: str, part: gp.Pipeline) -> gp.Pipeline:
        return part + StageTap(stage, self._keep)

    def _keep(self, stage: str, batch: gp.Batch) -> None:
        # A patch that is rejected is asked for again: the one that stays comes last, and stages
        # of a patch come in their order.
        self._kept.pop(stage, None)
        self._kept[stage] = _arrays(batch, self.keys)


def _arrays(batch: gp.Batch, keys: SampleKeys) -> tuple[StageArray, ...]:
    arrays = []
    for kind in _KINDS:
        key = getattr(keys, kind)
        if key in batch.arrays and batch[key].spec.roi is not None:
            spec = batch[key].spec
            data = np.array(batch[key].data)
            arrays.append(StageArray(kind, data, spec.roi.offset, spec.voxel_size))
    return tuple(arrays)


def _shifted(arrays: tuple[StageArray, ...], shift: gp.Coordinate) -> tuple[StageArray, ...]:
    return tuple(
        StageArray(array.kind, array.data, array.offset + shift, array.voxel_size)
        for array in arrays
    )
