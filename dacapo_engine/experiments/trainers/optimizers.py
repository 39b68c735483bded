"""Optimizers and learning-rate schedules, which count iterations."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import torch
from torch.optim.lr_scheduler import LambdaLR

from dacapo_engine.errors import ConfigError

__all__ = ["create_optimizer", "create_schedule", "rate_factor"]

_SMALLEST_SHARE = 0.01

_OPTIMIZERS: Mapping[str, tuple[Callable[..., torch.optim.Optimizer], Mapping[str, Any]]] = {
    "radam": (torch.optim.RAdam, {"decoupled_weight_decay": True}),
    "adamw": (torch.optim.AdamW, {"betas": (0.9, 0.99), "weight_decay": 1e-2}),
    "adam": (torch.optim.Adam, {}),
    "sgd": (torch.optim.SGD, {"momentum": 0.9, "nesterov": True}),
}


def create_optimizer(
    kind: str, parameters: Iterable[torch.nn.Parameter], learning_rate: float
) -> torch.optim.Optimizer:
    """An optimizer by its name in the config.

    ``radam`` is RAdam (Liu et al. 2020) without weight decay; ``adamw`` is AdamW (Loshchilov
    and Hutter 2019) with a weight decay of 0.01 and betas of 0.9 and 0.99; ``adam`` is Adam
    (Kingma and Ba 2015); ``sgd`` is gradient descent with a Nesterov momentum of 0.9.

    Raises
    ------
    ConfigError
        If there is no such optimizer.
    """
    if kind not in _OPTIMIZERS:
        raise ConfigError(
            f"There is no optimizer {kind!r}.",
            hint=f"Choose of {', '.join(_OPTIMIZERS)}.",
            place="trainer_config.optimizer",
        )
    build, settings = _OPTIMIZERS[kind]
    return build(list(parameters), lr=learning_rate, **settings)


def create_schedule(
    optimizer: torch.optim.Optimizer,
    kind: str,
    warmup: int,
    num_iterations: Callable[[], int | None] = lambda: None,
) -> LambdaLR:
    """A schedule to be stepped once per iteration; its parameters are those of `rate_factor`.

    `num_iterations` is asked at each step, since a time budget becomes a number in training.
    """
    return LambdaLR(optimizer, lambda step: rate_factor(step, kind, warmup, num_iterations()))


def rate_factor(
    iteration: int, kind: str = "constant", warmup: int = 0, num_iterations: int | None = None
) -> float:
    """The learning rate of an iteration, as a share of the full one.

    It rises linearly over `warmup` iterations. Afterwards it is constant or, for ``cosine``,
    falls along half a cosine (Loshchilov and Hutter 2017) to 1 % in the last iteration.

    A function of the iteration alone: a resumed run goes on where it was, and one whose
    `num_iterations` was raised goes on along the longer curve.

    Parameters
    ----------
    num_iterations
        Where a cosine ends; needed for no other kind.
    """
    if iteration < warmup:
        return (iteration + 1) / warmup
    if kind != "cosine" or num_iterations is None:
        return 1.0
    left = max(num_iterations - 1 - warmup, 1)
    progress = min((iteration - warmup) / left, 1.0)
    return _SMALLEST_SHARE + (1 - _SMALLEST_SHARE) * (1 + math.cos(math.pi * progress)) / 2
