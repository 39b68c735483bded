"""A lab's own task, found by its entry point: it has room for one patch at a time."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from dacapo_engine.experiments.tasks import AffinitiesTaskConfig
from dacapo_engine.registry import LazyType


class HungryTaskConfig(AffinitiesTaskConfig):
    """Affinities whose loss runs out of memory, and is no number while a file is there."""

    task_type: ClassVar[Any] = LazyType("hungry_task:HungryTask")
    type: Literal["hungry"] = "hungry"  # type: ignore[assignment]
