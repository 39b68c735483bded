"""Samples that show too little are drawn again, but not for ever."""

from __future__ import annotations

import gunpowder as gp
import numpy as np

from dacapo_engine.errors import DataError

__all__ = ["RejectPatch"]

_TRIES = 200


class RejectPatch(gp.BatchFilter):
    """Draws again until enough of the patch is labelled, and enough of that is objects.

    Parameters
    ----------
    mask_key
        Where labels count.
    gt_key
        Labels; 0 is no object.
    min_masked
        Smallest share of the patch that is labelled. A patch without any is never used.
    min_foreground
        Smallest share of the labelled voxels that belong to objects; None does not look.
    margin
        How much more of the labels is asked for on each side than is trained on, in world units.
        A patch that is labelled there only is never used, because it would teach nothing.
    most_labelled
        Voxels that labels have at all. To turn a patch a larger region is read: of one that is
        larger than the labels no more than these can be labelled.
    """

    def __init__(
        self,
        mask_key: gp.ArrayKey,
        gt_key: gp.ArrayKey,
        min_masked: float = 0.0,
        min_foreground: float | None = None,
        margin: gp.Coordinate | None = None,
        most_labelled: int | None = None,
    ) -> None:
        self.mask_key = mask_key
        self.gt_key = gt_key
        self.min_masked = min_masked
        self.min_foreground = min_foreground
        self.margin = margin
        self.most_labelled = most_labelled

    def setup(self) -> None:
        """Nothing is provided or changed."""

    def provide(self, request: gp.BatchRequest) -> gp.Batch:
        """The first patch that is good enough; raises DataError after 200 that are not."""
        for _ in range(_TRIES):
            request = request.copy()  # with the next seed
            # What is asked for loses its placeholders, the bounds of sampling among them.
            batch = self.get_upstream_provider().request_batch(request.copy())
            if self._accepts(batch):
                return batch
        foreground = f" with {self.min_foreground:.0%} objects" if self.min_foreground else ""
        raise DataError(
            f"None of {_TRIES} random patches was labelled by {self.min_masked:.0%}{foreground}.",
            hint="Label more, lower the smallest labelled share, or use a smaller patch.",
            place="trainer_config.min_masked",
        )

    def _accepts(self, batch: gp.Batch) -> bool:
        mask = batch[self.mask_key].data > 0
        labelled = mask.sum() / max(1, min(mask.size, self.most_labelled or mask.size))
        if labelled <= 0 or labelled < self.min_masked or not self._core(batch).any():
            return False
        if self.min_foreground is None:
            return True
        foreground = (batch[self.gt_key].data > 0) & mask
        return bool(foreground.sum() >= self.min_foreground * mask.sum())

    def _core(self, batch: gp.Batch) -> np.ndarray:
        """The mask without the margin; all of it where the margin leaves nothing."""
        mask = batch[self.mask_key]
        if self.margin is None:
            return mask.data
        left = tuple(self.margin / mask.spec.voxel_size)
        core = tuple(slice(n, -n if n else None) for n in left)
        inner: np.ndarray = mask.data[(..., *core)]
        return inner if inner.size else mask.data
