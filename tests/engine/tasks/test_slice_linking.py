"""Segments of slices linked by their overlap, against a loop over all pairs."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from pydantic import ValidationError

from dacapo_engine.experiments.tasks import AffinitiesTask, AffinitiesTaskConfig
from dacapo_engine.experiments.tasks.evaluators.instance_scores import evaluate_arrays
from dacapo_engine.experiments.tasks.post_processors import (
    SliceLinkingPostProcessor,
    SliceLinkingPostProcessorParameters,
    WatershedPostProcessorParameters,
)
from dacapo_engine.experiments.tasks.post_processors.slice_linking import link_slices
from dacapo_engine.experiments.tasks.predictors.affinities import affinities

IN_SLICES = ((0, 1, 0), (0, 0, 1), (0, 3, 0), (0, 0, 3))


def brute_force(labels, overlap):
    """Each segment takes the smallest number of all it is linked with, until nothing changes."""
    segments = [(z, n) for z, image in enumerate(labels) for n in np.unique(image) if n]
    group = {segment: number for number, segment in enumerate(segments)}
    changed = True
    while changed:
        changed = False
        for (z, a), (w, b) in ((s, t) for s in segments for t in segments if t[0] == s[0] + 1):
            one, other = labels[z] == a, labels[w] == b
            iou = (one & other).sum() / (one | other).sum()
            if iou >= overlap and (one & other).any() and group[z, a] != group[w, b]:
                group[z, a] = group[w, b] = min(group[z, a], group[w, b])
                changed = True
    return np.array([[group.get((z, n), -1) for n in image.ravel()]
                     for z, image in enumerate(labels)]).reshape(labels.shape)  # fmt: skip


@given(
    arrays(np.uint32, (4, 4, 5), elements=st.integers(0, 3)),
    st.sampled_from([0.1, 0.25, 0.5, 1.0]),
)
@settings(max_examples=80, deadline=None)
def test_what_overlaps_enough_is_one_object(labels, overlap):
    found, expected = link_slices(labels, overlap), brute_force(labels, overlap)
    np.testing.assert_array_equal(found == 0, expected == -1)
    pairs = np.unique(np.stack([found.ravel().astype(int), expected.ravel()]), axis=1)
    assert pairs.shape[1] == len(np.unique(found)) == len(np.unique(expected))
    assert set(np.unique(found)) - {0} == set(range(1, int(found.max()) + 1))


def test_linking_by_hand():
    labels = np.array([[[1, 1, 1, 0]], [[1, 1, 0, 2]], [[5, 0, 0, 5]]])
    # IoU of the first pair 2/3, then 1/3 and 1/2 with a segment of two parts.
    np.testing.assert_array_equal(
        link_slices(labels, 0.6), [[[1, 1, 1, 0]], [[1, 1, 0, 2]], [[3, 0, 0, 3]]]
    )
    np.testing.assert_array_equal(
        link_slices(labels, 0.5), [[[1, 1, 1, 0]], [[1, 1, 0, 2]], [[2, 0, 0, 2]]]
    )
    np.testing.assert_array_equal(
        link_slices(labels, 0.3), [[[1, 1, 1, 0]], [[1, 1, 0, 1]], [[1, 0, 0, 1]]]
    )
    assert not link_slices(np.zeros((3, 2, 2), np.uint32), 0.5).any()


def columns(shape=(8, 30, 40)):
    """Round columns that lean, so that each slice is a little further on."""
    z, y, x = np.indices(shape)
    labels = np.zeros(shape, np.uint64)
    for number, (cy, cx) in enumerate([(8, 8), (8, 22), (21, 10), (21, 28)], start=1):
        labels[(y - cy) ** 2 + (x - cx - z) ** 2 < 25] = number
    return labels


def test_columns_are_found_from_affinities_within_slices():
    truth = columns()
    config = AffinitiesTaskConfig(
        neighborhood=IN_SLICES,
        link_slices=True,
        link_overlaps=(0.3, 0.6),
        min_sizes=(5,),
        long_range_groups=(0,),
        foreground_thresholds=(0.3,),
        agglomeration_thresholds=(1.0, 0.5),
    )
    task = AffinitiesTask(config)
    assert isinstance(task.post_processor, SliceLinkingPostProcessor)
    assert [p.link_overlap for p in task.parameters] == [0.3, 0.6, 0.3, 0.6]
    assert [p.id for p in task.parameters] == [0, 1, 2, 3]
    prediction = affinities(truth, IN_SLICES).astype(np.float32)
    found = dict(task.post_processor.segment_all(prediction, task.parameters))
    assert set(found) == set(task.parameters)
    for setting, labels in found.items():
        assert evaluate_arrays(labels, truth).ap50 == 1
        np.testing.assert_array_equal(labels, task.post_processor.segment(prediction, setting))


def test_settings_are_read_again_and_others_refused():
    setting = SliceLinkingPostProcessorParameters(id=2, link_overlap=0.7)
    kind = SliceLinkingPostProcessor.parameters_type
    assert kind.model_validate(setting.to_dict()) == setting
    post = SliceLinkingPostProcessor(IN_SLICES)
    with pytest.raises(TypeError, match="Expected SliceLinkingPostProcessorParameters"):
        post.segment(np.zeros((4, 2, 5, 5), np.float32), WatershedPostProcessorParameters(id=0))


def test_offsets_out_of_slices_cannot_be_linked():
    with pytest.raises(ValidationError, match="no offset leads out of them"):
        AffinitiesTaskConfig(link_slices=True)
    with pytest.raises(ValidationError, match="make 24 combinations"):
        AffinitiesTaskConfig(neighborhood=IN_SLICES, link_slices=True, link_overlaps=(0.3, 0.5))
    AffinitiesTaskConfig(neighborhood=((0, 1), (1, 0)), link_slices=True)
    assert AffinitiesTask(AffinitiesTaskConfig()).parameters[0].parameter_names[-1] == "context"
