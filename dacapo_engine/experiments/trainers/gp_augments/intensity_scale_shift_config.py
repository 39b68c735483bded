"""The same linear change of intensities for every sample."""

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

__all__ = ["IntensityScaleShiftAugmentConfig"]


class IntensityScaleShiftAugmentConfig(AugmentConfig):
    """Change raw x to ``x * scale + shift``.

    Nothing random but whether a sample is changed. Predictions see raw without the change, so
    use it with a probability below 1, or where the network normalizes raw.
    """

    type: Literal["intensity_scale_shift"] = "intensity_scale_shift"
    scale: float = Field(
        default=1.0, title="Factor", description="What raw is multiplied with.", allow_inf_nan=False
    )
    shift: float = Field(
        default=0.0,
        title="Shift",
        description="What is added afterwards, where raw runs from 0 to 1.",
        allow_inf_nan=False,
    )
    augmentation_probability: float = augmentation_probability()

    def in_words(self) -> str:
        """Factor and shift."""
        return f"times {self.scale:g}, plus {self.shift:g}" + how_often(
            self.augmentation_probability
        )

    def node(
        self, raw_key: gp.ArrayKey, gt_key: gp.ArrayKey, mask_key: gp.ArrayKey
    ) -> gp.BatchFilter:
        """Build the node; it acts on raw only."""
        from dacapo_engine.gp.scale_shift_augment import ScaleShiftAugment

        return ScaleShiftAugment(raw_key, self.scale, self.shift, self.augmentation_probability)
