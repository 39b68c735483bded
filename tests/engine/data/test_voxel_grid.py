from __future__ import annotations

from fractions import Fraction

import pytest
from funlib.geometry import Coordinate, Roi

from dacapo_engine.errors import DataError
from dacapo_engine.experiments.datasplits.datasets.arrays import VoxelGrid


def grid_of(size: str, offset: str = "0", extent: int = 10) -> VoxelGrid:
    return VoxelGrid.from_nanometres((extent,) * 2, [Fraction(size)] * 2, [Fraction(offset)] * 2)


def test_whole_sizes_count_in_nanometres() -> None:
    grid = grid_of("4", "8")
    assert (grid.unit, grid.voxel_size, grid.offset) == ("nm", Coordinate(4, 4), Coordinate(8, 8))
    assert grid.roi == Roi((8, 8), (40, 40))


def test_fractional_sizes_count_in_picometres() -> None:
    grid = grid_of("283.718")
    assert (grid.unit, tuple(grid.voxel_size)) == ("pm", (283718, 283718))


def test_offsets_meet_the_grid_and_stay_exact_beside_it() -> None:
    grid = grid_of("4", "7")
    assert grid.offset == Coordinate(8, 8)
    assert grid.exact_offset == (7, 7)


def test_sizes_below_a_picometre_keep_their_exact_value() -> None:
    grid = grid_of("108.33333333")
    assert tuple(grid.voxel_size) == (108333, 108333)
    assert grid.exact_voxel_size[0] == Fraction("108.33333333")


def test_changing_the_unit_there_and_back() -> None:
    grid = grid_of("4", "8")
    assert grid.in_unit("pm").roi == Roi((8000, 8000), (40000, 40000))
    assert grid.in_unit("pm").in_unit("nm") == grid
    with pytest.raises(DataError, match="not whole in nm"):
        grid_of("283.718").in_unit("nm")


def test_box_of_a_region() -> None:
    grid = grid_of("4", "8")
    assert grid.box(Roi((12, 8), (8, 40))) == (slice(1, 3), slice(0, 10))


@pytest.mark.parametrize(
    ("roi", "sentence"),
    [
        (Roi((0, 8), (8, 8)), "leaves raw"),
        (Roi((8, 8), (44, 8)), "leaves raw"),
        (Roi((9, 8), (8, 8)), "cuts through voxels of raw"),
        (Roi((8, 8), (6, 8)), "cuts through voxels of raw"),
        (Roi((8,), (8,)), "has 1"),
    ],
)
def test_regions_that_cannot_be_read(roi: Roi, sentence: str) -> None:
    with pytest.raises(DataError, match=sentence):
        grid_of("4", "8").box(roi, "raw")


def test_a_part_of_a_grid_lies_where_it_was() -> None:
    part = grid_of("283.718").cropped((slice(2, 5), slice(0, 10)))
    assert part.shape == (3, 10)
    assert part.exact_offset == (2 * Fraction("283.718"), 0)
    assert part.offset == Coordinate(2 * 283718, 0)
