"""Which weights of one network fit into another: by name and shape, heads by channel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch

from dacapo_engine.experiments.starts.start_report import LayerOutcome, LayerReport, StartReport

__all__ = ["match_weights"]

_HEAD = "prediction_head."

Weights = Mapping[str, torch.Tensor]


def match_weights(
    ours: Weights, theirs: Weights, our_channels: Sequence[str], their_channels: Sequence[str]
) -> tuple[dict[str, torch.Tensor], StartReport]:
    """The weights `ours` with everything taken over from `theirs` that fits.

    Body layers fit where name and shape agree. A tensor of the head whose first axis has one
    row per channel takes over the rows of the channels that both have, whatever their order.

    Parameters
    ----------
    ours, theirs
        State dicts of two models; neither is changed.
    our_channels, their_channels
        Names of the predicted channels of each.

    Returns
    -------
    tuple
        The new state dict, with the keys of `ours`, and what became of each layer.
    """
    merged: dict[str, torch.Tensor] = {}
    reports = []
    for name, tensor in ours.items():
        rows = _common_rows(name, tensor, theirs.get(name), our_channels, their_channels)
        if rows is None:
            merged[name], report = _by_shape(name, tensor, theirs.get(name))
        else:
            merged[name], report = _by_channel(name, tensor, theirs[name], rows, our_channels)
        reports.append(report)
    unused = [name for name in theirs if name not in ours]
    reports += [LayerReport(name, LayerOutcome.UNUSED, "no such layer here") for name in unused]
    return merged, StartReport(tuple(reports))


def _common_rows(
    name: str,
    ours: torch.Tensor,
    theirs: torch.Tensor | None,
    our_channels: Sequence[str],
    their_channels: Sequence[str],
) -> list[tuple[int, int]] | None:
    """Pairs of rows of a head with the same channel; None where rows are no channels."""
    if theirs is None or not name.startswith(_HEAD) or ours.ndim == 0:
        return None
    named = len(ours) == len(our_channels) and len(theirs) == len(their_channels)
    if not named or ours.shape[1:] != theirs.shape[1:]:
        return None
    there = {channel: row for row, channel in enumerate(their_channels)}
    return [(row, there[c]) for row, c in enumerate(our_channels) if c in there]


def _by_shape(
    name: str, ours: torch.Tensor, theirs: torch.Tensor | None
) -> tuple[torch.Tensor, LayerReport]:
    if theirs is None:
        return ours, LayerReport(name, LayerOutcome.NEW, "the other run has none")
    if theirs.shape != ours.shape:
        reason = f"{_shape(theirs)} there, {_shape(ours)} here"
        return ours, LayerReport(name, LayerOutcome.NEW, reason)
    return theirs.to(ours), LayerReport(name, LayerOutcome.LOADED)


def _by_channel(
    name: str,
    ours: torch.Tensor,
    theirs: torch.Tensor,
    rows: Sequence[tuple[int, int]],
    channels: Sequence[str],
) -> tuple[torch.Tensor, LayerReport]:
    merged = ours.clone()
    for here, there in rows:
        merged[here] = theirs[there].to(ours)
    taken = {here for here, _ in rows}
    if len(taken) == len(channels):
        return merged, LayerReport(name, LayerOutcome.LOADED)
    new = ", ".join(channel for row, channel in enumerate(channels) if row not in taken)
    outcome = LayerOutcome.PARTLY if taken else LayerOutcome.NEW
    return merged, LayerReport(name, outcome, f"new: {new}")


def _shape(tensor: torch.Tensor) -> str:
    return " x ".join(str(extent) for extent in tensor.shape) or "a number"
