"""A running average of the weights, which validates and segments better than the last ones."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch

__all__ = ["WeightAverage"]


class WeightAverage:
    """Exponential moving average of a model's parameters (Polyak and Juditsky 1992).

    The decay starts at 0.1 and grows as ``(1 + n) / (10 + n)``, so that early averages do not
    remember the random start.

    Parameters
    ----------
    model
        Whose parameters are averaged.
    decay
        The largest decay per update.
    """

    def __init__(self, model: torch.nn.Module, decay: float) -> None:
        self.decay = decay
        self.updates = 0
        self._model = model
        self._average = [p.detach().clone() for p in model.parameters()]

    @torch.no_grad()
    def update(self) -> None:
        """Move the average towards the current parameters."""
        self._to_device()
        self.updates += 1
        decay = min(self.decay, (1 + self.updates) / (10 + self.updates))
        current = [p.detach() for p in self._model.parameters()]
        torch._foreach_lerp_(self._average, current, 1 - decay)

    @contextmanager
    def applied(self) -> Iterator[None]:
        """Let the model use the averaged parameters inside a ``with`` block."""
        self._swap()
        try:
            yield
        finally:
            self._swap()

    @torch.no_grad()
    def copy_to_model(self) -> None:
        """Give the model the averaged parameters for good."""
        self._to_device()
        for parameter, average in zip(self._model.parameters(), self._average, strict=True):
            parameter.copy_(average)

    def state_dict(self) -> dict[str, object]:
        """Plain data for a checkpoint."""
        return {"updates": self.updates, "average": list(self._average)}

    def load_state_dict(self, state: dict[str, object]) -> None:
        """Go on from a checkpoint."""
        updates, average = state["updates"], state["average"]
        if not isinstance(updates, int) or not isinstance(average, list):
            raise ValueError("expected the state of a weight average")
        self.updates = updates
        self._average = [tensor.clone() for tensor in average]

    @torch.no_grad()
    def _swap(self) -> None:
        self._to_device()
        for parameter, average in zip(self._model.parameters(), self._average, strict=True):
            kept = parameter.detach().clone()
            parameter.copy_(average)
            average.copy_(kept)

    def _to_device(self) -> None:
        device = next(self._model.parameters()).device
        if self._average and self._average[0].device != device:
            self._average = [tensor.to(device) for tensor in self._average]
