"""Fragments merged into objects."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dacapo_engine.experiments.tasks.neighborhood import Offsets, is_nearest, pair_slices

__all__ = ["Merge", "RegionGraph", "agglomerate"]


class Merge(NamedTuple):
    """Two fragments that become one.

    Attributes
    ----------
    kept, gone
        Their ids; `gone` is not merged again.
    level
        The lowest affinity at which fragments were merged until now.
    """

    kept: int
    gone: int
    level: float


@dataclass(frozen=True)
class RegionGraph:
    """Which fragments touch, and how strongly; one entry per pair.

    Attributes
    ----------
    pairs
        Ids, the smaller one first, ``[pair, 2]``.
    total, count
        Sum of the affinities of the pairs of voxels in which they touch, and their number.
    """

    pairs: NDArray[np.int64]
    total: NDArray[np.float64]
    count: NDArray[np.int64]

    @classmethod
    def of(
        cls, fragments: NDArray[np.int64], affinities: NDArray[Any], offsets: Offsets
    ) -> RegionGraph:
        """The graph of fragments by their affinities to voxels that touch (`is_nearest`)."""
        width = int(fragments.max(initial=0)) + 1
        keys, strengths = [np.zeros(0, np.int64)], [np.zeros(0, np.float32)]
        for channel, offset in zip(affinities, offsets, strict=True):
            if is_nearest(offset):
                here, there = pair_slices(fragments.shape, offset)
                a, b = fragments[here], fragments[there]
                touching = (a != b) & (a > 0) & (b > 0)
                ends = np.sort([a[touching], b[touching]], axis=0)
                keys.append(ends[0] * width + ends[1])
                strengths.append(channel[here][touching].astype(np.float32))
        unique, inverse = np.unique(np.concatenate(keys), return_inverse=True)
        count = np.bincount(inverse, minlength=len(unique))
        weights = np.concatenate(strengths).astype(np.float64)
        total = np.bincount(inverse, weights, minlength=len(unique)).astype(np.float64)
        return cls(np.stack([unique // width, unique % width], axis=1), total, count)

    def merges(self, lowest: float) -> Iterator[Merge]:
        """Merge the pair of the highest mean affinity, again and again, down to `lowest`.

        The affinity of two objects is the mean over all pairs of voxels in which they touch
        (average linkage), so that it changes as they grow.
        """
        neighbors: dict[int, dict[int, tuple[float, int]]] = {}
        queue = []
        for (a, b), total, count in zip(
            self.pairs.tolist(), self.total.tolist(), self.count.tolist(), strict=True
        ):
            neighbors.setdefault(a, {})[b] = neighbors.setdefault(b, {})[a] = (total, count)
            queue.append((-total / count, a, b, count))
        heapq.heapify(queue)
        level = 1.0
        while queue and -queue[0][0] >= lowest:
            score, a, b, count = heapq.heappop(queue)
            if neighbors.get(a, {}).get(b, (0.0, 0))[1] != count:
                continue  # One of them has grown or gone since this was queued.
            kept, gone = (a, b) if len(neighbors[a]) >= len(neighbors[b]) else (b, a)
            level = min(level, -score)
            yield Merge(kept, gone, level)
            _join(neighbors, kept, gone, queue)


def agglomerate(
    fragments: NDArray[np.int64],
    affinities: NDArray[Any],
    offsets: Offsets,
    thresholds: Sequence[float],
) -> list[NDArray[np.int64]]:
    """Merge fragments whose mean affinity where they touch is at least a threshold.

    Parameters
    ----------
    fragments
        Ids, 1 to n, 0 for background.
    affinities, offsets
        Between 0 and 1, ``[offset, (z,) y, x]``, and where they lead. Only `is_nearest` ones
        count.
    thresholds
        1 merges nothing.

    Returns
    -------
    list of numpy.ndarray
        Ids in no particular order, for each of the thresholds.
    """
    merging = [threshold for threshold in thresholds if threshold < 1]
    merges: list[Merge] = []
    if merging:
        merges = list(RegionGraph.of(fragments, affinities, offsets).merges(min(merging)))
    largest = int(fragments.max(initial=0))
    return [_lookup(largest, _down_to(merges, threshold))[fragments] for threshold in thresholds]


def _down_to(merges: Iterable[Merge], threshold: float) -> Iterator[Merge]:
    if threshold < 1:
        yield from takewhile(lambda merge: merge.level >= threshold, merges)


def _join(
    neighbors: dict[int, dict[int, tuple[float, int]]],
    kept: int,
    gone: int,
    queue: list[tuple[float, int, int, int]],
) -> None:
    del neighbors[kept][gone]
    for other, (total, count) in neighbors.pop(gone).items():
        if other == kept:
            continue
        del neighbors[other][gone]
        known = neighbors[kept].get(other, (0.0, 0))
        joint = (total + known[0], count + known[1])
        neighbors[kept][other] = neighbors[other][kept] = joint
        heapq.heappush(queue, (-joint[0] / joint[1], kept, other, joint[1]))


def _lookup(largest: int, merges: Iterable[Merge]) -> NDArray[np.int64]:
    parent = list(range(largest + 1))
    order = []
    for merge in merges:
        parent[merge.gone] = merge.kept
        order.append(merge.gone)
    # What was merged last is known first.
    for gone in reversed(order):
        parent[gone] = parent[parent[gone]]
    return np.asarray(parent, dtype=np.int64)
