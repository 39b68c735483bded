"""Noise."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field, model_validator

from dacapo_engine.experiments.trainers.gp_augments.augment_config import (
    AugmentConfig,
    augmentation_probability,
    how_often,
)

if TYPE_CHECKING:
    import gunpowder as gp

__all__ = ["NoiseAugmentConfig"]


class NoiseAugmentConfig(AugmentConfig):
    """Add Gaussian noise to raw."""

    type: Literal["noise"] = "noise"
    std: float = Field(
        default=0.1,
        ge=0,
        title="Strongest noise",
        description="Each sample gets noise of a standard deviation between 0 and this, where"
        " raw runs from 0 to 1.",
    )
    clip: bool = Field(
        default=False,
        title="Clip",
        description="Keep the result between 0 and 1.",
        json_schema_extra={"advanced": True},
    )
    augmentation_probability: float = augmentation_probability()

    @model_validator(mode="before")
    @classmethod
    def _from_kwargs(cls, data: Any) -> Any:
        """Accept the reference's ``kwargs``: arguments of skimage's ``random_noise``."""
        if not isinstance(data, Mapping) or "kwargs" not in data:
            return data
        fields = {name: value for name, value in data.items() if name != "kwargs"}
        return _fields_of(dict(data["kwargs"] or {})) | fields

    def in_words(self) -> str:
        """How strong."""
        return f"up to {self.std:g}" + how_often(self.augmentation_probability)

    def node(
        self, raw_key: gp.ArrayKey, gt_key: gp.ArrayKey, mask_key: gp.ArrayKey
    ) -> gp.BatchFilter:
        """Build the node; it acts on raw only."""
        from dacapo_engine.gp.noise_augment import NoiseAugment

        return NoiseAugment(raw_key, self.std, self.augmentation_probability, self.clip)


def _fields_of(kwargs: dict[str, Any]) -> dict[str, Any]:
    """The fields that stand for what the reference passes on, whose noise is always clipped."""
    mode, mean = kwargs.pop("mode", "gaussian"), kwargs.pop("mean", 0)
    if mode != "gaussian" or mean != 0:
        raise ValueError(f"noise is gaussian with a mean of 0 here, not {mode} with {mean}")
    fields = {
        "std": math.sqrt(kwargs.pop("var", 0.01)),
        "clip": kwargs.pop("clip", True),
        "augmentation_probability": kwargs.pop("p", 1.0),
    }
    if "std" in kwargs:
        fields["std"] = kwargs.pop("std")
    if kwargs:
        raise ValueError(f"noise has no {', '.join(sorted(kwargs))}; give std instead")
    return fields
