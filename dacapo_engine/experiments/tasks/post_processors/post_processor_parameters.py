"""The contract of post-processing parameters."""

from __future__ import annotations

from pydantic import Field

from dacapo_engine.config import Config

__all__ = ["PostProcessorParameters"]


class PostProcessorParameters(Config):
    """One setting of a post-processor; frozen, so that it can name a row of scores."""

    id: int = Field(
        title="Id",
        description="The position of this setting among those that are tried.",
        ge=0,
    )

    @property
    def parameter_names(self) -> list[str]:
        """What can be set, the id first."""
        return [field for field in type(self).model_fields if field != "name"]
