"""Everything a data worker needs to make samples, as plain data that can be sent to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from funlib.geometry import Coordinate

if TYPE_CHECKING:
    import gunpowder as gp

    from dacapo_engine.experiments.datasplits.datasets.arrays.array import Array
    from dacapo_engine.experiments.tasks.predictors.predictor import Predictor
    from dacapo_engine.experiments.trainers.gp_augments.augment_config import AugmentConfig

__all__ = ["SampleKeys", "SamplePlan", "SampleSource"]


@dataclass(frozen=True)
class SampleSource:
    """One dataset to draw from; the mask is 1 where labels count."""

    raw: Array
    gt: Array
    mask: Array
    weight: int = 1
    points: tuple[tuple[float, ...], ...] | None = None


@dataclass(frozen=True)
class SamplePlan:
    """What to draw, and how.

    Attributes
    ----------
    input_size, output_size
        Sizes of raw and of everything else, in world units; both are centred on each other.
    from_table
        Look up where enough is labelled, and draw only there; by `table_downsample` more
        coarsely in large volumes.
    """

    sources: tuple[SampleSource, ...]
    predictor: Predictor
    augments: tuple[AugmentConfig, ...]
    input_size: Coordinate
    output_size: Coordinate
    seed: int = 0
    min_masked: float = 0.0
    min_foreground: float | None = None
    clip_raw: bool = False
    from_table: bool = False
    table_downsample: int = 4


@dataclass(frozen=True)
class SampleKeys:
    """The gunpowder keys of a pipeline."""

    raw: gp.ArrayKey
    gt: gp.ArrayKey
    mask: gp.ArrayKey
    bounds: gp.ArrayKey
    target: gp.ArrayKey
    weight: gp.ArrayKey
    location: gp.ArrayKey
    source: gp.ArrayKey

    @classmethod
    def create(cls) -> SampleKeys:
        """Keys under their usual names."""
        import gunpowder as gp

        return cls(
            raw=gp.ArrayKey("RAW"),
            gt=gp.ArrayKey("GT"),
            mask=gp.ArrayKey("MASK"),
            bounds=gp.ArrayKey("BOUNDS"),
            target=gp.ArrayKey("TARGET"),
            weight=gp.ArrayKey("WEIGHT"),
            location=gp.ArrayKey("LOCATION"),
            source=gp.ArrayKey("SOURCE"),
        )
