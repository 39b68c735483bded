"""Changes of brightness and contrast."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from dacapo_engine.experiments.trainers.gp_augments.augment_config import (
    AugmentConfig,
    augmentation_probability,
    how_often,
)

if TYPE_CHECKING:
    import gunpowder as gp

__all__ = ["IntensityAugmentConfig"]


class IntensityAugmentConfig(AugmentConfig):
    """Change brightness and contrast of raw.

    A sample x becomes ``mean + (x - mean) * scale + shift``, with one scale and shift each.
    """

    type: Literal["intensity"] = "intensity"
    scale: tuple[float, float] = Field(
        default=(0.75, 1.25),
        title="Contrast",
        description="Smallest and largest factor for the distance from the sample's mean.",
    )
    shift: tuple[float, float] = Field(
        default=(-0.15, 0.15),
        title="Brightness",
        description="Smallest and largest value added, where raw runs from 0 to 1.",
    )
    clip: bool = Field(
        default=True,
        title="Clip",
        description="Keep the result between 0 and 1.",
        json_schema_extra={"advanced": True},
    )
    augmentation_probability: float = augmentation_probability()

    def in_words(self) -> str:
        """Contrast and brightness."""
        contrast = " to ".join(f"{factor:g}" for factor in self.scale)
        low, high = self.shift
        brightness = f"±{high:g}" if low == -high else f"{low:g} to {high:g}"
        often = how_often(self.augmentation_probability)
        return f"contrast {contrast}, brightness {brightness}{often}"

    def node(
        self, raw_key: gp.ArrayKey, gt_key: gp.ArrayKey, mask_key: gp.ArrayKey
    ) -> gp.BatchFilter:
        """Build the node; it acts on raw only."""
        from dacapo_engine.gp.intensity_augment import IntensityAugment

        return IntensityAugment(
            raw_key,
            scale=self.scale,
            shift=self.shift,
            clip=self.clip,
            probability=self.augmentation_probability,
        )
