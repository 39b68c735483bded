"""A run's model as a file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from dacapo_engine.export.export_model import export_model
from dacapo_engine.service.desk import Desk
from dacapo_engine.store.run_folder import RunFolder

__all__ = ["export_run"]


class _Question(BaseModel):
    """A run, which weights of it, and where they go."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    run: Path
    target: Path
    iteration: str = "best"
    criterion: str | None = None


def export_run(parameters: Mapping[str, Any], desk: Desk) -> dict[str, Any]:
    """Write the model of ``run`` to ``target``; returns in ``text`` which weights it has."""
    question = _Question.model_validate(parameters)
    choice = export_model(
        RunFolder(question.run), question.target, question.iteration, question.criterion
    )
    return {"text": choice.text}
