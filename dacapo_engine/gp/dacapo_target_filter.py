"""From labels to what the network is trained on."""

from __future__ import annotations

import gunpowder as gp

from dacapo_engine.errors import ConfigError
from dacapo_engine.gp.interfaces import RegionArray, TargetMaker

__all__ = ["DaCapoTargetFilter"]


class DaCapoTargetFilter(gp.BatchFilter):
    """Lets a predictor turn labels into target and weight.

    Parameters
    ----------
    predictor
        Makes target and weight, and says how much more of the labels it needs for that.
    gt_key
        Labels.
    target_key, weights_key
        What to provide; at least one of them.
    mask_key
        Where labels count; everywhere if None.
    """

    def __init__(
        self,
        predictor: TargetMaker,
        gt_key: gp.ArrayKey,
        target_key: gp.ArrayKey | None = None,
        weights_key: gp.ArrayKey | None = None,
        mask_key: gp.ArrayKey | None = None,
    ) -> None:
        if target_key is None and weights_key is None:
            raise ConfigError("A target filter needs a target key or a weights key.")
        self.predictor = predictor
        self.gt_key = gt_key
        self.target_key = target_key
        self.weights_key = weights_key
        self.mask_key = mask_key

    @property
    def Predictor(self) -> TargetMaker:
        """`predictor`, under the name that the reference gives it."""
        return self.predictor

    @property
    def gt(self) -> gp.ArrayKey:
        """`gt_key`, under the name that the reference gives it."""
        return self.gt_key

    def setup(self) -> None:
        """Announce target and weight where the labels are."""
        provided = self.spec[self.gt_key].copy()
        provided.dtype = None
        if self.target_key is not None:
            provided.interpolatable = self.predictor.output_array_type.interpolatable
            self.provides(self.target_key, provided)
        if self.weights_key is not None:
            provided = provided.copy()
            provided.interpolatable = True
            self.provides(self.weights_key, provided)
        self.enable_autoskip()

    def prepare(self, request: gp.BatchRequest) -> gp.BatchRequest:
        """Ask for the labels, and the mask, that the predictor needs."""
        deps = gp.BatchRequest()
        wanted = self.target_key if self.target_key in request else self.weights_key
        target_spec = request[wanted].copy()
        target_spec.voxel_size = self.spec[self.gt_key].voxel_size
        gt_spec = self.predictor.gt_region_for_roi(target_spec)
        gt_spec.dtype = None
        deps[self.gt_key] = gt_spec
        if self.mask_key is not None:
            deps[self.mask_key] = gp.ArraySpec(roi=gt_spec.roi)
        return deps

    def process(self, batch: gp.Batch, request: gp.BatchRequest) -> gp.Batch:
        """Create target and weight."""
        gt = self.predictor.read_sample(batch[self.gt_key])
        mask = None
        if self.mask_key is not None:
            mask = self.predictor.read_sample(batch[self.mask_key])
        target = self.predictor.create_target(gt)
        outputs = gp.Batch()
        if self.target_key is not None and self.target_key in request:
            self._provide(outputs, self.target_key, target)
        if self.weights_key is not None and self.weights_key in request:
            weight, _ = self.predictor.create_weight(gt, target, mask)
            self._provide(outputs, self.weights_key, weight)
        return outputs

    def _provide(self, batch: gp.Batch, key: gp.ArrayKey, array: RegionArray) -> None:
        spec = self.spec[key].copy()
        spec.roi = array.roi
        batch[key] = gp.Array(array[array.roi], spec)
