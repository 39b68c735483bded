"""A post-processor for tests of what surrounds a task."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from dacapo_engine.experiments.tasks.post_processors.dummy_post_processor_parameters import (
    DummyPostProcessorParameters,
)
from dacapo_engine.experiments.tasks.post_processors.post_processor import PostProcessor
from dacapo_engine.experiments.tasks.post_processors.post_processor_parameters import (
    PostProcessorParameters,
)

__all__ = ["DummyPostProcessor"]

_SIZES = range(1, 11)


class DummyPostProcessor(PostProcessor):
    """Connected regions in which the first channel is above a threshold.

    Parameters
    ----------
    detection_threshold
        The threshold.
    """

    parameters_type: ClassVar[type[PostProcessorParameters]] = DummyPostProcessorParameters

    def __init__(self, detection_threshold: float) -> None:
        self.detection_threshold = detection_threshold

    def enumerate_parameters(self) -> Iterator[DummyPostProcessorParameters]:
        for number, size in enumerate(_SIZES):
            yield DummyPostProcessorParameters(id=number, min_size=size)

    def segment(
        self, prediction: NDArray[Any], parameters: PostProcessorParameters
    ) -> NDArray[np.uint64]:
        from scipy.ndimage import label

        regions, _ = label(prediction[0] > self.detection_threshold)
        small = np.bincount(regions.ravel()) < getattr(parameters, "min_size", 0)
        labels: NDArray[np.uint64] = np.where(small[regions], 0, regions).astype(np.uint64)
        return labels
