"""Predicts which pairs of voxels belong to the same object."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from funlib.geometry import Coordinate

from dacapo_engine.experiments.arraytypes.embedding import EmbeddingArray
from dacapo_engine.experiments.tasks.neighborhood import (
    fit_neighborhood,
    neighborhood_context,
    pair_slices,
)
from dacapo_engine.experiments.tasks.predictors.affinities import (
    affinities,
    affinity_weights,
)
from dacapo_engine.experiments.tasks.predictors.predictor import Predictor
from dacapo_engine.experiments.tasks.predictors.sample_arrays import (
    channels_like,
    without_channels,
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

    Parameters
    ----------
    neighborhood
        Offsets in voxels, in the order of the spatial axes; any sign. Offsets shorter than the
        labels have axes stay within the last ones.
    affs_weight_clipmin, affs_weight_clipmax
        Bounds of the share of a class when classes are balanced.
    background_as_object
        Treat background as one more object.
    """

    def __init__(
        self,
        neighborhood: Sequence[Sequence[int]],
        affs_weight_clipmin: float = 0.05,
        affs_weight_clipmax: float = 0.95,
        background_as_object: bool = False,
    ) -> None:
        self.neighborhood = tuple(tuple(int(n) for n in offset) for offset in neighborhood)
        self.affs_weight_clipmin = affs_weight_clipmin
        self.affs_weight_clipmax = affs_weight_clipmax
        self.background_as_object = background_as_object

    @property
    def channels(self) -> tuple[str, ...]:
        return tuple(f"affinity {' '.join(map(str, offset))}" for offset in self.neighborhood)

    @property
    def output_array_type(self) -> EmbeddingArray:
        return EmbeddingArray(len(self.neighborhood))

    def create_model(self, architecture: Architecture) -> Model:
        import torch

        from dacapo_engine.experiments.model import Model

        convolution = torch.nn.Conv2d if architecture.dims == 2 else torch.nn.Conv3d
        num_affinities = len(self.neighborhood)
        head = convolution(architecture.num_out_channels, num_affinities, kernel_size=1)
        # Small first predictions: large ones, all wrong alike, make the first steps diverge.
        torch.nn.init.normal_(head.weight, std=0.02)
        torch.nn.init.zeros_(head.bias)
        return Model(architecture, head, eval_activation=torch.nn.Sigmoid())

    def create_target(self, gt: Array) -> NumpyArray:
        labels = without_channels(gt[gt.roi], gt.dims)
        offsets = fit_neighborhood(self.neighborhood, labels.ndim)
        return channels_like(gt, affinities(labels, offsets, self.background_as_object))

    def create_weight(
        self,
        gt: Array,
        target: Array,
        mask: Array | None,
        moving_class_counts: Any = None,
    ) -> tuple[NumpyArray, Any]:
        truth = target[target.roi]
        valid = None if mask is None else without_channels(mask[target.roi], truth.ndim - 1)
        weights, counts = affinity_weights(
            truth,
            valid,
            fit_neighborhood(self.neighborhood, truth.ndim - 1),
            self.affs_weight_clipmin,
            self.affs_weight_clipmax,
        )
        return channels_like(target, weights), counts

    def unmirror(self, prediction: torch.Tensor) -> torch.Tensor:
        """Affinities of mirrored raw lead the other way: that of x to x + e stands at x + e."""
        turned = prediction.new_full(prediction.shape, float("nan"))
        offsets = fit_neighborhood(self.neighborhood, prediction.ndim - 1)
        for channel, offset in enumerate(offsets):
            at, to = pair_slices(tuple(prediction.shape[1:]), offset)
            turned[channel][at] = prediction[channel][to]
        return turned

    def gt_region_for_roi(self, target_spec: Any) -> Any:
        offsets = fit_neighborhood(self.neighborhood, target_spec.roi.dims)
        below, above = neighborhood_context(offsets)
        spec = target_spec.copy()
        voxel_size = target_spec.voxel_size
        spec.roi = target_spec.roi.grow(
            voxel_size * Coordinate(below), voxel_size * Coordinate(above)
        )
        return spec

    def padding(self, gt_voxel_size: Coordinate) -> Coordinate:
        below, above = neighborhood_context(fit_neighborhood(self.neighborhood, len(gt_voxel_size)))
        return gt_voxel_size * Coordinate(map(max, below, above))
