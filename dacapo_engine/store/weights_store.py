"""The contract of stores of weights."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dacapo_engine.experiments.datasplits.datasets.dataset import Dataset
    from dacapo_engine.experiments.run import Run

__all__ = ["Weights", "WeightsStore"]


class Weights:
    """A checkpoint: plain data and tensors only.

    Parameters
    ----------
    model_state_dict, optimizer_state_dict
        What `model` and `optimizer` hold afterwards.

    Attributes
    ----------
    model, optimizer
        State dicts.
    scheduler, average
        State of the learning-rate schedule and of the averaged weights, where there are any.
    random
        State of torch's random generator.
    """

    model: Mapping[str, Any]
    optimizer: Mapping[str, Any]

    def __init__(
        self,
        model_state_dict: Mapping[str, Any],
        optimizer_state_dict: Mapping[str, Any],
        scheduler: Mapping[str, Any] | None = None,
        average: Mapping[str, Any] | None = None,
        random: Mapping[str, Any] | None = None,
    ) -> None:
        self.model = model_state_dict
        self.optimizer = optimizer_state_dict
        self.scheduler = scheduler
        self.average = average
        self.random = random or {}


class WeightsStore(ABC):
    """Keeps the weights of runs."""

    @abstractmethod
    def latest_iteration(self, run: str) -> int | None:
        """The newest iteration that weights are stored of; None where there are none."""

    @abstractmethod
    def store_weights(self, run: Run, iteration: int) -> None:
        """Store the weights that `run` has after `iteration` iterations."""

    @abstractmethod
    def retrieve_weights(self, run: str, iteration: int) -> Weights:
        """The weights of `iteration`; FileNotFoundError where there are none."""

    @abstractmethod
    def remove(self, run: str, iteration: int) -> None:
        """Delete the weights of `iteration`."""

    @abstractmethod
    def retrieve_best(self, run: str, dataset: str | Dataset, criterion: str) -> int:
        """The iteration that scored best on `dataset` by `criterion`."""

    def load_weights(self, run: Run, iteration: int) -> None:
        """Put the state stored after `iteration` iterations into `run`."""
        import torch

        weights = self.retrieve_weights(run.name, iteration)
        run.model.load_state_dict(weights.model)
        run.optimizer.load_state_dict(dict(weights.optimizer))
        scheduler = getattr(run.trainer, "scheduler", None)
        if scheduler is not None and weights.scheduler is not None:
            scheduler.load_state_dict(dict(weights.scheduler))
        average = getattr(run.trainer, "average", None)
        if average is not None and weights.average is not None:
            average.load_state_dict(dict(weights.average))
        if "torch" in weights.random:
            torch.set_rng_state(weights.random["torch"])

    def load_best(self, run: Run, dataset: str | Dataset, criterion: str) -> None:
        """Put the state that scored best on `dataset` by `criterion` into `run`."""
        self.load_weights(run, self.retrieve_best(run.name, dataset, criterion))
