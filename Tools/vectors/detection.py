"""Choosing boxes: NON_MAX_SUPPRESSION and the custom detection post-processing."""

import numpy as np
from flatbuffers import flexbuffers

from .case import case
from .catalog import vectors
from .values import normal, random, uniform


def boxes(count):
    """Overlapping ones, with corners in any order."""
    centers, sizes = uniform(0, 1, count, 2), uniform(0.1, 0.5, count, 2)
    found = np.concatenate([centers - sizes / 2, centers + sizes / 2], 1)
    found[::4] = found[::4][:, [2, 3, 0, 1]]
    return found


@vectors("NON_MAX_SUPPRESSION_V4", "NON_MAX_SUPPRESSION_V5")
def non_max_suppression(name):
    fifth = name.endswith("5")
    kinds = ["int32", "float32", "int32"] if fifth else ["int32", "int32"]

    def suppression(label, count, size, overlap, score, sigma=0.0, run_time=False):
        scores = random().permutation(np.linspace(0.02, 0.98, count)).astype(np.float32)
        built = case(label).input(boxes(count)).input(scores)
        built = built.input(np.int32(size)) if run_time else built.const(np.int32(size))
        built.const(np.float32(overlap)).const(np.float32(score))
        if fifth:
            built.const(np.float32(sigma))
        return built.op(name, out=kinds, dynamic=run_time)

    yield suppression("plain", 20, 20, 0.5, 0.0)
    yield suppression("few", 20, 3, 0.5, 0.0)
    yield suppression("score-threshold", 20, 20, 0.5, 0.6)
    yield suppression("strict-overlap", 30, 30, 0.1, 0.0)
    yield suppression("loose-overlap", 12, 12, 1.0, 0.0)
    yield suppression("nothing-left", 8, 5, 0.5, 2.0)
    yield suppression("one-box", 1, 4, 0.5, 0.0)
    yield suppression("size-at-run-time", 10, 4, 0.5, 0.1, run_time=True)
    if fifth:
        yield suppression("soft", 20, 20, 0.5, 0.0, 0.5)
        yield suppression("soft-score-threshold", 20, 10, 1.0, 0.2, 0.3)


@vectors("TFLite_Detection_PostProcess")
def detection_post_process(name):
    def detection(label, anchors, classes, background=True, **options):
        # With fewer boxes left than max_detections LiteRT leaves the rest of its outputs uninitialised.
        content = dict(max_detections=5, max_classes_per_detection=1, nms_score_threshold=0.3, nms_iou_threshold=0.5,
                       num_classes=classes, y_scale=10.0, x_scale=10.0, h_scale=5.0, w_scale=5.0)
        content.update(options)
        scores = random().random((1, anchors, classes + background), np.float32)
        places = np.concatenate([uniform(0.2, 0.8, anchors, 2), uniform(0.1, 0.4, anchors, 2)], 1)
        built = case(label).input(normal(1, anchors, 4)).input(scores).const(places)
        return built.op(name, out=["float32"] * 4, custom=bytes(flexbuffers.Dumps(content)))

    yield detection("plain", 12, 3)
    yield detection("no-background", 12, 3, background=False)
    yield detection("high-threshold", 20, 4, nms_score_threshold=0.7, max_detections=3)
    yield detection("two-classes-each", 10, 4, max_classes_per_detection=2)
    yield detection("regular", 12, 3, use_regular_nms=True, detections_per_class=4)
    yield detection("regular-one-each", 20, 4, use_regular_nms=True, detections_per_class=1, max_detections=4)
    yield detection("strict-overlap", 20, 2, nms_iou_threshold=0.1, max_detections=3)
