"""Predicts classes and how far their boundaries are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray

from dacapo_engine.experiments.arraytypes.embedding import EmbeddingArray
from dacapo_engine.experiments.tasks.predictors.class_balance import balance
from dacapo_engine.experiments.tasks.predictors.distance_predictor import DistancePredictor
from dacapo_engine.experiments.tasks.predictors.sample_arrays import (
    channels_like,
    read_mask_of_classes,
)

if TYPE_CHECKING:
    from dacapo_engine.experiments.architectures.architecture import Architecture
    from dacapo_engine.experiments.arraytypes.arraytype import ArrayType
    from dacapo_engine.experiments.datasplits.datasets.arrays.array import Array
    from dacapo_engine.experiments.datasplits.datasets.arrays.numpy_array import NumpyArray
    from dacapo_engine.experiments.model import Model

__all__ = ["HotDistanceActivation", "HotDistancePredictor"]


class HotDistanceActivation(torch.nn.Module):
    """Probabilities in the first half of the channels, scaled distances in the second."""

    def forward(self, prediction: torch.Tensor) -> torch.Tensor:
        """Sigmoid and tanh of ``[batch, 2 classes, (z,) y, x]``."""
        classes, distances = prediction.chunk(2, dim=1)
        return torch.cat([classes.sigmoid(), distances.tanh()], dim=1)


class HotDistancePredictor(DistancePredictor):
    """Two channels per class: first all memberships, then all distances as `DistancePredictor`.

    Parameters
    ----------
    channels, scale_factor, mask_distances, clipmin, clipmax, separate_images
        See `DistancePredictor`.
    kernel_size
        Of the last convolution, odd.
    """

    def __init__(
        self,
        channels: Sequence[str],
        scale_factor: float = 1.0,
        mask_distances: bool = False,
        clipmin: float = 0.05,
        clipmax: float = 0.95,
        separate_images: bool = False,
        kernel_size: int = 1,
    ) -> None:
        super().__init__(
            channels,
            scale_factor,
            mask_distances,
            clipmin,
            clipmax,
            separate_images=separate_images,
        )
        self.kernel_size = kernel_size

    @property
    def channels(self) -> tuple[str, ...]:
        names = self.classes.names
        return (*names, *(f"distance {name}" for name in names))

    @property
    def output_array_type(self) -> ArrayType:
        return EmbeddingArray(len(self.channels))

    @property
    def lowest_values(self) -> tuple[float, ...]:
        return tuple(low for low in (0.0, -1.0) for _ in self.classes.names)

    def create_model(self, architecture: Architecture) -> Model:
        from dacapo_engine.experiments.model import Model
        from dacapo_engine.experiments.tasks.predictors.prediction_head import convolution_head

        head = convolution_head(architecture, len(self.channels), self.kernel_size)
        return Model(architecture, head, eval_activation=HotDistanceActivation())

    def create_target(self, gt: Array) -> NumpyArray:
        inside = self.classes.masks(gt[gt.roi], gt.dims)
        distances = self.scaled_distances(gt)
        return channels_like(gt, np.concatenate([inside.astype(np.float32), distances]))

    def create_weight(
        self,
        gt: Array,
        target: Array,
        mask: Array | None,
        moving_class_counts: Any = None,
    ) -> tuple[NumpyArray, Any]:
        inside, distances = np.split(target[target.roi], 2)
        of_classes = self._class_weights(inside, target, mask)
        of_distances, counts = self.distance_weights(distances, target, mask)
        return channels_like(target, np.concatenate([of_classes, of_distances])), counts

    def _class_weights(
        self, inside: NDArray[np.float32], place: Array, mask: Array | None
    ) -> NDArray[np.float32]:
        weights = np.zeros(inside.shape, dtype=np.float32)
        masks = read_mask_of_classes(mask, place, len(inside))
        for values, valid, out in zip(inside, masks, weights, strict=True):
            balance(values > 0, valid, self.clipmin, self.clipmax, out=out)
        return weights
