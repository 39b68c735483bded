"""Kinds of command-line values that several commands take."""

from __future__ import annotations

from typing import Any, cast

import click

from dacapo_engine.errors import ConfigError
from dacapo_engine.experiments.datasplits.datasets.arrays.array_identifier import (
    LocalArrayIdentifier,
)
from dacapo_engine.setup.volume_files import Volume, parse_volume

__all__ = ["ARRAY", "AXES", "MINUTES", "VOLUME", "ArrayType", "AxesType", "VolumeType"]


class ArrayType(click.ParamType[LocalArrayIdentifier]):
    """A container and the dataset in it: ``volume.zarr/raw``."""

    name = "C/D"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> LocalArrayIdentifier:
        """Split at the end of the container's name."""
        if isinstance(value, LocalArrayIdentifier):
            return value
        try:
            return LocalArrayIdentifier.parse(str(value))
        except ConfigError as error:
            self.fail(str(error), param, ctx)


class VolumeType(click.ParamType[Volume]):
    """A dataset in a container, an image file, or a folder of them."""

    name = "C/D|FILE|DIR"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Volume:
        """Tell the three apart."""
        if not isinstance(value, str):
            return cast(Volume, value)
        try:
            return parse_volume(value)
        except ConfigError as error:
            self.fail(str(error), param, ctx)


class AxesType(click.ParamType[tuple[str, ...]]):
    """Names of axes: ``zyx``, ``z,y,x`` or ``syx``."""

    name = "AXES"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        """Letters of s, t, c, z, y, x, each at most once."""
        letters = tuple(letter for letter in str(value).lower() if letter not in ", ")
        if not letters or set(letters) - set("stczyx") or len(set(letters)) < len(letters):
            self.fail(
                f"{value!r} names no axes; expected letters of s (separate images), t (time), "
                "c (channels), z, y, x, such as zyx or syx.",
                param,
                ctx,
            )
        return letters


ARRAY = ArrayType()
VOLUME = VolumeType()
AXES = AxesType()
MINUTES = click.FloatRange(min=0, min_open=True, max=60 * 24 * 365)
