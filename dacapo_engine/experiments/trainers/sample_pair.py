"""A sample beside what it was before its augments."""

from __future__ import annotations

from dataclasses import dataclass

import gunpowder as gp
import numpy as np

from dacapo_engine.experiments.trainers.sample_pipeline import Sample, SamplePipeline
from dacapo_engine.experiments.trainers.sample_plan import SamplePlan, SampleSource

__all__ = ["PairPipeline", "SamplePair"]


@dataclass(frozen=True)
class SamplePair:
    """A sample, and raw, labels and mask of the same place as the volumes hold them.

    Attributes
    ----------
    sample
        As training sees it.
    raw
        ``[c, (z,) y, x]`` float32.
    gt, mask
        ``[(z,) y, x]``.
    """

    sample: Sample
    raw: np.ndarray
    gt: np.ndarray
    mask: np.ndarray


class PairPipeline(SamplePipeline):
    """Draws the samples of a `SamplePipeline`, and their places once more without augments."""

    def __init__(self, plan: SamplePlan) -> None:
        self._untouched: list[gp.Pipeline] = []
        super().__init__(plan)

    def pair(self, index: int, label_version: int = 0) -> SamplePair:
        """Sample `index` and what lies at its place."""
        sample = self.sample(index, label_version)
        keys = self.keys
        batch = self._drawn(self._untouched[sample.source], self._request_at(sample.location))
        raw = batch[keys.raw].data
        return SamplePair(
            sample,
            raw=raw if raw.ndim > self.plan.input_size.dims else raw[None],
            gt=batch[keys.gt].data,
            mask=batch[keys.mask].data,
        )

    def _volumes(self, source: SampleSource) -> gp.Pipeline:
        volumes = super()._volumes(source)
        self._untouched.append(volumes)
        return volumes

    def _request_at(self, center: np.ndarray) -> gp.BatchRequest:
        plan, keys = self.plan, self.keys
        request = gp.BatchRequest()
        request.add(keys.raw, plan.input_size)
        request.add(keys.gt, plan.output_size)
        request.add(keys.mask, plan.output_size)
        shift = gp.Coordinate(int(c) for c in center) - plan.input_size // 2
        for spec in request.array_specs.values():
            spec.roi = spec.roi.shift(shift)
        return request
