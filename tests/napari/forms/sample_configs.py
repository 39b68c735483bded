"""Configs with a field of every kind, for the tests of the forms."""

from __future__ import annotations

import sys
from enum import Enum
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, ConfigDict, Field, InstanceOf, SerializeAsAny, model_validator

from dacapo_engine.config import Config, TaggedConfig
from dacapo_engine.registry import Registry

# A registry looks for its members in a package; these live here and need none.
_PACKAGE = ModuleType("forms_test_kinds")
_PACKAGE.__path__ = []
sys.modules[_PACKAGE.__name__] = _PACKAGE


class Colour(Enum):
    RED = "red"
    DARK_BLUE = "dark blue"


class KindConfig(TaggedConfig):
    registry: ClassVar[Registry[Any]] = Registry("kind", _PACKAGE.__name__)


AnyKindConfig = Annotated[
    SerializeAsAny[InstanceOf[KindConfig]], BeforeValidator(KindConfig.from_tag)
]


class BlurConfig(KindConfig):
    """Blur the sample.

    More about it that no menu shows.
    """

    type: Literal["blur"] = "blur"
    sigma: float = Field(
        default=1.0, gt=0, title="Sigma", description="How far.", json_schema_extra={"unit": "nm"}
    )
    passes: int = Field(default=1, ge=1, le=9, title="Passes")


class FlipConfig(KindConfig):
    """Mirror the sample."""

    model_config = ConfigDict(title="Mirroring")

    type: Literal["flip"] = "flip"
    axes: tuple[str, ...] = Field(default=("y", "x"), title="Axes")


class WrapConfig(KindConfig):
    """Do another thing first."""

    type: Literal["wrap"] = "wrap"
    inner: AnyKindConfig = Field(title="First")


class RangeConfig(Config):
    low: float = Field(default=0.0, title="Low")
    high: float = Field(default=1.0, title="High")

    @model_validator(mode="after")
    def _ordered(self) -> RangeConfig:
        if self.low > self.high:
            raise ValueError("low lies above high")
        return self


class LeavesConfig(Config):
    flag: bool = Field(default=True, title="Flag")
    count: int = Field(default=3, ge=0, le=10, title="Count", description="How many.")
    large: int = Field(default=0, title="Large")
    rate: float = Field(default=1e-4, ge=0, title="Rate", json_schema_extra={"unit": "1/s"})
    text: str = Field(default="abc", title="Text")
    path: Path = Field(default=Path("runs"), title="Path")
    mode: Literal["one", "two"] = Field(default="one", title="Mode")
    level: Literal[1, 2] = Field(default=2, title="Level")
    colour: Colour = Field(default=Colour.RED, title="Colour")
    sizes: tuple[int, ...] = Field(default=(8, 8), title="Sizes")
    interval: tuple[float, float] = Field(default=(0.5, 1e-4), title="Interval")
    shape: tuple[int, int, int] = Field(default=(1, 2, 3), title="Shape")
    names: tuple[str, ...] = Field(default=("z", "y"), title="Names")
    offsets: tuple[tuple[int, ...], ...] = Field(default=((1, 0), (0, 1)), title="Offsets")
    kernels: tuple[tuple[tuple[int, int], ...], ...] = Field(default=(((1, 2),),), title="Kernels")
    kwargs: dict[str, Any] = Field(default={"var": 0.01}, title="Arguments")
    device: Literal["auto"] | int = Field(default="auto", title="Device")
    maybe_count: int | None = Field(default=None, ge=1, title="Perhaps a count")
    maybe_sizes: tuple[int, ...] | None = Field(default=None, title="Perhaps sizes")
    maybe_path: Path | None = Field(default=None, title="Perhaps a path")
    hidden_away: float = Field(default=0.5, title="Deep", json_schema_extra={"advanced": True})


class TreeConfig(Config):
    range: RangeConfig = Field(default=RangeConfig(), title="Range")
    maybe_range: RangeConfig | None = Field(default=None, title="Perhaps a range")
    kind: AnyKindConfig = Field(default=BlurConfig(), title="Kind")
    maybe_kind: AnyKindConfig | None = Field(default=None, title="Perhaps a kind")
    kinds: tuple[AnyKindConfig, ...] = Field(default=(), title="Kinds")
    ranges: tuple[RangeConfig, ...] = Field(default=(), title="Ranges")
    needed: Path = Field(title="Needed")
