"""One experiment, live."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import torch

from dacapo_engine.experiments.run_config import RunConfig
from dacapo_engine.experiments.training_stats import TrainingStats
from dacapo_engine.experiments.validation_scores import ValidationScores

if TYPE_CHECKING:
    from dacapo_engine.experiments.architectures.architecture import Architecture
    from dacapo_engine.experiments.datasplits.datasplit import DataSplit
    from dacapo_engine.experiments.model import Model
    from dacapo_engine.experiments.starts.start import Start
    from dacapo_engine.experiments.tasks.task import Task
    from dacapo_engine.experiments.trainers.trainer import Trainer

__all__ = ["Run"]


class Run:
    """What a RunConfig describes, built: task, network, trainer, optimizer.

    The first weights are a function of the run's seed. Volumes are opened when `datasplit` is
    first read.

    Attributes
    ----------
    name : str
        Name of the run.
    train_until : int
        Iterations to train; a time budget lowers it when the speed was measured.
    validation_interval : int
        Iterations between validations.
    task, architecture, trainer, model, optimizer
        The live objects.
    training_stats : TrainingStats
        What was trained so far.
    start : Start or None
        The run whose weights this one begins with. They are read when training begins, because
        only then it is known where runs lie; not at all without `load_starter_model`.
    """

    name: str
    train_until: int
    validation_interval: int
    task: Task
    architecture: Architecture
    trainer: Trainer
    model: Model
    optimizer: torch.optim.Optimizer
    training_stats: TrainingStats
    start: Start | None

    def __init__(self, run_config: RunConfig, load_starter_model: bool = True) -> None:
        self.config = run_config
        self.name = run_config.name
        self.train_until = run_config.train_until
        self.validation_interval = run_config.validation_interval
        self.training_stats = TrainingStats()
        start_config = run_config.start_config if load_starter_model else None
        self.start = start_config.start_type(start_config) if start_config else None
        with torch.random.fork_rng():
            torch.manual_seed(run_config.seed)
            self.task = run_config.task_config.task_type(run_config.task_config)
            architecture_config = run_config.architecture_config
            self.architecture = architecture_config.architecture_type(architecture_config)
            self.model = self.task.create_model(self.architecture)
        trainer_config = run_config.trainer_config
        self.trainer = trainer_config.trainer_type(trainer_config)
        self.trainer.seed = run_config.seed
        self.trainer.num_iterations = run_config.train_until
        self.optimizer = self.trainer.create_optimizer(self.model)

    def change_length(self, config: RunConfig) -> None:
        """Train as long as `config` says, which differs from the run's own in nothing else."""
        self.config = config
        self.train_until = self.trainer.num_iterations = config.train_until

    @cached_property
    def datasplit(self) -> DataSplit:
        """The volumes, opened."""
        config = self.config.datasplit_config
        split: DataSplit = config.datasplit_type(config)
        return split

    @cached_property
    def validation_scores(self) -> ValidationScores:
        """Scores of this run, with the datasets and parameters they belong to."""
        return ValidationScores(
            self.task.parameters, self.datasplit.validate, self.task.evaluation_scores
        )

    @staticmethod
    def get_validation_scores(run_config: RunConfig) -> ValidationScores:
        """Empty scores of a run, without building its network."""
        split_config, task_config = run_config.datasplit_config, run_config.task_config
        task = task_config.task_type(task_config)
        split = split_config.datasplit_type(split_config)
        return ValidationScores(task.parameters, split.validate, task.evaluation_scores)

    def move_optimizer(self, device: torch.device, empty_cuda_cache: bool = False) -> None:
        """Move the optimizer's state to `device`."""
        for state in self.optimizer.state.values():
            for name, value in state.items():
                # The step counter of RAdam and AdamW stays on the processor.
                if torch.is_tensor(value) and value.ndim > 0:
                    state[name] = value.to(device)
        if empty_cuda_cache:
            torch.cuda.empty_cache()
