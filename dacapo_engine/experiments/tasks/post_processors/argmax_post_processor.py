"""Classes from the probabilities of all of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from dacapo_engine.experiments.tasks.post_processors.argmax_post_processor_parameters import (
    ArgmaxPostProcessorParameters,
)
from dacapo_engine.experiments.tasks.post_processors.post_processor import PostProcessor
from dacapo_engine.experiments.tasks.post_processors.post_processor_parameters import (
    PostProcessorParameters,
)

__all__ = ["ArgmaxPostProcessor"]


class ArgmaxPostProcessor(PostProcessor):
    """The number of the channel that is largest; of equal ones the first."""

    parameters_type: ClassVar[type[PostProcessorParameters]] = ArgmaxPostProcessorParameters

    def enumerate_parameters(self) -> Iterator[ArgmaxPostProcessorParameters]:
        yield ArgmaxPostProcessorParameters(id=0)

    def segment(
        self, prediction: NDArray[Any], parameters: PostProcessorParameters
    ) -> NDArray[np.uint8]:
        """Ids of classes, ``[(z,) y, x]``."""
        return prediction.argmax(axis=0).astype(np.uint8)
