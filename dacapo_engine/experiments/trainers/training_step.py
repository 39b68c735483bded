"""One step of training: forward, loss, backward, and the optimizer."""

from __future__ import annotations

import math
from collections.abc import Iterable
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

__all__ = ["Batch", "take_step"]

Batch = tuple[torch.Tensor, torch.Tensor, torch.Tensor]
"""Raw, target and weight, each with a batch axis."""


def take_step(
    model: Model,
    optimizer: torch.optim.Optimizer,
    loss: Loss,
    batches: Iterable[Batch],
    config: GunpowderTrainerConfig,
    keep_gradient: bool = False,
    *,
    count: int = 1,
) -> tuple[float, torch.Tensor]:
    """Move the weights of `model` once.

    Parameters
    ----------
    batches
        Raw, target and weight, each with a batch axis, on the device of the model. Gradients of
        several are averaged; only one at a time is asked for, so that it alone takes memory.
    config
        Its precision and largest gradient are used.
    keep_gradient
        Keep the gradient of the prediction, to be looked at.
    count
        How many `batches` there are.

    Returns
    -------
    tuple
        The loss before the step, and the prediction of the last batch.

    Raises
    ------
    FloatingPointError
        If the loss or its gradient is not a finite number, named by its message; the weights
        are not moved then.
    """
    model.train()
    optimizer.zero_grad(set_to_none=True)
    value = 0.0
    prediction: torch.Tensor | None = None
    for batch in batches:
        # What the one before took is free again before the next one is computed.
        prediction = None
        part, prediction = _add_gradient(model, loss, batch, config, keep_gradient, 1 / count)
        value += part
    if prediction is None:
        raise ValueError("a step needs at least one batch")
    largest = math.inf if config.gradient_clip is None else config.gradient_clip
    if not torch.isfinite(torch.nn.utils.clip_grad_norm_(model.parameters(), largest)):
        raise FloatingPointError("gradient")
    optimizer.step()
    return value, prediction


def _add_gradient(
    model: Model,
    loss: Loss,
    batch: Batch,
    config: GunpowderTrainerConfig,
    keep_gradient: bool,
    share: float,
) -> tuple[float, torch.Tensor]:
    """Add `share` of the gradient of one batch; its share of the loss, and its prediction."""
    raw, target, weight = batch
    if model.architecture.contrast_window is not None:
        raw = standardize(raw)
    with autocast(config.precision, raw.device, raw.shape[2:]):
        prediction = model(raw.contiguous(memory_format=fast_layout(model.architecture.dims)))
    if keep_gradient:
        prediction.retain_grad()
    error = loss.compute(prediction, target, weight)
    if share != 1:
        error = error * share
    error.backward()
    value = float(error.detach())
    if not math.isfinite(value):
        raise FloatingPointError("loss")
    return value, prediction
