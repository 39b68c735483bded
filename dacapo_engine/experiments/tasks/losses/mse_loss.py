"""Mean squared error."""

from __future__ import annotations

import torch

from dacapo_engine.experiments.tasks.losses.loss import Loss, weighted_mean

__all__ = ["MSELoss"]


class MSELoss(Loss):
    """Weighted mean of squared differences; the weight enters once, not squared."""

    def compute(
        self,
        prediction: torch.Tensor,
        target: torch.Tensor,
        weight: torch.Tensor | None = None,
    ) -> torch.Tensor:
        return weighted_mean((prediction.float() - target.float()).square(), weight)
