"""Where points enter the pipeline."""

from __future__ import annotations

import copy

import gunpowder as gp

__all__ = ["GraphSource"]


class GraphSource(gp.BatchProvider):
    """Serves one graph.

    Parameters
    ----------
    key
        The key to serve it under.
    graph
        The graph; its spec says in which Roi its nodes are complete.
    """

    def __init__(self, key: gp.GraphKey, graph: gp.Graph) -> None:
        self.key = key
        self.graph = graph

    def setup(self) -> None:
        """Announce the graph's Roi."""
        self.provides(self.key, self.graph.spec)

    def provide(self, request: gp.BatchRequest) -> gp.Batch:
        """A copy of the graph, cropped and trimmed to the requested Roi."""
        spec = copy.deepcopy(request[self.key])
        graph = copy.deepcopy(self.graph).crop(spec.roi).trim(spec.roi)
        batch = gp.Batch()
        batch[self.key] = graph
        return batch
