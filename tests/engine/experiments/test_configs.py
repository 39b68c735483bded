"""Configs: written and read without loss, and refused with the path to what is wrong."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any, ClassVar, Literal

import pytest
from pydantic import Field, ValidationError

from dacapo_engine.config import Config, TaggedConfig, describe_validation_error, field_unit
from dacapo_engine.errors import ConfigError, NotFoundError
from dacapo_engine.experiments.architectures import CNNectomeUNetConfig
from dacapo_engine.experiments.architectures.architecture_config import ArchitectureConfig
from dacapo_engine.experiments.datasplits import TrainValidateDataSplitConfig
from dacapo_engine.experiments.datasplits.datasets import RawGTDatasetConfig
from dacapo_engine.experiments.datasplits.datasets.arrays import (
    IntensitiesArrayConfig,
    ZarrArrayConfig,
)
from dacapo_engine.experiments.run_config import RunConfig
from dacapo_engine.experiments.tasks import AffinitiesTaskConfig
from dacapo_engine.experiments.tasks.task_config import TaskConfig
from dacapo_engine.experiments.trainers import DummyTrainerConfig, GunpowderTrainerConfig
from dacapo_engine.experiments.trainers.gp_augments.augment_config import AugmentConfig
from dacapo_engine.experiments.trainers.gp_augments.noise_config import NoiseAugmentConfig
from dacapo_engine.experiments.trainers.trainer_config import TrainerConfig
from dacapo_engine.registry import LazyType, Registry
from dacapo_engine.yaml_file import from_yaml, load_yaml, read_config, to_yaml

FAMILIES = (ArchitectureConfig, TaskConfig, TrainerConfig, AugmentConfig)
NEEDED: dict[str, dict[str, Any]] = {
    "cnnectome_unet": {"input_shape": (16, 32, 32)},
    "affinities": {"neighborhood": ((0, 0, 1), (0, 1, 0))},
    "one_hot": {"classes": ("background", "cell")},
}


@pytest.fixture
def run() -> RunConfig:
    raw = IntensitiesArrayConfig(
        source_array_config=ZarrArrayConfig(file_name="a b: #c.zarr", dataset="raw"),
        min=0,
        max=4095.5,
    )
    gt = ZarrArrayConfig(file_name="a b: #c.zarr", dataset="001", axes=("z", "y", "x"))
    dataset = RawGTDatasetConfig(name="on", raw_config=raw, gt_config=gt)
    return RunConfig(
        name="001",
        task_config=AffinitiesTaskConfig(),
        architecture_config=CNNectomeUNetConfig(input_shape=(16, 32, 32), padding="same"),
        trainer_config=GunpowderTrainerConfig(
            augments=(
                NoiseAugmentConfig(std=0.25),
                *(kind() for kind in AugmentConfig.registry.classes()),
            )
        ),
        datasplit_config=TrainValidateDataSplitConfig(
            train_configs=(dataset,), validate_configs=(dataset.replace(name="no"),)
        ),
    )


def every_config() -> list[type[TaggedConfig]]:
    return [kind for family in FAMILIES for kind in family.registry.classes()]


@pytest.mark.parametrize("kind", every_config(), ids=lambda kind: kind.__name__)
def test_every_config_comes_back_from_yaml(kind: type[TaggedConfig]) -> None:
    config = kind(**NEEDED.get(kind.model_fields["type"].default, {}))
    text = to_yaml(config)
    assert from_yaml(text, kind) == config
    assert kind.from_tag(load_yaml(text)) == config
    for name, field in kind.model_fields.items():
        assert name == "type" or (field.title and field.description), name


def test_a_run_comes_back_from_yaml(run: RunConfig, tmp_path: Path) -> None:
    text = to_yaml(run)
    assert from_yaml(text, RunConfig) == run
    path = tmp_path / "run.yaml"
    path.write_text(text, encoding="utf-8")
    assert read_config(path, RunConfig) == run
    assert RunConfig.model_validate(run.to_dict()) == run


def test_yaml_is_1_2(run: RunConfig) -> None:
    again = from_yaml(to_yaml(run), RunConfig)
    assert again.name == "001"
    dataset = again.datasplit_config.train_configs[0]
    assert (dataset.name, dataset.gt_config.dataset) == ("on", "001")
    assert again.datasplit_config.validate_configs[0].name == "no"
    assert load_yaml("on: 0o17\nyes: 1e-3\nx: 012") == {"on": 15, "yes": 0.001, "x": 12}


def test_comments_say_title_and_unit(run: RunConfig) -> None:
    lines = to_yaml(run).splitlines()
    assert lines[0].startswith("format: 1")
    batch = next(line for line in lines if "batch_size" in line)
    assert batch.endswith("# Batch size (samples)")
    assert max(map(len, lines)) < 200


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("std: 0.25", "sdt: 0.25", "trainer_config.augments.0.sdt: there is no such field"),
        ("std: 0.25", "std: -1", "trainer_config.augments.0.std: Input should be greater"),
        ("type: noise\n", "type: nosie\n", "augments.0: 'nosie' is no augment"),
        ("type: cnnectome_unet", "type: transformer", "cnnectome_unet"),
        ("  type: gunpowder\n", "", "trainer_config: 'type' is missing"),
        ("name: '001'", "name: ''", "name: String should have at least 1 character"),
        ("name: '001'", "name: [1", "not valid YAML"),
        ("name: '001'", "name: !!python/object/apply:os.system ['true']", "not valid YAML"),
        ("name: '001'", "name: !!python/name:os.system", "not valid YAML"),
        ("name: '001'", "name: '001'\nname: '002'", "not valid YAML"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_path(
    run: RunConfig, old: str, new: str, words: str
) -> None:
    text = to_yaml(run)
    assert old in text
    with pytest.raises(ConfigError) as caught:
        from_yaml(text.replace(old, new, 1), RunConfig, "run.yaml")
    assert words in str(caught.value)
    assert caught.value.place == "run.yaml"


def test_fields_of_the_trainer_may_stand_on_the_run(run: RunConfig) -> None:
    """The reference's later form."""
    data = run.to_dict()
    trainer = {k: v for k, v in data["trainer_config"].items() if k != "batch_size"}
    later = data | {
        "trainer_config": trainer, "batch_size": 7, "learning_rate": 0.5, "num_workers": 2,
        "snapshot_interval": 11,
    }  # fmt: skip
    made = RunConfig.model_validate(later).trainer_config
    assert (made.batch_size, made.learning_rate) == (7, 0.5)
    assert (made.num_data_fetchers, made.snapshot_interval) == (2, 11)
    live = {name: getattr(run, name) for name in RunConfig.model_fields}
    assert RunConfig(**live, batch_size=3).trainer_config.batch_size == 3
    assert run.replace(batch_size=4).trainer_config.batch_size == 4
    with pytest.raises(ValidationError):
        RunConfig(**live, batch_size=0)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="no such file"):
        read_config(tmp_path / "none.yaml", RunConfig)
    with pytest.raises(ConfigError, match="cannot be read"):
        read_config(tmp_path, RunConfig)
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="cannot be read"):
        read_config(tmp_path / "binary", RunConfig)
    for text in ("", "- 1", "5", "null"):
        with pytest.raises(ConfigError, match="Expected fields of a config"):
            from_yaml(text, RunConfig)


class TestRegistry:
    def test_tags_and_classes(self) -> None:
        tags = AugmentConfig.registry.tags()
        assert {"simple", "elastic", "intensity", "gamma", "noise"} <= set(tags)
        assert list(tags) == sorted(tags)
        assert AugmentConfig.registry.get("noise") is NoiseAugmentConfig
        for tag in ("nope", None, 3, ["noise"]):
            with pytest.raises(ConfigError, match=r"expected one of .*noise"):
                AugmentConfig.registry.get(tag)

    def test_a_tag_belongs_to_one_class(self) -> None:
        registry: Registry[Any] = Registry("thing", "dacapo_engine.experiments.trainers")
        registry.register("one", NoiseAugmentConfig)
        registry.register("one", NoiseAugmentConfig)
        with pytest.raises(ConfigError, match="Two thing classes claim the tag 'one'"):
            registry.register("one", DummyTrainerConfig)

    def test_an_augment_of_ones_own(self, run: RunConfig) -> None:
        class LabAugmentConfig(AugmentConfig):
            type: Literal["lab"] = "lab"
            strength: float = Field(default=1.0, title="Strength", description="How much.")

            def node(self, *keys: Any) -> Any:
                raise AssertionError

        try:
            trainer = run.trainer_config.replace(augments=(LabAugmentConfig(strength=2.0),))
            again = from_yaml(to_yaml(run.replace(trainer_config=trainer)), RunConfig)
            assert again.trainer_config.augments[0].strength == 2.0
        finally:
            del AugmentConfig.registry._classes["lab"]


def test_a_lazy_type_imports_when_it_is_read() -> None:
    class Holder:
        thing: ClassVar[Any] = LazyType("dacapo_engine.errors:ConfigError")

    assert Holder.thing is ConfigError is Holder().thing


def test_configs_are_frozen_and_replaced() -> None:
    config = NoiseAugmentConfig(std=0.5)
    with pytest.raises(ValidationError):
        config.std = 1  # type: ignore[misc]
    assert config.replace(std=0.25).std == 0.25
    with pytest.raises(ValidationError):
        config.replace(std=-1)
    assert config.verify()[0]


def test_units_of_fields() -> None:
    class Some(Config):
        one: int = Field(default=1, json_schema_extra={"unit": "nm"})
        two: int = 2

    assert field_unit(Some.model_fields["one"]) == "nm"
    assert field_unit(Some.model_fields["two"]) == ""
    with pytest.raises(ValidationError) as caught:
        Some(one="x" * 500)  # type: ignore[arg-type]
    assert len(str(describe_validation_error(caught.value, "here"))) < 250


def test_reading_a_run_file_imports_nothing_heavy(run: RunConfig, tmp_path: Path) -> None:
    path = tmp_path / "run.yaml"
    path.write_text(to_yaml(run), encoding="utf-8")
    program = (
        "import sys; from pathlib import Path\n"
        "from dacapo_engine.experiments.run_config import RunConfig\n"
        "from dacapo_engine.yaml_file import read_config\n"
        "read_config(Path(sys.argv[1]), RunConfig)\n"
        "heavy = {'torch', 'gunpowder', 'zarr', 'funlib.persistence', 'scipy'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", program, str(path)], check=True)
