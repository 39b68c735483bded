"""Objects from affinities within slices."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from dacapo_engine.experiments.tasks.neighborhood import Offsets
from dacapo_engine.experiments.tasks.post_processors.post_processor_parameters import (
    PostProcessorParameters,
)
from dacapo_engine.experiments.tasks.post_processors.slice_linking import link_slices
from dacapo_engine.experiments.tasks.post_processors.slice_linking_post_processor_parameters import (  # noqa: E501
    SliceLinkingPostProcessorParameters,
)
from dacapo_engine.experiments.tasks.post_processors.watershed_post_processor import (
    WatershedPostProcessor,
)

__all__ = ["SliceLinkingPostProcessor"]


class SliceLinkingPostProcessor(WatershedPostProcessor):
    """Segments each slice by `WatershedPostProcessor`, and joins what overlaps: `link_slices`.

    Parameters
    ----------
    offsets
        The neighborhood of the prediction, within slices.
    link_overlaps
        The overlaps that `enumerate_parameters` tries.
    choices
        As of `WatershedPostProcessor`.
    """

    parameters_type: ClassVar[type[PostProcessorParameters]] = SliceLinkingPostProcessorParameters

    def __init__(
        self, offsets: Offsets, link_overlaps: Sequence[float] = (0.4,), **choices: Any
    ) -> None:
        super().__init__(offsets, **choices)
        self._choices["link_overlap"] = link_overlaps

    def segment_all(
        self, prediction: NDArray[Any], parameters: Iterable[PostProcessorParameters]
    ) -> Iterator[tuple[PostProcessorParameters, NDArray[np.uint64]]]:
        groups: dict[object, list[SliceLinkingPostProcessorParameters]] = {}
        for setting in parameters:
            if not isinstance(setting, SliceLinkingPostProcessorParameters):
                raise TypeError(f"Expected SliceLinkingPostProcessorParameters, got {setting!r}.")
            key = setting.model_copy(update={"id": 0, "name": "", "link_overlap": 1.0})
            groups.setdefault(key, []).append(setting)
        alike = {id(group[0]): group for group in groups.values()}
        firsts = [group[0] for group in groups.values()]
        for first, segments in super().segment_all(prediction, firsts):
            for setting in alike[id(first)]:
                yield setting, _linked(segments, setting.link_overlap)


def _linked(segments: NDArray[np.uint64], overlap: float) -> NDArray[np.uint64]:
    return link_slices(segments, overlap) if segments.ndim > 2 else segments
