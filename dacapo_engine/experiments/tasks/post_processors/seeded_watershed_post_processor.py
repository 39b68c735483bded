"""Objects from distances to their boundaries."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from dacapo_engine.experiments.tasks.post_processors.post_processor import PostProcessor
from dacapo_engine.experiments.tasks.post_processors.post_processor_parameters import (
    PostProcessorParameters,
)
from dacapo_engine.experiments.tasks.post_processors.prediction_values import first_channels
from dacapo_engine.experiments.tasks.post_processors.seeded_watershed import seeded_watershed
from dacapo_engine.experiments.tasks.post_processors.seeded_watershed_post_processor_parameters import (  # noqa: E501
    SeededWatershedPostProcessorParameters,
)

__all__ = ["SeededWatershedPostProcessor"]


class SeededWatershedPostProcessor(PostProcessor):
    """Watershed of a predicted signed distance, see `seeded_watershed`.

    Parameters
    ----------
    thresholds, seed_thresholds, min_sizes
        The values of each parameter that `enumerate_parameters` combines.
    separate_images
        Whether the first of three axes holds separate images.
    """

    parameters_type: ClassVar[type[PostProcessorParameters]] = (
        SeededWatershedPostProcessorParameters
    )

    def __init__(
        self,
        thresholds: Sequence[float] = (0.0,),
        seed_thresholds: Sequence[float] = (0.5,),
        min_sizes: Sequence[int] = (0,),
        separate_images: bool = False,
    ) -> None:
        self._choices: dict[str, Sequence[float]] = {
            "threshold": thresholds,
            "seed_threshold": seed_thresholds,
            "min_size": min_sizes,
        }
        self._separate_images = separate_images

    def enumerate_parameters(self) -> Iterator[SeededWatershedPostProcessorParameters]:
        for number, values in enumerate(product(*self._choices.values())):
            chosen = dict(zip(self._choices, values, strict=True))
            yield SeededWatershedPostProcessorParameters.model_validate({"id": number, **chosen})

    def segment(
        self, prediction: NDArray[Any], parameters: PostProcessorParameters
    ) -> NDArray[np.uint64]:
        if not isinstance(parameters, SeededWatershedPostProcessorParameters):
            raise TypeError(f"Expected SeededWatershedPostProcessorParameters, got {parameters!r}.")
        return seeded_watershed(
            first_channels(prediction, 1, lowest=-1)[0],
            parameters.threshold,
            parameters.seed_threshold,
            parameters.min_size,
            self._separate_images,
        )
