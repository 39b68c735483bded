"""The pipeline of a training in a browser."""

from __future__ import annotations

from dacapo_engine.experiments.trainers.pipeline_scene import PipelineScene
from dacapo_engine.experiments.trainers.sample_plan import SamplePlan
from dacapo_engine.neuroglance.view_process import ViewProcess

__all__ = ["PipelineView"]


class PipelineView(ViewProcess):
    """Samples after every node, from a second pipeline in a process of its own.

    Parameters
    ----------
    plan
        What to draw samples from.
    batch_size
        How many samples are stacked to a batch.
    first
        Number of the sample that is shown first.
    bind_address, bind_port
        As of `ViewProcess`.
    """

    def __init__(
        self,
        plan: SamplePlan,
        batch_size: int = 1,
        first: int = 0,
        bind_address: str = "127.0.0.1",
        bind_port: int = 0,
    ) -> None:
        super().__init__(PipelineScene(plan, batch_size, first), bind_address, bind_port)

    def next_batch(self) -> int:
        """Show the next sample; returns its number."""
        return int(self.ask("next")["index"])

    def show_sample(self, index: int) -> None:
        """Show the sample that training draws as number `index`."""
        self.ask(f"sample {index}")
