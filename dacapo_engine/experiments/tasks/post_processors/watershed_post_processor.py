"""Objects from affinities."""

from __future__ import annotations

import weakref
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from dacapo_engine.errors import DataError
from dacapo_engine.experiments.tasks.dense_ids import dense_ids
from dacapo_engine.experiments.tasks.neighborhood import (
    Offsets,
    fit_neighborhood,
    is_nearest,
)
from dacapo_engine.experiments.tasks.neighborhood import long_range_groups as _groups
from dacapo_engine.experiments.tasks.post_processors.agglomeration import agglomerate
from dacapo_engine.experiments.tasks.post_processors.mutex_watershed import (
    mean_nearest_affinity,
    mutex_watershed,
)
from dacapo_engine.experiments.tasks.post_processors.object_sizes import merge_small_objects
from dacapo_engine.experiments.tasks.post_processors.post_processor import PostProcessor
from dacapo_engine.experiments.tasks.post_processors.post_processor_parameters import (
    PostProcessorParameters,
)
from dacapo_engine.experiments.tasks.post_processors.watershed_post_processor_parameters import (
    WatershedPostProcessorParameters,
)

__all__ = ["WatershedPostProcessor"]


class WatershedPostProcessor(PostProcessor):
    """Mutex watershed of affinities, its small fragments given away, the rest agglomerated.

    Parameters
    ----------
    offsets
        The neighborhood of the prediction, in voxels.
    biases, long_range_biases, long_range_groups, foreground_thresholds, min_sizes, \
agglomeration_thresholds
        The values of each parameter that `enumerate_parameters` combines.
    long_range_stride
        See `mutex_watershed`.
    """

    parameters_type: ClassVar[type[PostProcessorParameters]] = WatershedPostProcessorParameters

    def __init__(
        self,
        offsets: Offsets,
        biases: Sequence[float] = (0.5,),
        long_range_biases: Sequence[float] = (0.5,),
        long_range_groups: Sequence[int] = (0,),
        foreground_thresholds: Sequence[float] = (0.0,),
        min_sizes: Sequence[int] = (0,),
        agglomeration_thresholds: Sequence[float] = (1.0,),
        long_range_stride: int = 1,
    ) -> None:
        self.offsets = tuple(tuple(int(n) for n in offset) for offset in offsets)
        longest = max(_groups(self.offsets))
        distinct_groups = dict.fromkeys(min(group, longest) for group in long_range_groups)
        self._choices: dict[str, Sequence[float]] = {
            "bias": biases,
            "long_range_bias": long_range_biases,
            "long_range_group": tuple(distinct_groups),
            "foreground_threshold": foreground_thresholds,
            "min_size": min_sizes,
            "agglomeration_threshold": agglomeration_thresholds,
        }
        self._long_range_stride = long_range_stride
        self._remembered: _Watershed | None = None

    def enumerate_parameters(self) -> Iterator[PostProcessorParameters]:
        for number, values in enumerate(product(*self._choices.values())):
            chosen = dict(zip(self._choices, values, strict=True))
            yield self.parameters_type.model_validate({"id": number, **chosen})

    def segment(
        self, prediction: NDArray[Any], parameters: PostProcessorParameters
    ) -> NDArray[np.uint64]:
        ((_, labels),) = self.segment_all(prediction, [parameters])
        return labels

    def segment_all(
        self, prediction: NDArray[Any], parameters: Iterable[PostProcessorParameters]
    ) -> Iterator[tuple[PostProcessorParameters, NDArray[np.uint64]]]:
        offsets = fit_neighborhood(self.offsets, prediction.ndim - 1)
        affinities = _as_fractions(prediction, len(offsets))
        nearest = mean_nearest_affinity(affinities, offsets)
        for alike in _by_fragments(parameters):
            labels = self._watershed(prediction, affinities, offsets, nearest, alike[0])
            fragments = _without_small(labels, offsets, nearest, alike[0].min_size)
            thresholds = [setting.agglomeration_threshold for setting in alike]
            merged = agglomerate(fragments, affinities, offsets, thresholds)
            for setting, objects in zip(alike, merged, strict=True):
                yield setting, dense_ids(objects).astype(np.uint64)

    def _watershed(
        self,
        prediction: NDArray[Any],
        affinities: NDArray[Any],
        offsets: Offsets,
        nearest: NDArray[np.float32],
        setting: WatershedPostProcessorParameters,
    ) -> NDArray[np.uint64]:
        known, key = self._remembered, _up_to_watershed(setting)
        if known is not None and known.prediction() is prediction and known.setting == key:
            return known.labels
        labels = self._compute(affinities, offsets, nearest, setting)
        if self.remembers:
            self._remembered = _Watershed(weakref.ref(prediction), key, labels)
        return labels

    def _compute(
        self,
        affinities: NDArray[Any],
        offsets: Offsets,
        nearest: NDArray[np.float32],
        setting: WatershedPostProcessorParameters,
    ) -> NDArray[np.uint64]:
        groups = _groups(offsets)
        picked = min(setting.long_range_group, max(groups))
        used = [i for i, group in enumerate(groups) if not picked or group in (0, picked)]
        threshold = setting.foreground_threshold
        return mutex_watershed(
            [affinities[i] for i in used],
            [offsets[i] for i in used],
            [setting.bias if is_nearest(offsets[i]) else setting.long_range_bias for i in used],
            foreground=nearest >= threshold if threshold > 0 else None,
            long_range_stride=self._long_range_stride,
        )


@dataclass(frozen=True)
class _Watershed:
    """What the mutex watershed made of a prediction, which is not kept alive by it."""

    prediction: weakref.ref[NDArray[Any]]
    setting: WatershedPostProcessorParameters
    labels: NDArray[np.uint64]


def _up_to_watershed(setting: WatershedPostProcessorParameters) -> WatershedPostProcessorParameters:
    """A setting without what acts after the watershed."""
    later = {"id": 0, "name": "", "min_size": 0, "agglomeration_threshold": 1.0}
    return setting.model_copy(update=later)


def _without_small(
    labels: NDArray[np.uint64], offsets: Offsets, nearest: NDArray[np.float32], min_size: int
) -> NDArray[np.int64]:
    separate = labels.ndim > 2 and not any(offset[0] for offset in offsets)
    return dense_ids(merge_small_objects(dense_ids(labels), min_size, 1 - nearest, separate))


def _by_fragments(
    parameters: Iterable[PostProcessorParameters],
) -> list[list[WatershedPostProcessorParameters]]:
    # Settings that differ in nothing but how fragments are merged.
    groups: dict[object, list[WatershedPostProcessorParameters]] = {}
    for setting in parameters:
        if not isinstance(setting, WatershedPostProcessorParameters):
            raise TypeError(f"Expected WatershedPostProcessorParameters, got {setting!r}.")
        key = setting.model_copy(update={"id": 0, "name": "", "agglomeration_threshold": 1.0})
        groups.setdefault(key, []).append(setting)
    return list(groups.values())


def _as_fractions(prediction: NDArray[Any], num_offsets: int) -> NDArray[Any]:
    if len(prediction) < num_offsets:
        raise DataError(
            f"Expected a prediction of {num_offsets} affinities, got {len(prediction)} channels.",
            hint="Predict with the model of the same task.",
        )
    affinities = prediction[:num_offsets]
    if affinities.dtype.kind in "ui":
        return affinities / np.float32(np.iinfo(affinities.dtype).max)
    return affinities
