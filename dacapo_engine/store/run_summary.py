"""All runs of a folder at a glance: how far each one is, and its best scores."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from dacapo_engine.store.alive import is_alive
from dacapo_engine.store.atomic import read_json
from dacapo_engine.store.run_folder import RunFolder
from dacapo_engine.store.status import FORMAT, read_status

__all__ = [
    "MEAN_OF_DATASETS",
    "UNREADABLE",
    "BestScore",
    "RunSummary",
    "best_scores",
    "run_folders",
    "summarize_run",
    "summarize_runs",
]

UNREADABLE = "unreadable"
MEAN_OF_DATASETS = "mean of datasets"
"""The name under which the best mean over several datasets is stored."""

_HEAD_BYTES = 4096
_FORMAT_LINE = re.compile(rb"^format:\s*(\d+)", re.MULTILINE)


@dataclass(frozen=True)
class BestScore:
    """The best value of a criterion, and the iteration whose weights reached it."""

    value: float
    iteration: int
    parameters: dict[str, Any] | None = None


@dataclass(frozen=True)
class RunSummary:
    """One run.

    Attributes
    ----------
    state
        One of RunState; ``not started`` where nobody has trained it yet, ``interrupted`` where
        its process is gone, or was not heard of for half a minute, ``unreadable`` where there is
        a `problem`.
    started
        When its last session began, in seconds since the epoch; 0 where there was none.
    alive
        Whether somebody trains it now.
    problem
        A sentence where it cannot be read, or only by a newer version.
    origin
        The run and the weights that it began with, where somebody read that in its run file.
    starred
        Whether somebody has marked it.
    best
        By dataset and criterion, in the order of the task's criteria.
    optimistic
        Whether it was scored on labels that it was trained on, too.
    """

    name: str
    path: str
    state: str
    iteration: int = 0
    num_iterations: int = 0
    device: str = ""
    message: str = ""
    started: float = 0.0
    alive: bool = False
    problem: str = ""
    origin: str = ""
    starred: bool = False
    best: dict[str, dict[str, BestScore]] = field(default_factory=dict)
    optimistic: bool = False

    @property
    def top(self) -> tuple[str, BestScore] | None:
        """The most telling criterion and its best value; None before the first validation.

        Of several datasets their mean, where it is known, else the first.
        """
        scores = self.best.get(MEAN_OF_DATASETS) or next(iter(self.best.values()), {})
        return next(iter(scores.items()), None)

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return asdict(self)


def run_folders(runs: Path) -> list[RunFolder]:
    """Every run in `runs`, by name; a folder that is not there, or cannot be read, holds none."""
    return [RunFolder(path.parent) for path in sorted(runs.glob("*/run.yaml"))]


def summarize_runs(runs: Path) -> list[RunSummary]:
    """Every run in `runs`, by name; a folder that is not there holds none."""
    return [summarize_run(folder) for folder in run_folders(runs)]


def summarize_run(folder: RunFolder) -> RunSummary:
    """How far a run is; reads a few small files of it."""
    name, path = folder.name, str(folder.path)
    if problem := _problem(folder):
        return RunSummary(name, path, UNREADABLE, problem=problem)
    status = read_status(folder)
    best, starred = best_scores(folder), folder.star_file.exists()
    if status is None:
        return RunSummary(name, path, "not started", starred=starred, best=best)
    alive = is_alive(folder, status)
    return RunSummary(
        name,
        path,
        "interrupted" if status.state.active and not alive else str(status.state),
        status.iteration,
        status.num_iterations,
        status.device,
        (status.error or {}).get("message", status.message),
        status.started,
        alive,
        starred=starred,
        best=best,
        optimistic=bool(_first_scores(folder).get("optimistic")),
    )


def _problem(folder: RunFolder) -> str:
    """What keeps the run file from being read; its fields are not looked at."""
    try:
        with folder.run_file.open("rb") as file:
            head = file.read(_HEAD_BYTES)
    except OSError as error:
        return f"Its run file cannot be read: {error.strerror or error}."
    written = _FORMAT_LINE.search(head)
    if not head.strip():
        return "Its run file is empty."
    if written is not None and int(written[1]) > FORMAT:
        return (
            f"It was written by a newer version of DaCapo, in format {int(written[1])}; "
            f"this version reads format {FORMAT}."
        )
    return ""


def best_scores(folder: RunFolder) -> dict[str, dict[str, BestScore]]:
    """The best of every criterion by dataset, criteria in the order of the task."""
    found: dict[str, dict[str, BestScore]] = {}
    for path in sorted(folder.path.glob("*/*.json")):
        record = read_json(path)
        # Containers hold JSON files of their own.
        if isinstance(record, dict) and {"iteration", "value"} <= record.keys():
            score = BestScore(record["value"], record["iteration"], record.get("parameters"))
            found.setdefault(path.parent.name, {})[path.stem] = score
    order = _criteria(folder)
    return {
        dataset: dict(sorted(scores.items(), key=lambda item: order.get(item[0], len(order))))
        for dataset, scores in found.items()
    }


def _criteria(folder: RunFolder) -> dict[str, int]:
    """Criteria in the order of the task, the most telling one first, as a validation wrote them."""
    scores = _first_scores(folder).get("scores")
    return {name: n for n, name in enumerate(scores)} if isinstance(scores, dict) else {}


def _first_scores(folder: RunFolder) -> dict[str, Any]:
    """What the first validation wrote; nothing where there was none."""
    try:
        with folder.validation_scores_file.open(encoding="utf-8") as file:
            row = json.loads(file.readline())
    except (OSError, ValueError):
        return {}
    return row if isinstance(row, dict) else {}
