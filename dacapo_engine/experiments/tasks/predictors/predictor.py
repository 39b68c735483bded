"""The contract of every predictor."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import gunpowder as gp
    import torch
    from funlib.geometry import Coordinate

    from dacapo_engine.experiments.architectures.architecture import Architecture
    from dacapo_engine.experiments.arraytypes.arraytype import ArrayType
    from dacapo_engine.experiments.datasplits.datasets.arrays.array import Array
    from dacapo_engine.experiments.datasplits.datasets.arrays.numpy_array import NumpyArray
    from dacapo_engine.experiments.model import Model

__all__ = ["Predictor"]


class Predictor(ABC):
    """Makes targets from labels, and the model that predicts them.

    A predictor is plain data: it travels to data workers by pickle and keeps no state between
    samples, so that a sample does not depend on those before it.
    """

    @property
    @abstractmethod
    def channels(self) -> tuple[str, ...]:
        """Name of each predicted channel."""

    @property
    @abstractmethod
    def output_array_type(self) -> ArrayType:
        """What the predicted numbers mean."""

    @property
    def lowest_values(self) -> tuple[float, ...]:
        """The lowest value of each channel in evaluation; the highest is 1."""
        return (0.0,) * len(self.channels)

    @property
    def overview_title(self) -> str:
        """What `overview` shows, in a word."""
        return "foreground"

    def overview(self, prediction: NDArray[Any]) -> NDArray[np.float32]:
        """A prediction as one image for people: 1 where there is most of what it shows, else 0.

        Parameters
        ----------
        prediction
            As the model returns it in evaluation mode, ``[c, (z,) y, x]``.

        Returns
        -------
        numpy.ndarray
            ``[(z,) y, x]``, from 0 to 1; the largest of all channels unless a predictor knows
            better.
        """
        lowest = np.asarray(self.lowest_values, np.float32)
        lowest = lowest.reshape(-1, *(1,) * (prediction.ndim - 1))
        shares: NDArray[np.float32] = ((prediction - lowest) / (1 - lowest)).max(axis=0)
        return np.clip(shares, 0, 1, dtype=np.float32)

    def in_world(self, units_per_nm: float) -> Self:
        """The predictor for a run whose arrays count in another unit: 1 for nm, 1000 for pm."""
        return self

    @abstractmethod
    def create_model(self, architecture: Architecture) -> Model:
        """The architecture with a head for this prediction."""

    def read_sample(self, array: gp.Array) -> NumpyArray:
        """An array of a batch, without its batch, as the methods below take it."""
        from dacapo_engine.experiments.datasplits.datasets.arrays.numpy_array import NumpyArray

        return NumpyArray.from_gp_array(array)

    @abstractmethod
    def create_target(self, gt: Array) -> NumpyArray:
        """What the network is to predict.

        Parameters
        ----------
        gt
            Labels over the region of `gt_region_for_roi`.

        Returns
        -------
        NumpyArray
            ``[c, (z,) y, x]`` over the whole region of `gt`.
        """

    @abstractmethod
    def create_weight(
        self,
        gt: Array,
        target: Array,
        mask: Array | None,
        moving_class_counts: Any = None,
    ) -> tuple[NumpyArray, Any]:
        """How much each target voxel counts.

        Parameters
        ----------
        gt, target
            The labels, and what `create_target` made of them.
        mask
            Of the region of `gt`; 1 where the labels are valid. None for everywhere.
        moving_class_counts
            Taken so that the reference's calls keep working, and not used: weights depend on
            the sample alone.

        Returns
        -------
        tuple
            The weights, ``[c, (z,) y, x]`` float32, 0 where the mask is 0; and the class counts
            of this sample.
        """

    def unmirror(self, prediction: torch.Tensor) -> torch.Tensor | None:
        """Turn the prediction of mirrored raw into one of raw, so that the two can be averaged.

        Parameters
        ----------
        prediction
            Of raw mirrored along all spatial axes, itself mirrored back: ``[c, (z,) y, x]``.

        Returns
        -------
        Tensor or None
            What the network says about raw as it is, NaN where that is not known; None where
            this kind of prediction cannot be turned.
        """
        return None

    @abstractmethod
    def gt_region_for_roi(self, target_spec: Any) -> Any:
        """The spec of the labels needed for a target of the given ``gunpowder.ArraySpec``."""

    @abstractmethod
    def padding(self, gt_voxel_size: Coordinate) -> Coordinate:
        """How far, in world units, labels are needed beyond a target, on the wider side."""
