"""Predicts which pairs of voxels belong to the same object."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from funlib.geometry import Coordinate
from numpy.typing import NDArray

from dacapo_engine.experiments.arraytypes.embedding import EmbeddingArray
from dacapo_engine.experiments.tasks.neighborhood import (
    fit_neighborhood,
    neighborhood_context,
    pair_slices,
)
from dacapo_engine.experiments.tasks.post_processors.mutex_watershed import mean_nearest_affinity
from dacapo_engine.experiments.tasks.predictors.affinities import (
    affinities,
    affinity_weights,
)
from dacapo_engine.experiments.tasks.predictors.class_balance import balance
from dacapo_engine.experiments.tasks.predictors.predictor import Predictor
from dacapo_engine.experiments.tasks.predictors.sample_arrays import (
    channels_like,
    read_mask,
    without_channels,
)
from dacapo_engine.experiments.tasks.predictors.shape_descriptors import (
    TRUNCATION,
    num_shape_descriptors,
    shape_descriptors,
)

if TYPE_CHECKING:
    import torch

    from dacapo_engine.experiments.architectures.architecture import Architecture
    from dacapo_engine.experiments.datasplits.datasets.arrays.array import Array
    from dacapo_engine.experiments.datasplits.datasets.arrays.numpy_array import NumpyArray
    from dacapo_engine.experiments.model import Model

__all__ = ["AffinitiesPredictor"]


class AffinitiesPredictor(Predictor):
    """One channel per offset of a neighborhood, the affinity of each voxel to its neighbor.

    With local shape descriptors, the network predicts these in further channels. They help it to
    learn, and are used for nothing else.

    Parameters
    ----------
    neighborhood
        Offsets in voxels, in the order of the spatial axes; any sign. Offsets shorter than the
        labels have axes stay within the last ones.
    affs_weight_clipmin, affs_weight_clipmax
        Bounds of the share of a class when classes are balanced.
    background_as_object
        Treat background as one more object.
    lsds
        Whether to predict local shape descriptors, too, see `shape_descriptors`: 10 channels, or
        6 where no offset leads along the first of three axes.
    num_lsd_voxels
        Width of their window in the largest edges of a voxel.
    downsample_lsds
        Compute them at every so manyth voxel.
    lsd_weight_clipmin, lsd_weight_clipmax
        Bounds of the share of objects when these are balanced with background.
    """

    def __init__(
        self,
        neighborhood: Sequence[Sequence[int]],
        affs_weight_clipmin: float = 0.05,
        affs_weight_clipmax: float = 0.95,
        background_as_object: bool = False,
        lsds: bool = False,
        num_lsd_voxels: int = 10,
        downsample_lsds: int = 1,
        lsd_weight_clipmin: float = 0.05,
        lsd_weight_clipmax: float = 0.95,
    ) -> None:
        self.neighborhood = tuple(tuple(int(n) for n in offset) for offset in neighborhood)
        self.affs_weight_clipmin = affs_weight_clipmin
        self.affs_weight_clipmax = affs_weight_clipmax
        self.background_as_object = background_as_object
        self.lsds = lsds
        self.num_lsd_voxels = num_lsd_voxels
        self.downsample_lsds = downsample_lsds
        self.lsd_weight_clipmin = lsd_weight_clipmin
        self.lsd_weight_clipmax = lsd_weight_clipmax

    @property
    def channels(self) -> tuple[str, ...]:
        affinity = tuple(f"affinity {' '.join(map(str, offset))}" for offset in self.neighborhood)
        return affinity + tuple(f"shape {number}" for number in range(self.num_lsds))

    @property
    def overview_title(self) -> str:
        return "boundaries"

    def overview(self, prediction: NDArray[Any]) -> NDArray[np.float32]:
        """1 where voxels do not belong to their neighbors."""
        offsets = fit_neighborhood(self.neighborhood, prediction.ndim - 1)
        near = mean_nearest_affinity(prediction[: len(offsets)], offsets)
        return np.clip(1 - near, 0, 1, dtype=np.float32)

    @property
    def num_lsds(self) -> int:
        """How many channels hold local shape descriptors."""
        return num_shape_descriptors(2 if self._is_flat else 3) if self.lsds else 0

    @property
    def output_array_type(self) -> EmbeddingArray:
        return EmbeddingArray(len(self.channels))

    def create_model(self, architecture: Architecture) -> Model:
        import torch

        from dacapo_engine.experiments.model import Model
        from dacapo_engine.experiments.tasks.predictors.prediction_head import convolution_head

        head = convolution_head(architecture, len(self.channels))
        return Model(architecture, head, eval_activation=torch.nn.Sigmoid())

    def create_target(self, gt: Array) -> NumpyArray:
        labels = without_channels(gt[gt.roi], gt.dims)
        offsets = fit_neighborhood(self.neighborhood, labels.ndim)
        target = affinities(labels, offsets, self.background_as_object)
        if not self.lsds:
            return channels_like(gt, target)
        return channels_like(gt, np.concatenate([target, self._descriptors(labels, gt)]))

    def create_weight(
        self,
        gt: Array,
        target: Array,
        mask: Array | None,
        moving_class_counts: Any = None,
    ) -> tuple[NumpyArray, Any]:
        truth = target[target.roi][: len(self.neighborhood)]
        valid = read_mask(mask, target)
        weights, counts = affinity_weights(
            truth,
            valid,
            fit_neighborhood(self.neighborhood, truth.ndim - 1),
            self.affs_weight_clipmin,
            self.affs_weight_clipmax,
        )
        if not self.lsds:
            return channels_like(target, weights), counts
        labels = without_channels(gt[target.roi], gt.dims)
        of_objects = np.zeros(labels.shape, dtype=np.float32)
        balance(labels > 0, valid, self.lsd_weight_clipmin, self.lsd_weight_clipmax, out=of_objects)
        repeated = np.broadcast_to(of_objects, (self.num_lsds, *labels.shape))
        return channels_like(target, np.concatenate([weights, repeated])), counts

    def unmirror(self, prediction: torch.Tensor) -> torch.Tensor:
        """Affinities of mirrored raw lead the other way: that of x to x + e stands at x + e."""
        turned = prediction.new_full(prediction.shape, float("nan"))
        offsets = fit_neighborhood(self.neighborhood, prediction.ndim - 1)
        for channel, offset in enumerate(offsets):
            at, to = pair_slices(tuple(prediction.shape[1:]), offset)
            turned[channel][at] = prediction[channel][to]
        return turned

    def gt_region_for_roi(self, target_spec: Any) -> Any:
        spec = target_spec.copy()
        voxel_size = target_spec.voxel_size
        below, above = self._context(voxel_size)
        spec.roi = target_spec.roi.grow(voxel_size * below, voxel_size * above)
        return spec

    def padding(self, gt_voxel_size: Coordinate) -> Coordinate:
        below, above = self._context(gt_voxel_size)
        return gt_voxel_size * Coordinate(map(max, below, above))

    @property
    def _is_flat(self) -> bool:
        return all(len(offset) == 2 or not offset[0] for offset in self.neighborhood)

    def _sigma(self, voxel_size: Coordinate) -> tuple[float, ...]:
        """Width of the window in voxels along the axes that it covers."""
        sizes = voxel_size[1:] if self._is_flat and len(voxel_size) > 2 else voxel_size
        return tuple(self.num_lsd_voxels * max(sizes) / size for size in sizes)

    def _descriptors(self, labels: NDArray[Any], gt: Array) -> NDArray[np.float32]:
        sigma = self._sigma(gt.voxel_size)
        if len(sigma) == labels.ndim:
            return shape_descriptors(labels, sigma, self.downsample_lsds)
        slices = [shape_descriptors(image, sigma, self.downsample_lsds) for image in labels]
        return np.stack(slices, axis=1)

    def _context(self, voxel_size: Coordinate) -> tuple[Coordinate, Coordinate]:
        """Voxels of labels that are needed below and above a target."""
        offsets = fit_neighborhood(self.neighborhood, len(voxel_size))
        below, above = neighborhood_context(offsets)
        window = [0] * len(voxel_size)
        if self.lsds:
            sigma = self._sigma(voxel_size)
            window[-len(sigma) :] = [math.ceil(TRUNCATION * width) for width in sigma]
        return Coordinate(map(max, below, window)), Coordinate(map(max, above, window))
