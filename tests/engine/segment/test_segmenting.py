"""segment_volume: parts, other voxel sizes, kept predictions, post-processing chosen by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dacapo_engine.apply import segment_volume
from dacapo_engine.errors import ConfigError, DataError
from dacapo_engine.segmenting.chosen_parameters import choose_parameters, forget_chosen_parameters
from dacapo_engine.segmenting.kept_prediction import KeptPrediction
from dacapo_engine.segmenting.segment_input import open_input, parse_box
from dacapo_engine.segmenting.trained_on import trained_on
from dacapo_engine.segmenting.weight_choice import choose_post_processing, choose_weights
from dacapo_engine.store.array_store import LocalArrayIdentifier
from dacapo_engine.store.run_folder import RunFolder
from tests.engine.segment.conftest import cubes

Put = Callable[..., LocalArrayIdentifier]
Values = np.ndarray[Any, Any]


@pytest.fixture
def segmented(tmp_path: Path, trained: RunFolder) -> Callable[..., Values]:
    """Segment with the newest weights and a low threshold, so that there is something."""
    choice = choose_weights(trained, "latest")
    choice = replace(
        choice, parameters=choice.parameters.replace(bias=0.5, foreground_threshold=0.0, min_size=0)
    )

    def segment(source: LocalArrayIdentifier, **options: Any) -> Values:
        target = LocalArrayIdentifier(tmp_path / "out.zarr", f"{source.dataset}_objects")
        written = segment_volume(trained, source, target, choice, device="cpu", **options)
        return written[written.roi]

    return segment


def enlarged(values: Values) -> Values:
    return values.repeat(2, 0).repeat(2, 1).repeat(2, 2)


def test_a_volume_of_finer_voxels_is_segmented_like_that_of_training(
    segmented: Callable[..., Values], put: Put, tmp_path: Path
) -> None:
    raw = LocalArrayIdentifier(tmp_path / "volume.zarr", "raw")
    values = open_values(raw)
    fine = put("fine", enlarged(values), size=4, offset=(8, 16, 4))
    expected = segmented(raw)
    assert len(np.unique(expected)) > 3
    np.testing.assert_array_equal(segmented(fine), enlarged(expected))
    as_it_is = segmented(fine, resample=False)
    assert as_it_is.shape == enlarged(expected).shape
    assert (as_it_is != enlarged(expected)).any()


def test_a_box_is_segmented_alone_at_its_place(
    segmented: Callable[..., Values], tmp_path: Path
) -> None:
    raw = LocalArrayIdentifier(tmp_path / "volume.zarr", "raw")
    keep = LocalArrayIdentifier(tmp_path / "out.zarr", "prediction")
    segmented(raw, keep=keep)
    whole = KeptPrediction.open(keep.container, keep.dataset)
    box = parse_box("3:15,4:28,10:33")
    part = segmented(raw, box=box, keep=replace(keep, dataset="part"))
    assert part.shape == (12, 24, 23)
    kept = KeptPrediction.open(keep.container, "part")
    np.testing.assert_allclose(kept.read(box), whole.read(box), atol=1e-5)
    assert kept.grid.exact_offset == (24, 32, 80)


def test_what_is_no_box_gets_a_sentence(segmented: Callable[..., Values], tmp_path: Path) -> None:
    raw = LocalArrayIdentifier(tmp_path / "volume.zarr", "raw")
    for text in ("", "3:2,0:4,0:4", "1:2:3", "a:b", "-1:4"):
        with pytest.raises(ConfigError, match="no box"):
            parse_box(text)
    with pytest.raises(ConfigError, match="leaves the volume, which is 24 x 28 x 40"):
        segmented(raw, box=parse_box("0:9,0:9,0:90"))


def test_intensities_are_stretched_or_taken_as_they_are(trained: RunFolder, put: Put) -> None:
    facts = trained_on(trained)
    assert facts is not None
    assert facts.intensity_range == (20, 230)
    assert facts.even_contrast
    facts = replace(facts, even_contrast=False)
    dim = put("dim", open_values(put("copy", cubes((24, 24, 24))[0])) // 4)
    stretched = open_input(dim, facts)
    assert "from 20 to 230" in stretched.match.range_text
    assert stretched.raw[stretched.raw.roi].max() == 1
    as_it_is = open_input(dim, facts, rescale=False)
    assert as_it_is.raw[as_it_is.raw.roi].max() < 0.3
    with pytest.raises(DataError, match="not known which intensities"):
        open_input(dim, None, rescale=False)


def test_parameters_chosen_by_hand_come_first(trained: RunFolder) -> None:
    validated = choose_weights(trained, "latest")
    by_hand = validated.parameters.replace(min_size=77)
    choose_parameters(trained, by_hand.to_dict())
    choice = choose_post_processing(trained, validated)
    assert choice.parameters == by_hand
    assert choice.text.endswith("weights of iteration 6, post-processing chosen by hand")
    assert choose_post_processing(trained, validated, "validated") == validated
    given = choose_post_processing(trained, validated, '{"min_size": 3}')
    assert given.parameters.to_dict()["min_size"] == 3
    forget_chosen_parameters(trained)
    assert choose_post_processing(trained, validated) == validated
    with pytest.raises(ConfigError, match="min_size"):
        choose_post_processing(trained, validated, '{"min_size": -3}')


def test_what_a_run_was_trained_on_may_be_gone(trained: RunFolder, tmp_path: Path) -> None:
    assert trained_on(trained) is not None
    (tmp_path / "volume.zarr").rename(tmp_path / "elsewhere.zarr")
    assert trained_on(trained) is None


def open_values(source: LocalArrayIdentifier) -> Values:
    seen = open_input(source, None)
    return seen.recorded[seen.recorded.roi]
