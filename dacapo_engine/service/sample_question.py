"""What is asked about a sample."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from dacapo_engine.experiments.run_config import RunConfig

__all__ = ["SampleQuestion"]


class SampleQuestion(BaseModel):
    """A run, its volumes as files, and the number of a sample."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    config: RunConfig
    index: int = Field(default=0, ge=0)
