"""The scores of one validation."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["ValidationIterationScores"]


@dataclass(frozen=True)
class ValidationIterationScores:
    """Scores of one iteration.

    Attributes
    ----------
    iteration
        The iteration whose weights were scored.
    scores
        ``scores[dataset][parameter][criterion]``.
    """

    iteration: int
    scores: list[list[list[float]]]
