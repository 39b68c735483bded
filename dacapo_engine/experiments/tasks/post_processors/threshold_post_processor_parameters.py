"""Settings of a threshold."""

from __future__ import annotations

from pydantic import Field

from dacapo_engine.experiments.tasks.post_processors.post_processor_parameters import (
    PostProcessorParameters,
)

__all__ = ["ThresholdPostProcessorParameters"]


class ThresholdPostProcessorParameters(PostProcessorParameters):
    """Settings of a threshold."""

    threshold: float = Field(
        default=0.0,
        title="Threshold",
        description="A voxel belongs to a class where the prediction is above this: distances"
        " are 0 at the boundary, probabilities 0.5.",
        ge=-1,
        le=1,
    )
