"""The contract of every augment."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Self

from pydantic import BeforeValidator, Field, InstanceOf, SerializeAsAny

from dacapo_engine.config import TaggedConfig
from dacapo_engine.registry import Registry

if TYPE_CHECKING:
    import gunpowder as gp

__all__ = ["AnyAugmentConfig", "AugmentConfig", "augmentation_probability", "how_often"]


class AugmentConfig(TaggedConfig):
    """A random change of a sample, applied where it stands in the list of augments."""

    registry: ClassVar[Registry[Any]] = Registry(
        "augment", "dacapo_engine.experiments.trainers.gp_augments"
    )

    enabled: bool = Field(
        default=True,
        title="Switched on",
        description="Switched off, it stays in the list but changes nothing.",
        json_schema_extra={"advanced": True},
    )

    # Defaults that the reference documents; nodes are built with the keys they are given.
    _raw_key: ClassVar[gp.ArrayKey | None] = None
    _gt_key: ClassVar[gp.ArrayKey | None] = None
    _mask_key: ClassVar[gp.ArrayKey | None] = None

    def in_words(self) -> str:
        """What it does in a few words, with units; empty where its fields tell it themselves."""
        return ""

    def in_world(self, units_per_nm: int) -> Self:
        """The same augment with its nanometres counted in the run's world unit."""
        return self

    @abstractmethod
    def node(
        self, raw_key: gp.ArrayKey, gt_key: gp.ArrayKey, mask_key: gp.ArrayKey
    ) -> gp.BatchFilter:
        """Build the gunpowder node of this augment.

        Parameters
        ----------
        raw_key, gt_key, mask_key
            Keys of intensities, labels and mask in the pipeline. A node that moves voxels
            moves all that is requested; one that changes values changes raw only.
        """


AnyAugmentConfig = Annotated[
    SerializeAsAny[InstanceOf[AugmentConfig]], BeforeValidator(AugmentConfig.from_tag)
]


def augmentation_probability(default: float = 1.0) -> Any:
    """The field every augment has: how often it acts."""
    return Field(
        default=default,
        ge=0,
        le=1,
        title="Probability",
        description="Share of the samples that this augment changes.",
    )


def how_often(probability: float) -> str:
    """A probability as the end of a sentence; empty where every sample is changed."""
    return "" if probability == 1 else f", in {100 * probability:.0f}\u00a0%"
