"""Classes from distances or probabilities."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from dacapo_engine.experiments.tasks.post_processors.post_processor import PostProcessor
from dacapo_engine.experiments.tasks.post_processors.post_processor_parameters import (
    PostProcessorParameters,
)
from dacapo_engine.experiments.tasks.post_processors.prediction_values import first_channels
from dacapo_engine.experiments.tasks.post_processors.threshold_post_processor_parameters import (
    ThresholdPostProcessorParameters,
)

__all__ = ["HotDistanceThresholdPostProcessor", "ThresholdPostProcessor"]


class ThresholdPostProcessor(PostProcessor):
    """1 where the prediction of a class is above a threshold.

    Of several classes, which may overlap, each has its channel.

    Parameters
    ----------
    num_classes
        Channels of the prediction.
    thresholds
        What `enumerate_parameters` tries.
    lowest
        The lowest value of a prediction: -1 for signed distances, 0 for probabilities.
    """

    parameters_type: ClassVar[type[PostProcessorParameters]] = ThresholdPostProcessorParameters

    def __init__(
        self, num_classes: int = 1, thresholds: Sequence[float] = (0.0,), lowest: float = -1.0
    ) -> None:
        self._num_classes = num_classes
        self._thresholds = tuple(thresholds)
        self._lowest = lowest

    def enumerate_parameters(self) -> Iterator[ThresholdPostProcessorParameters]:
        for number, threshold in enumerate(self._thresholds):
            yield ThresholdPostProcessorParameters(id=number, threshold=threshold)

    def segment(
        self, prediction: NDArray[Any], parameters: PostProcessorParameters
    ) -> NDArray[np.uint8]:
        """0 and 1, ``[(z,) y, x]``, or ``[class, (z,) y, x]`` of several classes."""
        if not isinstance(parameters, ThresholdPostProcessorParameters):
            raise TypeError(f"Expected ThresholdPostProcessorParameters, got {parameters!r}.")
        inside = (self.memberships(prediction) > parameters.threshold).view(np.uint8)
        return inside if self._num_classes > 1 else inside[0]

    def memberships(self, prediction: NDArray[Any]) -> NDArray[Any]:
        """What is compared with the threshold, ``[class, (z,) y, x]``."""
        return first_channels(prediction, self._num_classes, self._lowest)


class HotDistanceThresholdPostProcessor(ThresholdPostProcessor):
    """A threshold on the mean of probability and distance, that one brought to 0 to 1.

    Parameters
    ----------
    num_classes
        Half as many as the prediction has channels.
    thresholds
        What `enumerate_parameters` tries.
    """

    def __init__(self, num_classes: int = 1, thresholds: Sequence[float] = (0.5,)) -> None:
        super().__init__(num_classes, thresholds, lowest=0.0)

    def memberships(self, prediction: NDArray[Any]) -> NDArray[Any]:
        """What is compared with the threshold, ``[class, (z,) y, x]``."""
        count = self._num_classes
        probabilities = first_channels(prediction, 2 * count)[:count]
        # Stored as integers, distances are fractions like probabilities already.
        stored = prediction.dtype.kind in "ui"
        distances = first_channels(prediction, 2 * count)[count:]
        return (probabilities + (distances if stored else (distances + 1) / 2)) / 2
