"""All runs of a folder at a glance: how far each one is, and its best scores."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from dacapo_engine.store.atomic import read_json
from dacapo_engine.store.run_folder import RunFolder
from dacapo_engine.store.status import RunStatus, read_status

__all__ = ["BestScore", "RunSummary", "summarize_runs"]


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
        its process was not heard of for half a minute.
    best
        By dataset and criterion, in the order of the task's criteria.
    """

    name: str
    path: str
    state: str
    iteration: int = 0
    num_iterations: int = 0
    device: str = ""
    message: str = ""
    best: dict[str, dict[str, BestScore]] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return asdict(self)


def summarize_runs(runs: Path) -> list[RunSummary]:
    """Every run in `runs`, by name; a folder that is not there holds none."""
    folders = [RunFolder(path.parent) for path in sorted(runs.glob("*/run.yaml"))]
    return [_summarize(folder) for folder in folders]


def _summarize(folder: RunFolder) -> RunSummary:
    status = read_status(folder)
    best = _best_scores(folder)
    if status is None:
        return RunSummary(folder.name, str(folder.path), "not started", best=best)
    return RunSummary(
        folder.name,
        str(folder.path),
        _state(status),
        status.iteration,
        status.num_iterations,
        status.device,
        (status.error or {}).get("message", status.message),
        best,
    )


def _state(status: RunStatus) -> str:
    return "interrupted" if status.state.active and not status.alive else str(status.state)


def _best_scores(folder: RunFolder) -> dict[str, dict[str, BestScore]]:
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
    try:
        with folder.validation_scores_file.open(encoding="utf-8") as file:
            row = json.loads(file.readline())
        return {name: place for place, name in enumerate(row["scores"])}
    except (OSError, ValueError, KeyError, TypeError):
        return {}
