"""Train until the next morning."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from pydantic import Field

from dacapo_engine.experiments.budgets.budget_config import TimeBudgetConfig

__all__ = ["OvernightBudgetConfig"]

# Begun in the small hours or after breakfast there is no night ahead: half a day is taken.
_SHORTEST, _LONGEST, _OTHERWISE = 4, 16, 12


class OvernightBudgetConfig(TimeBudgetConfig):
    """Train until the next morning, by the clock of the computer that trains.

    Where that is less than 4 or more than 16 hours away, it takes 12 hours.
    """

    type: Literal["overnight"] = "overnight"

    until: int = Field(
        default=8,
        ge=0,
        le=23,
        title="Until",
        description="The hour at which it should be done; 12 hours where no night lies between.",
        json_schema_extra={"unit": "o'clock"},
    )

    @property
    def words(self) -> str:
        """``overnight, until 8:00``."""
        return f"overnight, until {self.until}:00"

    def seconds(self, now: datetime) -> float:
        """From `now` to the morning."""
        morning = now.replace(hour=self.until, minute=0, second=0, microsecond=0)
        if morning <= now:
            morning += timedelta(days=1)
        hours = (morning - now).total_seconds() / 3600
        return (hours if _SHORTEST <= hours <= _LONGEST else _OTHERWISE) * 3600
