"""The time lapse as a film that any program shows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from dacapo_engine.errors import ConfigError
from dacapo_engine.store.atomic import write_with
from dacapo_engine.time_lapse.stored_series import Frame, StoredSeries

if TYPE_CHECKING:
    from typing import BinaryIO

    from PIL.Image import Image

__all__ = ["FORMATS", "frame_picture", "save_film"]

FORMATS = (".gif", ".webp")
_FRAME_MS, _LAST_MS = 220, 2000
_PANEL_PIXELS = 320
_MARGIN, _CAPTION, _FONT_SIZE = 8, 26, 15
_PAPER, _INK = (24, 26, 30), (230, 230, 230)
_OPACITY = 0.5

Picture = NDArray[np.uint8]


def save_film(series: StoredSeries, path: Path, position: int | None = None) -> int:
    """Write all frames of `series` as an animation.

    Parameters
    ----------
    path
        Ends with one of `FORMATS`; a file that is there is replaced.
    position
        Which slice along the first of three axes; the middle one if None.

    Returns
    -------
    int
        The number of frames.

    Raises
    ------
    ConfigError
        If the ending is another one.
    """
    if path.suffix.lower() not in FORMATS:
        raise ConfigError(
            f"A film cannot be saved as {path.suffix or path.name!r}.",
            hint=f"End its name with {' or '.join(FORMATS)}.",
            place=str(path),
        )
    pictures = [frame_picture(series, frame, position) for frame in series.frames]
    if path.suffix.lower() == ".gif":
        pictures = _in_shared_colours(pictures)
    durations = [_FRAME_MS] * (len(pictures) - 1) + [_LAST_MS]

    def save(file: BinaryIO) -> None:
        pictures[0].save(
            file,
            format=path.suffix[1:].upper(),
            save_all=True,
            append_images=pictures[1:],
            duration=durations,
            loop=0,
            quality=90,
        )

    write_with(path, save)
    return len(pictures)


def frame_picture(series: StoredSeries, frame: Frame, position: int | None = None) -> Image:
    """Objects on raw, what was predicted and, where there are labels, these; with a caption."""
    raw = _slice(series.raw, position)
    panels = [
        ("objects found", _coloured(raw, _slice(series.objects(frame), position))),
        (series.title, _grey(_slice(series.boundary(frame), position))),
    ]
    truth = _slice(series.truth, position)
    if truth.any():
        panels.append(("labels", _coloured(raw, truth)))
    return _side_by_side(panels, _caption(frame))


def _in_shared_colours(pictures: Sequence[Image]) -> list[Image]:
    """The pictures in 256 colours, the same for all, or what stands still would flicker."""
    from PIL import Image

    chosen = [pictures[index] for index in sorted({0, len(pictures) // 2, len(pictures) - 1})]
    width, height = chosen[0].size
    sample = Image.new("RGB", (width, height * len(chosen)))
    for number, picture in enumerate(chosen):
        sample.paste(picture, (0, number * height))
    colours = sample.quantize(256)
    return [picture.quantize(palette=colours, dither=Image.Dither.NONE) for picture in pictures]


def _slice(volume: NDArray[Any], position: int | None) -> NDArray[Any]:
    while volume.ndim > 2:
        middle = len(volume) // 2 if position is None else position
        volume, position = volume[int(np.clip(middle, 0, len(volume) - 1))], None
    return volume


def _grey(values: NDArray[Any]) -> Picture:
    return np.repeat(values[..., None], 3, axis=-1).astype(np.uint8)


def _coloured(raw: NDArray[Any], ids: NDArray[Any]) -> Picture:
    """Raw with each object in its colour, which follows from its id alone."""
    known, inverse = np.unique(ids, return_inverse=True)
    colours = np.array([_colour(int(number)) for number in known])[inverse.reshape(ids.shape)]
    grey = _grey(raw).astype(float)
    mixed = np.where(ids[..., None] > 0, (1 - _OPACITY) * grey + _OPACITY * colours, grey)
    return np.rint(mixed).astype(np.uint8)


def _colour(number: int) -> tuple[float, float, float]:
    # Hues a golden ratio apart: neighbors in number are far apart in colour.
    hue = (number * 0.61803398875) % 1
    light = 0.75 + 0.25 * ((number * 0.41421356237) % 1)
    channels = (np.clip(abs((hue * 6 + shift) % 6 - 3) - 1, 0, 1) for shift in (0.0, 4.0, 2.0))
    red, green, blue = (255 * light * (0.15 + 0.85 * float(channel)) for channel in channels)
    return red, green, blue


def _caption(frame: Frame) -> str:
    minutes, seconds = divmod(round(frame.trained), 60)
    hours, minutes = divmod(minutes, 60)
    time = f"{hours} h {minutes} min" if hours else f"{minutes} min {seconds} s"
    time = time if hours or minutes else f"{seconds} s"
    objects = f"{frame.objects} object{'s' * (frame.objects != 1)}"
    return f"iteration {frame.iteration:,}   {time}   {objects}"


def _side_by_side(panels: Sequence[tuple[str, Picture]], caption: str) -> Image:
    from PIL import Image, ImageDraw, ImageFont

    height, width = panels[0][1].shape[:2]
    zoom = max(1, math.ceil(_PANEL_PIXELS / max(height, width)))
    height, width = height * zoom, width * zoom
    step = max(width, 110) + _MARGIN
    size = (len(panels) * step + _MARGIN, height + 2 * _CAPTION + _MARGIN)
    sheet = Image.new("RGB", (max(size[0], 330), size[1]), _PAPER)
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(size=_FONT_SIZE)
    draw.text((_MARGIN, 4), caption, fill=_INK, font=font)
    for number, (title, picture) in enumerate(panels):
        left = _MARGIN + number * step
        image = Image.fromarray(picture).resize((width, height), Image.Resampling.NEAREST)
        sheet.paste(image, (left, _CAPTION))
        draw.text((left, _CAPTION + height + 4), title, fill=_INK, font=font)
    return sheet
