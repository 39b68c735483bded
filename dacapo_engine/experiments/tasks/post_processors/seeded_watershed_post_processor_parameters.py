"""Settings of the seeded watershed."""

from __future__ import annotations

from pydantic import Field

from dacapo_engine.experiments.tasks.post_processors.post_processor_parameters import (
    PostProcessorParameters,
)

__all__ = ["SeededWatershedPostProcessorParameters"]


class SeededWatershedPostProcessorParameters(PostProcessorParameters):
    """Settings of the seeded watershed."""

    threshold: float = Field(
        default=0.0,
        title="Threshold",
        description="Voxels whose predicted distance is above this belong to objects. Higher"
        " gives thinner objects.",
        ge=-1,
        le=1,
    )
    seed_threshold: float = Field(
        default=0.5,
        title="Seed threshold",
        description="Each connected region whose predicted distance is above this is the seed of"
        " one object. Higher parts objects that touch.",
        ge=-1,
        le=1,
    )
    min_size: int = Field(
        default=0,
        title="Smallest object",
        description="Smaller objects are given to those that they touch, or become background.",
        ge=0,
        json_schema_extra={"unit": "voxels"},
    )
