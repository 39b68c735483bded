"""Mirrors and transpositions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from dacapo_engine.experiments.trainers.gp_augments.augment_config import (
    AugmentConfig,
    augmentation_probability,
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

    def node(
        self,
        _raw_key: gp.ArrayKey = None,
        _gt_key: gp.ArrayKey = None,
        _mask_key: gp.ArrayKey = None,
    ) -> gp.BatchFilter:
        """Build the node; it acts on every array of the request."""
        from dacapo_engine.gp.isotropic_simple_augment import IsotropicSimpleAugment

        return IsotropicSimpleAugment(_raw_key, p=self.augmentation_probability)
