"""Weights find their places by name, shape and channel."""

from __future__ import annotations

import torch

from dacapo_engine.experiments.starts import LayerReport, StartReport, match_weights
from dacapo_engine.experiments.starts.start_report import LayerOutcome


def tensors(**shapes: tuple[int, ...]) -> dict[str, torch.Tensor]:
    return {name.replace("__", "."): torch.randn(shape) for name, shape in shapes.items()}


def outcomes(report: StartReport) -> dict[str, LayerOutcome]:
    return {layer.name: layer.outcome for layer in report.layers}


def test_equal_networks_are_taken_over_whole() -> None:
    ours, theirs = (tensors(body=(4, 2, 3), prediction_head__weight=(2, 4)) for _ in range(2))
    merged, report = match_weights(ours, theirs, ["a", "b"], ["a", "b"])
    assert all(torch.equal(merged[name], theirs[name]) for name in ours)
    assert set(outcomes(report).values()) == {LayerOutcome.LOADED}
    assert report.summary == "Layers: 2 loaded."


def test_rows_of_the_head_follow_their_channels() -> None:
    ours = tensors(prediction_head__weight=(3, 4), prediction_head__bias=(3,))
    theirs = tensors(prediction_head__weight=(2, 4), prediction_head__bias=(2,))
    merged, report = match_weights(ours, theirs, ["new", "b", "a"], ["a", "b"])
    for name in ours:
        expected = torch.stack([ours[name][0], theirs[name][1], theirs[name][0]])
        assert torch.equal(merged[name], expected)
    assert set(outcomes(report).values()) == {LayerOutcome.PARTLY}
    assert "new: new" in str(report)


def test_a_head_of_the_same_size_but_other_channels_stays_new() -> None:
    ours, theirs = (tensors(body=(2,), prediction_head__weight=(2, 4)) for _ in range(2))
    merged, report = match_weights(ours, theirs, ["a", "b"], ["c", "d"])
    assert torch.equal(merged["prediction_head.weight"], ours["prediction_head.weight"])
    assert torch.equal(merged["body"], theirs["body"])
    assert outcomes(report)["prediction_head.weight"] is LayerOutcome.NEW


def test_other_shapes_and_names_are_told() -> None:
    ours, theirs = tensors(wide=(8, 2), here=(3,)), tensors(wide=(4, 2), there=(3,))
    merged, report = match_weights(ours, theirs, [], [])
    assert all(torch.equal(merged[name], ours[name]) for name in ours)
    assert report.nothing_loaded
    assert report.layers == (
        LayerReport("wide", LayerOutcome.NEW, "4 x 2 there, 8 x 2 here"),
        LayerReport("here", LayerOutcome.NEW, "the other run has none"),
        LayerReport("there", LayerOutcome.UNUSED, "no such layer here"),
    )


def test_numbers_without_axes_and_types_of_ours() -> None:
    ours = {"count": torch.tensor(0), "body": torch.zeros(2)}
    theirs = {"count": torch.tensor(7), "body": torch.ones(2, dtype=torch.float64)}
    merged, _ = match_weights(ours, theirs, [], [])
    assert merged["count"] == 7
    assert merged["body"].dtype == torch.float32


def test_neither_state_dict_is_changed() -> None:
    ours, theirs = tensors(prediction_head__bias=(2,)), tensors(prediction_head__bias=(2,))
    before = ours["prediction_head.bias"].clone()
    match_weights(ours, theirs, ["a", "b"], ["b", "c"])
    assert torch.equal(ours["prediction_head.bias"], before)
