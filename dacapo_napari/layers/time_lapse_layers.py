"""The fixed region of a run as layers: the same ones for all frames, where the region lies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from dacapo_engine.time_lapse.stored_series import Frame, StoredSeries
from dacapo_napari.layers.run_layers import RUN_KEY, WorldUnits, layer_arguments, view_kept
from dacapo_napari.run_updates import PlacedArray
from dacapo_napari.runs.run_arrays import read_placed

if TYPE_CHECKING:
    from napari.components import ViewerModel
    from napari.layers import Layer, Shapes

__all__ = ["FramePicture", "TimeLapseLayers", "read_frame"]

_BOX_COLOUR = "#ffd166"
_RAW_OPACITY = 0.6
_FINISHED = frozenset({"changed", "added", "removed"})


@dataclass(frozen=True)
class FramePicture:
    """A frame, read.

    Attributes
    ----------
    raw
        The region of raw, with its place.
    title
        What `boundary` shows, in a word.
    """

    frame: Frame
    raw: PlacedArray
    boundary: npt.NDArray[np.uint8]
    objects: npt.NDArray[np.uint32]
    title: str


def read_frame(series: StoredSeries, frame: Frame, raw: PlacedArray | None) -> FramePicture | None:
    """A frame of a series; None where it is gone.

    Parameters
    ----------
    raw
        The region of raw, if it was read before.
    """
    raw = raw if raw is not None else read_placed(series.path / "raw")
    if raw is None:
        return None
    return FramePicture(frame, raw, series.boundary(frame), series.objects(frame), series.title)


class TimeLapseLayers:
    """Draws one frame at a time.

    The layers have the axes of the volume and no further one, so that they lie on it whatever
    else is open; which frame they show is chosen in the dock. A layer that the user removes
    stays away until `show_again`.

    Parameters
    ----------
    viewer
        Where they are.
    connect
        Connects to an event of napari for as long as the dock is open.
    on_dragged
        Called with the layer of the region's outline when the user let go of it.
    """

    def __init__(
        self,
        viewer: ViewerModel,
        connect: Callable[[Any, Callable[..., Any]], None],
        on_dragged: Callable[[Shapes], None],
    ) -> None:
        self._viewer = viewer
        self._connect = connect
        self._on_dragged = on_dragged
        self._run = ""
        self._made: set[str] = set()
        self._is_placing = False

    def draw(self, run: str, picture: FramePicture, units: WorldUnits) -> None:
        """Show a frame of the fixed region of `run`."""
        if run != self._run:
            self._run, self._made = run, set()
        place = layer_arguments(picture.raw, units)
        # Drawn dark where raw is: as the network learns, the same lines grow sharper.
        inverted = picture.title == "boundaries"
        grey = {"contrast_limits": (0, 255)}
        shades = {**grey, "colormap": "gray_r" if inverted else "gray"}
        looks: list[tuple[str, npt.NDArray[Any], Callable[..., Layer], dict[str, Any]]] = [
            (picture.title, picture.boundary, self._viewer.add_image, shades),
            ("raw", picture.raw.data, self._viewer.add_image, {**grey, "opacity": _RAW_OPACITY}),
            ("objects", picture.objects, self._viewer.add_labels, {"opacity": 0.5}),
        ]
        with view_kept(self._viewer):
            for word, data, add, look in looks:
                layer = self._show(f"{run} fixed region {word}", data, add, {**look, **place})
                if layer is not None:
                    layer.metadata = {**layer.metadata, "iteration": picture.frame.iteration}
            self._draw_box(picture, place)

    def layer(self, word: str) -> Layer | None:
        """The layer of that word, where the run has one in the viewer."""
        name = f"{self._run} fixed region {word}"
        return next((layer for layer in self._viewer.layers if layer.name == name), None)

    def show_again(self) -> None:
        """Make the layers visible, and those that were removed anew when the next frame comes."""
        self._made = {layer.name for layer in self._viewer.layers} & self._made
        for word in ("raw", "objects", "box"):
            layer = self.layer(word)
            if layer is not None:
                layer.visible = True

    def forget(self) -> None:
        """Another run is shown: its layers are its own."""
        self._run, self._made = "", set()

    def look_at_region(self, share: float) -> None:
        """Move the view so that the region takes up `share` of it, at its middle slices."""
        objects = self.layer("objects")
        if objects is None:
            return
        dims, camera = self._viewer.dims, self._viewer.scene.camera
        low, high = objects.extent.world
        before = dims.ndim - objects.ndim
        for axis in range(before, dims.ndim):
            if axis not in dims.displayed:
                dims.set_point(axis, (low + high)[axis - before] / 2)
        shown = [axis - before for axis in dims.displayed if axis >= before]
        center = (low + high)[shown] / 2
        camera.center = (*camera.center[: -len(shown)], *center)
        camera.zoom = share * min(self._viewer.canvas.size) / max((high - low)[shown])

    def position_in_view(self) -> int | None:
        """Which slice of the region is in view; None where none is, or it has but one."""
        objects = self.layer("objects")
        if objects is None or objects.ndim < 3:
            return None
        at = round(objects.world_to_data(self._viewer.dims.point)[-objects.ndim])
        return at if 0 <= at < len(objects.data) else None

    def set_movable(self, movable: bool) -> None:
        """Whether the outline can be dragged."""
        box: Any = self.layer("box")
        if box is not None and box.editable != movable:
            box.editable = movable
            if movable:
                box.mode = "select"

    def _show(
        self,
        name: str,
        data: npt.NDArray[Any],
        add: Callable[..., Layer],
        arguments: dict[str, Any],
    ) -> Layer | None:
        found: Any = next((layer for layer in self._viewer.layers if layer.name == name), None)
        if found is None and name in self._made:
            return None
        self._made.add(name)
        if found is not None and found.ndim == data.ndim:
            found.data = data
            found.scale, found.translate = arguments["scale"], arguments["translate"]
            found.units = arguments["units"]
            return found
        if found is not None:
            self._viewer.layers.remove(found)
        layer = add(data, name=name, metadata={RUN_KEY: self._run}, **arguments)
        layer.editable = False
        return layer

    def _draw_box(self, picture: FramePicture, place: dict[str, Any]) -> None:
        """The outline of the region over all slices, to be found and to be dragged."""
        name = f"{self._run} fixed region box"
        height, width = picture.raw.data.shape[-2:]
        corners = np.array([[0, 0], [0, width], [height, width], [height, 0]]) - 0.5
        flat = {key: tuple(value)[-2:] for key, value in place.items()}
        found: Any = self.layer("box")
        if found is None and name in self._made:
            return
        self._made.add(name)
        if found is None:
            self._add_box(name, corners, flat)
            return
        found.scale, found.translate = flat["scale"], flat["translate"]
        found.units = flat["units"]
        if len(found.data) != 1 or not np.allclose(found.data[0], corners):
            self._is_placing = True
            found.data = [(corners, "rectangle")]
            found.current_edge_color = found.edge_color = _BOX_COLOUR
            found.face_color = "transparent"
            self._is_placing = False

    def _add_box(self, name: str, corners: npt.NDArray[Any], flat: dict[str, Any]) -> None:
        box = self._viewer.add_shapes(
            [corners],
            shape_type="rectangle",
            name=name,
            metadata={RUN_KEY: self._run},
            face_color="transparent",
            edge_color=_BOX_COLOUR,
            edge_width=max(1.0, round(max(np.ptp(corners, axis=0)) / 100)),
            **flat,
        )
        box.mode = "select"
        self._connect(box.events.data, self._on_box_changed)

    def _on_box_changed(self, event: Any) -> None:
        # Only the end of a drag counts; while it lasts, the action is another one.
        if not self._is_placing and event.action in _FINISHED:
            self._on_dragged(event.source)
