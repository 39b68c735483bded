"""Optimizers and learning-rate schedules, which count iterations."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch.optim.lr_scheduler import LambdaLR

__all__ = ["create_optimizer", "warmup_schedule"]


def create_optimizer(
    kind: str, parameters: Iterable[torch.nn.Parameter], learning_rate: float
) -> torch.optim.Optimizer:
    """An optimizer by its name in the config.

    ``radam`` is RAdam (Liu et al. 2020) without weight decay; ``adamw`` is AdamW (Loshchilov
    and Hutter 2019) with a weight decay of 0.01 and betas of 0.9 and 0.99.
    """
    parameters = list(parameters)
    if kind == "adamw":
        return torch.optim.AdamW(parameters, lr=learning_rate, betas=(0.9, 0.99), weight_decay=1e-2)
    return torch.optim.RAdam(parameters, lr=learning_rate, decoupled_weight_decay=True)


def warmup_schedule(optimizer: torch.optim.Optimizer, iterations: int) -> LambdaLR:
    """Linear rise to the full learning rate over `iterations`, constant afterwards."""
    return LambdaLR(optimizer, lambda step: min(1.0, (step + 1) / max(iterations, 1)))
