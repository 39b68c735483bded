from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from dacapo_engine.errors import DataError
from dacapo_engine.units import (
    exact_number,
    exact_sizes,
    format_lengths,
    from_world,
    nanometres_per,
    nearest,
    to_world,
    whole_ratio,
    world_unit,
)


@pytest.mark.parametrize(
    ("word", "nanometres"),
    [
        ("nm", 1),
        ("nanometer", 1),
        ("Nanometers", 1),
        ("um", 1000),
        ("µm", 1000),
        ("μm", 1000),
        ("micrometer", 1000),
        ("micrometre", 1000),
        ("mm", 10**6),
        ("m", 10**9),
        ("pm", Fraction(1, 1000)),
        ("angstrom", Fraction(1, 10)),
    ],
)
def test_unit_words(word: str, nanometres: Fraction) -> None:
    assert nanometres_per(word) == nanometres


@pytest.mark.parametrize("word", ["", None, "pixel", "px", "voxel", "pixels"])
def test_words_that_say_nothing(word: str | None) -> None:
    assert nanometres_per(word) is None


def test_unit_that_is_no_length() -> None:
    with pytest.raises(DataError, match="'second' is not a unit of length"):
        nanometres_per("second")


def test_numbers_are_taken_as_written() -> None:
    for value in (283.718, "283.718", np.float64(283.718), np.float32(283.718)):
        assert exact_number(value) == Fraction(283718, 1000)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), None, "wide", [1]])
def test_what_is_no_number(value: object) -> None:
    with pytest.raises(DataError, match="finite number"):
        exact_number(value)


@pytest.mark.parametrize("sizes", [(0, 1), (4, -4)])
def test_sizes_must_be_above_zero(sizes: tuple[float, ...]) -> None:
    with pytest.raises(DataError, match="above zero along every axis, got"):
        exact_sizes(sizes, place="a.zarr/raw")


def test_world_unit_is_the_one_in_which_all_is_whole() -> None:
    assert world_unit([Fraction(4), Fraction(40)]) == "nm"
    assert world_unit([Fraction(4), Fraction("126.786")]) == "pm"
    assert to_world(Fraction("126.786"), "pm") == 126786
    assert from_world(126786, "pm") == Fraction("126.786")


def test_halves_go_up_on_both_sides_of_zero() -> None:
    halves = [Fraction(n, 2) for n in (-3, -1, 1, 3)]
    assert [nearest(half) for half in halves] == [-1, 0, 1, 2]


def test_whole_ratios_forgive_rounding_in_metadata() -> None:
    assert whole_ratio(Fraction(8), Fraction(4)) == 2
    assert whole_ratio(Fraction("216.667"), Fraction("108.333")) == 2
    assert whole_ratio(Fraction(10), Fraction(8)) is None
    assert whole_ratio(Fraction(4), Fraction(8)) is None


def test_lengths_as_people_write_them() -> None:
    assert format_lengths([10.0, 10.0, 10.0]) == "10 nm"
    assert format_lengths([283.718, 126.786, 126.786]) == "283.718 x 126.786 x 126.786 nm"
    assert format_lengths([1, 1], known=False) == "1 voxel (size not known)"
