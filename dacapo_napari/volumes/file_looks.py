"""What lies where paths lead, looked up once each on threads of their own."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from qtpy.QtCore import QObject, Signal

from dacapo_napari.background import BackgroundCall
from dacapo_napari.run_updates import Failed
from dacapo_napari.volumes.chosen_volume import Files
from dacapo_napari.volumes.file_volume import FileLook, look_at_file

__all__ = ["FileLooks"]


class FileLooks(QObject):
    """Opens files off the Qt thread and remembers what was found.

    Signals
    -------
    found()
        Another path was looked at.
    """

    found = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._looks: dict[tuple[str, str], FileLook | Failed] = {}
        self._calls: dict[tuple[str, str], BackgroundCall] = {}

    @property
    def files(self) -> Files:
        """What was found, by path and role."""
        return self._looks

    def want(self, paths: Iterable[tuple[str, str]]) -> None:
        """Look where these lead, unless that was done."""
        for each in paths:
            if each not in self._looks and each not in self._calls:
                call = BackgroundCall(look_at_file, *each)
                self._calls[each] = call
                call.begin(partial(self._on_found, each), partial(self._on_found, each))

    def forget_failures(self) -> None:
        """Look again where nothing could be opened, when it is wanted again."""
        for each in [key for key, look in self._looks.items() if isinstance(look, Failed)]:
            del self._looks[each]

    def close(self) -> None:
        """Nobody wants to know any more."""
        for call in self._calls.values():
            call.forget()
        self._calls.clear()

    def _on_found(self, key: tuple[str, str], look: FileLook | Failed) -> None:
        self._calls.pop(key, None)
        self._looks[key] = look
        self.found.emit()
