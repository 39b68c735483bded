"""What a run is, in sentences for people who are told of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from dacapo_engine.export.methods_text import methods_paragraph, repeat_command
from dacapo_engine.service.desk import Desk
from dacapo_engine.store.run_folder import RunFolder

__all__ = ["describe_run"]


class _Question(BaseModel):
    """The folder of a run."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    run: Path


def describe_run(parameters: Mapping[str, Any], desk: Desk) -> dict[str, Any]:
    """``methods``, a paragraph, and ``command``, which repeats the run ``run``."""
    folder = RunFolder(_Question.model_validate(parameters).run)
    return {"methods": methods_paragraph(folder), "command": repeat_command(folder)}
