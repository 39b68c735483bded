"""When the fixed region is predicted: often at first, and never so often that training suffers."""

from __future__ import annotations

__all__ = ["Pace"]

_EARLY_SECONDS = (10.0, 30.0, 60.0)
_GROWTH = 1.25
_SHARE = 0.03
_GRACE_SECONDS = 2.0
_LEAST_SECONDS_BETWEEN = 1.0


class Pace:
    """Decides after which steps a frame is taken.

    Due are the steps at which 10, 30 and 60 seconds were trained, every step that completes one
    of `frames` parts of the run, and the last one; and those at which the run is a quarter older
    than at the last frame, since nobody knows how long a run is that ends when it no longer
    improves.

    A frame waits while all of them together would take more than 3 % of the time trained. Two
    seconds are granted in advance; they are kept for the frames of the first minute, in which a
    network learns most.

    Parameters
    ----------
    frames
        In how many parts a run is divided.

    Attributes
    ----------
    waits
        Whether a frame that was due has had to wait.
    """

    def __init__(self, frames: int) -> None:
        self._frames = frames
        self._iteration = 0
        self._trained = 0.0
        self._spent = 0.0
        self._cost = 0.0
        self.waits = False

    @property
    def cost(self) -> float:
        """Seconds that the last frame took."""
        return self._cost

    def took(self, iteration: int, trained: float, seconds: float) -> None:
        """A frame was taken after `iteration` steps and `trained` seconds; it cost `seconds`."""
        self._iteration, self._trained, self._cost = iteration, trained, seconds
        # What is taken before the first step holds up no step.
        self._spent += seconds if iteration > 0 else 0.0

    def is_due(self, iteration: int, num_iterations: int, trained: float) -> bool:
        """Whether to take a frame after `iteration` of `num_iterations` steps.

        Parameters
        ----------
        trained
            Seconds that all steps so far took.
        """
        if iteration <= self._iteration:
            return False
        if iteration == num_iterations:
            return True
        early = any(self._trained < seconds <= trained for seconds in _EARLY_SECONDS)
        if not early and not self._is_next_part(iteration, num_iterations, trained):
            return False
        kept = 0 if early else sum(seconds > trained for seconds in _EARLY_SECONDS)
        planned = self._spent + self._cost * (1 + kept)
        affordable = planned <= _GRACE_SECONDS + _SHARE * trained
        self.waits = self.waits or not affordable
        return affordable

    def _is_next_part(self, iteration: int, num_iterations: int, trained: float) -> bool:
        if trained - self._trained < _LEAST_SECONDS_BETWEEN:
            return False
        if trained > _EARLY_SECONDS[-1] and trained >= _GROWTH * self._trained:
            return True
        part = max(1.0, num_iterations / self._frames)
        return int(iteration / part) > int(self._iteration / part)
