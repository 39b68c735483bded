"""Counts what of labels is done on another thread, again and again while they are painted."""

from __future__ import annotations

from collections.abc import Callable

from qtpy.QtCore import QObject, QTimer, Signal

from dacapo_engine.setup.label_meaning import LabelMeaning
from dacapo_napari.background import BackgroundCall
from dacapo_napari.run_updates import Failed
from dacapo_napari.volumes.label_look import LabelLook, look_at_labels
from dacapo_napari.volumes.layer_volume import LayerVolume

__all__ = ["LabelCounter"]

_SETTLE_MS = 400


class LabelCounter(QObject):
    """Never more than one count at a time, and one more where something was painted meanwhile.

    Parameters
    ----------
    asked
        Gives what is to be counted: labels, what was said of them, and whether that tells what 0
        is; None where there are no labels.

    Signals
    -------
    counted(LabelLook)
        What was found in the labels that are still to be counted.
    failed(Failed)
        They could not be read.
    """

    counted = Signal(object)
    failed = Signal(object)

    def __init__(
        self,
        asked: Callable[[], tuple[LayerVolume, LabelMeaning, bool] | None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._asked = asked
        self._call: BackgroundCall | None = None
        self._is_stale = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_SETTLE_MS)
        self._timer.timeout.connect(self.count)

    def is_counting(self) -> bool:
        """Whether labels are being counted, or will be in a moment."""
        return self._call is not None or self._timer.isActive()

    def count_soon(self) -> None:
        """Count when painting has paused, or at least every now and then."""
        if not self._timer.isActive():
            self._timer.start()

    def count(self) -> None:
        """Count now, or once the count that is running has come back."""
        asked = self._asked()
        if asked is None or self._call is not None:
            self._is_stale = self._call is not None
            return
        self._call = BackgroundCall(look_at_labels, *asked)
        self._call.begin(self._on_counted, self._on_failed)

    def stop(self) -> None:
        """Nothing is counted any more."""
        self._timer.stop()
        self.let_go()

    def let_go(self) -> None:
        """Nobody wants what is being counted; touches no widget."""
        if self._call is not None:
            self._call.forget()
            self._call = None

    def _on_counted(self, look: LabelLook) -> None:
        is_stale, self._is_stale, self._call = self._is_stale, False, None
        if is_stale:
            self.count_soon()
        self.counted.emit(look)

    def _on_failed(self, failure: Failed) -> None:
        self._is_stale, self._call = False, None
        self.failed.emit(failure)
