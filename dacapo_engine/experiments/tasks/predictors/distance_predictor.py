"""Predicts how far the boundary of a class is."""

from __future__ import annotations

import copy
import math
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from funlib.geometry import Coordinate
from numpy.typing import NDArray

from dacapo_engine.experiments.arraytypes.distances import DistanceArray
from dacapo_engine.experiments.tasks.class_labels import ClassLabels
from dacapo_engine.experiments.tasks.predictors.class_balance import balance
from dacapo_engine.experiments.tasks.predictors.distances import (
    TRUSTED_LEVEL,
    object_distances,
    per_image,
    signed_distances,
    trusted_distances,
)
from dacapo_engine.experiments.tasks.predictors.predictor import Predictor
from dacapo_engine.experiments.tasks.predictors.sample_arrays import (
    channels_like,
    read_mask_of_classes,
    without_channels,
)

if TYPE_CHECKING:
    import torch

    from dacapo_engine.experiments.architectures.architecture import Architecture
    from dacapo_engine.experiments.arraytypes.arraytype import ArrayType
    from dacapo_engine.experiments.datasplits.datasets.arrays.array import Array
    from dacapo_engine.experiments.datasplits.datasets.arrays.numpy_array import NumpyArray
    from dacapo_engine.experiments.model import Model

__all__ = ["DistancePredictor"]

# In units of the scale: what is further away differs from infinitely far by less than 0.005.
_REACH = 3.0


class DistancePredictor(Predictor):
    """One channel per class: ``tanh(d / scale_factor)`` of the signed distance d to its boundary.

    Positive inside. For d see `distance_to`; it is infinite beyond three times `scale_factor`.

    Parameters
    ----------
    channels
        Names of the classes.
    scale_factor
        The distance at which the target reaches tanh(1) = 0.76, in nm.
    mask_distances
        Do not count voxels whose distance depends on what lies beyond the labels, see
        `trusted_distances`.
    clipmin, clipmax
        Bounds of the share of a class when inside and outside are balanced.
    instances
        Measure to the boundary of each object instead of each class.
    separate_images
        Whether the first of three axes holds separate images.
    """

    def __init__(
        self,
        channels: Sequence[str],
        scale_factor: float = 1.0,
        mask_distances: bool = True,
        clipmin: float = 0.05,
        clipmax: float = 0.95,
        instances: bool = False,
        separate_images: bool = False,
    ) -> None:
        self.classes = ClassLabels(tuple(channels))
        self.scale_factor = scale_factor
        self.mask_distances = mask_distances
        self.clipmin = clipmin
        self.clipmax = clipmax
        self.instances = instances
        self.separate_images = separate_images
        self._units_per_nm = 1.0

    @property
    def channels(self) -> tuple[str, ...]:
        return self.classes.names

    @property
    def output_array_type(self) -> ArrayType:
        return DistanceArray(dict(enumerate(self.channels)))

    @property
    def lowest_values(self) -> tuple[float, ...]:
        return (-1.0,) * len(self.channels)

    def in_world(self, units_per_nm: float) -> Self:
        counted = copy.copy(self)
        counted._units_per_nm = units_per_nm
        return counted

    def create_model(self, architecture: Architecture) -> Model:
        import torch

        from dacapo_engine.experiments.model import Model
        from dacapo_engine.experiments.tasks.predictors.prediction_head import convolution_head

        head = convolution_head(architecture, len(self.channels))
        return Model(architecture, head, eval_activation=torch.nn.Tanh())

    def create_target(self, gt: Array) -> NumpyArray:
        return channels_like(gt, self.scaled_distances(gt))

    def create_weight(
        self,
        gt: Array,
        target: Array,
        mask: Array | None,
        moving_class_counts: Any = None,
    ) -> tuple[NumpyArray, Any]:
        weights, counts = self.distance_weights(target[target.roi], target, mask)
        return channels_like(target, weights), counts

    def scaled_distances(self, gt: Array) -> NDArray[np.float32]:
        """The target, ``[class, (z,) y, x]``."""
        labels = gt[gt.roi]
        if self.instances:
            whole = without_channels(labels, gt.dims)
            distances = self._per_image(object_distances, whole, gt)[None]
        else:
            masks = self.classes.masks(labels, gt.dims)
            distances = np.stack([self._per_image(signed_distances, m, gt) for m in masks])
        return np.tanh(distances / np.float32(self.scale_factor))

    def distance_weights(
        self, scaled: NDArray[np.float32], place: Array, mask: Array | None
    ) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Weights of `scaled_distances`, and the (outside, inside) counts of each class."""
        weights = np.zeros(scaled.shape, dtype=np.float32)
        counts = np.zeros((len(scaled), 2), dtype=np.int64)
        masks = read_mask_of_classes(mask, place, len(scaled))
        for channel, valid in enumerate(masks):
            distances = scaled[channel]
            if self.mask_distances:
                sizes = self._sizes(place)
                valid = trusted_distances(
                    distances, valid, sizes, self.scale_factor, self.separate_images
                )
            counts[channel] = balance(
                distances > 0, valid, self.clipmin, self.clipmax, out=weights[channel]
            )
        return weights, counts

    def unmirror(self, prediction: torch.Tensor) -> torch.Tensor | None:
        """Distances of mirrored raw are mirrored distances."""
        return prediction

    def gt_region_for_roi(self, target_spec: Any) -> Any:
        spec = target_spec.copy()
        reach = self.padding(target_spec.voxel_size)
        spec.roi = target_spec.roi.grow(reach, reach)
        return spec

    def padding(self, gt_voxel_size: Coordinate) -> Coordinate:
        # As far as a boundary makes a difference.
        reach = math.atanh(TRUSTED_LEVEL) * self.scale_factor * self._units_per_nm
        steps = [math.ceil(reach / size) for size in gt_voxel_size]
        if self.separate_images and len(steps) > 2:
            steps[0] = 0
        return gt_voxel_size * Coordinate(steps)

    def _per_image(self, measure: Any, values: NDArray[Any], place: Array) -> NDArray[Any]:
        measured = partial(measure, reach=_REACH * self.scale_factor)
        return per_image(measured, values, self._sizes(place), self.separate_images)

    def _sizes(self, place: Array) -> tuple[float, ...]:
        # In the pipeline arrays count in the world unit of the run, whatever they call it.
        return tuple(size / self._units_per_nm for size in place.voxel_size_nm)
