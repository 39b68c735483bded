"""Noise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from dacapo_engine.experiments.trainers.gp_augments.augment_config import (
    AugmentConfig,
    augmentation_probability,
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
    augmentation_probability: float = augmentation_probability()

    def node(
        self, raw_key: gp.ArrayKey, gt_key: gp.ArrayKey, mask_key: gp.ArrayKey
    ) -> gp.BatchFilter:
        """Build the node; it acts on raw only."""
        from dacapo_engine.gp.noise_augment import NoiseAugment

        return NoiseAugment(raw_key, self.std, self.augmentation_probability)
