"""Options of ``init`` that say what labels mean."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import click

from dacapo_engine.errors import ConfigError
from dacapo_engine.setup.box_text import TypedBox, boxes_in, parse_boxes
from dacapo_engine.setup.label_meaning import LabelMeaning, ZeroMeaning

if TYPE_CHECKING:
    from dacapo_engine.setup.volume_files import VolumeFiles

__all__ = ["SaidBoxes", "ZeroWord", "label_options", "with_meaning"]

Command = TypeVar("Command", bound=Callable[..., Any])
SaidBoxes = tuple[tuple[TypedBox, ...], ...]
ZeroWord = Literal["background", "done", "unknown"]

_ZERO: dict[str, ZeroMeaning] = {
    "background": "background",
    "done": "background_where_done",
    "unknown": "unknown",
}


class _BoxesType(click.ParamType[tuple[TypedBox, ...]]):
    name = "BOXES"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[TypedBox, ...]:
        try:
            return parse_boxes(str(value))
        except ConfigError as error:
            self.fail(str(error), param, ctx)


def label_options(command: Command) -> Command:
    """Add the options to a command."""
    boxes = _BoxesType()
    options = (
        click.option(
            "--zero",
            type=click.Choice(list(_ZERO)),
            help="What 0 is in labels: background everywhere, background where they are done and "
            "unknown elsewhere, or unknown. Background if nothing is said.",
        ),
        click.option(
            "--done",
            type=boxes,
            multiple=True,
            help="What is painted completely: z=10,z=20:25 for slices 10 and 20 to 24, "
            "z=0:40 y=100:200 for a box; again for each further image.",
        ),
        click.option("--train-box", type=boxes, multiple=True, help="Train on this box of labels."),
        click.option(
            "--validate-box", type=boxes, multiple=True, help="Be scored on this box of labels."
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


def with_meaning(
    files: Sequence[VolumeFiles],
    zero: ZeroWord | None,
    done: SaidBoxes,
    train: SaidBoxes,
    validate: SaidBoxes,
) -> list[VolumeFiles]:
    """Volumes of which is said what their labels mean.

    Raises
    ------
    ConfigError
        If boxes do not fit the labels, or it is not clear to which ones they belong.
    """
    if zero is None and not (done or train or validate):
        return list(files)
    if done and zero not in {None, "done"}:
        raise ConfigError("--done says where 0 is background; it goes with --zero done only.")
    if (train or validate) and len(files) > 1:
        raise ConfigError("Boxes are drawn in a single image.", hint="Use --crops for several.")
    if len(done) not in {0, 1, len(files)}:
        raise ConfigError(f"{len(files)} images and {len(done)} times --done were given.")
    said = [done[0]] * len(files) if len(done) == 1 else done or [()] * len(files)
    word = _ZERO[zero or ("done" if done else "background")]
    return [
        replace(each, meaning=_meaning(each, word, finished, train, validate))
        for each, finished in zip(files, said, strict=True)
    ]


def _meaning(
    files: VolumeFiles,
    zero: ZeroMeaning,
    done: Sequence[TypedBox],
    train: SaidBoxes,
    validate: SaidBoxes,
) -> LabelMeaning:
    from dacapo_engine.setup.measured_volumes import open_labels

    labels = open_labels(files)
    axes, shape = labels.spatial_axes, labels.grid.shape
    return LabelMeaning(
        zero,
        tuple(boxes_in(done, axes, shape)),
        train=tuple(boxes_in([one for some in train for one in some], axes, shape)),
        validate=tuple(boxes_in([one for some in validate for one in some], axes, shape)),
    )
