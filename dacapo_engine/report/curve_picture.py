"""A curve as a picture of lines (SVG): sharp at any size, and small enough for a mail."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["Curve", "draw_curve"]

_WIDTH, _HEIGHT = 640, 240
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 12, 10, 34
_MOST_POINTS = 300

Values = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Curve:
    """Something measured over the iterations of a run.

    Attributes
    ----------
    title
        What was measured; written at the axis.
    iterations, values
        Of one length; what is no finite number is left out.
    best
        The iteration to mark, if there is one.
    logarithmic
        Whether equal distances are equal ratios.
    """

    title: str
    iterations: Sequence[float]
    values: Sequence[float]
    best: int | None = None
    logarithmic: bool = False


def draw_curve(curve: Curve) -> str:
    """The curve as an ``<svg>`` element; empty where there is nothing to draw.

    Many values are drawn as the mean of each three-hundredth of them, with their range behind.
    """
    x, y = _drawable(curve)
    if x.size == 0:
        return ""
    scale = _Scale.of(x, y, curve.logarithmic)
    parts = [_axes(scale, curve.title), _line(scale, x, y)]
    if curve.best is not None and curve.best in x:
        parts.append(_star(scale, float(curve.best), float(y[np.nonzero(x == curve.best)[0][0]])))
    body = "".join(parts)
    return f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img">{body}</svg>'


@dataclass(frozen=True)
class _Scale:
    first: float
    last: float
    low: float
    high: float
    logarithmic: bool

    @classmethod
    def of(cls, x: Values, y: Values, logarithmic: bool) -> _Scale:
        low, high = float(y.min()), float(y.max())
        if low == high:
            low, high = (low / 2, high * 2) if logarithmic else (low - 0.5, high + 0.5)
        return cls(float(x.min()), max(float(x.max()), float(x.min()) + 1), low, high, logarithmic)

    def across(self, iteration: float) -> float:
        share = (iteration - self.first) / (self.last - self.first)
        return _LEFT + share * (_WIDTH - _LEFT - _RIGHT)

    def down(self, value: float) -> float:
        low, high = self.low, self.high
        if self.logarithmic:
            value, low, high = math.log(value), math.log(low), math.log(high)
        share = (value - low) / (high - low)
        return _HEIGHT - _BOTTOM - share * (_HEIGHT - _TOP - _BOTTOM)


def _drawable(curve: Curve) -> tuple[Values, Values]:
    x, y = np.asarray(curve.iterations, np.float64), np.asarray(curve.values, np.float64)
    keep = np.isfinite(y) & ((y > 0) | (not curve.logarithmic))
    return x[keep], y[keep]


def _line(scale: _Scale, x: Values, y: Values) -> str:
    """The means as a line, and behind it the range of what each of them stands for."""
    if x.size <= _MOST_POINTS:
        return _polyline(scale, x, y)
    chunks = np.array_split(np.arange(x.size), _MOST_POINTS)
    middle = np.array([x[chunk].mean() for chunk in chunks])
    mean = np.array([y[chunk].mean() for chunk in chunks])
    upper = [(a, float(y[chunk].max())) for a, chunk in zip(middle, chunks, strict=True)]
    lower = [(a, float(y[chunk].min())) for a, chunk in zip(middle, chunks, strict=True)]
    outline = " ".join(_point(scale, a, b) for a, b in (*upper, *reversed(lower)))
    return f'<polygon class="range" points="{outline}"/>{_polyline(scale, middle, mean)}'


def _polyline(scale: _Scale, x: Values, y: Values) -> str:
    points = " ".join(_point(scale, a, b) for a, b in zip(x, y, strict=True))
    dot = f'<circle class="dot" cx="{scale.across(x[0]):.1f}" cy="{scale.down(y[0]):.1f}" r="3"/>'
    return f'<polyline class="line" points="{points}"/>' + (dot if x.size == 1 else "")


def _point(scale: _Scale, iteration: float, value: float) -> str:
    return f"{scale.across(iteration):.1f},{scale.down(value):.1f}"


def _star(scale: _Scale, iteration: float, value: float) -> str:
    x, y = scale.across(iteration), scale.down(value)
    return f'<circle class="best" cx="{x:.1f}" cy="{y:.1f}" r="5"/>'


def _axes(scale: _Scale, title: str) -> str:
    bottom, right = _HEIGHT - _BOTTOM, _WIDTH - _RIGHT
    frame = f'<path class="axis" d="M{_LEFT} {_TOP}V{bottom}H{right}"/>'
    ends = [(scale.low, scale.down(scale.low)), (scale.high, scale.down(scale.high))]
    labels = "".join(
        f'<text x="{_LEFT - 6}" y="{y + 4:.0f}" text-anchor="end">{value:.3g}</text>'
        for value, y in ends
    )
    steps = "".join(
        f'<text x="{x}" y="{bottom + 16}" text-anchor="{anchor}">{int(value):,}</text>'
        for value, x, anchor in ((scale.first, _LEFT, "start"), (scale.last, right, "end"))
    )
    middle = (_TOP + bottom) / 2
    side = (
        f'<text x="14" y="{middle}" text-anchor="middle" '
        f'transform="rotate(-90 14 {middle})">{title}</text>'
    )
    below = (
        f'<text x="{(_LEFT + right) / 2}" y="{_HEIGHT - 4}" text-anchor="middle">iteration</text>'
    )
    return frame + labels + steps + side + below
