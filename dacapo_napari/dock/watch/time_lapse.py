"""The fixed region of the run that is followed: which frame is shown, where it lies, its film."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qtpy.QtCore import QObject, QTimer, Signal

from dacapo_engine.store.control import Verb
from dacapo_engine.time_lapse.film import save_film
from dacapo_engine.time_lapse.stored_series import Frame, StoredSeries
from dacapo_napari.engine.run_session import RunSession
from dacapo_napari.layers.region_moves import dragged_region, region_at_view
from dacapo_napari.layers.run_layers import WorldUnits
from dacapo_napari.layers.time_lapse_layers import FramePicture, TimeLapseLayers, read_frame
from dacapo_napari.run_updates import Failed, PlacedArray, TimeLapseFrames, Update

if TYPE_CHECKING:
    from napari.layers import Image

__all__ = ["TimeLapse"]

_PLAY_MS = 220
_SHARE_OF_VIEW = 0.75


class TimeLapse(QObject):
    """Shows the frames of the fixed region as they come, unless the user looks at another one.

    Frames are read and films written off the Qt thread.

    Parameters
    ----------
    session
        The run.
    raw_layer
        Gives the layer that is learnt from, whose units the region takes; None where there is
        none.

    Signals
    -------
    changed()
        Frames, the one that is shown, or what is being done may be new.
    """

    changed = Signal()

    def __init__(
        self,
        session: RunSession,
        raw_layer: Callable[[], Image | None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.layers = TimeLapseLayers(session.viewer, session.connect, self._on_dragged)
        self.series: StoredSeries | None = None
        self.shown: Frame | None = None
        self.words = ""
        self.is_moving = False
        self._session = session
        self._raw_layer = raw_layer
        self._raw: PlacedArray | None = None
        self._picture: FramePicture | None = None
        self._wanted: Frame | None = None
        self._newest = True
        self._player = QTimer(self)
        self._player.setInterval(_PLAY_MS)
        self._player.timeout.connect(self._on_play)
        session.updated.connect(self._on_update)
        session.followed.connect(self.clear)
        session.state_changed.connect(self._on_state_changed)

    @property
    def frames(self) -> tuple[Frame, ...]:
        """The frames of the place that is watched, in their order."""
        return self.series.frames if self.series is not None else ()

    @property
    def can_move(self) -> bool:
        """Whether there is a training that can be asked to watch another place."""
        return self._session.active and not self._session.stopping and self.series is not None

    @property
    def is_playing(self) -> bool:
        """Whether the frames are run through."""
        return self._player.isActive()

    @property
    def is_saving(self) -> bool:
        """Whether a film is being written."""
        return self._session.link.is_calling("film")

    def clear(self) -> None:
        """Another run is shown: its layers stay, as those of its snapshots do."""
        self._player.stop()
        self.series = self.shown = self._raw = self._picture = self._wanted = None
        self.words, self.is_moving, self._newest = "", False, True
        self.layers.forget()
        self.changed.emit()

    def show_frame(self, index: int) -> None:
        """Show the frame at this position; whoever chooses the last one sees all that follow."""
        if 0 <= index < len(self.frames):
            self._newest = index == len(self.frames) - 1
            self._want(self.frames[index])

    def play(self, on: bool) -> None:
        """Run through the frames, again and again, until told to stop."""
        if on and len(self.frames) > 1:
            self._player.start()
        else:
            self._player.stop()
        self.changed.emit()

    def go_there(self) -> None:
        """Bring the region into view."""
        self.layers.show_again()
        if self._picture is not None:
            self._draw(self._picture)
            self.layers.look_at_region(_SHARE_OF_VIEW)

    def move_here(self) -> None:
        """Watch the place in the middle of the view, at the slices in view."""
        objects = self.layers.layer("objects")
        if self.shown is not None and objects is not None:
            self._ask(region_at_view(self._session.viewer, objects, self.shown))

    def save_film(self, path: Path) -> None:
        """Write all frames as a film of the slice in view."""
        if self.series is None:
            return
        position = self.layers.position_in_view()
        self._session.call("film", save_film, self.series, path, position).begin(
            lambda count: self._on_saved(f"{count} frames saved as {path.name}."),
            lambda failure: self._on_saved(str(failure)),
        )
        self._say(f"Saving {path.name}…")

    def _on_update(self, update: Update) -> None:
        if not isinstance(update, TimeLapseFrames):
            return
        if self._is_new_place(update.series):
            self._raw, self._newest, self.is_moving = None, True, False
            self.words = ""
        self.series = update.series
        if update.problem:
            self.words, self.is_moving = update.problem, False
            self._redraw()
        if self.frames and (self._newest or self.shown not in self.frames):
            self._want(self.frames[-1])
        self.changed.emit()

    def _is_new_place(self, series: StoredSeries | None) -> bool:
        return series is None or self.series is None or series.path != self.series.path

    def _on_state_changed(self) -> None:
        if self.is_moving and not self.can_move:
            self.is_moving = False
            self._redraw()
        self.layers.set_movable(self.can_move and not self.is_moving)
        self.changed.emit()

    def _want(self, frame: Frame) -> None:
        """Read a frame next; while one is being read, only the last wish counts."""
        self._wanted = frame
        if not self._session.link.is_calling("fixed region"):
            self._read()

    def _read(self) -> None:
        if self._wanted is None or self.series is None:
            return
        self._session.call("fixed region", read_frame, self.series, self._wanted, self._raw).begin(
            self._on_read, self._on_not_read
        )

    def _on_read(self, picture: FramePicture | None) -> None:
        self._session.link.finish("fixed region")
        if picture is None or self.series is None or picture.frame not in self.frames:
            self._read_if_other(picture)
            return
        self._raw, self._picture, self.shown = picture.raw, picture, picture.frame
        self._draw(picture)
        self._read_if_other(picture)
        self.changed.emit()

    def _read_if_other(self, picture: FramePicture | None) -> None:
        read = picture.frame if picture is not None else self._wanted
        if self._wanted != read:
            self._read()

    def _on_not_read(self, failure: Failed) -> None:
        self._session.link.finish("fixed region")
        self._say(str(failure))

    def _draw(self, picture: FramePicture) -> None:
        folder, raw = self._session.folder, self._raw_layer()
        if folder is None:
            return
        if raw is not None:
            units = WorldUnits.of_layer(raw)
        else:
            units = WorldUnits.of_viewer(self._session.viewer, picture.raw.known)
        self.layers.draw(folder.name, picture, units)
        self.layers.set_movable(self.can_move and not self.is_moving)

    def _redraw(self) -> None:
        """Bring a box that was dragged in vain back to where the region lies."""
        if self._picture is not None:
            self._draw(self._picture)

    def _on_dragged(self, box: Any) -> None:
        objects = self.layers.layer("objects")
        if self.shown is None or objects is None or not self.can_move:
            self._redraw()
            return
        self._ask(dragged_region(self._session.viewer, box, objects, self.shown))

    def _ask(self, wish: dict[str, Any]) -> None:
        if not self.can_move:
            self._say("The region can be moved while the run trains.")
            return
        self.is_moving = True
        self._session.ask(Verb.REGION, wish)
        self.layers.set_movable(False)
        self._say("Moving after this step…")

    def _on_play(self) -> None:
        if not self.frames:
            self.play(False)
        elif not self._session.link.is_calling("fixed region"):
            at = self.frames.index(self.shown) if self.shown in self.frames else -1
            self._want(self.frames[(at + 1) % len(self.frames)])
            self._newest = False

    def _on_saved(self, words: str) -> None:
        self._session.link.finish("film")
        self._say(words)

    def _say(self, words: str) -> None:
        self.words = words
        self.changed.emit()
