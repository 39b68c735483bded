"""Squared error of scaled distances."""

from __future__ import annotations

import torch

from dacapo_engine.experiments.tasks.losses.loss import Loss, weighted_mean

__all__ = ["DistanceLoss"]


class DistanceLoss(Loss):
    """Weighted mean of ``(tanh(prediction) - target)^2``: as bounded as the target is."""

    def compute(
        self,
        prediction: torch.Tensor,
        target: torch.Tensor,
        weight: torch.Tensor | None = None,
    ) -> torch.Tensor:
        error = prediction.float().tanh() - target.float()
        return weighted_mean(error.square(), weight)
