"""The complete description of one experiment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from dacapo_engine.config import Config
from dacapo_engine.experiments.architectures.architecture_config import AnyArchitectureConfig
from dacapo_engine.experiments.budgets.budget_config import AnyBudgetConfig, TimeBudgetConfig
from dacapo_engine.experiments.budgets.minutes_budget_config import MinutesBudgetConfig
from dacapo_engine.experiments.datasplits.datasplit_config import AnyDataSplitConfig
from dacapo_engine.experiments.starts.start_config import AnyStartConfig
from dacapo_engine.experiments.tasks.task_config import AnyTaskConfig
from dacapo_engine.experiments.trainers.trainer_config import AnyTrainerConfig

__all__ = ["RunConfig"]

_ANY_NUMBER = 1_000_000
_TRAINER_FIELDS = {
    "batch_size": "batch_size",
    "learning_rate": "learning_rate",
    "num_workers": "num_data_fetchers",
    "snapshot_interval": "snapshot_interval",
}


class RunConfig(Config):
    """Everything that makes a run: data, task, network, training.

    ``batch_size``, ``learning_rate``, ``num_workers`` and ``snapshot_interval`` may be given
    here as well; they set those of the trainer.
    """

    format: Literal[1] = Field(
        default=1,
        title="Format",
        description="Version of this file's layout.",
        json_schema_extra={"advanced": True},
    )
    name: str = Field(
        default="run",
        min_length=1,
        title="Name",
        description="Name of the run and of its folder.",
    )
    repetition: int = Field(
        default=0,
        ge=0,
        title="Repetition",
        description="Number of this run among equal ones.",
        json_schema_extra={"advanced": True},
    )
    seed: int = Field(
        default=0,
        ge=0,
        lt=2**32,
        title="Seed",
        description="Two runs of one seed see the same samples and start from the same weights.",
        json_schema_extra={"advanced": True},
    )
    num_iterations: int = Field(
        default=10_000,
        ge=1,
        le=10**9,
        title="Iterations",
        description="How many steps to train; with a budget no more than this.",
        json_schema_extra={"unit": "iterations"},
    )
    budget_config: AnyBudgetConfig | None = Field(
        default=None,
        title="Budget",
        description="When to stop before the last iteration: after a time, or when the score"
        " stops improving.",
        json_schema_extra={"none": "all iterations"},
    )
    validation_interval: int = Field(
        default=1000,
        ge=1,
        title="Validate every",
        description="How often the network is scored on what was held back.",
        json_schema_extra={"unit": "iterations"},
    )
    checkpoint_interval: int = Field(
        default=250,
        ge=1,
        title="Keep weights every",
        description="How often the weights are written, so that a crash costs no more than this.",
        json_schema_extra={"unit": "iterations", "advanced": True},
    )
    keep_checkpoints: int = Field(
        default=3,
        ge=1,
        title="Checkpoints kept",
        description="The newest so many are kept, and the best ones.",
        json_schema_extra={"advanced": True},
    )
    keep_snapshots: int = Field(
        default=50,
        ge=1,
        title="Snapshots kept",
        description="The newest so many are kept.",
        json_schema_extra={"advanced": True},
    )
    time_lapse_frames: int = Field(
        default=50,
        ge=0,
        le=1000,
        title="Frames of the time lapse",
        description="One place is predicted so often while the run trains, to see it getting"
        " better; less often where that would slow training down by more than 3 %. 0 for never.",
        json_schema_extra={"advanced": True},
    )
    num_threads: int | None = Field(
        default=None,
        ge=1,
        title="Threads",
        description="Processor threads of the network; as many as there are cores if not given.",
        json_schema_extra={"advanced": True},
    )
    task_config: AnyTaskConfig = Field(
        title="Task", description="What is to be found in the volume."
    )
    architecture_config: AnyArchitectureConfig = Field(title="Model", description="The network.")
    trainer_config: AnyTrainerConfig = Field(
        title="Training", description="How the network is trained."
    )
    datasplit_config: AnyDataSplitConfig = Field(
        title="Data", description="Volumes to learn from and volumes to be scored on."
    )
    start_config: AnyStartConfig | None = Field(
        default=None,
        title="Start from",
        description="Another run whose weights this one begins with; random ones if not given.",
        json_schema_extra={"advanced": True},
    )

    FORMAT: ClassVar[int] = 1

    @property
    def train_until(self) -> int:
        """The last iteration, as far as it is known before a time became a number."""
        budget = self.budget_config
        measured = budget.iterations if isinstance(budget, TimeBudgetConfig) else None
        return self.num_iterations if measured is None else min(measured, self.num_iterations)

    def lasting(self, minutes: float, num_iterations: int | None = None) -> Self:
        """The run for so long, and for no more than `num_iterations` (of practically any)."""
        most = max(self.num_iterations, _ANY_NUMBER) if num_iterations is None else num_iterations
        return self.replace(num_iterations=most, budget_config=MinutesBudgetConfig(minutes=minutes))

    @property
    def is_measuring(self) -> bool:
        """Whether the last iteration is only known when the speed was measured."""
        budget = self.budget_config
        return isinstance(budget, TimeBudgetConfig) and budget.iterations is None

    @model_validator(mode="before")
    @classmethod
    def _refuse_newer(cls, data: Any) -> Any:
        """Say that a file is too new before its fields are called wrong."""
        written = data.get("format") if isinstance(data, Mapping) else None
        if isinstance(written, int) and written > cls.FORMAT:
            raise ValueError(
                f"this was written by a newer version of dacapo-engine, in format {written}; "
                f"this version reads format {cls.FORMAT}"
            )
        return data

    @model_validator(mode="before")
    @classmethod
    def _hand_to_trainer(cls, data: Any) -> Any:
        """Accept the reference's later form, in which these stand on the run."""
        if not isinstance(data, Mapping) or not _TRAINER_FIELDS.keys() & data.keys():
            return data
        data = dict(data)
        changes = {new: data.pop(old) for old, new in _TRAINER_FIELDS.items() if old in data}
        trainer = data.get("trainer_config")
        if isinstance(trainer, Mapping):
            data["trainer_config"] = {**trainer, **changes}
        elif isinstance(trainer, Config):
            data["trainer_config"] = trainer.replace(**changes)
        return data
