"""Mean absolute error."""

from __future__ import annotations

import torch

from dacapo_engine.experiments.tasks.losses.loss import Loss, weighted_mean

__all__ = ["DummyLoss"]


class DummyLoss(Loss):
    """Weighted mean of absolute differences."""

    def compute(
        self,
        prediction: torch.Tensor,
        target: torch.Tensor,
        weight: torch.Tensor | None = None,
    ) -> torch.Tensor:
        return weighted_mean((prediction.float() - target.float()).abs(), weight)
