"""A view of the pipeline in a process of its own, and how to end it."""

from __future__ import annotations

import multiprocessing
from contextlib import suppress
from types import TracebackType
from typing import Any

from dacapo_engine.errors import TrainingError
from dacapo_engine.experiments.trainers.pipeline_viewer import serve
from dacapo_engine.experiments.trainers.sample_loader import hidden_main
from dacapo_engine.experiments.trainers.sample_plan import SamplePlan

__all__ = ["PipelineView"]

_START_SECONDS = 120.0
_END_SECONDS = 5.0


class PipelineView:
    """Neuroglancer on a second pipeline, built elsewhere so that the first is not disturbed.

    Use it as a context manager, or call `close`.

    Attributes
    ----------
    url : str
        Where a browser finds the view.
    """

    def __init__(
        self,
        plan: SamplePlan,
        voxel_size_nm: tuple[float, ...],
        bind_address: str = "127.0.0.1",
        bind_port: int = 0,
    ) -> None:
        context = multiprocessing.get_context("spawn")
        self._connection, other = context.Pipe()
        arguments = (other, plan, voxel_size_nm, bind_address, bind_port)
        self._process = context.Process(target=serve, args=arguments, daemon=True)
        with hidden_main():
            self._process.start()
        other.close()
        self.url = str(self._answer()["url"])

    def next_batch(self) -> int:
        """Show the next sample; returns its number."""
        self._connection.send("next")
        return int(self._answer()["index"])

    def close(self) -> None:
        """End the view, its server and its pipeline."""
        if self._process.is_alive():
            with suppress(OSError):
                self._connection.send("close")
            self._process.join(_END_SECONDS)
            self._process.terminate()
        self._connection.close()

    def __enter__(self) -> PipelineView:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _answer(self) -> dict[str, Any]:
        answer: dict[str, Any] = {"error": "The view did not answer."}
        try:
            if self._connection.poll(_START_SECONDS):
                answer = self._connection.recv()
        except EOFError:
            answer = {"error": "The view ended."}
        if "error" in answer:
            self._process.terminate()
            raise TrainingError(str(answer["error"]))
        return answer
