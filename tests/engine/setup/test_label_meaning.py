"""What 0 means, from the command line to the weights that voxels have in training."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import zarr
from hypothesis import given, settings
from hypothesis import strategies as st

from dacapo_engine.cli import main
from dacapo_engine.errors import ConfigError, DataError
from dacapo_engine.experiments.datasplits.datasets.arrays import LocalArrayIdentifier
from dacapo_engine.experiments.run import Run
from dacapo_engine.experiments.run_config import RunConfig
from dacapo_engine.experiments.trainers.sample_pipeline import SamplePipeline
from dacapo_engine.experiments.trainers.sample_planning import plan_samples
from dacapo_engine.setup.box_text import parse_boxes
from dacapo_engine.setup.boxes import box_slices, clip_box, overlap, remainder
from dacapo_engine.setup.division import choose_division
from dacapo_engine.setup.holdout import is_scored_on_training_data
from dacapo_engine.setup.label_census import likely_zero, take_census
from dacapo_engine.setup.label_meaning import LabelMeaning, done_slices
from dacapo_engine.setup.label_pieces import LabelPieces, count_pieces, number_pieces
from dacapo_engine.setup.labelled_part import LabelledPart
from dacapo_engine.setup.setup_run import set_up_run
from dacapo_engine.setup.volume_files import VolumeFiles
from dacapo_engine.store.rows import read_rows
from dacapo_engine.store.run_folder import RunFolder
from dacapo_engine.train import train_run
from dacapo_engine.yaml_file import read_config

SHAPE = (24, 40, 96)


def whole_slice(z: int, thickness: int = 1) -> Any:
    return (z, 0, 0), (thickness, *SHAPE[1:])


def rods(slices: Any = slice(None)) -> np.ndarray:
    """24 rods along z, of which only some slices are painted."""
    labels = np.zeros(SHAPE, np.uint32)
    for number in range(24):
        y, x = divmod(number, 8)
        labels[slices, 3 + 12 * y : 11 + 12 * y, 2 + 12 * x : 10 + 12 * x] = number + 1
    return labels


@pytest.fixture
def put(tmp_path: Path) -> Any:
    def store(labels: np.ndarray) -> list[str]:
        raw = (rods() > 0) * 120 + np.random.default_rng(0).integers(20, 60, SHAPE)
        group = zarr.open_group(str(tmp_path / "v.zarr"), mode="w")
        for name, values in (("raw", raw.astype(np.uint8)), ("labels", labels)):
            group.create_dataset(name, data=values).attrs.update(
                voxel_size=[10, 10, 10], axis_names=["z", "y", "x"]
            )
        return ["--raw", str(tmp_path / "v.zarr/raw"), "--labels", str(tmp_path / "v.zarr/labels")]

    return store


@pytest.fixture
def init(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Any:
    def run(*words: str) -> tuple[RunConfig, str]:
        file = tmp_path / "run.yaml"
        main(["init", str(file), "--overwrite", "--preset", "tiny", *words])
        return read_config(file, RunConfig), capfd.readouterr().out

    return run


def small(config: RunConfig, **fields: Any) -> RunConfig:
    network = config.architecture_config.replace(input_shape=(16, 16, 16), num_fmaps=3, fmaps_out=3)
    trainer = config.trainer_config.replace(
        num_data_fetchers=0, augments=(), snapshot_interval=None
    )
    return config.replace(architecture_config=network, trainer_config=trainer, **fields)


def test_which_voxels_say_something() -> None:
    labels = rods([4, 9])
    box = (slice(3, 11), slice(0, 40), slice(8, 96))
    finished = np.zeros(SHAPE, bool)
    finished[4] = True
    for meaning, expected in (
        (LabelMeaning(), np.ones(SHAPE, bool)),
        (LabelMeaning("unknown", (whole_slice(4),)), labels > 0),
        (LabelMeaning("background_where_done", (whole_slice(4),)), (labels > 0) | finished),
    ):
        np.testing.assert_array_equal(LabelledPart(labels, meaning)[box], expected[box])
        census = take_census(labels, meaning)
        assert census.share == pytest.approx(expected.mean())
        assert census.painted == (4, 9)
    assert take_census(labels, LabelMeaning(done=(whole_slice(4),))).unmarked == (9,)


@pytest.mark.parametrize(
    ("slices", "zero", "sure"),
    [
        (slice(None), "background", True),
        (slice(4, 20), "background", False),
        ([3, 11, 19], "background_where_done", False),
        (slice(2, 5), "background_where_done", False),
    ],
    ids=str,
)
def test_what_zero_is_likely_to_mean(slices: Any, zero: str, sure: bool) -> None:
    assert likely_zero(take_census(rods(slices), LabelMeaning())) == (zero, sure)


def test_labels_in_a_corner_are_not_the_whole_image() -> None:
    labels = rods()[0]
    assert likely_zero(take_census(labels, LabelMeaning())) == ("background", True)
    labels[:, 40:] = 0
    assert likely_zero(take_census(labels, LabelMeaning()))[0] == "background_where_done"
    assert likely_zero(take_census(labels * 0, LabelMeaning())) == ("background", True)


def test_a_large_volume_is_counted_in_parts() -> None:
    census = take_census(rods(), LabelMeaning("unknown"), most_voxels=2**15)
    assert census.sampled
    assert census.share == pytest.approx((rods() > 0).mean(), abs=0.1)


def test_done_slices_are_held_back_whole() -> None:
    done = tuple(whole_slice(z) for z in (3, 4, 9, 15, 20))
    labels = rods([3, 4, 9, 15, 20])
    found = choose_division(labels, "zyx", LabelMeaning("background_where_done", done))
    assert found is not None
    assert found.validate == (whole_slice(20),)
    assert found.train == (whole_slice(0, 20),)
    assert found.text == "the last of 5 done slices"
    # What was marked as done by mistake and holds too few objects is no score.
    labels[20] = 0
    found = choose_division(labels, "zyx", LabelMeaning("background_where_done", done))
    assert found is not None
    assert found.validate == (whole_slice(3),)
    assert found.train == (whole_slice(4, 20),)


def test_the_only_two_neighbouring_slices_are_not_parted() -> None:
    for slices, held in (((5, 20, 21), 5), ((3, 4, 20), 20), ((3, 9, 20), 20)):
        done = tuple(whole_slice(z) for z in slices)
        found = choose_division(
            rods(list(slices)), "zyx", LabelMeaning("background_where_done", done)
        )
        assert found is not None
        assert found.validate == (whole_slice(held),)


def test_of_one_or_two_done_slices_a_part_is_held_back_or_nothing() -> None:
    labels = rods([5])
    meaning = LabelMeaning("background_where_done", (whole_slice(5),))
    found = choose_division(labels, "zyx", meaning)
    assert found is not None
    assert found.text == "right 21 % of what is labelled"
    assert overlap(found.train[0], found.validate[0]) is None
    assert found.validate[0][1][0] == 1
    labels[labels > 2] = 0
    assert choose_division(labels, "zyx", meaning) is None


def test_what_no_pair_of_slices_tells_is_not_learnt(put: Any, init: Any) -> None:
    files = put(rods([2, 8, 14, 20]))
    config, out = init(*files, "--done", "z=2,z=8,z=14,z=20")
    assert config.task_config.link_slices
    assert all(offset[0] == 0 for offset in config.task_config.neighborhood)
    assert config.trainer_config.sample_strategy == "integral_mask"
    assert config.trainer_config.min_masked < 0.15
    assert "the last of 4 done slices" in out
    train = config.datasplit_config.train_configs[0]
    assert [region.offset[0] for region in train.done] == [2, 8, 14]
    assert "slice by slice, and linked" in out
    thick, _ = init(*files, "--done", "z=2:9,z=14:21")
    assert not thick.task_config.link_slices
    distance, _ = init(*files, "--done", "z=2,z=8,z=14,z=20", "--task", "distance")
    assert distance.task_config.separate_images


def test_partial_labels_train_and_only_what_is_done_has_weight(
    put: Any, init: Any, tmp_path: Path
) -> None:
    torch.set_num_threads(1)
    painted = rods([4, 5, 12, 13, 20])
    config, _ = init(*put(painted), "--zero", "done", "--done", "z=4:6,z=12:14,z=20")
    config = small(config, num_iterations=2, validation_interval=2, num_threads=1)
    run = Run(config)
    plan = plan_samples(run.datasplit.train, run.model, run.task, config.trainer_config, seed=0)
    pipeline = SamplePipeline(plan)
    for index in range(4):
        sample = pipeline.sample(index)
        begin = (sample.location - 80) // 10
        box = tuple(slice(b, b + 16) for b in begin)
        done = np.zeros([n + 64 for n in SHAPE], bool)
        done[32:56, 32:72, 32:128][[4, 5, 12, 13]] = True
        expected = done[tuple(slice(s.start + 32, s.stop + 32) for s in box)]
        np.testing.assert_array_equal(sample.mask > 0, expected)
        assert sample.weight[:, ~expected].max() == 0
        assert sample.weight.max() > 0
    pipeline.close()
    train_run(Run(config), runs=tmp_path / "runs", device="cpu")
    assert len(read_rows(RunFolder.of(tmp_path / "runs", "run").training_stats_file)) == 2


def test_where_nothing_can_be_held_back_every_score_says_so(
    put: Any, init: Any, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    torch.set_num_threads(1)
    labels = rods()
    labels[labels > 2] = 0
    config, out = init(*put(labels), "--zero", "unknown")
    assert "scores are those of the training data" in out
    config = small(config, num_iterations=1, validation_interval=1, num_threads=1)
    train_run(Run(config), runs=tmp_path / "runs", device="cpu")
    folder = RunFolder.of(tmp_path / "runs", "run")
    assert all(row["optimistic"] for row in read_rows(folder.validation_scores_file))
    main(["runs", str(folder.path.parent)])
    assert "optimistic" in capfd.readouterr().out


def test_objects_in_single_slices_are_as_wide_as_they_are_there(put: Any, init: Any) -> None:
    files = put(rods([4, 5, 6, 14, 15]))
    within, out = init(*files, "--done", "z=4:7,z=14:16")
    whole, _ = init(*put(rods()))
    assert "typically 7 voxels thick" in out
    assert max(map(max, within.task_config.neighborhood)) == max(
        map(max, whole.task_config.neighborhood)
    )


def test_unknown_counts_objects_only(put: Any, init: Any) -> None:
    config, _ = init(*put(rods([4, 5])), "--zero", "unknown")
    dataset = config.datasplit_config.train_configs[0]
    assert (dataset.unlabelled_value, dataset.done) == (0, None)
    opened = dataset.dataset_type(dataset)
    np.testing.assert_array_equal(opened.mask[opened.gt.roi], opened.gt[opened.gt.roi] > 0)


def test_labels_that_look_unfinished_are_asked_about(put: Any, init: Any) -> None:
    config, out = init(*put(rods([4, 5])))
    assert "Only 2 of 24 slices hold objects" in out
    assert "--zero" in out
    assert config.datasplit_config.train_configs[0].done is None
    _, out = init(*put(rods()))
    assert "--zero" not in out


def test_drawn_boxes_are_trained_and_scored_on(put: Any, init: Any) -> None:
    files = put(rods())
    config, out = init(*files, "--validate-box", "z=0:12 x=0:48", "--train-box", "x=48:96")
    split = config.datasplit_config
    (train,), (validate,) = split.train_configs, split.validate_configs
    assert (validate.gt_config.roi.offset, validate.gt_config.roi.shape) == (
        (0, 0, 0),
        (12, 40, 48),
    )
    assert (train.gt_config.roi.offset, train.gt_config.roi.shape) == ((0, 0, 48), (24, 40, 48))
    assert "the validation box" in out
    assert not is_scored_on_training_data(config)
    config, _ = init(*files, "--validate-box", "x=0:24", "--train-box", "x=10:96")
    assert is_scored_on_training_data(config)
    config, out = init(*files, "--train-box", "x=10:96")
    assert "of the largest training box" in out
    assert not is_scored_on_training_data(config)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--done", "z=99"], "lies outside of the labels"),
        (["--done", "t=1"], "names the axis t"),
        (["--done", "z=5:5"], "empty box"),
        (["--done", "five"], "is no box"),
        (["--zero", "unknown", "--done", "z=3"], "goes with --zero done only"),
        (["--validate-box", "y=0:2 x=0:2"], "holds no object"),
    ],
    ids=lambda words: " ".join(words) if isinstance(words, list) else "",
)
def test_what_cannot_be_meant_is_a_sentence(
    put: Any, tmp_path: Path, capfd: pytest.CaptureFixture[str], words: list[str], sentence: str
) -> None:
    with pytest.raises(SystemExit) as end:
        main(["init", str(tmp_path / "run.yaml"), *put(rods()), *words])
    assert end.value.code
    assert sentence in capfd.readouterr().err


def test_all_but_the_validation_box_is_trained_on() -> None:
    meaning = LabelMeaning(validate=(((4, 8, 8), (8, 16, 24)),))
    found = choose_division(rods(), "zyx", meaning)
    assert found is not None
    seen = np.zeros(SHAPE, int)
    for box in (*found.train, *found.validate):
        seen[box_slices(box)] += 1
    assert (seen[rods() > 0] == 1).all()
    with pytest.raises(DataError, match="no object outside"):
        choose_division(rods(), "zyx", LabelMeaning(validate=(((0, 0, 0), SHAPE),)))


BOXES = st.tuples(
    st.tuples(*(st.integers(-3, 8),) * 3), st.tuples(*(st.integers(1, 9),) * 3)
)  # fmt: skip


@given(BOXES)
@settings(max_examples=60, deadline=None)
def test_a_box_and_what_is_left_beside_it_are_the_whole(taken: Any) -> None:
    whole = ((0, 0, 0), (6, 7, 8))
    seen = np.zeros(whole[1], int)
    for box in remainder(whole, taken):
        seen[box_slices(box)] += 1
    inside = clip_box(taken, whole[1])
    if inside is not None:
        seen[box_slices(inside)] += 1
    assert (seen == 1).all()


def test_boxes_are_typed() -> None:
    first, second = parse_boxes("z=3, z=2:5 x = 1:4")
    assert first.ranges == (("z", 3, 4),)
    assert second.ranges == (("z", 2, 5), ("x", 1, 4))
    with pytest.raises(ConfigError, match="no box"):
        parse_boxes("z=1 z=2")


def test_pieces_are_counted_and_numbered() -> None:
    labels = (rods() > 0).astype(np.uint8)
    assert count_pieces(labels, "zyx") == LabelPieces(1, 24)
    assert count_pieces(labels, "syx") == LabelPieces(1, 24 * 24)
    assert count_pieces(rods(), "zyx") is None
    assert not LabelPieces(1, 1).is_doubtful
    numbered = number_pieces(labels, "zyx")
    pairs = np.unique(np.stack([numbered.ravel(), rods().ravel()]), axis=1)
    assert pairs.shape == (2, 25)
    # Pieces of different ids that touch stay apart.
    labels[:, :, 48:] *= 2
    labels[0, 0] = 1
    assert number_pieces(labels, "zyx").max() == count_pieces(labels, "zyx").num_pieces  # type: ignore[union-attr]
    with pytest.raises(DataError, match="too many"):
        number_pieces(np.broadcast_to(labels, (20_000, *labels.shape)), "tzyx")


def test_slices_are_done_when_all_of_them_is() -> None:
    assert done_slices([whole_slice(3), whole_slice(22, 9), ((5, 0, 0), (1, 40, 20))], SHAPE) == (
        3, 22, 23,
    )  # fmt: skip


def test_one_kind_of_thing_is_learnt_as_one(put: Any, tmp_path: Path) -> None:
    put((rods() > 0).astype(np.uint32))
    files = VolumeFiles(
        *(LocalArrayIdentifier(tmp_path / "v.zarr", name) for name in ("raw", "labels")),
        meaning=LabelMeaning(kinds=True),
    )
    setup = set_up_run(files, name="kind")
    assert setup.config.task_config.type == "distance"
    assert not setup.config.task_config.instances
    assert not is_scored_on_training_data(setup.config)
