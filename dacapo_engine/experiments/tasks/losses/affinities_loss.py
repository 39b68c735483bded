"""Loss of affinities, and of what is learnt beside them."""

from __future__ import annotations

import torch
from torch.nn import functional

from dacapo_engine.experiments.tasks.losses.loss import Loss, weighted_mean

__all__ = ["AffinitiesLoss"]


class AffinitiesLoss(Loss):
    """Weighted binary cross-entropy between logits and affinities.

    Computed in float32 from the logits, so that it stays finite under mixed precision. Local
    shape descriptors in the further channels add a weighted mean squared error of their own.

    Parameters
    ----------
    num_affinities
        Number of channels that are affinities: the first ones of the prediction.
    lsds_to_affs_weight_ratio
        How much the further channels count beside the affinities; 0 leaves them alone.
    """

    def __init__(self, num_affinities: int, lsds_to_affs_weight_ratio: float = 0.0) -> None:
        self.num_affinities = num_affinities
        self.lsds_to_affs_weight_ratio = lsds_to_affs_weight_ratio

    def compute(
        self,
        prediction: torch.Tensor,
        target: torch.Tensor,
        weight: torch.Tensor | None = None,
    ) -> torch.Tensor:
        count = self.num_affinities
        of_affinities, of_rest = _split(weight, count) if weight is not None else (None, None)
        logits, rest = _split(prediction.float(), count)
        truth, true_rest = _split(target.float(), count)
        entropy = functional.binary_cross_entropy_with_logits(logits, truth, reduction="none")
        loss = weighted_mean(entropy, of_affinities)
        if not self.lsds_to_affs_weight_ratio or not rest.shape[1]:
            return loss
        error = (rest.sigmoid() - true_rest).square()
        return loss + self.lsds_to_affs_weight_ratio * weighted_mean(error, of_rest)


def _split(channels: torch.Tensor, count: int) -> tuple[torch.Tensor, torch.Tensor]:
    return channels[:, :count], channels[:, count:]
