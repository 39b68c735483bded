"""Settings of the argmax: none."""

from __future__ import annotations

from dacapo_engine.experiments.tasks.post_processors.post_processor_parameters import (
    PostProcessorParameters,
)

__all__ = ["ArgmaxPostProcessorParameters"]


class ArgmaxPostProcessorParameters(PostProcessorParameters):
    """The most probable class has nothing to set."""
