"""The base of every budget's config."""

from __future__ import annotations

from abc import abstractmethod
from datetime import datetime
from typing import Annotated, Any, ClassVar, Self

from pydantic import BeforeValidator, Field, InstanceOf, SerializeAsAny

from dacapo_engine.config import TaggedConfig
from dacapo_engine.registry import Registry

__all__ = ["AnyBudgetConfig", "BudgetConfig", "TimeBudgetConfig"]


class BudgetConfig(TaggedConfig):
    """When to stop before the last iteration."""

    registry: ClassVar[Registry[Any]] = Registry("budget", "dacapo_engine.experiments.budgets")

    @property
    @abstractmethod
    def words(self) -> str:
        """The budget in a few words, such as ``45 minutes``."""


class TimeBudgetConfig(BudgetConfig):
    """A time that becomes a number of iterations once, when the speed was measured.

    From then on the number counts: a run that is stopped and continued goes on to the same
    iteration, with the same learning rates.
    """

    iterations: int | None = Field(
        default=None,
        ge=1,
        title="Became iterations",
        description="What the time became when the speed was measured; written by the training.",
        json_schema_extra={"advanced": True, "unit": "iterations", "none": "not measured yet"},
    )

    @abstractmethod
    def seconds(self, now: datetime) -> float:
        """How long a run that begins `now` may take."""

    def unmeasured(self) -> Self:
        """The budget as it was before the speed was measured."""
        return self.replace(iterations=None)


AnyBudgetConfig = Annotated[
    SerializeAsAny[InstanceOf[BudgetConfig]], BeforeValidator(BudgetConfig.from_tag)
]
