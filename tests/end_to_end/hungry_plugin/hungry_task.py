"""What the config of this plug-in describes."""

from __future__ import annotations

from pathlib import Path

import torch

from dacapo_engine.experiments.tasks import AffinitiesTask, AffinitiesTaskConfig
from dacapo_engine.experiments.tasks.losses.loss import Loss


class HungryLoss(Loss):
    """Fails where the real ones do: beyond a patch at a time, and beside a file named poison."""

    def __init__(self, inner: Loss) -> None:
        self._inner = inner

    def compute(
        self, prediction: torch.Tensor, target: torch.Tensor, weight: torch.Tensor | None = None
    ) -> torch.Tensor:
        """The loss of the task that this one is made from, if all is well."""
        if len(prediction) > 1:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB.")
        loss = self._inner.compute(prediction, target, weight)
        return loss * float("nan") if Path("poison").exists() else loss


class HungryTask(AffinitiesTask):
    """Affinities with that loss."""

    def __init__(self, task_config: AffinitiesTaskConfig) -> None:
        super().__init__(task_config)
        self.loss: Loss = HungryLoss(self.loss)
