"""The progress bar of a training."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING

import click

from dacapo_engine.training.step_time import StepTime

if TYPE_CHECKING:
    from dacapo_engine.experiments.training_iteration_stats import TrainingIterationStats

__all__ = ["TrainingProgress"]

_WIDTH = 24
_EVERY = 0.5
_EVERY_WITHOUT_TERMINAL = 30.0


class TrainingProgress:
    """Shows iteration, loss, rate and the time that is left, on stderr.

    Parameters
    ----------
    num_iterations
        Says where the training ends; None while that is measured.
    """

    def __init__(self, num_iterations: Callable[[], int | None]) -> None:
        self._num_iterations = num_iterations
        self._terminal = sys.stderr.isatty()
        self._shown = 0.0
        self._time = StepTime()
        self._loss: float | None = None

    def __enter__(self) -> TrainingProgress:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._terminal and self._loss is not None:
            click.echo(err=True)

    def show(self, stats: TrainingIterationStats) -> None:
        """Take in the stats of an iteration, and redraw twice a second."""
        self._time.add(stats.time + stats.wait)
        self._loss = stats.loss if self._loss is None else self._mix(self._loss, stats.loss)
        every = _EVERY if self._terminal else _EVERY_WITHOUT_TERMINAL
        if time.monotonic() - self._shown >= every:
            self._shown = time.monotonic()
            text = self._line(stats.iteration + 1, self._loss, self._time.seconds)
            click.echo(f"\r{text}  " if self._terminal else text, nl=not self._terminal, err=True)

    def _mix(self, average: float, value: float) -> float:
        return 0.98 * average + 0.02 * value

    def _line(self, done: int, loss: float, seconds: float) -> str:
        end = self._num_iterations()
        rate = f"{1 / max(seconds, 1e-9):.1f} steps/s"
        if end is None:
            return f"[measuring the speed] {done}  loss {loss:.4f}  {rate}"
        filled = _WIDTH * done // end
        bar = "=" * filled + "-" * (_WIDTH - filled)
        left = _duration((end - done) * seconds)
        return f"[{bar}] {done}/{end}  loss {loss:.4f}  {rate}  {left} left"


def _duration(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {rest:02} s"
