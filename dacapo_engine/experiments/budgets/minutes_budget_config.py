"""Train for so many minutes."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from dacapo_engine.experiments.budgets.budget_config import TimeBudgetConfig

__all__ = ["MinutesBudgetConfig"]


class MinutesBudgetConfig(TimeBudgetConfig):
    """Train for a time, validations included."""

    type: Literal["minutes"] = "minutes"

    minutes: float = Field(
        default=45.0,
        gt=0,
        le=60 * 24 * 365,
        title="Time",
        description="How long the whole run takes, validations included.",
        json_schema_extra={"unit": "minutes"},
    )

    @property
    def words(self) -> str:
        """``45 minutes`` or ``1 minute``."""
        return f"{self.minutes:g} minute{'s' * (self.minutes != 1)}"

    def seconds(self, now: datetime) -> float:
        """The minutes in seconds, whenever it begins."""
        return self.minutes * 60
