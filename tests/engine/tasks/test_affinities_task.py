"""The affinities task: its config, predictor, and what it writes and scores."""

import pickle
import subprocess
import sys

import numpy as np
import pytest
import torch
from funlib.geometry import Coordinate, Roi
from pydantic import TypeAdapter, ValidationError

from dacapo_engine.experiments.architectures import CNNectomeUNetConfig
from dacapo_engine.experiments.arraytypes import (
    AnnotationArray,
    DistanceArray,
    EmbeddingArray,
    IntensitiesArray,
    Mask,
    ProbabilityArray,
)
from dacapo_engine.experiments.datasplits.datasets.arrays import NumpyArray, ZarrArray
from dacapo_engine.experiments.datasplits.datasets.arrays.array_identifier import (
    LocalArrayIdentifier,
)
from dacapo_engine.experiments.tasks import AffinitiesTask, AffinitiesTaskConfig, AnyTaskConfig

CONFIG = AffinitiesTaskConfig(neighborhood=((1, 0, 0), (0, -2, 0), (0, 0, 3)))
VOXEL_SIZE = Coordinate(40, 4, 8)


def array(values, offset=(80, 8, 16), axes="zyx", voxel_size=VOXEL_SIZE):
    shape = Coordinate(values.shape[-len(voxel_size) :]) * voxel_size
    return NumpyArray.from_np_array(values, Roi(offset, shape), voxel_size, list(axes))


def labels(seed=0, shape=(6, 8, 10)):
    return np.random.default_rng(seed).integers(0, 3, shape).astype(np.uint64)


def test_the_config_names_its_task_and_survives_a_round_trip():
    data = CONFIG.to_dict()
    assert data["type"] == "affinities"
    again = TypeAdapter(AnyTaskConfig).validate_python(data)
    assert again == CONFIG
    task = again.task_type(again)
    assert isinstance(task, AffinitiesTask)
    assert task.predictor.neighborhood == CONFIG.neighborhood


def test_every_field_says_what_it_is():
    for name, field in AffinitiesTaskConfig.model_fields.items():
        assert name == "type" or (field.title and field.description), name


@pytest.mark.parametrize(
    ("neighborhood", "message"),
    [
        (((1, 0, 0), (0, 1)), "same number of components"),
        (((1, 0, 0), (1, 0, 0)), "given twice"),
        (((1, 0, 0), (0, 0, 0)), "pairs a voxel with itself"),
        (((5, 0, 0), (0, 9, 0)), "at least one offset must lead to a nearest neighbor"),
        ((), "at least 1 item"),
    ],
)
def test_a_neighborhood_that_cannot_work_is_refused(neighborhood, message):
    with pytest.raises(ValidationError, match=message):
        AffinitiesTaskConfig(neighborhood=neighborhood)


def test_too_many_settings_to_try_are_refused():
    with pytest.raises(ValidationError, match="make 24 combinations, at most 12"):
        AffinitiesTaskConfig(biases=(0.4, 0.5))


def test_configs_load_without_torch():
    script = (
        "import sys; from dacapo_engine.experiments.tasks import AffinitiesTaskConfig;"
        "AffinitiesTaskConfig.registry.tags();"
        "sys.exit(any(m in sys.modules for m in ('torch', 'gunpowder', 'scipy', 'zarr')))"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_enough_labels_are_asked_for_on_the_right_side():
    class Spec:
        roi = Roi((0, 0, 0), (400, 40, 80))
        voxel_size = VOXEL_SIZE

        def copy(self):
            return Spec()

    predictor = AffinitiesTask(CONFIG).predictor
    assert predictor.gt_region_for_roi(Spec()).roi == Roi((0, -8, 0), (440, 48, 104))
    assert predictor.padding(VOXEL_SIZE) == Coordinate(40, 8, 24)


def test_the_target_inside_does_not_depend_on_the_region_asked_for():
    predictor = AffinitiesTask(CONFIG).predictor
    whole = array(labels())
    part = Roi((80, 16, 16), (200, 24, 56))
    region = part.grow(Coordinate(0, 8, 0), Coordinate(40, 0, 24))
    cut = array(whole[region], region.offset)
    np.testing.assert_array_equal(
        predictor.create_target(whole)[part], predictor.create_target(cut)[part]
    )


def test_target_and_weight_lie_where_the_labels_lie():
    predictor = AffinitiesTask(CONFIG).predictor
    gt = array(labels())
    mask = array((labels(1) > 0).astype(np.uint8)[None], axes="czyx")
    target = predictor.create_target(gt)
    weight, counts = predictor.create_weight(gt, target, mask)
    for made in (target, weight):
        assert made.axes == ["c", "z", "y", "x"]
        assert made.roi == gt.roi
        assert made.voxel_size == gt.voxel_size
        assert made.num_channels == 3
    assert (weight.data[:, mask.data[0] == 0] == 0).all()
    assert counts.shape == (3, 2)
    again, _ = predictor.create_weight(gt, target, mask, counts * 100)
    np.testing.assert_array_equal(again.data, weight.data)


def test_the_predictor_travels_to_workers():
    predictor = AffinitiesTask(CONFIG).predictor
    again = pickle.loads(pickle.dumps(predictor))  # noqa: S301
    assert again.neighborhood == predictor.neighborhood
    assert again.channels == ("affinity 1 0 0", "affinity 0 -2 0", "affinity 0 0 3")
    assert again.output_array_type == EmbeddingArray(3)


@pytest.mark.parametrize("dims", [2, 3])
def test_the_model_has_a_channel_per_offset_and_is_bounded_in_evaluation(dims):
    architecture = CNNectomeUNetConfig(
        input_shape=(16,) * dims, num_fmaps=2, fmaps_out=2, downsample_factors=((2,) * dims,),
        padding="same",
    )  # fmt: skip
    model = AffinitiesTask(CONFIG).create_model(architecture.architecture_type(architecture))
    raw = torch.randn((1, 1, *(16,) * dims)) * 100
    assert model.train()(raw).shape == (1, 3, *(16,) * dims)
    prediction = model.eval()(raw)
    assert prediction.min() >= 0
    assert prediction.max() <= 1


def test_a_prediction_is_segmented_and_scored_on_disk(tmp_path):
    truth = np.kron(np.arange(1, 9).reshape(2, 2, 2), np.ones((5, 6, 7), int))
    task = AffinitiesTask(AffinitiesTaskConfig(min_sizes=(0,)))
    gt = array(truth)
    target = task.predictor.create_target(gt)
    task.post_processor.set_prediction(
        NumpyArray.from_np_array(
            target.data * np.uint8(255), gt.roi, gt.voxel_size, ["c", "z", "y", "x"]
        )
    )
    output = LocalArrayIdentifier(tmp_path / "out.zarr", "segmentation")
    for _ in range(2):
        task.post_processor.process(task.parameters[0], output, chunk_size=(8, 8, 8))
    written = ZarrArray.open_from_array_identifier(output)
    assert (written.roi, written.voxel_size) == (gt.roi, gt.voxel_size)
    assert written.dtype == np.uint64
    scores = task.evaluator.evaluate(output, gt)
    assert (scores.voi, scores.ap50, scores.num_objects) == (0, 1, 8)
    mask = array((truth > 4).astype(np.uint8))
    assert task.evaluator.evaluate(output, gt, mask).num_true_objects == 4


def test_array_types_know_what_may_be_interpolated():
    smooth = [
        IntensitiesArray({0: "raw"}, 0, 1),
        DistanceArray({0: "cell"}),
        ProbabilityArray(["cell"]),
        EmbeddingArray(3),
    ]
    assert all(kind.interpolatable for kind in smooth)
    assert not any(kind.interpolatable for kind in (AnnotationArray({}), Mask()))
