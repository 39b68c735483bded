"""Which preset a computer has the memory for, and objects of a size need."""

from __future__ import annotations

from dacapo_engine.errors import ConfigError
from dacapo_engine.experiments.architectures.cnnectome_unet_config import CNNectomeUNetConfig
from dacapo_engine.experiments.datasplits.datasets.volume_facts import VolumeFacts
from dacapo_engine.setup.model_cost import model_cost
from dacapo_engine.setup.network_presets import (
    PRESETS,
    PresetName,
    is_flat,
    relative_sizes,
    suggest_network,
)
from dacapo_engine.units import format_lengths

__all__ = ["choose_preset", "cost_words"]

# What libraries take besides, and a share that stays free for what is not counted.
_LIBRARIES, _SHARE = 300_000_000, 0.7
_MANY_CORES = 24
# A patch that is no wider than an object shows nothing of what is around it.
_OBJECTS_IN_PATCH = 2.0


def choose_preset(
    preset: PresetName,
    facts: VolumeFacts,
    device: str,
    memory: int | None = None,
    cores: int = 2,
) -> str:
    """The name of the preset that `preset` stands for.

    ``auto`` begins with the largest one that is fast enough on the kind of device: small on a
    processor, or medium where it has two dozen cores, and medium on a graphics card. Where
    patches would hardly be wider than a typical object a graphics card takes the next larger
    one, and where the memory is not enough it is the next smaller one.

    Parameters
    ----------
    facts
        What was measured of the volumes: voxel size, shape, size of objects.
    memory
        Bytes that are free on `device`; as many as it takes if None.
    cores
        Of the processor.

    Raises
    ------
    ConfigError
        If there is no such preset.
    """
    if preset != "auto":
        return _known(preset)
    names = list(PRESETS)
    on_processor = not device.startswith("cuda")
    begin = "small" if on_processor and cores < _MANY_CORES else "medium"
    chosen = names.index(begin)
    if not on_processor:
        while chosen + 1 < len(names) and _is_narrow(facts, names[chosen]):
            chosen += 1
    while chosen > 0 and memory is not None and _bytes(facts, names[chosen]) > _SHARE * memory:
        chosen -= 1
    return names[chosen]


def cost_words(
    network: CNNectomeUNetConfig, batch_size: int, voxel_size_nm: tuple[float, ...] | None = None
) -> str:
    """What a network costs and how far it sees, computed: parameters, field of view, memory.

    Parameters
    ----------
    voxel_size_nm
        Of raw, where it is known; without it the field of view is told in voxels alone.
    """
    cost = model_cost(network, batch_size)
    seen = " x ".join(map(str, cost.field_of_view))
    if voxel_size_nm is not None and len(voxel_size_nm) == len(cost.field_of_view):
        sizes = [n * size for n, size in zip(cost.field_of_view, voxel_size_nm, strict=True)]
        seen = f"{format_lengths(sizes)} ({seen} voxels)"
    else:
        seen = f"{seen} voxels"
    memory = (cost.training_bytes + _LIBRARIES) / 1e9
    return f"{_count(cost.parameters)} parameters, sees {seen}, takes about {memory:.1f} GB"


def _known(preset: str) -> str:
    if preset not in PRESETS:
        raise ConfigError(
            f"There is no preset {preset!r}.", hint=f"Choose of {', '.join(PRESETS)}."
        )
    return preset


def _bytes(facts: VolumeFacts, name: str) -> int:
    preset = PRESETS[name]
    return model_cost(suggest_network(facts, preset), preset.batch_size).training_bytes + _LIBRARIES


def _is_narrow(facts: VolumeFacts, name: str) -> bool:
    """Whether a typical object nearly fills the patch, and a larger one would fit the volume."""
    patch = suggest_network(facts, PRESETS[name]).input_shape
    sides = [
        (side * size, extent > side)
        for side, size, extent, flat in zip(
            patch, relative_sizes(facts), facts.spatial_shape, is_flat(facts), strict=True
        )
        if not flat
    ]
    widest = max(side for side, _ in sides)
    return widest < _OBJECTS_IN_PATCH * facts.object_thickness and any(room for _, room in sides)


def _count(number: int) -> str:
    return f"{number / 1e6:.1f} million" if number >= 1e6 else f"{number / 1e3:.0f} thousand"
