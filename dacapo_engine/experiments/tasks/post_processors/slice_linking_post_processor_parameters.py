"""Settings of the mutex watershed in slices that are linked."""

from __future__ import annotations

from pydantic import Field

from dacapo_engine.experiments.tasks.post_processors.watershed_post_processor_parameters import (
    WatershedPostProcessorParameters,
)

__all__ = ["SliceLinkingPostProcessorParameters"]


class SliceLinkingPostProcessorParameters(WatershedPostProcessorParameters):
    """Settings of the mutex watershed in slices that are linked."""

    link_overlap: float = Field(
        default=0.4,
        title="Overlap of linked segments",
        description="Segments of neighbouring slices are one object where they share at least"
        " this part of what they cover together (IoU). Lower links more.",
        gt=0,
        le=1,
    )
