"""Binary cross-entropy of affinities."""

from __future__ import annotations

import torch
from torch.nn import functional

from dacapo_engine.experiments.tasks.losses.loss import Loss, weighted_mean

__all__ = ["AffinitiesLoss"]


class AffinitiesLoss(Loss):
    """Weighted binary cross-entropy between logits and affinities.

    Computed in float32 from the logits, so that it stays finite under mixed precision.

    Parameters
    ----------
    num_affinities
        Number of channels that are affinities: the first ones of the prediction.
    """

    def __init__(self, num_affinities: int) -> None:
        self.num_affinities = num_affinities

    def compute(
        self,
        prediction: torch.Tensor,
        target: torch.Tensor,
        weight: torch.Tensor | None = None,
    ) -> torch.Tensor:
        logits = prediction[:, : self.num_affinities].float()
        truth = target[:, : self.num_affinities].float()
        loss = functional.binary_cross_entropy_with_logits(logits, truth, reduction="none")
        return weighted_mean(loss, None if weight is None else weight[:, : self.num_affinities])
