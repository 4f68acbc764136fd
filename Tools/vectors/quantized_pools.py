"""Pooling, reductions, resizing and rescaling of quantized integers."""

import numpy as np

from .case import case
from .catalog import vectors
from .values import LEVELS, integers, levels, normal, uniform

KINDS = ("int8", "uint8", "int16")
# (scale of the input, zero point of the input, scale of the output, zero point of the output); int16 has no zero points.
PAIRS = [(0.05, 3, 0.05, 3), (0.02, -7, 0.031, 11), (0.0831, -128, 0.0029, 127), (0.004, 90, 0.9, -60)]


def zero(kind, signed):
    return {"int8": signed, "uint8": signed + 128, "int16": 0}[kind]


@vectors("AVERAGE_POOL_2D", "MAX_POOL_2D")
def pools(name):
    shapes = [("2x2-valid", (1, 8, 8, 16), (2, 2), (2, 2), "VALID"), ("2x2-odd", (2, 7, 9, 5), (2, 2), (2, 2), "SAME"),
              ("3x3-stride-2", (1, 9, 10, 17), (3, 3), (2, 2), "SAME"), ("3x3", (2, 6, 5, 3), (3, 3), (1, 1), "SAME"),
              ("3x3-valid-stride-3-1", (1, 10, 9, 3), (3, 3), (3, 1), "VALID"),
              ("1x4", (1, 3, 12, 5), (1, 4), (1, 2), "SAME"), ("global", (2, 7, 6, 33), (7, 6), (1, 1), "VALID"),
              ("beyond-image", (1, 3, 3, 4), (7, 7), (1, 1), "SAME"),
              ("stride-beyond-filter", (1, 9, 9, 3), (2, 2), (4, 3), "SAME"),
              ("1x1", (1, 5, 6, 70), (1, 1), (2, 2), "SAME"), ("large", (1, 24, 20, 9), (24, 20), (1, 1), "VALID")]
    for kind in KINDS:
        for label, shape, size, strides, padding in shapes:
            yield case(f"{kind}-{label}").input(levels(kind, *shape), scale=0.05, zero=zero(kind, 3)).op(
                name, out=dict(kind=kind, scale=0.05, zero=zero(kind, 3)), filter_height=size[0],
                filter_width=size[1], stride_h=strides[0], stride_w=strides[1], padding=padding)
        for activation in ("RELU", "RELU6", "RELU_N1_TO_1"):
            for label, scale, signed in (("", 0.05, -9), ("-wide", 0.4, 126), ("-fine", 0.0003, -128)):
                yield case(f"{kind}-{activation.lower().replace('_', '-')}{label}").input(
                    levels(kind, 2, 5, 4, 5), scale=scale, zero=zero(kind, signed)).op(
                    name, out=dict(kind=kind, scale=scale, zero=zero(kind, signed)), filter_height=2, filter_width=2,
                    fused=activation)
        yield case(f"{kind}-scales-differ").input(levels(kind, 1, 4, 4, 3), scale=0.05, zero=zero(kind, 3)).op(
            name, out=dict(kind=kind, scale=0.02, zero=zero(kind, 5)), filter_height=2, filter_width=2, fused="RELU6")


WAYS = [("last", (3, 4, 17), [-1], False), ("first", (3, 4, 5), [0], False), ("middle-kept", (3, 4, 5), [1], True),
        ("two", (2, 3, 4, 5), [1, 2], False), ("two-kept", (2, 8, 7, 16), [1, 2], True),
        ("apart", (2, 3, 4, 5), [0, 2], False), ("negative", (2, 3, 4, 5), [-1, -3], True),
        ("all", (2, 3, 5), [0, 1, 2], False), ("repeated", (2, 3, 4), [1, 1, -2], False),
        ("rank-5", (2, 1, 3, 2, 4), [1, 3], False), ("no-axis", (2, 3), [], False), ("one-wide", (4, 1, 3), [1], False),
        ("vector", (33,), [0], False), ("many", (1, 40, 50, 3), [1, 2], False), ("row", (2, 1000), [1], True)]


@vectors("MEAN", "SUM")
def sums(name):
    for kind in ("int8", "uint8", "int16"):
        for label, shape, axes, keep in WAYS:
            for place, (s_x, z_x, s_y, z_y) in enumerate(PAIRS if label in ("two-kept", "last") else PAIRS[1:2]):
                built = case(f"{kind}-{label}-{place}").input(levels(kind, *shape), scale=s_x, zero=zero(kind, z_x))
                built.const(np.array(axes, np.int32)).op(
                    name, out=dict(kind=kind, scale=s_y * (1 if name == "MEAN" else 8), zero=zero(kind, z_y)),
                    keep_dims=keep)
                yield built.with_optimized() if name == "SUM" else built
        extreme = np.full((2, 64, 3), LEVELS[kind][0], kind)
        extreme[1] = LEVELS[kind][1]
        built = case(f"{kind}-extreme").input(extreme, scale=0.05, zero=zero(kind, 1)).ints(1).op(
            name, out=dict(kind=kind, scale=0.06, zero=zero(kind, -1)))
        yield built.with_optimized() if name == "SUM" else built


@vectors("REDUCE_MAX", "REDUCE_MIN", "REDUCE_PROD")
def extremes(name):
    for kind in ("int8", "int16") if name == "REDUCE_PROD" else KINDS:
        for label, shape, axes, keep in WAYS:
            if name != "REDUCE_PROD":
                yield case(f"{kind}-{label}").input(levels(kind, *shape), scale=0.05, zero=zero(kind, 3)).const(
                    np.array(axes, np.int32)).op(
                    name, out=dict(kind=kind, scale=0.05, zero=zero(kind, 3)), keep_dims=keep)
                continue
            if label == "no-axis":
                continue
            for place, (s_x, z_x, s_y, z_y) in enumerate([(0.02, -7, 0.05, 11), (0.009, 64, 0.01, -128)]):
                scale = (s_x, s_y) if kind == "int8" else (s_x / 256, s_y / 256)
                yield case(f"{kind}-{label}-{place}").input(
                    levels(kind, *shape), scale=scale[0], zero=zero(kind, z_x)).const(np.array(axes, np.int32)).op(
                    name, out=dict(kind=kind, scale=scale[1], zero=zero(kind, z_y)), keep_dims=keep)


@vectors("RESIZE_BILINEAR", "RESIZE_NEAREST_NEIGHBOR")
def resizes(name):
    ways = [("plain", {}), ("align-corners", {"align_corners": True}), ("half-pixel", {"half_pixel_centers": True})]
    if name == "RESIZE_NEAREST_NEIGHBOR":
        ways.append(("both", {"align_corners": True, "half_pixel_centers": True}))
    for kind in KINDS:
        for label, options in ways:
            for size, x, out in [("double", (1, 5, 4, 3), (10, 8)), ("third", (1, 9, 12, 5), (3, 4)),
                                 ("odd", (2, 7, 5, 33), (11, 3)), ("one-out", (1, 6, 7, 3), (1, 1)),
                                 ("one-in", (1, 1, 1, 17), (4, 3)), ("same", (1, 4, 5, 2), (4, 5)),
                                 ("up-and-down", (2, 8, 3, 4), (5, 10)), ("wide", (1, 3, 90, 1), (7, 241))]:
                yield case(f"{kind}-{label}-{size}").input(levels(kind, *x), scale=0.05, zero=zero(kind, 3)).ints(
                    *out).op(name, out=dict(kind=kind, scale=0.05, zero=zero(kind, 3)), **options)


@vectors("QUANTIZE")
def quantize(name):
    for one in (*KINDS, "int32"):
        for two in KINDS:
            for place, (s_x, z_x, s_y, z_y) in enumerate(PAIRS):
                if "uint8" in (one, two) and not {one, two} <= {"int8", "uint8"}:
                    continue  # no kernel
                s_x, s_y = (s / 256 if k == "int16" and one != two else s for k, s in ((one, s_x), (two, s_y)))
                values = integers(-90000, 90000, 200) if one == "int32" else np.arange(
                    *LEVELS[one], 1 if one != "int16" else 131).astype(one)
                first = 0 if one == "int32" else zero(one, z_x)
                yield case(f"{one}-to-{two}-{place}").input(values, scale=s_x, zero=first).op(
                    name, version=2, out=dict(kind=two, scale=s_y, zero=zero(two, z_y)))
    for one, two in (("int8", "uint8"), ("uint8", "int8")):
        for signed in (-128, 0, 127):
            yield case(f"{one}-to-{two}-offset{signed}").input(
                np.arange(*LEVELS[one]).astype(one), scale=0.02, zero=zero(one, signed)).op(
                name, out=dict(kind=two, scale=0.02, zero=zero(two, signed)))
    for kind in KINDS:
        for place, (_, _, s_y, z_y) in enumerate(PAIRS):
            scale = s_y / 256 if kind == "int16" else s_y
            yield case(f"{kind}-from-float-{place}").input(normal(700, scale=120 * s_y)).op(
                name, out=dict(kind=kind, scale=scale, zero=zero(kind, z_y)))
        ties = (np.arange(-600, 600) + 0.5).astype(np.float32) * np.float32(0.0371)
        yield case(f"{kind}-near-ties").input(ties).op(
            name, out=dict(kind=kind, scale=0.0371, zero=zero(kind, 5)))


@vectors("DEQUANTIZE")
def dequantize(name):
    for kind in KINDS:
        for place, (s_x, z_x, _, _) in enumerate(PAIRS):
            yield case(f"{kind}-all-{place}").input(
                np.arange(*LEVELS[kind], 1 if kind != "int16" else 131).astype(kind), scale=s_x,
                zero=zero(kind, z_x)).op(name, version=3, out="float32")
        if kind != "int16":
            yield case(f"{kind}-per-channel").input(levels(kind, 4, 3, 5), scale=uniform(0.01, 0.05, 3), axis=1).op(
                name, version=5, out="float32")
