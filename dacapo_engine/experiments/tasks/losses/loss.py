"""The contract of every loss."""

from __future__ import annotations

from abc import ABC, abstractmethod

import torch

__all__ = ["Loss", "weighted_mean"]

_SMALLEST_WEIGHT_SUM = 1e-6


class Loss(ABC):
    """How wrong a prediction is, as one number that can be differentiated."""

    @abstractmethod
    def compute(
        self,
        prediction: torch.Tensor,
        target: torch.Tensor,
        weight: torch.Tensor | None = None,
    ) -> torch.Tensor:
        """The loss of a batch.

        Parameters
        ----------
        prediction
            What the network returned in training, ``[batch, channel, (z,) y, x]``; any
            floating type.
        target
            Of the same shape; any type.
        weight
            Of the same shape, 0 where a voxel does not count; None for 1 everywhere.

        Returns
        -------
        torch.Tensor
            ``sum(weight loss) / sum(weight)``, a float32 scalar; 0 where no voxel counts.
        """


def weighted_mean(loss: torch.Tensor, weight: torch.Tensor | None) -> torch.Tensor:
    """``sum(weight loss) / sum(weight)`` over all voxels, in float32."""
    if weight is None:
        return loss.mean()
    weight = weight.float()
    return (loss * weight).sum() / weight.sum().clamp(min=_SMALLEST_WEIGHT_SUM)
