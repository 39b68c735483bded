"""Lengths of time in words."""

from __future__ import annotations

__all__ = ["duration_words", "step_words"]


def duration_words(seconds: float) -> str:
    """Seconds in words: ``45 s``, ``38 min``, ``5.2 h``, ``3 days``."""
    for limit, size, unit in ((90, 1, "s"), (5400, 60, "min"), (129600, 3600, "h")):
        if seconds < limit:
            number = seconds / size
            return f"{number:.1f} {unit}" if unit == "h" else f"{number:.0f} {unit}"
    return f"{seconds / 86400:.0f} days"


def step_words(seconds: float) -> str:
    """The time of one step in about three digits: ``0.31 s``, ``42 ms``, ``12 s``."""
    if seconds < 0.1:
        return f"{1000 * seconds:.0f} ms"
    return f"{seconds:.2f} s" if seconds < 10 else f"{seconds:.0f} s"
