"""What a training does for its watchers between two steps, besides training."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import Protocol

__all__ = ["Errand", "Errands"]

logger = logging.getLogger(__name__)


class Errand(Protocol):
    """Something done now and then while a run trains; it is short, so that Stop is obeyed soon."""

    def begin(self) -> None:
        """The weights are loaded, the volumes are open, and no step of this session was made."""

    def after_step(self, iteration: int) -> None:
        """`iteration` steps were made in all."""


class Errands:
    """Several errands; one that fails is told of in the log and left alone from then on.

    A training of days must not end because something that only shows it could not be drawn.

    Parameters
    ----------
    errands
        In the order in which they are done.
    """

    def __init__(self, errands: Iterable[Errand] = ()) -> None:
        self._errands = list(errands)

    def begin(self) -> None:
        """Begin all of them."""
        self._each(lambda errand: errand.begin())

    def after_step(self, iteration: int) -> None:
        """Give each of them its turn."""
        self._each(lambda errand: errand.after_step(iteration))

    def _each(self, act: Callable[[Errand], None]) -> None:
        for errand in tuple(self._errands):
            try:
                act(errand)
            except Exception:
                logger.exception("%s failed and is left out from now on", type(errand).__name__)
                self._errands.remove(errand)
