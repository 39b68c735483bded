"""Changes of the brightness curve."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from dacapo_engine.experiments.trainers.gp_augments.augment_config import (
    AugmentConfig,
    augmentation_probability,
    how_often,
)

if TYPE_CHECKING:
    import gunpowder as gp

__all__ = ["GammaAugmentConfig"]

Exponent = Annotated[float, Field(gt=0)]


class GammaAugmentConfig(AugmentConfig):
    """Make the mid-greys of raw brighter or darker.

    Raw is scaled to run from 0 to 1 in the sample, raised to the power of gamma, and scaled
    back.
    """

    type: Literal["gamma"] = "gamma"
    gamma_range: tuple[Exponent, Exponent] = Field(
        default=(0.67, 1.5),
        title="Gamma",
        description="Smallest and largest exponent; below 1 is brighter.",
    )
    augmentation_probability: float = augmentation_probability()

    def in_words(self) -> str:
        """The exponents."""
        low, high = self.gamma_range
        return f"{low:g} to {high:g}" + how_often(self.augmentation_probability)

    def node(
        self, raw_key: gp.ArrayKey, gt_key: gp.ArrayKey, mask_key: gp.ArrayKey
    ) -> gp.BatchFilter:
        """Build the node; it acts on raw only."""
        from dacapo_engine.gp.gamma_augment import GammaAugment

        return GammaAugment(raw_key, self.gamma_range, self.augmentation_probability)
