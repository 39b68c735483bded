"""A slider shows what segmenting with its value would give."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dacapo_engine.apply import segment_volume
from dacapo_engine.errors import DataError
from dacapo_engine.evaluate import evaluate_volumes
from dacapo_engine.segmenting.chosen_parameters import choose_parameters
from dacapo_engine.segmenting.segment_input import parse_box
from dacapo_engine.segmenting.weight_choice import choose_weights
from dacapo_engine.service import handler_of
from dacapo_engine.service.desk import Desk
from dacapo_engine.store.array_store import LocalArrayIdentifier
from dacapo_engine.store.run_folder import RunFolder
from tests.engine.segment.conftest import Put, cubes

LOOSE = {"bias": 0.5, "long_range_bias": 0.5, "min_size": 3, "foreground_threshold": 0.0}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    (tmp_path / "desk").mkdir()
    return Desk(tmp_path / "desk")


@pytest.fixture
def kept(tmp_path: Path, trained: RunFolder, put: Put) -> LocalArrayIdentifier:
    """The prediction of a volume whose voxels are half as long, so that there is a way back."""
    fine = put("fine", cubes((24, 32, 40))[0], size=4)
    keep = LocalArrayIdentifier(tmp_path / "out.zarr", "prediction")
    segment(trained, fine, tmp_path, {}, keep=keep)
    return keep


def segment(
    folder: RunFolder, source: LocalArrayIdentifier, at: Path, changes: Any, **options: Any
) -> np.ndarray[Any, Any]:
    choice = choose_weights(folder, "latest")
    choice = replace(choice, parameters=choice.parameters.replace(**changes))
    target = LocalArrayIdentifier(at / "out.zarr", "objects")
    written = segment_volume(folder, source, target, choice, device="cpu", **options)
    return written[written.roi]


def ask(desk: Desk, verb: str, **parameters: Any) -> tuple[dict[str, Any], Any]:
    desk.clear()
    result = dict(handler_of(verb)(parameters, desk))
    return result, {name: np.load(path) for name, path in desk.arrays().items()}


def test_it_is_what_segmenting_gives(
    tmp_path: Path, trained: RunFolder, desk: Desk, kept: LocalArrayIdentifier
) -> None:
    fine = LocalArrayIdentifier(tmp_path / "volume.zarr", "fine")
    question = {"run": str(trained.path), "prediction": str(kept)}
    merged = {**LOOSE, "min_size": 2, "agglomeration_threshold": 0.9}
    for changes, fewest in ((LOOSE, 5), (merged, 1), ({**LOOSE, "bias": 0.4}, 1), (LOOSE, 5)):
        expected = segment(trained, fine, tmp_path, changes)
        assert expected.max() >= fewest
        result, arrays = ask(desk, "post_process", **question, parameters=changes)
        np.testing.assert_array_equal(arrays["labels"], expected)
        assert result["count"] == expected.max()
        assert result["scores"] == {}
    box = "4:20,0:32,7:31"
    _, part = ask(desk, "post_process", **question, parameters=LOOSE, box=box)
    assert part["labels"].shape == (16, 32, 24)
    with pytest.raises(DataError, match="Nothing was predicted there"):
        ask(desk, "post_process", **question, parameters=LOOSE, box="90:99,0:9,0:9")
    assert parse_box(box)[0] == slice(4, 20)


def test_it_is_scored_where_there_are_labels(
    trained: RunFolder, desk: Desk, kept: LocalArrayIdentifier, put: Put
) -> None:
    truth = cubes((24, 32, 40))[1]
    labels = put("truth", truth, size=4)
    result, arrays = ask(
        desk,
        "post_process",
        run=str(trained.path),
        prediction=str(kept),
        parameters=LOOSE,
        labels=str(labels),
    )
    expected = evaluate_volumes(arrays["labels"], truth)
    assert result["objects"] == expected["objects"]
    for name in ("voi", "adapted_rand_error", "ap50"):
        assert result["scores"][name] == pytest.approx(expected[name])
    part, _ = ask(
        desk,
        "post_process",
        run=str(trained.path),
        prediction=str(kept),
        parameters=LOOSE,
        box="0:8,0:32,0:40",
        labels=str(labels),
        mask=str(put("known", (truth > 0).astype(np.uint8), size=4)),
    )
    assert part["objects"]["invented"] == 0
    assert part["scores"]["voi"] != result["scores"]["voi"]


def test_what_can_be_chosen(trained: RunFolder, desk: Desk) -> None:
    result, _ = ask(desk, "segment_choices", run=str(trained.path))
    assert result["iterations"] == [1, 2, 3, 4, 5, 6]
    assert "voi" in result["criteria"]
    assert result["chosen"] is None
    fields = {field["name"]: field for field in result["fields"]}
    assert {"id", "name", "context"}.isdisjoint(fields)
    assert (fields["bias"]["lowest"], fields["bias"]["highest"]) == (0, 1)
    assert fields["min_size"]["whole"]
    assert fields["min_size"]["unit"] == "voxels"
    choose_parameters(trained, {**result["validated"], "min_size": 9})
    again, _ = ask(desk, "segment_choices", run=str(trained.path), iteration="best")
    assert again["chosen"]["min_size"] == 9
    assert again["text"].startswith("best weights by voi")


def test_a_run_describes_itself(trained: RunFolder, desk: Desk) -> None:
    result, _ = ask(desk, "describe_run", run=str(trained.path))
    assert "labelled objects" in result["methods"]
    assert "dacapo-engine train" in result["command"]
