"""What one iteration of training leaves behind."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

__all__ = ["TrainingIterationStats"]


@dataclass(frozen=True)
class TrainingIterationStats:
    """One row of the training's history.

    Attributes
    ----------
    iteration
        Number of the iteration, from 0.
    loss
        The weighted mean of the loss over the batch.
    time
        Seconds the step took, without waiting for data.
    wait
        Seconds the step waited for data.
    learning_rate
        The learning rate of the step.
    label_version
        Version of the labels that the samples were drawn from.
    """

    iteration: int
    loss: float
    time: float
    wait: float = 0.0
    learning_rate: float = 0.0
    label_version: int = 0

    def as_row(self) -> dict[str, Any]:
        """Plain data for ``training_stats.jsonl``."""
        return asdict(self)
