"""Predicts which one of several classes each voxel belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from funlib.geometry import Coordinate
from numpy.typing import NDArray

from dacapo_engine.experiments.arraytypes.probabilities import ProbabilityArray
from dacapo_engine.experiments.tasks.class_labels import ClassLabels
from dacapo_engine.experiments.tasks.predictors.predictor import Predictor
from dacapo_engine.experiments.tasks.predictors.sample_arrays import channels_like, read_mask

if TYPE_CHECKING:
    import torch

    from dacapo_engine.experiments.architectures.architecture import Architecture
    from dacapo_engine.experiments.arraytypes.arraytype import ArrayType
    from dacapo_engine.experiments.datasplits.datasets.arrays.array import Array
    from dacapo_engine.experiments.datasplits.datasets.arrays.numpy_array import NumpyArray
    from dacapo_engine.experiments.model import Model

__all__ = ["OneHotPredictor"]


class OneHotPredictor(Predictor):
    """One channel per class, 1 where the label is the number of the channel.

    Parameters
    ----------
    classes
        Names of the classes by their ids; the first one is background, or whatever 0 means.
    kernel_size
        Of the last convolution, odd.
    clipmin, clipmax
        Bounds of the share of a class when classes are balanced.
    """

    def __init__(
        self,
        classes: Sequence[str],
        kernel_size: int = 1,
        clipmin: float = 0.05,
        clipmax: float = 0.95,
    ) -> None:
        self.classes = ClassLabels(tuple(classes), first_id=0)
        self.kernel_size = kernel_size
        self.clipmin = clipmin
        self.clipmax = clipmax

    @property
    def channels(self) -> tuple[str, ...]:
        return self.classes.names

    @property
    def output_array_type(self) -> ArrayType:
        return ProbabilityArray(self.channels)

    def overview(self, prediction: NDArray[Any]) -> NDArray[np.float32]:
        """1 where the first class, which is background, is not."""
        return np.clip(1 - prediction[0], 0, 1, dtype=np.float32)

    def create_model(self, architecture: Architecture) -> Model:
        import torch

        from dacapo_engine.experiments.model import Model
        from dacapo_engine.experiments.tasks.predictors.prediction_head import convolution_head

        head = convolution_head(architecture, len(self.channels), self.kernel_size)
        return Model(architecture, head, eval_activation=torch.nn.Softmax(dim=1))

    def create_target(self, gt: Array) -> NumpyArray:
        masks = self.classes.masks(gt[gt.roi], gt.dims)
        return channels_like(gt, masks.astype(np.uint8))

    def create_weight(
        self,
        gt: Array,
        target: Array,
        mask: Array | None,
        moving_class_counts: Any = None,
    ) -> tuple[NumpyArray, Any]:
        """The same weight in all channels of a voxel: that of its class, 0 where it has none.

        Of N valid voxels and K classes, those of a class with n voxels weigh ``1 / (K clip(n / N,
        clipmin, clipmax))``.
        """
        truth = target[target.roi] > 0
        valid = read_mask(mask, target)
        if valid is not None:
            truth = truth & valid
        axes = tuple(range(1, truth.ndim))
        counts = truth.sum(axis=axes)
        shares = counts / max(1, int(truth.any(axis=0).sum()))
        of_class = 1 / (len(counts) * np.clip(shares, self.clipmin, self.clipmax))
        weight = np.tensordot(of_class.astype(np.float32), truth.astype(np.float32), axes=1)
        return channels_like(target, np.repeat(weight[None], len(truth), axis=0)), counts

    def unmirror(self, prediction: torch.Tensor) -> torch.Tensor | None:
        """Classes of mirrored raw are mirrored classes."""
        return prediction

    def gt_region_for_roi(self, target_spec: Any) -> Any:
        return target_spec.copy()

    def padding(self, gt_voxel_size: Coordinate) -> Coordinate:
        return gt_voxel_size * 0
