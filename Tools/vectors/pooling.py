"""Pooling, resizing, and moves between space, depth and batch."""

import numpy as np

from .case import case
from .catalog import vectors
from .values import distinct, integers, normal


@vectors("AVERAGE_POOL_2D", "MAX_POOL_2D", "L2_POOL_2D")
def pools(name):
    def pool(label, x, size, strides, **options):
        return case(label).input(normal(*x)).op(name, filter_height=size[0], filter_width=size[1],
                                                stride_h=strides[0], stride_w=strides[1], **options)

    yield pool("2x2-valid", (1, 8, 8, 16), (2, 2), (2, 2), padding="VALID")
    yield pool("2x2-same-odd", (2, 7, 9, 5), (2, 2), (2, 2))
    yield pool("3x3-same-stride-2", (1, 9, 10, 17), (3, 3), (2, 2))
    yield pool("3x3-same-stride-1", (1, 6, 5, 3), (3, 3), (1, 1))
    yield pool("3x3-valid-stride-3-1", (1, 10, 9, 3), (3, 3), (3, 1), padding="VALID")
    yield pool("1x4", (1, 3, 12, 5), (1, 4), (1, 2))
    yield pool("global", (2, 7, 6, 33), (7, 6), (1, 1), padding="VALID")
    yield pool("beyond-image", (1, 3, 3, 4), (7, 7), (1, 1))
    yield pool("stride-beyond-filter", (1, 9, 9, 3), (2, 2), (4, 3))
    yield pool("1x1-stride-2", (1, 5, 6, 24), (1, 1), (2, 2))
    for activation in ("RELU", "RELU6", "RELU_N1_TO_1"):
        yield pool(activation.lower().replace("_", "-"), (2, 5, 4, 5), (2, 2), (1, 1), fused=activation)
    strange = normal(1, 4, 6, 2)
    strange[0, 0, 0, 0], strange[0, 2, 2, 1], strange[0, 3, 4, 0] = np.nan, np.inf, -np.inf
    yield case("special-values").input(strange).op(name, filter_height=2, filter_width=2, stride_h=2, stride_w=2)
    yield case("size-at-run-time").input(normal(1, 5, 4, 3), declared=(1, 1, 1, 3), signature=(-1, -1, -1, 3)).op(
        name, filter_height=2, filter_width=3, stride_h=2, stride_w=2).run(normal(2, 3, 8, 3))


@vectors("RESIZE_BILINEAR", "RESIZE_NEAREST_NEIGHBOR")
def resizes(name):
    ways = [("plain", {}), ("align-corners", {"align_corners": True}), ("half-pixel", {"half_pixel_centers": True})]
    if name == "RESIZE_NEAREST_NEIGHBOR":
        ways.append(("both", {"align_corners": True, "half_pixel_centers": True}))
    for label, options in ways:
        for size, x, out in [("double", (1, 5, 4, 3), (10, 8)), ("third", (1, 9, 12, 5), (3, 4)),
                             ("odd", (2, 7, 5, 3), (11, 3)), ("one-out", (1, 6, 7, 3), (1, 1)),
                             ("one-in", (1, 1, 1, 17), (4, 3)), ("same", (1, 4, 5, 2), (4, 5)),
                             ("up-and-down", (1, 8, 3, 4), (5, 10))]:
            yield case(f"{label}-{size}").input(normal(*x)).ints(*out).op(name, **options)
    yield case("size-as-input").input(normal(1, 4, 3, 2)).input(np.array([6, 5], np.int32)).op(name, dynamic=True).run(
        normal(1, 4, 3, 2), [2, 7])
    if name == "RESIZE_NEAREST_NEIGHBOR":
        for kind in ("uint8", "int8", "int16"):
            yield case(kind).input(integers(0, 100, 1, 3, 4, 2, kind=kind)).ints(5, 6).op(name)


@vectors("SPACE_TO_DEPTH", "DEPTH_TO_SPACE")
def depth(name):
    for label, block, (b, h, w, c) in [("block-2", 2, (1, 4, 6, 3)), ("block-3", 3, (2, 3, 6, 5)),
                                       ("block-4", 4, (1, 4, 8, 1)), ("block-1", 1, (1, 3, 2, 4))]:
        shape = (b, h, w, c) if name == "SPACE_TO_DEPTH" else (b, h // block, w // block, c * block * block)
        yield case(label).input(distinct(*shape)).op(name, block_size=block)
    shape = (1, 2, 4, 1) if name == "SPACE_TO_DEPTH" else (1, 1, 2, 4)
    for kind in ("int32", "int64", "uint8", "int8"):
        yield case(kind).input(integers(0, 100, *shape, kind=kind)).op(name, block_size=2)


@vectors("SPACE_TO_BATCH_ND")
def space_to_batch(name):
    for label, x, block, paddings in [
            ("rank-4", (1, 4, 6, 3), (2, 2), ((0, 0), (0, 0))), ("padded", (1, 5, 7, 3), (2, 3), ((1, 0), (1, 1))),
            ("batch", (3, 4, 4, 5), (2, 2), ((0, 0), (2, 0))), ("block-1", (2, 3, 4, 2), (1, 2), ((0, 0), (0, 0))),
            ("rank-3", (2, 6, 3), (3,), ((0, 0),)), ("rank-3-padded", (2, 5, 3), (4,), ((2, 1),))]:
        yield case(label).input(normal(*x)).ints(*block).const(np.array(paddings, np.int32)).op(name)
    for kind in ("int32", "int64", "uint8", "int8"):
        yield case(kind).input(integers(0, 100, 1, 4, 4, 1, kind=kind)).ints(2, 2).const(
            np.zeros((2, 2), np.int32)).op(name)
    yield case("blocks-as-input").input(normal(1, 4, 6, 2)).input(np.array([2, 2], np.int32)).input(
        np.array([[0, 0], [1, 1]], np.int32)).op(name, dynamic=True).run(normal(1, 4, 6, 2), [4, 1], [[0, 0], [0, 0]])


@vectors("BATCH_TO_SPACE_ND")
def batch_to_space(name):
    for label, x, block, crops in [
            ("rank-4", (4, 2, 3, 3), (2, 2), ((0, 0), (0, 0))), ("cropped", (12, 3, 4, 2), (2, 3), ((1, 0), (2, 1))),
            ("batch", (12, 2, 2, 5), (2, 2), ((0, 1), (1, 0))), ("block-1", (4, 3, 4, 2), (1, 2), ((0, 0), (0, 0))),
            ("rank-3", (6, 2, 3), (3,), ((0, 0),)), ("rank-3-cropped", (8, 3, 3), (4,), ((2, 1),))]:
        yield case(label).input(normal(*x)).ints(*block).const(np.array(crops, np.int32)).op(name)
    for kind in ("int32", "int64", "uint8", "int8"):
        yield case(kind).input(integers(0, 100, 4, 2, 2, 1, kind=kind)).ints(2, 2).const(
            np.zeros((2, 2), np.int32)).op(name)
    yield case("blocks-as-input").input(normal(4, 2, 3, 2)).input(np.array([2, 2], np.int32)).input(
        np.array([[0, 0], [1, 1]], np.int32)).op(name, dynamic=True).run(normal(4, 2, 3, 2), [4, 1], [[0, 0], [0, 0]])
