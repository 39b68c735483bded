"""How long a step takes, for the time that is left, and how much of it is waiting."""

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
        self._waited = 0.0

    @property
    def waiting(self) -> float:
        """Share of the time that was spent waiting for data."""
        return self._waited / self.seconds if self.seconds else 0.0

    def add(self, seconds: float, waited: float = 0.0) -> None:
        """Take in a step, `waited` of whose `seconds` were spent waiting for data."""
        share = 1 / min(max(1, self._count), self._memory)
        self.seconds += share * (seconds - self.seconds)
        self._waited += share * (waited - self._waited)
        self._count += 1
