"""Train until it stops improving."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from dacapo_engine.experiments.budgets.budget_config import BudgetConfig

__all__ = ["PlateauBudgetConfig"]


class PlateauBudgetConfig(BudgetConfig):
    """Train until the validation score has not improved for a while."""

    type: Literal["plateau"] = "plateau"

    patience: int = Field(
        default=5,
        ge=1,
        le=10_000,
        title="Patience",
        description="It ends when so many validations in a row brought nothing better.",
        json_schema_extra={"unit": "validations"},
    )
    least_gain: float = Field(
        default=0.01,
        ge=0,
        lt=1,
        title="Least gain",
        description="A score counts as better when it is better by this share.",
        json_schema_extra={"advanced": True},
    )

    @property
    def words(self) -> str:
        """``until it stops improving``."""
        return "until it stops improving"
