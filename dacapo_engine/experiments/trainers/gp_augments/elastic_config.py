"""Smooth deformation, rotation and scaling."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal, Self

from pydantic import Field

from dacapo_engine.experiments.trainers.gp_augments.augment_config import (
    AugmentConfig,
    augmentation_probability,
    how_often,
)

if TYPE_CHECKING:
    import gunpowder as gp

__all__ = ["ElasticAugmentConfig"]

_NEARLY_ROUND = math.radians(350)


class ElasticAugmentConfig(AugmentConfig):
    """Rotate, scale and deform the sample smoothly."""

    type: Literal["elastic"] = "elastic"
    control_point_spacing: tuple[int, ...] = Field(
        default=(20, 20, 20),
        title="Distance of control points",
        description="How far apart the points lie that are moved at random, for each axis.",
        json_schema_extra={"unit": "voxels"},
    )
    control_point_displacement_sigma: tuple[float, ...] = Field(
        default=(2.0, 2.0, 2.0),
        title="Displacement of control points",
        description="Standard deviation of how far each point is moved, for each axis.",
        json_schema_extra={"unit": "nm"},
    )
    rotation_interval: tuple[float, float] = Field(
        default=(0.0, math.pi / 2),
        title="Rotation",
        description="Smallest and largest angle, in the plane of the last two axes.",
        json_schema_extra={"unit": "radians"},
    )
    scale_interval: tuple[float, float] = Field(
        default=(1.0, 1.0),
        title="Scale",
        description="Smallest and largest factor by which objects grow.",
    )
    subsample: int = Field(
        default=1,
        ge=1,
        title="Subsampling",
        description="Computes the deformation on a grid this many times coarser.",
        json_schema_extra={"advanced": True},
    )
    uniform_3d_rotation: bool = Field(
        default=False,
        title="Rotate in 3D",
        description="Draws a rotation about any axis instead; for isotropic volumes.",
        json_schema_extra={"advanced": True},
    )
    augmentation_probability: float = augmentation_probability()

    def in_words(self) -> str:
        """How far points move, how far apart they are, and what is done about the centre."""
        moved, apart = self.control_point_displacement_sigma, self.control_point_spacing
        low, high = (math.degrees(angle) for angle in self.rotation_interval)
        turned = "any rotation" if self._turns_freely() else f"{low:.0f}° to {high:.0f}°"
        scaled = " to ".join(f"{factor:g}" for factor in self.scale_interval)
        parts = [f"±{max(moved):g} nm every {max(apart)} voxels", turned]
        if self.scale_interval != (1.0, 1.0):
            parts.append(f"{scaled} times as large")
        return ", ".join(parts) + how_often(self.augmentation_probability)

    def _turns_freely(self) -> bool:
        low, high = self.rotation_interval
        return self.uniform_3d_rotation or high - low >= _NEARLY_ROUND

    def in_world(self, units_per_nm: int) -> Self:
        """The displacement counted in the run's world unit."""
        sigma = tuple(s * units_per_nm for s in self.control_point_displacement_sigma)
        return self.replace(control_point_displacement_sigma=sigma)

    def node(
        self, raw_key: gp.ArrayKey, gt_key: gp.ArrayKey, mask_key: gp.ArrayKey
    ) -> gp.BatchFilter:
        """Build the node; it acts on every array of the request."""
        from dacapo_engine.gp.elastic_augment import ElasticAugment

        return ElasticAugment(
            raw_key,
            control_point_spacing=self.control_point_spacing,
            displacement_sigma=self.control_point_displacement_sigma,
            rotation_interval=self.rotation_interval,
            scale_interval=self.scale_interval,
            uniform_3d_rotation=self.uniform_3d_rotation,
            subsample=self.subsample,
            probability=self.augmentation_probability,
        )
