"""Settings of the mutex watershed."""

from __future__ import annotations

from pydantic import Field

from dacapo_engine.experiments.tasks.post_processors.post_processor_parameters import (
    PostProcessorParameters,
)

__all__ = ["WatershedPostProcessorParameters"]


class WatershedPostProcessorParameters(PostProcessorParameters):
    """Settings of the mutex watershed."""

    bias: float = Field(
        default=0.5,
        title="Bias",
        description="Affinity to a nearest neighbor above which it attracts, and below which it"
        " repels. Higher gives more and smaller objects.",
        ge=0,
        le=1,
    )
    long_range_bias: float = Field(
        default=0.5,
        title="Long-range bias",
        description="The same for all other offsets. Higher parts objects that touch.",
        ge=0,
        le=1,
    )
    long_range_group: int = Field(
        default=0,
        title="Long-range group",
        description="Which longer offsets are used: 0 for all, 1 for the shortest of them along"
        " each axis, 2 for the next, and the longest beyond that.",
        ge=0,
    )
    foreground_threshold: float = Field(
        default=0.0,
        title="Foreground threshold",
        description="Voxels whose mean affinity to their nearest neighbors is below this become"
        " background; 0 leaves no background.",
        ge=0,
        le=1,
    )
    min_size: int = Field(
        default=0,
        title="Smallest object",
        description="Smaller fragments are removed and their voxels given to those around;"
        " fragments that touch none become background.",
        ge=0,
        json_schema_extra={"unit": "voxels"},
    )
    agglomeration_threshold: float = Field(
        default=1.0,
        title="Agglomeration threshold",
        description="Objects are merged while the mean affinity where they touch is at least"
        " this. Lower gives fewer and larger objects, 1 merges nothing.",
        ge=0,
        le=1,
    )
    context: tuple[int, ...] = Field(
        default=(32, 32, 32),
        title="Context",
        description="How far a block is read beyond what is written of it, where a volume is"
        " segmented in blocks.",
        json_schema_extra={"unit": "voxels", "advanced": True},
    )
