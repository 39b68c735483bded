"""Loss of classes together with their distances."""

from __future__ import annotations

import torch
from torch.nn import functional

from dacapo_engine.experiments.tasks.losses.distance_loss import DistanceLoss
from dacapo_engine.experiments.tasks.losses.loss import Loss, weighted_mean

__all__ = ["HotDistanceLoss"]


class HotDistanceLoss(Loss):
    """Cross-entropy of the first half of the channels plus `DistanceLoss` of the second.

    Both are weighted means of their own: neither half changes how much the other one counts.
    """

    def __init__(self) -> None:
        self._distance_loss = DistanceLoss()

    def compute(
        self,
        prediction: torch.Tensor,
        target: torch.Tensor,
        weight: torch.Tensor | None = None,
    ) -> torch.Tensor:
        logits, distances = prediction.float().chunk(2, dim=1)
        classes, true_distances = target.float().chunk(2, dim=1)
        of_classes, of_distances = (None, None) if weight is None else weight.chunk(2, dim=1)
        entropy = functional.binary_cross_entropy_with_logits(logits, classes, reduction="none")
        return weighted_mean(entropy, of_classes) + self._distance_loss.compute(
            distances, true_distances, of_distances
        )
