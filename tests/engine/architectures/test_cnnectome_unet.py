from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from funlib.geometry import Coordinate
from hypothesis import given, settings
from hypothesis import strategies as st

from dacapo_engine.errors import ConfigError
from dacapo_engine.experiments.architectures import CNNectomeUNet, CNNectomeUNetConfig
from dacapo_engine.experiments.architectures.unet_sizes import AxisSizes, axis_sizes, nearest_sizes
from dacapo_engine.experiments.model import Model

Kind = tuple[dict[str, Any], tuple[int, ...]]
Make = Callable[..., CNNectomeUNet]


def fitting(make: Make, kind: Kind, padding: str) -> tuple[CNNectomeUNet, tuple[int, ...]]:
    """A U-Net of this kind, and a shape near the wanted one that it can take."""
    fields, wanted = kind
    config = CNNectomeUNetConfig(input_shape=wanted, padding=padding, **fields)
    shape = tuple(
        nearest_sizes(axis_sizes(config, axis), size)[1] for axis, size in enumerate(wanted)
    )
    return make(fields, shape, padding), shape


@pytest.mark.parametrize("padding", ["valid", "same"])
def test_what_comes_out_has_the_shape_that_was_said(unet: Make, kind: Kind, padding: str) -> None:
    network, shape = fitting(unet, kind, padding)
    more = tuple(network.fitting_input_shape(Coordinate(shape) + network.block_step))
    for size in {shape, more}:
        with torch.inference_mode():
            out = network(torch.rand(2, 1, *size))
        assert tuple(out.shape) == (2, 3, *network.output_shape(Coordinate(size)))
        if padding == "same":
            assert tuple(out.shape[2:]) == size


def test_the_sizes_of_the_classic() -> None:
    config = CNNectomeUNetConfig(
        input_shape=(212, 212, 212),
        num_fmaps=1,
        fmap_inc_factor=1,
        fmaps_out=1,
        downsample_factors=((2, 2, 2),) * 3,
    )
    network = CNNectomeUNet(config)
    assert tuple(network.output_shape(Coordinate(212, 212, 212))) == (120, 120, 120)


def test_shifted_input_gives_shifted_output(unet: Make, kind: Kind) -> None:
    network, shape = fitting(unet, kind, "valid")
    step = network.block_step
    torch.manual_seed(1)
    large = torch.rand(1, 1, *(size + 2 * s for size, s in zip(shape, step, strict=True)))
    with torch.inference_mode():
        outputs = {}
        for n in range(3):
            at = tuple(slice(n * s, n * s + size) for s, size in zip(step, shape, strict=True))
            outputs[n] = network(large[(0, 0, *at)][None, None])
    for n in (1, 2):
        ahead = tuple(slice(n * s, None) for s in step)
        extents = outputs[0].shape[2:]
        behind = tuple(slice(None, e - n * s) for s, e in zip(step, extents, strict=True))
        one, two = outputs[0][(0, slice(None), *ahead)], outputs[n][(0, slice(None), *behind)]
        assert one.numel() == 0 or torch.allclose(one, two, atol=1e-5)


@pytest.mark.parametrize("padding", ["valid", "same"])
def test_what_lies_beyond_the_context_does_not_matter(unet: Make, kind: Kind, padding: str) -> None:
    network, _ = fitting(unet, kind, padding)
    for parameter in network.parameters():
        parameter.data.abs_()
    context, step = network.context, network.block_step
    shape = network.fitting_input_shape(context * 2 + step * 3)
    torch.manual_seed(2)
    raw = torch.rand(1, 1, *shape, requires_grad=True)
    out = network(raw)
    lost = [(i - o) // 2 for i, o in zip(shape, out.shape[2:], strict=True)]
    middle = [o // 2 for o in out.shape[2:]]
    out[(0, slice(None), *middle)].sum().backward()
    assert raw.grad is not None
    reached = raw.grad[0, 0].nonzero()
    for axis, (m, c) in enumerate(zip(middle, context, strict=True)):
        center = m + lost[axis]
        assert reached[:, axis].min() >= center - c
        assert reached[:, axis].max() <= center + c


def test_a_patch_that_does_not_fit_names_the_nearest() -> None:
    with pytest.raises(ConfigError, match="cannot take a patch of 45 x 44 voxels") as caught:
        CNNectomeUNet(
            CNNectomeUNetConfig(input_shape=(45, 44), downsample_factors=((2, 2), (2, 2)))
        )
    assert "44 x 44 and 48 x 44" in caught.value.hint
    assert caught.value.place == "architecture_config.input_shape"
    with pytest.raises(ConfigError) as caught:
        CNNectomeUNet(
            CNNectomeUNetConfig(
                input_shape=(3, 30), downsample_factors=((2, 2), (2, 2)), padding="same"
            )
        )
    assert "4 x 28 and 4 x 32" in caught.value.hint


def test_a_wrong_number_of_axes() -> None:
    network = CNNectomeUNet(
        CNNectomeUNetConfig(input_shape=(16, 16), downsample_factors=((2, 2),), padding="same")
    )
    with pytest.raises(ConfigError, match="reads 2 axes, the patch has 3"):
        network.output_shape(Coordinate(16, 16, 16))


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"downsample_factors": ((2, 2, 2),)}, "has 3 axes, input_shape has 2"),
        ({"kernel_size_down": (((3, 3),),)}, "kernel_size_down has 1 levels, expected 3"),
        ({"kernel_size_up": (((3, 3),),)}, "kernel_size_up has 1 levels, expected 2"),
        ({"kernel_size_up": (((3,),), ((3, 3),))}, "needs 2 axes"),
        ({"downsample_factors": ((2, 0), (2, 2))}, "at least 1"),
        ({"kernel_size_up": (((3, 3),), ((3, 0),))}, "at least 1"),
        ({"input_shape": (16,)}, "axes"),
        ({"input_shape": (16, 0)}, "at least 1"),
        ({"kernel_size_up": (((3, 3),), ())}, "needs kernels"),
    ],
)
def test_configs_that_describe_no_network(fields: dict[str, Any], words: str) -> None:
    good = {"input_shape": (16, 16), "downsample_factors": ((2, 2), (2, 2)), "padding": "same"}
    CNNectomeUNet(CNNectomeUNetConfig(**good))
    with pytest.raises(ValueError, match=words):
        CNNectomeUNetConfig(**(good | fields))


@settings(max_examples=200, deadline=None)
@given(
    levels=st.integers(0, 3),
    data=st.data(),
    valid=st.booleans(),
    size=st.integers(1, 300),
)
def test_sizes_by_arithmetic(levels: int, data: st.DataObject, valid: bool, size: int) -> None:
    lost = st.lists(st.sampled_from([0, 2, 4]), min_size=levels, max_size=levels)
    axis = AxisSizes(
        down=(*data.draw(lost), data.draw(st.sampled_from([0, 2, 4]))),
        up=tuple(data.draw(lost)),
        factors=tuple(data.draw(st.lists(st.integers(1, 3), min_size=levels, max_size=levels))),
        valid=valid,
    )
    below, above = nearest_sizes(axis, size)
    assert above >= size
    assert axis.output(above)
    assert below is None or (below <= size and axis.output(below))
    output = axis.output(size)
    assert (output is not None) == (below == size)
    if output is not None:
        # A block larger by a step gives that much more.
        assert axis.output(size + axis.step) == output + axis.step


def test_a_model_knows_its_shapes(unet: Make) -> None:
    network = unet({"downsample_factors": ((2, 2),), "fmaps_out": 3}, (20, 24), "valid")
    head = torch.nn.Conv2d(3, 5, 1)
    model = Model(network, head, eval_activation=torch.nn.Sigmoid())
    assert model.num_in_channels == 1
    assert model.num_out_channels == 5
    channels, shape = model.compute_output_shape(Coordinate(20, 24))
    raw = torch.rand(1, 1, 20, 24)
    model.eval()
    out = model(raw)
    assert tuple(out.shape[1:]) == (channels, *shape) == (5, *model.output_shape)
    assert bool(((out >= 0) & (out <= 1)).all())
    assert model.scale(Coordinate(4, 8)) == Coordinate(4, 8)
    assert model.eval_input_shape == model.input_shape
    with pytest.raises(ConfigError, match="nearest"):
        model.compute_output_shape(Coordinate(21, 24))
