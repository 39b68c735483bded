"""Loss of classes of which each voxel has one."""

from __future__ import annotations

import torch
from torch.nn import functional

from dacapo_engine.experiments.tasks.losses.loss import Loss, weighted_mean

__all__ = ["OneHotLoss"]


class OneHotLoss(Loss):
    """Cross-entropy between the softmax of the channels and the true class, and Dice if asked for.

    With t the target (1 for the true class), p the softmax and w the weight of a voxel: ``sum(w
    sum_k -t_k log p_k) / sum(w)``. The Dice loss is ``1 - 2 sum(p_k t_k) / sum(p_k + t_k)`` over
    all voxels with a weight above 0, averaged over the classes (Milletari et al. 2016, 3DV).

    Parameters
    ----------
    dice_weight
        How much the Dice loss counts beside the cross-entropy.
    """

    def __init__(self, dice_weight: float = 0.0) -> None:
        self.dice_weight = dice_weight

    def compute(
        self,
        prediction: torch.Tensor,
        target: torch.Tensor,
        weight: torch.Tensor | None = None,
    ) -> torch.Tensor:
        """See `Loss.compute`; a voxel has the largest weight among its channels."""
        truth = target.float()
        log_probabilities = functional.log_softmax(prediction.float(), dim=1)
        of_voxels = truth.amax(dim=1) if weight is None else weight.float().amax(dim=1)
        entropy = -(truth * log_probabilities).sum(dim=1)
        loss = weighted_mean(entropy, of_voxels)
        if self.dice_weight:
            dice = _dice_loss(log_probabilities.exp(), truth, of_voxels > 0)
            loss = loss + self.dice_weight * dice
        return loss


def _dice_loss(
    probabilities: torch.Tensor, truth: torch.Tensor, valid: torch.Tensor
) -> torch.Tensor:
    counted = valid[:, None].float()
    axes = [axis for axis in range(truth.ndim) if axis != 1]
    shared = (probabilities * truth * counted).sum(dim=axes)
    total = ((probabilities + truth) * counted).sum(dim=axes)
    return ((total - 2 * shared) / total.clamp(min=1e-6)).mean()
