"""Settings of the dummy post-processor."""

from __future__ import annotations

from pydantic import Field

from dacapo_engine.experiments.tasks.post_processors.post_processor_parameters import (
    PostProcessorParameters,
)

__all__ = ["DummyPostProcessorParameters"]


class DummyPostProcessorParameters(PostProcessorParameters):
    """Settings of the dummy post-processor."""

    min_size: int = Field(
        default=1,
        title="Smallest object",
        description="Smaller objects become background.",
        ge=0,
        json_schema_extra={"unit": "voxels"},
    )
