"""Keeps what one node draws apart from how many nodes there are above and below it."""

from __future__ import annotations

import gunpowder as gp

from dacapo_engine.gp.seeded_request import SeededRequest

__all__ = ["SeedSlot"]


class SeedSlot(gp.BatchFilter):
    """Stands between two nodes and gives both seeds of their own.

    The node above draws from the request's seed, before it asks further; the one below draws from
    the generators, once the batch has come. Without slots both would depend on every node in
    between, so that a sample lay elsewhere as soon as an augment was switched off.

    Parameters
    ----------
    number
        The place of the slot in its pipeline.
    """

    def __init__(self, number: int) -> None:
        self.number = number

    def setup(self) -> None:
        """Nothing is provided or changed."""

    def provide(self, request: gp.BatchRequest) -> gp.Batch:
        """The batch from above."""
        if not isinstance(request, SeededRequest):
            return self.get_upstream_provider().request_batch(request)
        batch = self.get_upstream_provider().request_batch(request.reseeded(f"{self.number} up"))
        self.set_seeds(request.reseeded(f"{self.number} down"))
        return batch
