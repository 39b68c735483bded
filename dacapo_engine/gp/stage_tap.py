"""Shows what passes between two nodes, without changing anything."""

from __future__ import annotations

from collections.abc import Callable

import gunpowder as gp

__all__ = ["StageTap"]


class StageTap(gp.BatchFilter):
    """Hands every batch that passes to somebody who looks at it.

    Requests go up as they come, seeds included, so that a pipeline with taps makes the same
    samples as one without.

    Parameters
    ----------
    name
        Of the stage above.
    look
        Called with the name and the batch, which must not be changed.
    """

    def __init__(self, name: str, look: Callable[[str, gp.Batch], None]) -> None:
        self._name = name
        self._look = look

    def setup(self) -> None:
        """Nothing is provided or changed."""

    def request_batch(self, request: gp.BatchRequest) -> gp.Batch:
        """The batch from above; without the copies and the new seed that a node makes."""
        return self.provide(request)

    def provide(self, request: gp.BatchRequest) -> gp.Batch:
        """The batch from above."""
        batch = self.get_upstream_provider().request_batch(request)
        self._look(self._name, batch)
        return batch
