"""Distance, hot distance, one-hot and dummy tasks: targets, weights, models, settings."""

import pickle
import subprocess
import sys

import numpy as np
import pytest
import torch
from funlib.geometry import Coordinate, Roi
from pydantic import TypeAdapter, ValidationError

from dacapo_engine.errors import ConfigError, DataError
from dacapo_engine.experiments.architectures import CNNectomeUNetConfig
from dacapo_engine.experiments.datasplits.datasets.arrays import NumpyArray, ZarrArray
from dacapo_engine.experiments.datasplits.datasets.arrays.array_identifier import (
    LocalArrayIdentifier,
)
from dacapo_engine.experiments.datasplits.datasets.raw_gt_dataset import RawGTDataset
from dacapo_engine.experiments.tasks import (
    AnyTaskConfig,
    DistanceTask,
    DistanceTaskConfig,
    DummyTask,
    DummyTaskConfig,
    HotDistanceTask,
    HotDistanceTaskConfig,
    OneHotTask,
    OneHotTaskConfig,
)
from dacapo_engine.experiments.tasks.class_labels import ClassLabels
from dacapo_engine.experiments.tasks.predictors.distances import signed_distances

VOXEL_SIZE = Coordinate(40, 4, 8)
CONFIGS = [
    DistanceTaskConfig(channels=("er", "golgi"), scale_factor=16),
    HotDistanceTaskConfig(channels=("er", "golgi"), scale_factor=16),
    OneHotTaskConfig(classes=("background", "er", "golgi")),
    DummyTaskConfig(embedding_dims=3),
]


def array(values, axes="zyx", offset=(80, 8, 16), voxel_size=VOXEL_SIZE, unit="nm"):
    shape = Coordinate(values.shape[-len(voxel_size) :]) * voxel_size
    return NumpyArray.from_np_array(values, Roi(offset, shape), voxel_size, list(axes), unit=unit)


def labels(seed=0, shape=(6, 8, 10), highest=2):
    return np.random.default_rng(seed).integers(0, highest + 1, shape).astype(np.uint64)


def task_of(config):
    return config.task_type(config)


def unet(dims, padding="same"):
    config = CNNectomeUNetConfig(
        input_shape=((18 if padding == "valid" else 16),) * dims,
        num_fmaps=2,
        fmaps_out=2,
        downsample_factors=((2,) * dims,),
        padding=padding,
    )
    return config.architecture_type(config)


@pytest.mark.parametrize("config", CONFIGS, ids=lambda config: config.type)
def test_the_config_names_its_task_and_survives_a_round_trip(config):
    again = TypeAdapter(AnyTaskConfig).validate_python(config.to_dict())
    assert again == config
    kinds = {
        "distance": DistanceTask,
        "hot_distance": HotDistanceTask,
        "one_hot": OneHotTask,
        "dummy": DummyTask,
    }
    assert type(task_of(again)) is kinds[config.type]


@pytest.mark.parametrize("config", CONFIGS, ids=lambda config: config.type)
def test_every_field_says_what_it_is(config):
    for name, field in type(config).model_fields.items():
        assert name == "type" or (field.title and field.description), name


@pytest.mark.parametrize("config", CONFIGS, ids=lambda config: config.type)
def test_at_most_twelve_settings_are_tried_and_their_ids_count(config):
    parameters = task_of(config).parameters
    assert 1 <= len(parameters) <= 12
    assert [setting.id for setting in parameters] == list(range(len(parameters)))


@pytest.mark.parametrize(
    ("kind", "fields", "message"),
    [
        (DistanceTaskConfig, {"channels": ("a", "a")}, "given twice"),
        (DistanceTaskConfig, {"channels": ("a/b",)}, "cannot name a class"),
        (DistanceTaskConfig, {"channels": ("a__b",)}, "cannot name a class"),
        (DistanceTaskConfig, {"channels": ()}, "at least 1 item"),
        (DistanceTaskConfig, {"channels": ("a", "b"), "instances": True}, "got several"),
        (
            DistanceTaskConfig,
            {"instances": True, "min_sizes": (1, 2)},
            "make 18 combinations, at most 12",
        ),
        (OneHotTaskConfig, {"classes": ("a",)}, "at least 2 items"),
        (HotDistanceTaskConfig, {"scale_factor": 0}, "greater than 0"),
    ],
)
def test_what_cannot_work_is_refused(kind, fields, message):
    with pytest.raises(ValidationError, match=message):
        kind(**fields)


def test_configs_load_without_torch():
    script = (
        "import sys; from dacapo_engine.experiments.tasks import OneHotTaskConfig as C;"
        "assert {'distance', 'dummy', 'hot_distance', 'one_hot'} <= set(C.registry.tags());"
        "sys.exit(any(m in sys.modules for m in ('torch', 'gunpowder', 'scipy', 'zarr')))"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_the_reference_fields_are_taken():
    config = DistanceTaskConfig(
        name="cells", channels=["cell"], clip_distance=50.0, tol_distance=10.0, scale_factor=100.0
    )
    criteria = task_of(config).evaluator.criteria
    assert "cell__f1_score_with_tolerance" in criteria
    assert "mean_false_distance_clipped" in criteria
    assert OneHotTaskConfig(name="a", classes=["a", "b"], kernel_size=3).kernel_size == 3


def test_classes_by_id_by_channel_and_of_one_kind():
    ids = np.array([[0, 1], [2, 7]])
    one, two = ClassLabels(("cell",)), ClassLabels(("er", "golgi"))
    np.testing.assert_array_equal(one.masks(ids, 2), [ids > 0])
    np.testing.assert_array_equal(two.masks(ids, 2), [ids == 1, ids == 2])
    np.testing.assert_array_equal(two.masks(np.stack([ids, ids]), 2), [ids > 0, ids > 0])
    np.testing.assert_array_equal(two.masks(ids[None], 2), [ids == 1, ids == 2])
    np.testing.assert_array_equal(
        ClassLabels(("background", "cell"), 0).masks(ids, 2), [ids == 0, ids > 0]
    )
    np.testing.assert_array_equal(
        ClassLabels(("a", "b", "c"), 0).masks(ids, 2), [ids == 0, ids == 1, ids == 2]
    )
    with pytest.raises(DataError, match="one channel for each of 2 classes"):
        two.masks(np.stack([ids, ids, ids]), 2)


def dataset(values, axes="zyx"):
    raw = array(np.zeros((6, 8, 10), np.float32))
    return RawGTDataset.from_arrays("train", raw, array(values, axes))


def test_labels_with_more_classes_than_are_named_are_a_sentence():
    many = dataset(labels(highest=3))
    near = CONFIGS[0].replace(scale_factor=4)
    for config in (near, *CONFIGS[1:3]):
        task_of(config).check_labels([dataset(labels(highest=2))])
        with pytest.raises(DataError, match="ids up to 2, these have 3"):
            task_of(config).check_labels([many])
    task_of(DistanceTaskConfig(scale_factor=4)).check_labels([many])
    task_of(OneHotTaskConfig()).check_labels([many])
    with pytest.raises(DataError, match="2 classes \\(er, golgi\\), got 3"):
        task_of(CONFIGS[0]).check_labels([dataset(labels(shape=(3, 6, 8, 10)), "czyx")])


@pytest.mark.parametrize("channels", [False, True])
def test_distance_targets_are_scaled_distances_of_each_class(channels):
    ids = labels()
    given = np.stack([ids == 1, ids == 2]).astype(np.uint8) if channels else ids
    gt = array(given, "czyx" if channels else "zyx")
    target = task_of(CONFIGS[0]).predictor.create_target(gt)
    assert target.axes == ["c", "z", "y", "x"]
    assert (target.roi, target.voxel_size) == (gt.roi, gt.voxel_size)
    for number, distances in enumerate(target.data, start=1):
        expected = np.tanh(signed_distances(ids == number, (40, 4, 8), reach=48) / 16)
        np.testing.assert_allclose(distances, expected, rtol=1e-6)


def test_distances_are_nanometres_in_a_run_that_counts_picometres():
    ids = labels()
    in_nm = task_of(CONFIGS[0]).predictor
    in_pm = in_nm.in_world(1000)
    nm, pm = array(ids), array(ids, voxel_size=VOXEL_SIZE * 1000, offset=(0, 0, 0))
    np.testing.assert_allclose(
        in_pm.create_target(pm).data, in_nm.create_target(nm).data, rtol=1e-5
    )
    assert in_pm.padding(VOXEL_SIZE * 1000) == in_nm.padding(VOXEL_SIZE) * 1000


def test_enough_labels_are_asked_for_and_separate_images_stay_apart():
    class Spec:
        roi = Roi((0, 0, 0), (400, 40, 80))
        voxel_size = VOXEL_SIZE

        def copy(self):
            return Spec()

    predictor = task_of(CONFIGS[0]).predictor
    # atanh(0.8) * 16 nm = 17.6 nm
    assert predictor.gt_region_for_roi(Spec()).roi == Roi((-40, -20, -24), (480, 80, 128))
    apart = task_of(CONFIGS[0].replace(separate_images=True)).predictor
    assert apart.padding(VOXEL_SIZE) == Coordinate(0, 20, 24)


def test_the_target_inside_is_right_where_it_counts():
    z, y, x = np.ogrid[:10, :40, :40]
    ball = ((z - 5) * 10) ** 2 + (y - 20) ** 2 + ((x - 20) * 2) ** 2 < 300
    predictor = task_of(DistanceTaskConfig(scale_factor=16)).predictor
    whole = array(ball.astype(np.uint64))
    part = Roi((240, 48, 96), (80, 60, 120))
    reach = predictor.padding(VOXEL_SIZE)
    region = part.grow(reach, reach)
    cut = array(whole[region], offset=region.offset)
    seen = predictor.create_target(cut)
    weight, _ = predictor.create_weight(cut, seen, None)
    assert (weight[part] > 0).all()
    error = np.abs(seen[part] - predictor.create_target(whole)[part])
    assert error.max() < 0.2


@pytest.mark.parametrize("config", CONFIGS, ids=lambda config: config.type)
def test_weights_lie_where_the_mask_lies_and_depend_on_the_sample_alone(config):
    predictor = task_of(config).predictor
    gt, mask = array(labels()), array((labels(1) > 0).astype(np.uint8))
    target = predictor.create_target(gt)
    weight, counts = predictor.create_weight(gt, target, mask)
    assert (weight.roi, weight.axes) == (gt.roi, ["c", "z", "y", "x"])
    assert weight.num_channels == target.num_channels == len(predictor.channels)
    assert (weight.data[:, mask.data == 0] == 0).all()
    again, _ = predictor.create_weight(gt, target, mask, counts)
    np.testing.assert_array_equal(again.data, weight.data)
    nowhere = array(np.zeros(gt.grid.shape, np.uint8))
    assert not predictor.create_weight(gt, target, nowhere)[0].data.any()


def test_a_mask_may_have_a_channel_per_class():
    predictor = task_of(HotDistanceTaskConfig(channels=("er", "golgi"))).predictor
    gt = array(labels())
    valid = np.stack([labels(1) > 0, labels(2) > 0])
    target = predictor.create_target(gt)
    weight, _ = predictor.create_weight(gt, target, array(valid.astype(np.uint8), "czyx"))
    for half in (weight.data[:2], weight.data[2:]):
        np.testing.assert_array_equal(half > 0, valid)


def test_both_sides_of_a_boundary_weigh_the_same():
    predictor = task_of(DistanceTaskConfig(mask_distances=False)).predictor
    ids = np.zeros((4, 10, 10), np.uint64)
    ids[:, :3] = 1
    gt = array(ids)
    target = predictor.create_target(gt)
    weight, counts = predictor.create_weight(gt, target, None)
    np.testing.assert_array_equal(counts, [[280, 120]])
    assert weight.data[0][ids > 0].sum() == pytest.approx(weight.data[0][ids == 0].sum())


def test_hot_distances_are_classes_and_then_distances():
    gt = array(labels())
    hot, distance = (task_of(config).predictor for config in (CONFIGS[1], CONFIGS[0]))
    target = hot.create_target(gt).data
    np.testing.assert_array_equal(target[:2], [labels() == 1, labels() == 2])
    np.testing.assert_array_equal(target[2:], distance.create_target(gt).data)
    assert hot.channels == ("er", "golgi", "distance er", "distance golgi")


def test_one_hot_targets_and_weights_by_hand():
    predictor = task_of(OneHotTaskConfig(classes=("background", "a", "b"))).predictor
    gt = array(np.array([[[0, 0, 0, 1, 2, 0]]]))
    mask = array(np.array([[[1, 1, 1, 1, 1, 0]]]))
    target = predictor.create_target(gt)
    np.testing.assert_array_equal(
        target.data[:, 0, 0], [[1, 1, 1, 0, 0, 1], [0, 0, 0, 1, 0, 0], [0, 0, 0, 0, 1, 0]]
    )
    weight, counts = predictor.create_weight(gt, target, mask)
    np.testing.assert_array_equal(counts, [3, 1, 1])
    expected = [5 / 9, 5 / 9, 5 / 9, 5 / 3, 5 / 3, 0]
    for channel in weight.data:
        np.testing.assert_allclose(channel[0, 0], expected, rtol=1e-6)


@pytest.mark.parametrize("dims", [2, 3])
@pytest.mark.parametrize("config", CONFIGS, ids=lambda config: config.type)
def test_the_model_is_bounded_as_the_task_needs(config, dims):
    torch.manual_seed(0)
    task = task_of(config)
    model = task.create_model(unet(dims))
    for parameter in model.prediction_head.parameters():
        parameter.data *= 1000
    raw = torch.randn((2, 1, *(16,) * dims)) * 100
    channels = len(task.predictor.channels)
    assert model.train()(raw).shape == (2, channels, *(16,) * dims)
    prediction = model.eval()(raw).detach()
    assert prediction.shape == (2, channels, *(16,) * dims)
    if config.type == "one_hot":
        torch.testing.assert_close(prediction.sum(dim=1), torch.ones_like(prediction[:, 0]))
    if config.type == "hot_distance":
        assert prediction[:, :2].min() >= 0
    if config.type in ("distance", "hot_distance"):
        assert prediction.min() < 0
        assert prediction.abs().max() <= 1


@pytest.mark.parametrize("padding", ["same", "valid"])
def test_a_wide_head_is_counted_as_context(padding):
    narrow = task_of(OneHotTaskConfig()).create_model(unet(2, padding))
    wide = task_of(OneHotTaskConfig(kernel_size=5)).create_model(unet(2, padding))
    assert narrow.context == narrow.architecture.context
    assert wide.context == narrow.context + Coordinate(2, 2)
    with pytest.raises(ConfigError, match="odd size, got 4"):
        task_of(OneHotTaskConfig(kernel_size=4)).create_model(unet(2))


@pytest.mark.parametrize("config", CONFIGS, ids=lambda config: config.type)
def test_the_predictor_travels_to_workers(config):
    predictor = task_of(config).predictor
    again = pickle.loads(pickle.dumps(predictor))  # noqa: S301
    assert again.channels == predictor.channels
    assert again.output_array_type == predictor.output_array_type
    gt = array(labels())
    np.testing.assert_array_equal(again.create_target(gt).data, predictor.create_target(gt).data)


def test_what_is_mirrored_back_can_be_averaged():
    prediction = torch.rand(4, 3, 4, 5)
    for config in CONFIGS[:3]:
        assert torch.equal(task_of(config).predictor.unmirror(prediction), prediction)
    assert task_of(CONFIGS[3]).predictor.unmirror(prediction) is None


@pytest.mark.parametrize("config", CONFIGS[:3], ids=lambda config: config.type)
def test_a_perfect_prediction_scores_perfectly_on_disk(config, tmp_path):
    task, gt = task_of(config), array(labels())
    target = task.predictor.create_target(gt)
    task.post_processor.set_prediction(target)
    output = LocalArrayIdentifier(tmp_path / "out.zarr", "segmentation")
    middle = task.parameters[len(task.parameters) // 2]
    task.post_processor.process(middle, output, chunk_size=(8, 8, 8))
    written = ZarrArray.open_from_array_identifier(output)
    assert (written.roi, written.voxel_size) == (gt.roi, gt.voxel_size)
    scores = task.evaluator.evaluate(output, gt).as_dict()
    names = [name for name in scores if name.startswith(("er__", "golgi__"))]
    assert len(names) == 12
    for name, value in scores.items():
        assert value == (0 if name.endswith("voi") else 1), name
    assert list(scores) == task.evaluator.criteria == list(task.evaluation_scores.criteria)


def test_a_distance_task_may_separate_objects():
    task = task_of(DistanceTaskConfig(instances=True, scale_factor=20, min_sizes=(1,)))
    truth = np.kron(np.arange(1, 9).reshape(2, 2, 2), np.ones((5, 6, 7), int)).astype(np.uint64)
    gt = array(truth, offset=(0, 0, 0), voxel_size=Coordinate(10, 8, 8))
    target = task.predictor.create_target(gt)
    assert target.data.min() > 0
    # Only the middle of each object is above the seed threshold.
    seeds = next(p for p in task.parameters if (p.threshold, p.seed_threshold) == (0.0, 0.5))
    segmentation = task.post_processor.segment(target.data, seeds)
    found = NumpyArray.from_grid(segmentation, gt.grid, gt.axes)
    scores = task.evaluator.evaluate(found, gt)
    assert scores.num_objects == 8
    assert scores.ap50 == 1


def test_the_dummy_says_that_it_is_one():
    config = DummyTaskConfig()
    assert config.verify()[0] is False
    task = task_of(config)
    gt = array(labels())
    assert not task.predictor.create_target(gt).data.any()
    scores = task.evaluator.evaluate(gt, gt)
    assert (scores.frizz_level, scores.blipp_score) == (1, 0)
    assert task.evaluator.higher_is_better("frizz_level")
    assert not task.evaluator.higher_is_better("blipp_score")
