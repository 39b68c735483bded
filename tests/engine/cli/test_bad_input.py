"""Whatever is wrong: exit status 2, one line that says what and where, and no traceback."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zarr

Command = Callable[..., Any]
SHAPE = (20, 24, 30)


@pytest.fixture
def places(tmp_path: Path, put: Command, cubes: Command) -> dict[str, Path]:
    """Volumes that fit each other, and many that do not."""
    raw, labels = cubes(*SHAPE)
    nan = raw.astype(np.float32)
    nan[5:9, 5:9, 5:9] = np.nan
    even = [8.0, 8.0, 8.0]
    (tmp_path / "file").write_text("not a folder", encoding="utf-8")
    made = {
        "raw": put("raw", raw, even),
        "labels": put("labels", labels, even),
        "nan": put("nan", nan, even),
        "only_nan": put("only_nan", np.full_like(nan, np.nan), even),
        "shorter": put("shorter", raw[:12], even),
        "shorter_unplaced": put("shorter_unplaced", raw[:12]),
        "unplaced": put("unplaced", labels),
        "finer": put("finer", labels, [8.0, 8.0, 6.0]),
        "flat": put("flat", labels[0], [8.0, 8.0]),
        "empty": put("empty", np.zeros_like(labels), even),
        "floats": put("floats", labels.astype(np.float32), even),
        "negative": put("negative", labels.astype(np.int32) - 1, even),
        "zeros": put("zeros", np.zeros_like(raw), even),
        "fine_mask": put("fine_mask", np.ones_like(raw), [4.0, 4.0, 4.0]),
        "two": put("two", np.stack([raw, raw]), even),
    }
    container = tmp_path / "volume.zarr"
    beside = ("none", "group", "outside")
    return made | {
        "container": container,
        "run": tmp_path / "run.yaml",
        "runs": tmp_path / "runs",
        "file": tmp_path / "file",
        "runs_folder": tmp_path,
        **dict(zip(beside, (tmp_path / "none.zarr", container, tmp_path / "raw.tif"), strict=True)),
    }


INIT = ("init", "{run}", "--preset", "tiny")
GOOD = ("--raw", "{raw}", "--labels", "{labels}")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--raw", "{none}/raw", "--labels", "{labels}"), "none.zarr does not exist"),
        (("--raw", "{container}/nope", "--labels", "{labels}"), "There is no dataset 'nope'"),
        (("--raw", "{group}", "--labels", "{labels}"), "is a group of datasets"),
        (("--raw", "{outside}", "--labels", "{labels}"), "There is no such file"),
        (("--raw", "{shorter}", "--labels", "{labels}"), "more than raw"),
        (("--raw", "{shorter_unplaced}", "--labels", "{unplaced}"), "20 x 24 x 30"),
        (("--raw", "{raw}", "--labels", "{finer}"), "differ by a factor that is not whole"),
        (("--raw", "{raw}", "--labels", "{flat}"), "labels has y, x"),
        (("--raw", "{raw}", "--labels", "{empty}"), "labels has no object"),
        (("--raw", "{raw}", "--labels", "{floats}"), "must be whole numbers"),
        (("--raw", "{raw}", "--labels", "{negative}"), "must not be negative"),
        (("--raw", "{nan}", "--labels", "{labels}"), "are not numbers"),
        (("--raw", "{only_nan}", "--labels", "{labels}"), "raw has no finite value"),
        (("--raw", "{raw}", *GOOD), "belong together"),
        ((), "Nothing to train on"),
        ((*GOOD, "--crops", "{none}"), "--crops names raw and labels"),
        ((*GOOD, "--mask", "{zeros}"), "where the mask is above 0"),
        ((*GOOD, "--mask", "{fine_mask}"), "Resample the mask"),
        ((*GOOD, "--name", "../outside"), "would leave the runs folder"),
        ((*GOOD, "--name", ""), "is empty"),
        ((*GOOD, "--axes", "zzy"), "names no axes"),
        ((*GOOD, "--axes", "yx"), "do not fit an array of 20 x 24 x 30"),
        ((*GOOD, "--preset", "giant"), "'giant' is not one of"),
        ((*GOOD, "--validation-raw", "{raw}"), "belong together"),
        ((*GOOD, "--validation-raw", "{raw}", "--validation-labels", "{empty}"), "no object"),
        ((*GOOD, "--num-iterations", "0"), "0 is not in the range"),
    ],
)
def test_init(
    command: Command, places: dict[str, Path], words: tuple[str, ...], sentence: str
) -> None:
    _check(command, places, (*INIT, *words), sentence)
    assert not places["run"].exists()


def test_a_run_file_below_a_file(command: Command, places: dict[str, Path]) -> None:
    _check(command, places, ("init", "{file}/run.yaml", *GOOD), "Cannot write to the folder")


def test_a_run_file_is_not_replaced_unasked(
    command: Command, works: Command, places: dict[str, Path]
) -> None:
    places["run"].write_text("mine", encoding="utf-8")
    _check(command, places, (*INIT, *GOOD), "replace it with --overwrite")
    assert places["run"].read_text(encoding="utf-8") == "mine"
    works(*[word.format(**places) for word in (*INIT, *GOOD, "--overwrite")])
    assert places["run"].read_text(encoding="utf-8").startswith("format: 1")
    for more in ((), ("--overwrite",)):
        _check(command, places, ("init", "{runs_folder}", *GOOD, *more), "This is a folder")


def _check(
    command: Command, places: dict[str, Path], words: tuple[str, ...], sentence: str
) -> None:
    result = command(*[word.format(**places) for word in words])
    assert result.code == 2, result.out + result.err
    assert result.err.startswith("Error: ")
    assert result.err.count("\n") == 1
    assert sentence in result.err


@pytest.fixture
def run_file(works: Command, places: dict[str, Path], make_tiny: Command) -> Path:
    works(*[word.format(**places) for word in (*INIT, *GOOD)])
    make_tiny(places["run"], "[8, 16, 16]", long_range_groups="[1]", agglomeration_thresholds="[1]")
    return places["run"]


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("batch_size: 1", "batchsize: 1", "trainer_config.batchsize: there is no such field"),
        ("gamma_range:", "gama:", "trainer_config.augments.2.gama: there is no such field"),
        ("seed: 0", "seed: -1", "seed: Input should be greater than or equal to 0"),
        ("type: noise", "type: nosie", "'nosie' is no augment; expected one of elastic"),
        ("name: run", "name: ../run", "would leave the runs folder"),
        ("name: run", "name: [", "not valid YAML"),
        ("name: run", "name: !!python/object/apply:os.getcwd []", "not valid YAML"),
        ("format: 1 ", "format: 2 ", "run.yaml: config: this was written by a newer version"),
        ("input_shape: [8, 16, 16]", "input_shape: [8, 17, 16]", "8 x 16 x 16 and 8 x 20 x 16"),
        ("input_shape: [8, 16, 16]", "input_shape: [8, 16, 400]", "the model reads 8 x 16 x 400"),
        ("input_shape: [8, 16, 16]", "input_shape: [16, 16]", "3 axes"),
        ("all", "", "Expected fields of a config, got str"),
    ],
)
def test_run_files(
    command: Command, places: dict[str, Path], run_file: Path, old: str, new: str, sentence: str
) -> None:
    text = run_file.read_text(encoding="utf-8")
    if old == "all":
        run_file.write_text("just words", encoding="utf-8")
    else:
        assert text.count(old) == 1
        run_file.write_text(text.replace(old, new), encoding="utf-8")
    words = ("train", "{run}", "--runs", "{runs}", "--device", "cpu")
    _check(command, places, words, sentence)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--runs", "{runs}", "--device", "cuda:7"), "There is no device 'cuda:7'"),
        (("--runs", "{runs}", "--device", "gpu"), "There is no device 'gpu'"),
        (("--runs", "{file}"), "Cannot write to the run folder"),
        (("--runs", "{file}/below"), "Cannot write to the run folder"),
        (("--runs", "{runs}", "--num-iterations", "-3"), "-3 is not in the range"),
    ],
)
def test_train(
    command: Command,
    places: dict[str, Path],
    run_file: Path,
    words: tuple[str, ...],
    sentence: str,
) -> None:
    _check(command, places, ("train", "{run}", *words), sentence)


def test_nan_that_only_training_meets(
    command: Command, places: dict[str, Path], run_file: Path
) -> None:
    raw = zarr.open_group(str(places["container"]), mode="a")
    raw.create_dataset("raw", data=raw["nan"][:], overwrite=True).attrs.update(
        raw["nan"].attrs.asdict()
    )
    words = ("train", run_file, "--runs", places["runs"], "--device", "cpu")
    result = command(*words, "--num-iterations", "9")
    assert result.code == 2
    # A step or two may be made, and told of, before a patch has such a value.
    last = result.err.splitlines()[-1]
    assert last.startswith("Error: ")
    assert "not numbers (NaN)" in last


def test_another_run_of_the_same_name(
    command: Command, works: Command, places: dict[str, Path], run_file: Path
) -> None:
    words = ("train", "{run}", "--runs", "{runs}", "--device", "cpu", "--num-iterations", "1")
    works(*[word.format(**places) for word in words])
    text = run_file.read_text(encoding="utf-8")
    run_file.write_text(text.replace("batch_size: 1", "batch_size: 2"))
    _check(command, places, words, "with other settings (trainer_config)")


def test_segment(command: Command, works: Command, places: dict[str, Path], run_file: Path) -> None:
    train = ("train", "{run}", "--runs", "{runs}", "--device", "cpu", "--num-iterations", "1")
    works(*[word.format(**places) for word in train])
    before = zarr.open_group(str(places["container"]), mode="r")["labels"][:]
    output = ("--output", "{none}/objects")
    for words, sentence in [
        (("--input", "{raw}", *output, "--iteration", "7"), "no weights of iteration '7'"),
        (("--input", "{raw}", *output, "--iteration", "newest"), "Choose best, latest"),
        (("--input", "{raw}", *output, "--criterion", "beauty"), "beauty"),
        (("--input", "{container}/nope", *output), "There is no dataset 'nope'"),
        (("--input", "{nan}", *output), "are not numbers"),
        (("--input", "{two}", *output), "raw has 2 channels; this run was trained on 1"),
        (("--input", "{flat}", *output), "raw has 2 axes in space"),
        (("--input", "{raw}", *output, "--device", "cuda:7"), "There is no device"),
        (("--input", "{raw}", "--output", "{file}/o.zarr/objects"), "Cannot write"),
        (("--input", "{raw}", "--output", "{raw}"), "would destroy it"),
        (("--input", "{two}", "--output", "{labels}"), "would destroy it"),
        (("--input", "{raw}", "--output", "{container}"), "is a group of datasets"),
        (("--input", "{raw}", "--output", "objects.tif"), "names no zarr or n5 container"),
    ]:
        _check(command, places, ("segment", "{runs}/run", *words), sentence)
    _check(
        command, places, ("segment", "{runs}", "--input", "{raw}", *output), "There is no run here"
    )
    after = zarr.open_group(str(places["container"]), mode="r")["labels"][:]
    np.testing.assert_array_equal(before, after)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--segmentation", "{labels}", "--labels", "{container}/nope"), "no dataset 'nope'"),
        (("--segmentation", "{labels}"), "Missing option '--labels'"),
        (("--segmentation", "{floats}", "--labels", "{labels}"), "integer ids"),
    ],
)
def test_evaluate(
    command: Command, places: dict[str, Path], words: tuple[str, ...], sentence: str
) -> None:
    _check(command, places, ("evaluate", *words), sentence)


def test_debug_shows_where_an_error_arose(command: Command, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no such file"):
        command("--debug", "train", tmp_path / "none.yaml")
