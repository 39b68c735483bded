"""What the curve says in words."""

from __future__ import annotations

import numpy as np

from dacapo_napari.durations import duration_words, step_words
from dacapo_napari.loss_plot.curve_data import ScoreCurve, Values

__all__ = ["curve_words", "loss_words"]


def loss_words(average: Values, scores: ScoreCurve, *, optimistic: bool = False) -> str:
    """``loss 0.0312, best voi 0.43 at 1,200``.

    Parameters
    ----------
    optimistic
        Whether the scores are those of what is trained on.
    """
    finite = average[np.isfinite(average)]
    if not len(finite):
        return "The curve begins with the first iteration."
    words = f"loss {_fixed(float(finite[-1]))}"
    if scores.best is None:
        return words
    value, at = scores.values[scores.best], scores.iterations[scores.best]
    seen = " (optimistic)" if optimistic else ""
    return f"{words}, best {scores.score.replace('_', ' ')} {value:.3g}{seen} at {at:,.0f}"


def curve_words(
    seconds: float, num_steps: int, scores: ScoreCurve, first_validation: int | None
) -> str:
    """``12 min, 0.31 s per step; best score 3 validations ago``.

    Parameters
    ----------
    seconds, num_steps
        How long the steps took, and how many there were.
    first_validation
        After which iteration the first one comes.
    """
    parts = []
    if seconds > 0 and num_steps:
        parts.append(f"{duration_words(seconds)}, {step_words(seconds / num_steps)} per step")
    if scores.best is not None:
        parts.append(_plateau_words(scores.since_best))
    elif first_validation is not None:
        parts.append(f"first validation at {first_validation:,}")
    return "; ".join(parts)


def _plateau_words(since_best: int) -> str:
    if since_best == 0:
        return "newest score is best"
    times = "validation" if since_best == 1 else "validations"
    return f"no better for {since_best} {times}"


def _fixed(loss: float) -> str:
    """A loss in the same number of letters, whatever its digits are."""
    return f"{loss:.4f}" if 1e-3 <= abs(loss) < 1e3 else f"{loss:.2e}"
