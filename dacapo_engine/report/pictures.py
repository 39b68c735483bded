"""Pictures of a run that are carried inside the page."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dacapo_engine.errors import NotFoundError
from dacapo_engine.store.run_folder import RunFolder
from dacapo_engine.time_lapse.film import frame_picture
from dacapo_engine.time_lapse.stored_series import Frame, open_series

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["Picture", "run_pictures"]


@dataclass(frozen=True)
class Picture:
    """One picture.

    Attributes
    ----------
    caption
        What it shows.
    source
        The picture itself, as an address (``data:image/png;base64,...``).
    """

    caption: str
    source: str


def run_pictures(folder: RunFolder) -> list[Picture]:
    """The fixed region at the beginning, halfway, and now; none where nothing was predicted."""
    try:
        series = open_series(folder)
        return [
            Picture(_caption(frame), _png(frame_picture(series, frame)))
            for frame in _first_middle_last(series.frames)
        ]
    except NotFoundError:
        return []


def _first_middle_last(frames: tuple[Frame, ...]) -> list[Frame]:
    numbers = sorted({0, len(frames) // 2, len(frames) - 1})
    return [frames[number] for number in numbers]


def _caption(frame: Frame) -> str:
    place = "a part that was held back" if frame.held_back else "a part that was trained on"
    return f"After {frame.iteration:,} iterations: {place} ({frame.dataset})."


def _png(image: Image) -> str:
    buffer = io.BytesIO()
    image.save(buffer, format="PNG")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")
