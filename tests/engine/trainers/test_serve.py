"""``dacapo-engine serve`` as a process: only answers come out, and it ends with its pipe."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dacapo_engine.experiments.run import Run
from dacapo_engine.experiments.run_config import RunConfig
from dacapo_engine.experiments.trainers.gp_augments import SimpleAugmentConfig

# An augment of a lab that prints, in Python and below it, and one that fails.
LAB = """
import os
from typing import Literal
from dacapo_engine.experiments.trainers.gp_augments import AugmentConfig

class Chatty(AugmentConfig):
    type: Literal["chatty"] = "chatty"
    def node(self, raw_key, gt_key, mask_key):
        import gunpowder as gp
        print("made in Python")
        os.write(1, b"made below Python\\n")
        return gp.Normalize(raw_key, factor=1.0)

class Broken(AugmentConfig):
    type: Literal["broken"] = "broken"
    def node(self, raw_key, gt_key, mask_key):
        import gunpowder as gp
        class Node(gp.BatchFilter):
            def process(self, batch, request):
                raise RuntimeError("a wire is loose")
        return Node()
"""
SECONDS = 60


class Service:
    """The process and its pipes."""

    def __init__(self, scratch: Path, plugins: Path, *options: str) -> None:
        self.scratch = scratch
        self.process = subprocess.Popen(
            [sys.executable, "-m", "dacapo_engine", "serve", str(scratch), *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(plugins), "OMP_NUM_THREADS": "1"},
        )

    def say(self, line: str) -> Any:
        """Write a line, and read one."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def ask(self, verb: str, **parameters: Any) -> Any:
        return self.say(json.dumps({"id": "q", "verb": verb, "parameters": parameters}))

    def close(self) -> bytes:
        """Close its standard input, and return what it still says."""
        return self.process.communicate(timeout=SECONDS)[0]


@pytest.fixture(scope="module")
def plugins(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a lab's augments, installed as a distribution."""
    folder = tmp_path_factory.mktemp("plugins")
    (folder / "lab.py").write_text(LAB)
    info = folder / "lab-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: lab\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[dacapo_engine.augment]\nlab = lab\n")
    return folder


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, plugins: Path) -> Iterator[Service]:
    """One process for all tests that leave it alive."""
    made = Service(tmp_path_factory.mktemp("serve") / "scratch", plugins, "--remove")
    yield made
    made.process.kill()
    made.close()


Sample = Callable[[RunConfig, int], dict[str, np.ndarray]]


@pytest.fixture
def sample(service: Service) -> Sample:
    def draw(config: RunConfig, index: int) -> dict[str, np.ndarray]:
        answer = service.ask("sample", config=config.to_dict(), index=index)
        assert "error" not in answer, answer
        assert answer["id"] == "q"
        assert answer["result"]["index"] == index
        return {name: np.load(path) for name, path in answer["arrays"].items()}

    return draw


@pytest.mark.parametrize(
    ("line", "code", "words"),
    [
        ("no JSON at all", "config", "line of JSON"),
        ("[1, 2]", "config", "an object with id"),
        ('{"id": 1, "verb": "sing"}', "not_found", "no request 'sing'; there are"),
        ('{"id": 1, "verb": "sample", "parameters": 3}', "config", "are an object"),
        ('{"id": 1, "verb": "sample", "parameters": {"index": -1}}', "config", "config: this"),
    ],
)
def test_what_cannot_be_answered_gets_a_sentence(
    service: Service, line: str, code: str, words: str
) -> None:
    error = service.say(line)["error"]
    assert set(error) == {"code", "message", "hint", "place"}
    assert error["code"] == code
    assert words in error["message"]


def test_devices(service: Service) -> None:
    names = [device["name"] for device in service.ask("devices")["result"]["devices"]]
    assert "cpu" in names


def test_sample_is_that_of_the_training(sample: Sample, run_config: RunConfig) -> None:
    found = {index: sample(run_config, index) for index in (1, 0, 4)}
    run = Run(run_config)
    trainer: Any = run.trainer
    with trainer:
        trainer.build_batch_provider(run.datasplit.train, run.model, run.task)
        for index, arrays in found.items():
            trainer.iteration = index
            raw, gt, *_ = trainer.next()
            np.testing.assert_array_equal(arrays["raw"], raw[0, 0].numpy())
            np.testing.assert_array_equal(arrays["gt"], gt[0].numpy())


def test_untouched_is_a_part_of_the_volume(
    service: Service, sample: Sample, run_config: RunConfig
) -> None:
    config = run_config.replace(
        trainer_config=run_config.trainer_config.replace(augments=(SimpleAugmentConfig(),))
    )
    arrays = sample(config, 2)
    assert sorted(arrays["raw"].ravel()) == sorted(arrays["untouched_raw"].ravel())
    answer = service.ask("sample", config=config.to_dict(), index=2)
    place = answer["result"]["places"]["untouched_raw"]
    np.testing.assert_allclose(place["voxel_size"], [283.718, 126.786, 126.786])
    raw = Run(config).datasplit.train[0].raw
    begin = np.round((np.array(place["offset"]) - [0, 1267.86, 0]) / place["voxel_size"])
    inside = [slice(max(0, int(b)), int(b) + 16) for b in begin]
    own = tuple(slice(max(0, -int(b)), None) for b in begin)
    expected = np.asarray(raw.data[tuple(inside)])
    shown = arrays["untouched_raw"][own][tuple(slice(n) for n in expected.shape)]
    np.testing.assert_allclose(shown, expected, rtol=1e-6)


def test_stages_lie_in_each_other_and_end_with_the_sample(
    service: Service, sample: Sample, run_config: RunConfig
) -> None:
    expected = sample(run_config, 1)
    answer = service.ask("stages", config=run_config.to_dict(), index=1)
    names, places = answer["result"]["names"], answer["result"]["places"]
    assert names == ["source", "padding", "location", "1 simple", "2 elastic", "3 noise", "target"]
    arrays = {name: np.load(path) for name, path in answer["arrays"].items()}
    assert set(arrays) == {"raw", "gt", "mask", "target", "weight"}
    assert arrays["target"].shape[0] == places["target"]["axes"].count("c") * 3 == 3
    assert all(array.shape[-4] == len(names) for array in arrays.values())
    assert not arrays["target"][:, :-1].any()
    for name in ("raw", "gt"):
        # The augments before see more than the patch: it lies in the middle of what they see.
        begin = np.subtract(places["target"]["offset"], places[name]["offset"])
        first = np.round(begin / places[name]["voxel_size"]).astype(int)
        box = tuple(slice(at, at + 16) for at in first)
        np.testing.assert_array_equal(arrays[name][-1][box], expected[name])
    np.testing.assert_array_equal(sample(run_config, 1)["raw"], expected["raw"])


def test_only_answers_come_out(service: Service, run_config: RunConfig) -> None:
    config = run_config.to_dict()
    config["trainer_config"]["augments"] = [{"type": "chatty"}]
    assert "arrays" in service.ask("sample", config=config, index=0)
    config["trainer_config"]["augments"] = [{"type": "broken"}]
    error = service.ask("sample", config=config, index=0)["error"]
    assert "a wire is loose" in error["message"]
    assert "arrays" in service.ask("sample", config=run_config.to_dict(), index=0)


def test_arrays_of_an_answer_go_with_the_next_request(
    service: Service, run_config: RunConfig
) -> None:
    paths = service.ask("sample", config=run_config.to_dict(), index=0)["arrays"].values()
    assert all(Path(path).is_file() for path in paths)
    service.ask("devices")
    assert not any(Path(path).exists() for path in paths)


def test_it_ends_with_its_standard_input(tmp_path: Path, plugins: Path) -> None:
    scratch = tmp_path / "scratch"
    service = Service(scratch, plugins, "--remove")
    assert "error" in service.say("{}")
    assert scratch.is_dir()
    started = time.monotonic()
    assert service.close() == b""
    assert service.process.returncode == 0
    assert time.monotonic() - started < 10
    assert not scratch.exists()


def test_a_folder_that_cannot_be_made(tmp_path: Path, plugins: Path) -> None:
    (tmp_path / "file").write_text("")
    service = Service(tmp_path / "file" / "scratch", plugins)
    service.close()
    assert service.process.returncode == 2
