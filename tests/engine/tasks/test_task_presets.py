"""Defaults of tasks from measured facts, and the command that offers them."""

from dataclasses import replace

import numpy as np
import pytest
import zarr
from click.testing import CliRunner

from dacapo_engine.cli.init import init
from dacapo_engine.errors import ConfigError
from dacapo_engine.experiments.datasplits.datasets.volume_facts import measure_volume
from dacapo_engine.experiments.run_config import RunConfig
from dacapo_engine.setup.presets import TASKS, suggest_task
from dacapo_engine.setup.task_presets import suggest_class_task
from dacapo_engine.yaml_file import read_config


def balls(shape=(32, 64, 64), radius=7):
    z, y, x = np.indices(shape)
    labels = np.zeros(shape, np.uint32)
    centres = [(cz, cy, cx) for cz in (8, 24) for cy in (10, 32, 54) for cx in (10, 32, 54)]
    for number, (cz, cy, cx) in enumerate(centres, start=1):
        labels[(z - cz) ** 2 + (y - cy) ** 2 + (x - cx) ** 2 < radius**2] = number
    raw = np.where(labels, 180, 60).astype(np.uint8)
    return raw + np.random.default_rng(0).integers(0, 20, shape).astype(np.uint8), labels


@pytest.fixture(scope="module")
def facts():
    raw, labels = balls()
    return measure_volume(raw, labels, axes=("z", "y", "x"), voxel_size_nm=(10.0, 10.0, 10.0))


@pytest.mark.parametrize("task", TASKS)
def test_every_task_has_defaults(task, facts):
    config = suggest_task(task, facts, (32, 32, 32))
    assert config.type == task
    built = config.task_type(config)
    assert 1 <= len(built.parameters) <= 12


def test_distances_are_scaled_to_the_objects(facts):
    config = suggest_class_task("distance", facts)
    assert config.instances
    # Balls of 13 voxels of 10 nm.
    assert 30 <= config.scale_factor <= 60
    assert 10 <= config.min_sizes[0] < (np.pi * 4 / 3 * 6**3)
    larger = replace(facts, voxel_size_nm=(40.0, 20.0, 20.0))
    assert suggest_class_task("distance", larger).scale_factor == pytest.approx(
        2 * config.scale_factor, rel=0.01
    )
    huge = replace(facts, object_thickness=500.0)
    assert suggest_class_task("hot_distance", huge).scale_factor == 120


def test_in_a_thin_stack_distances_are_not_masked(facts):
    assert suggest_class_task("distance", facts).mask_distances
    thin = replace(facts, shape=(4, 64, 64))
    assert not suggest_class_task("distance", thin).mask_distances


def test_few_ids_are_classes_and_many_are_objects(facts):
    assert suggest_class_task("one_hot", facts).classes == ("background", "objects")
    few = replace(facts, num_objects=3)
    assert suggest_class_task("one_hot", few).classes == (
        "background",
        "class 1",
        "class 2",
        "class 3",
    )
    assert suggest_class_task("hot_distance", few).channels == ("class 1", "class 2", "class 3")
    one = replace(facts, num_objects=1)
    assert not suggest_class_task("distance", one).instances
    assert suggest_class_task("one_hot", one).classes == ("background", "objects")


def test_separate_images_stay_separate(facts):
    images = replace(facts, axes=("s", "y", "x"), voxel_size_nm=(1.0, 10.0, 10.0))
    assert suggest_class_task("distance", images).separate_images
    assert (
        suggest_class_task("distance", images).scale_factor
        == suggest_class_task("distance", facts).scale_factor
    )
    assert not suggest_class_task("distance", facts).separate_images


def test_an_unknown_task_is_a_sentence(facts):
    with pytest.raises(ConfigError, match=r"no task 'flows'\. Choose of affinities, distance"):
        suggest_class_task("flows", facts)


@pytest.mark.parametrize("task", TASKS)
def test_init_offers_them(task, tmp_path):
    group = zarr.open_group(str(tmp_path / "volume.zarr"), mode="w")
    for name, values in zip(("raw", "labels"), balls(), strict=True):
        array = group.create_dataset(name, data=values)
        array.attrs.update(voxel_size=[10, 10, 10], offset=[0, 0, 0], units=["nm"] * 3)
    run_file = tmp_path / "run.yaml"
    volume = f"{tmp_path / 'volume.zarr'}"
    answer = CliRunner().invoke(
        init,
        [
            str(run_file),
            *("--raw", f"{volume}/raw"),
            *("--labels", f"{volume}/labels"),
            *("--task", task),
            *("--preset", "tiny"),
        ],
        catch_exceptions=False,
    )
    assert answer.exit_code == 0, answer.output
    assert read_config(run_file, RunConfig).task_config.type == task
