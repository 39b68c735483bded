"""What the forms hold together: everything of a run but its data and its name."""

from __future__ import annotations

from dataclasses import dataclass, fields

from dacapo_engine.experiments.architectures.architecture_config import ArchitectureConfig
from dacapo_engine.experiments.run_config import RunConfig
from dacapo_engine.experiments.tasks.task_config import TaskConfig
from dacapo_engine.experiments.trainers.trainer_config import TrainerConfig

__all__ = ["RunSettings"]


@dataclass(frozen=True)
class RunSettings:
    """Settings that the dock shows in its forms."""

    task_config: TaskConfig
    architecture_config: ArchitectureConfig
    trainer_config: TrainerConfig
    validation_interval: int
    checkpoint_interval: int
    keep_checkpoints: int
    seed: int

    @classmethod
    def of(cls, config: RunConfig) -> RunSettings:
        """The settings of a run."""
        return cls(**{field.name: getattr(config, field.name) for field in fields(cls)})

    def applied_to(self, config: RunConfig) -> RunConfig:
        """`config` with these settings."""
        return config.replace(**{field.name: getattr(self, field.name) for field in fields(self)})

    def differences(self, other: RunSettings) -> list[str]:
        """Titles of what is not the same, such as ``Learning rate``."""
        found: list[str] = []
        for field in fields(self):
            mine, theirs = getattr(self, field.name), getattr(other, field.name)
            if mine == theirs:
                continue
            if type(mine) is type(theirs) and hasattr(mine, "to_dict"):
                found += [
                    info.title or name
                    for name, info in type(mine).model_fields.items()
                    if getattr(mine, name) != getattr(theirs, name)
                ]
            else:
                found.append(RunConfig.model_fields[field.name].title or field.name)
        return found
