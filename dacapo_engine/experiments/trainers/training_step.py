"""One step of training: forward, loss, backward, and the optimizer."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch

from dacapo_engine.experiments.local_contrast import standardize
from dacapo_engine.experiments.trainers.precision import autocast, fast_layout

if TYPE_CHECKING:
    from dacapo_engine.experiments.model import Model
    from dacapo_engine.experiments.tasks.losses.loss import Loss
    from dacapo_engine.experiments.trainers.gunpowder_trainer_config import (
        GunpowderTrainerConfig,
    )

__all__ = ["take_step"]


def take_step(
    model: Model,
    optimizer: torch.optim.Optimizer,
    loss: Loss,
    batch: tuple[torch.Tensor, torch.Tensor, torch.Tensor],
    config: GunpowderTrainerConfig,
    keep_gradient: bool = False,
) -> tuple[float, torch.Tensor]:
    """Move the weights of `model` once.

    Parameters
    ----------
    batch
        Raw, target and weight, each with a batch axis, on the device of the model.
    config
        Its precision and largest gradient are used.
    keep_gradient
        Keep the gradient of the prediction, to be looked at.

    Returns
    -------
    tuple
        The loss before the step, and the prediction.

    Raises
    ------
    FloatingPointError
        If the loss or its gradient is not a finite number, named by its message; the weights
        are not moved then.
    """
    raw, target, weight = batch
    if model.architecture.contrast_window is not None:
        raw = standardize(raw)
    model.train()
    optimizer.zero_grad(set_to_none=True)
    with autocast(config.precision, raw.device):
        prediction = model(raw.contiguous(memory_format=fast_layout(model.architecture.dims)))
    if keep_gradient:
        prediction.retain_grad()
    error = loss.compute(prediction, target, weight)
    error.backward()
    value = float(error.detach())
    if not math.isfinite(value):
        raise FloatingPointError("loss")
    largest = math.inf if config.gradient_clip is None else config.gradient_clip
    if not torch.isfinite(torch.nn.utils.clip_grad_norm_(model.parameters(), largest)):
        raise FloatingPointError("gradient")
    optimizer.step()
    return value, prediction
