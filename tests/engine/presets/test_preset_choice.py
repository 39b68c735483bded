"""The preset that fits: what memory allows, and objects of a size need."""

from __future__ import annotations

from typing import Any

import pytest

from dacapo_engine.errors import ConfigError
from dacapo_engine.experiments.datasplits.datasets.volume_facts import VolumeFacts
from dacapo_engine.setup.network_presets import PRESETS, suggest_network
from dacapo_engine.setup.preset_choice import choose_preset, cost_words


def facts(**fields: Any) -> VolumeFacts:
    known: dict[str, Any] = {
        "shape": (200, 400, 400),
        "axes": ("z", "y", "x"),
        "axes_known": True,
        "voxel_size_nm": (8.0, 8.0, 8.0),
        "voxel_size_known": True,
        "dtype": "uint8",
        "num_channels": None,
        "intensity_range": (0.0, 255.0),
        "nan_share": 0.0,
        "sampled": False,
        "object_thickness": 18.0,
    }
    return VolumeFacts(**(known | fields))


@pytest.mark.parametrize(
    ("device", "gigabytes", "cores", "expected"),
    [
        ("cpu", 16, 2, "small"),
        ("cpu", 256, 32, "medium"),
        ("cpu", 0.5, 2, "tiny"),
        ("cpu", 0.01, 2, "tiny"),
        ("mps", None, 8, "small"),
        ("cuda:0", 24, 8, "medium"),
        ("cuda:0", 1, 8, "small"),
        ("cuda:0", None, 8, "medium"),
    ],
)
def test_memory_and_speed_decide(
    device: str, gigabytes: float | None, cores: int, expected: str
) -> None:
    memory = None if gigabytes is None else int(gigabytes * 1e9)
    assert choose_preset("auto", facts(), device, memory, cores) == expected
    assert choose_preset("large", facts(), device, memory, cores) == "large"


def test_large_objects_need_a_larger_patch() -> None:
    large = facts(object_thickness=45.0)
    assert choose_preset("auto", large, "cuda", 24 * 10**9) == "large"
    assert choose_preset("auto", large, "cuda", 8 * 10**9) == "medium"
    assert choose_preset("auto", large, "cpu", 24 * 10**9) == "small"
    with pytest.raises(ConfigError, match="no preset"):
        choose_preset("huge", large, "cpu")  # type: ignore[arg-type]


def test_the_cost_in_words() -> None:
    network = suggest_network(facts(), PRESETS["small"])
    words = cost_words(network, 1, (8.0, 8.0, 8.0))
    assert words == (
        "592 thousand parameters, sees 352 nm (44 x 44 x 44 voxels), takes about 0.4 GB"
    )
    assert "sees 44 x 44 x 44 voxels" in cost_words(network, 1)
    assert "9.5 million" in cost_words(suggest_network(facts(), PRESETS["medium"]), 2)
