"""How many iterations fit into a time, once it is known how long they take."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime

from dacapo_engine.experiments.budgets.budget_config import TimeBudgetConfig

__all__ = ["TimeBudget"]

# The first steps wait for data workers, and load what later ones find in memory.
_NOT_COUNTED = 3
_STEPS, _FEWEST_STEPS = 20, 2
_SHARE, _LARGEST_SHARE, _LONGEST = 0.05, 0.1, 20.0


class TimeBudget:
    """Measures the speed of a session of training, then turns the time into iterations.

    Parameters
    ----------
    config
        How long the whole run takes.
    spent
        Seconds that earlier sessions of the run took.
    clock
        Seconds since any moment.

    Attributes
    ----------
    seconds
        How long the whole run takes.
    """

    def __init__(
        self,
        config: TimeBudgetConfig,
        spent: float = 0.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.seconds = config.seconds(datetime.now())
        self._clock = clock
        self._begun = clock() - spent
        self._steps = 0
        self._measured = 0.0

    def add(self, seconds: float) -> None:
        """Take in how long a step took, with its wait for data."""
        self._steps += 1
        if self._steps > _NOT_COUNTED:
            self._measured += seconds

    @property
    def is_warm(self) -> bool:
        """Whether enough steps were measured: a few seconds, or a tenth of the time."""
        counted = self._steps - _NOT_COUNTED
        if counted < _FEWEST_STEPS:
            return False
        if self._measured >= _LARGEST_SHARE * self.seconds:
            return True
        return counted >= _STEPS and self._measured >= min(_SHARE * self.seconds, _LONGEST)

    def iterations(self, done: int, validation: float = 0.0, interval: int = 1) -> int:
        """The last iteration that is reached in time; at least `done`.

        Parameters
        ----------
        done
            Iterations so far.
        validation, interval
            Seconds of a validation, and iterations from one to the next; there is one more at
            the end.
        """
        step = self._measured / max(1, self._steps - _NOT_COUNTED)
        left = self.seconds - (self._clock() - self._begun) - validation
        return done + max(0, int(left / max(step + validation / interval, 1e-9)))
