"""Mirrors and transpositions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from dacapo_engine.experiments.trainers.gp_augments.augment_config import (
    AugmentConfig,
    augmentation_probability,
    how_often,
)

if TYPE_CHECKING:
    import gunpowder as gp

__all__ = ["SimpleAugmentConfig"]


class SimpleAugmentConfig(AugmentConfig):
    """Mirror and transpose the sample at random.

    Only axes of equal voxel size change places, so anisotropic volumes keep their slices.
    """

    type: Literal["simple"] = "simple"
    augmentation_probability: float = augmentation_probability()

    def in_words(self) -> str:
        """How often."""
        return "mirrors and turns" + how_often(self.augmentation_probability)

    def node(
        self, raw_key: gp.ArrayKey, gt_key: gp.ArrayKey, mask_key: gp.ArrayKey
    ) -> gp.BatchFilter:
        """Build the node; it acts on every array of the request."""
        from dacapo_engine.gp.isotropic_simple_augment import IsotropicSimpleAugment

        return IsotropicSimpleAugment(raw_key, p=self.augmentation_probability)
