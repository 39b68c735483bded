"""What the bar says of a run, in words whose numbers keep their width."""

from __future__ import annotations

import time
from collections.abc import Mapping

from dacapo_engine.store.status import CANCELLED, RunState, RunStatus
from dacapo_napari.durations import duration_words, step_words

__all__ = ["machine_words", "object_words", "progress_words", "status_words"]

_WORDS = {
    RunState.STARTING: "Starting",
    RunState.TRAINING: "Training",
    RunState.VALIDATING: "Validating",
    RunState.STOPPING: "Stopping",
    RunState.STOPPED: "Stopped, the weights are kept",
    RunState.FINISHED: "Finished",
    RunState.FAILED: "Failed",
}
_LIMITS = {"exact": "", "about": "~", "at most": "at most "}
_FIGURE_SPACE = "\u2007"
_GIGABYTE = 1e9
_WRONG = ("merged", "split", "missed", "invented")


def progress_words(iteration: int, status: RunStatus) -> str:
    """``1,240 of ~8,600``; the first number takes the room of the second.

    While it is measured how many fit into a time: ``15 so far, 45 minutes in all``.
    """
    if not status.num_iterations:
        limit = f" so far, {status.budget} in all" if status.budget else ""
        return f"{iteration:,}{limit}"
    last = f"{status.num_iterations:,}"
    return f"{_wide(f'{iteration:,}', len(last))} of {_LIMITS[status.num_iterations_is]}{last}"


def status_words(status: RunStatus, *, alive: bool) -> str:
    """A status as a line: ``Training, 0.31 s per step, 38 min left``."""
    if status.state.active and not alive:
        silent = duration_words(time.time() - status.heartbeat)
        return f"It ended without a word {silent} ago; Continue goes on from its last weights."
    if status.message == CANCELLED:
        return f"Cancelled, back at {status.iteration:,}"
    parts = [_WORDS[status.state]]
    if status.state is RunState.VALIDATING and status.validated is not None:
        parts = [f"Validating, {_wide(f'{100 * status.validated:.0f}', 2)} % predicted"]
    seconds = status.seconds_per_iteration
    if status.state is RunState.TRAINING and seconds:
        parts.append(f"{step_words(seconds)} per step")
        if status.num_iterations:
            left = (status.num_iterations - status.iteration) * seconds
            parts.append(f"{_wide(duration_words(left), 6)} left")
    if status.message:
        parts.append(status.message)
    return ", ".join(parts)


def machine_words(status: RunStatus, title: str = "") -> str:
    """``cuda:0 RTX 4090, 6.1 of 24 GB, waiting 2 %``; empty while nothing is known.

    Parameters
    ----------
    title
        The name of the device for people.
    """
    if not status.device:
        return ""
    parts = [" ".join(part for part in (status.device, title) if part)]
    if status.memory_used is not None:
        parts.append(_memory_words(status.memory_used, status.memory_total))
    if status.waiting is not None:
        parts.append(f"waiting {_wide(f'{100 * status.waiting:.0f}', 2)} %")
    return ", ".join(parts)


def object_words(objects: Mapping[str, int], *, optimistic: bool) -> str:
    """``91 of 104 objects right, 6 merged, 7 split``; empty where none was counted.

    Parameters
    ----------
    optimistic
        Whether they were counted where the network was trained: nothing was held back.
    """
    true = sum(objects.get(kind, 0) for kind in ("right", "merged", "split", "missed"))
    if not true:
        return ""
    right = f"{objects.get('right', 0):,} of {true:,} objects right"
    parts = [f"{right} (optimistic)" if optimistic else right]
    parts += [f"{objects[kind]:,} {kind}" for kind in _WRONG if objects.get(kind)]
    return ", ".join(parts)


def _memory_words(used: int, total: int | None) -> str:
    if total is None:
        return f"{used / _GIGABYTE:.1f} GB"
    return f"{used / _GIGABYTE:.1f} of {total / _GIGABYTE:.0f} GB"


def _wide(number: str, letters: int) -> str:
    """A number that takes the same room whatever it is."""
    return number.rjust(letters, _FIGURE_SPACE)
