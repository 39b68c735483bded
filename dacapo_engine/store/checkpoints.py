"""Which weights of a run are kept, and what they are best at; reads no weights."""

from __future__ import annotations

from dataclasses import dataclass

from dacapo_engine.store.run_folder import RunFolder
from dacapo_engine.store.run_summary import best_scores

__all__ = ["Checkpoint", "kept_checkpoints"]


@dataclass(frozen=True)
class Checkpoint:
    """Weights that are kept.

    Attributes
    ----------
    best
        The criteria by which no other iteration was better, on any dataset.
    newest
        Whether no later weights are kept.
    """

    iteration: int
    best: tuple[str, ...] = ()
    newest: bool = False


def kept_checkpoints(folder: RunFolder) -> tuple[Checkpoint, ...]:
    """The checkpoints of a run, the newest first."""
    try:
        names = [path.name for path in folder.checkpoints.iterdir()]
    except OSError:
        return ()
    iterations = sorted((int(name) for name in names if name.isdecimal()), reverse=True)
    best: dict[int, dict[str, None]] = {}
    for scores in best_scores(folder).values():
        for criterion, score in scores.items():
            best.setdefault(score.iteration, {})[criterion] = None
    return tuple(
        Checkpoint(number, tuple(best.get(number, ())), number == iterations[0])
        for number in iterations
    )
