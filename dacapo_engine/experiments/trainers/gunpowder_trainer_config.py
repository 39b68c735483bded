"""The config of the trainer that draws its samples through gunpowder."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field

from dacapo_engine.experiments.trainers.gp_augments.augment_config import AnyAugmentConfig
from dacapo_engine.experiments.trainers.trainer_config import TrainerConfig
from dacapo_engine.registry import LazyType

__all__ = ["GunpowderTrainerConfig"]


def _known_strategy(value: object) -> object:
    """The reference's words: None for anywhere, sample_points for points."""
    if value is None:
        return "anywhere"
    return "points" if value == "sample_points" else value


class GunpowderTrainerConfig(TrainerConfig):
    """Train on random patches, augmented by a gunpowder pipeline."""

    type: Literal["gunpowder"] = "gunpowder"
    trainer_type: ClassVar[Any] = LazyType(
        "dacapo_engine.experiments.trainers.gunpowder_trainer:GunpowderTrainer"
    )

    accumulate: int = Field(
        default=1,
        ge=1,
        le=4096,
        title="Gradient accumulation",
        description="Batches whose gradients are averaged for one iteration: as if the batch were"
        " so many times larger, in the memory of one.",
        json_schema_extra={"advanced": True, "unit": "batches"},
    )
    augments: tuple[AnyAugmentConfig, ...] = Field(
        default=(),
        title="Augments",
        description="Random changes of each sample, applied in this order.",
    )
    num_data_fetchers: int = Field(
        default=5,
        ge=0,
        le=256,
        title="Data workers",
        description="Processes that prepare samples; 0 prepares them between iterations.",
        json_schema_extra={"advanced": True, "unit": "processes"},
    )
    snapshot_interval: int | None = Field(
        default=None,
        ge=1,
        title="Snapshot every",
        description="How often a sample and its prediction are stored to be looked at.",
        json_schema_extra={"unit": "iterations"},
    )
    min_masked: float | None = Field(
        default=0.15,
        ge=0,
        le=1,
        title="Smallest labelled share",
        description="Samples of which a smaller share is labelled are not used.",
        json_schema_extra={"advanced": True},
    )
    gt_min_reject: float | None = Field(
        default=None,
        ge=0,
        le=1,
        title="Smallest share of objects",
        description="Samples of which a smaller share is covered by objects are not used.",
        json_schema_extra={"advanced": True},
    )
    clip_raw: bool = Field(
        default=False,
        title="Only raw that has labels",
        description="Ignores raw outside the box of the labels.",
        json_schema_extra={"advanced": True},
    )
    sample_strategy: Annotated[
        Literal["anywhere", "integral_mask", "reject", "points"], BeforeValidator(_known_strategy)
    ] = Field(
        default="anywhere",
        title="Where samples lie",
        description="anywhere: where labels are (around the sample points of volumes that have"
        " some); patches that are labelled too little are drawn again. integral_mask: only where"
        " enough is labelled, looked up in a table, for labels that are rare. reject: drawn again"
        " until the whole patch is labelled. points: around sample points only.",
        json_schema_extra={"advanced": True},
    )
    optimizer: Literal["radam", "adamw", "adam", "sgd"] = Field(
        default="radam",
        title="Optimizer",
        description="How gradients become steps.",
        json_schema_extra={"advanced": True},
    )
    warmup_iterations: int = Field(
        default=100,
        ge=0,
        title="Warm-up",
        description="Iterations over which the learning rate rises to its full value.",
        json_schema_extra={"advanced": True, "unit": "iterations"},
    )
    schedule: Literal["constant", "cosine"] = Field(
        default="constant",
        title="Schedule",
        description="The learning rate after the warm-up: constant, or falling along a cosine"
        " to the last iteration.",
        json_schema_extra={"advanced": True},
    )
    average_decay: float | None = Field(
        default=0.995,
        ge=0,
        lt=1,
        title="Averaging of weights",
        description=(
            "Validation and segmentation use a running average of the weights with this decay."
        ),
        json_schema_extra={"advanced": True},
    )
    gradient_clip: float | None = Field(
        default=None,
        gt=0,
        title="Largest gradient",
        description="Gradients with a larger norm are scaled down to it.",
        json_schema_extra={"advanced": True},
    )
    precision: Literal["auto", "float32", "bfloat16"] = Field(
        default="auto",
        title="Precision",
        description="Number format of the network; auto takes bfloat16 where it is fast.",
        json_schema_extra={"advanced": True},
    )

    def verify(self) -> tuple[bool, str]:
        """Whether the settings fit each other."""
        if self.min_masked == 1 and self.gt_min_reject is not None:
            return False, "Samples cannot be fully labelled and partly rejected."
        return True, "The trainer's settings fit each other."
