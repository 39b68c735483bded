"""A view in a process of its own, and how to end it."""

from __future__ import annotations

import multiprocessing
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

from dacapo_engine.errors import TrainingError
from dacapo_engine.hidden_main import hidden_main
from dacapo_engine.neuroglance.listening import check_listening, ssh_line
from dacapo_engine.neuroglance.scene import Scene
from dacapo_engine.neuroglance.view_server import serve

__all__ = ["ViewProcess"]

_START_SECONDS = 120.0
_END_SECONDS = 5.0


class ViewProcess:
    """Neuroglancer on a scene, served by another process.

    Neuroglancer's server is one per process and cannot be ended, and a second pipeline in the
    process of a training would change its samples. Use it as a context manager, or call `close`.

    Parameters
    ----------
    scene
        What is shown.
    bind_address, bind_port
        Where to listen; only programs of this machine reach the default, on a free port.

    Attributes
    ----------
    url : str
        Where a browser finds the view. Nobody needs to go there for it to be closed.

    Raises
    ------
    DacapoError
        If nothing can be listened on there, or the scene cannot be opened.
    """

    def __init__(self, scene: Scene, bind_address: str = "127.0.0.1", bind_port: int = 0) -> None:
        check_listening(bind_address, bind_port)
        context = multiprocessing.get_context("spawn")
        self._connection, other = context.Pipe()
        self._process = context.Process(
            target=serve, args=(other, scene, bind_address, bind_port), daemon=True
        )
        with hidden_main():
            self._process.start()
        other.close()
        self.url = str(self._answer(ends=True)["url"])

    @property
    def ssh_line(self) -> str:
        """What to type on another machine to reach the view from there."""
        return ssh_line(self.url)

    def ask(self, request: str) -> dict[str, Any]:
        """Ask the scene for something.

        Raises
        ------
        DacapoError
            What the scene says is wrong, or that the view has ended.
        """
        try:
            self._connection.send(request)
        except OSError as error:
            raise TrainingError("The view has ended.", hint="Open it again.") from error
        return self._answer()

    def close(self) -> None:
        """End the view, its server and what it had open; safe to call twice."""
        if self._process.is_alive():
            with suppress(OSError):
                self._connection.send("close")
            self._process.join(_END_SECONDS)
            self._process.terminate()
            self._process.join(_END_SECONDS)
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _answer(self, *, ends: bool = False) -> dict[str, Any]:
        answer: dict[str, Any] = {"error": {"message": "The view did not answer."}}
        try:
            if self._connection.poll(_START_SECONDS):
                answer = self._connection.recv()
        except (EOFError, OSError):
            answer = {"error": {"message": "The view has ended.", "hint": "Open it again."}}
        if "error" not in answer:
            return answer
        if ends:
            self.close()
        said = answer["error"]
        raise TrainingError(said["message"], hint=said.get("hint", ""), place=said.get("place", ""))
