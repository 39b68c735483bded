"""How long a step takes, for the time that is left."""

from __future__ import annotations

__all__ = ["StepTime"]


class StepTime:
    """A running average of seconds per step.

    The first step waits for data workers to start and says nothing about the others: it counts
    only as long as it is the only one.

    Parameters
    ----------
    memory
        Over how many steps to average.
    """

    def __init__(self, memory: int = 50) -> None:
        self._memory = memory
        self._count = 0
        self.seconds = 0.0

    def add(self, seconds: float) -> None:
        """Take in a step."""
        share = 1 / min(max(1, self._count), self._memory)
        self.seconds += share * (seconds - self.seconds)
        self._count += 1
