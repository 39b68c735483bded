"""The contract of the scores of a segmentation."""

from __future__ import annotations

from abc import ABC, abstractmethod

__all__ = ["EvaluationScores"]


class EvaluationScores(ABC):
    """What an evaluator found, one attribute per criterion; nan where nothing was evaluated."""

    @property
    @abstractmethod
    def criteria(self) -> tuple[str, ...]:
        """Names of the criteria, in the order in which scores are stored."""

    @staticmethod
    @abstractmethod
    def higher_is_better(criterion: str) -> bool:
        """Whether a higher value of a criterion is better."""

    @staticmethod
    @abstractmethod
    def bounds(criterion: str) -> tuple[float, float]:
        """The lowest and the highest value a criterion can take; infinity where it has none."""

    @staticmethod
    @abstractmethod
    def store_best(criterion: str) -> bool:
        """Whether the checkpoint that is best by this criterion is worth keeping."""

    def as_dict(self) -> dict[str, float]:
        """Value of each criterion by its name."""
        return {criterion: float(getattr(self, criterion)) for criterion in self.criteria}
