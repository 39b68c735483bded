"""With what a run can segment: its weights, its criteria, its post-processing."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from dacapo_engine.experiments.tasks.post_processors.post_processor_parameters import (
    PostProcessorParameters,
)
from dacapo_engine.predict import load_run
from dacapo_engine.segmenting.chosen_parameters import chosen_parameters
from dacapo_engine.segmenting.weight_choice import choose_weights
from dacapo_engine.service.desk import Desk
from dacapo_engine.store.local_weights_store import LocalWeightsStore
from dacapo_engine.store.run_folder import RunFolder

__all__ = ["segment_choices"]

_UNSEEN = frozenset({"id", "name"})
_FEWEST_VOXELS = 500


class _Question(BaseModel):
    """A run and the weights that are to segment."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    run: Path
    iteration: str = "latest"
    criterion: str | None = None


def segment_choices(parameters: Mapping[str, Any], desk: Desk) -> dict[str, Any]:
    """What there is to choose before a run segments, and what would be taken.

    Parameters
    ----------
    parameters
        ``run``, a folder, and, where wanted, ``iteration`` and ``criterion``.

    Returns
    -------
    dict
        ``text``, the weights in words; ``validated`` and ``chosen``, parameters of the
        post-processing (None where none were chosen by hand); ``fields``, what can be set in
        them: name, title, description, unit, lowest, highest, whole.
    """
    question = _Question.model_validate(parameters)
    folder = RunFolder(question.run)
    choice = choose_weights(folder, question.iteration, question.criterion)
    run = load_run(folder)
    kind = run.task.post_processor.parameters_type
    by_hand = chosen_parameters(folder, kind)
    return {
        "text": choice.text,
        "iteration": choice.iteration,
        "iterations": LocalWeightsStore(folder.path.parent).iterations(folder.name),
        "criteria": run.task.evaluator.criteria,
        "validated": choice.parameters.to_dict(),
        "chosen": by_hand.to_dict() if by_hand is not None else None,
        "fields": _fields(kind, [*run.task.parameters, choice.parameters]),
    }


def _fields(
    kind: type[PostProcessorParameters], tried: list[PostProcessorParameters]
) -> list[dict[str, Any]]:
    schema = kind.model_json_schema()["properties"]
    return [
        {
            "name": name,
            "title": entry.get("title", name),
            "description": entry.get("description", ""),
            "unit": entry.get("unit", ""),
            "whole": entry["type"] == "integer",
            "lowest": entry.get("minimum", entry.get("exclusiveMinimum", 0)),
            "highest": entry.get("maximum", _highest(entry, [getattr(t, name) for t in tried])),
        }
        for name, entry in schema.items()
        if name not in _UNSEEN
        and entry.get("type") in ("integer", "number")
        and not entry.get("advanced")
    ]


def _highest(entry: Mapping[str, Any], tried: list[float]) -> float:
    """Where a slider ends that has no end: well above what is tried."""
    most = max(tried)
    return max(_FEWEST_VOXELS, 5 * most) if entry.get("unit") == "voxels" else most + 1
