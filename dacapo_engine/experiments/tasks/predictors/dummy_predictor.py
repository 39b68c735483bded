"""Predicts zeros; for tests of what surrounds a task."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from funlib.geometry import Coordinate

from dacapo_engine.experiments.arraytypes.embedding import EmbeddingArray
from dacapo_engine.experiments.tasks.predictors.predictor import Predictor
from dacapo_engine.experiments.tasks.predictors.sample_arrays import channels_like, read_mask

if TYPE_CHECKING:
    from dacapo_engine.experiments.architectures.architecture import Architecture
    from dacapo_engine.experiments.arraytypes.arraytype import ArrayType
    from dacapo_engine.experiments.datasplits.datasets.arrays.array import Array
    from dacapo_engine.experiments.datasplits.datasets.arrays.numpy_array import NumpyArray
    from dacapo_engine.experiments.model import Model

__all__ = ["DummyPredictor"]


class DummyPredictor(Predictor):
    """Zeros in every channel.

    Parameters
    ----------
    embedding_dims
        Number of channels.
    """

    def __init__(self, embedding_dims: int) -> None:
        self.embedding_dims = embedding_dims

    @property
    def channels(self) -> tuple[str, ...]:
        return tuple(f"dummy {number}" for number in range(self.embedding_dims))

    @property
    def output_array_type(self) -> ArrayType:
        return EmbeddingArray(self.embedding_dims)

    def create_model(self, architecture: Architecture) -> Model:
        from dacapo_engine.experiments.model import Model
        from dacapo_engine.experiments.tasks.predictors.prediction_head import convolution_head

        return Model(architecture, convolution_head(architecture, self.embedding_dims))

    def create_target(self, gt: Array) -> NumpyArray:
        shape = (self.embedding_dims, *gt.grid.shape)
        return channels_like(gt, np.zeros(shape, dtype=np.float32))

    def create_weight(
        self,
        gt: Array,
        target: Array,
        mask: Array | None,
        moving_class_counts: Any = None,
    ) -> tuple[NumpyArray, Any]:
        weights = np.ones((self.embedding_dims, *target.grid.shape), dtype=np.float32)
        valid = read_mask(mask, target)
        return channels_like(target, weights if valid is None else weights * valid), None

    def gt_region_for_roi(self, target_spec: Any) -> Any:
        return target_spec.copy()

    def padding(self, gt_voxel_size: Coordinate) -> Coordinate:
        return gt_voxel_size * 0
