"""Weights of four and two bits, for channels, for the tensor and in blocks."""

import numpy as np

from .case import case
from .catalog import vectors
from .values import integers, levels, normal, uniform

LIMITS = {"int4": 7, "int2": 1}
BITS = {"int4": 4, "int2": 2}


def packed(kind, *shape):
    """Integers as a file stores them: the first in the low bits of a byte."""
    values = integers(-LIMITS[kind], LIMITS[kind], *shape).reshape(-1)
    each = 8 // BITS[kind]
    values = np.concatenate([values, np.zeros(-len(values) % each, np.int32)]) & (2**BITS[kind] - 1)
    return sum(values[k::each] << (BITS[kind] * k) for k in range(each)).astype(np.uint8)


def block_scales(*shape):
    """Numbers that bfloat16 and float16 both have."""
    scales = uniform(0.01, 0.1, *shape)
    return (scales.view(np.uint32) & 0xFFFF0000).view(np.float32).astype(np.float16)


@vectors("FULLY_CONNECTED")
def narrow_fully_connected(name):
    for kind in ("int4", "int2"):
        for label, rows, columns, units, per in [("per-channel", 3, 32, 16, 16), ("per-tensor", 2, 24, 8, None),
                                                 ("odd", 4, 33, 7, 7)]:
            for asymmetric in (True, False):
                scale = 0.05 if per is None else uniform(0.01, 0.1, per)
                yield case(f"hybrid-{kind}-{label}{'' if asymmetric else '-symmetric'}").input(normal(rows, columns)).const(
                    packed(kind, units, columns), kind, (units, columns), scale=scale).const(normal(units)).op(
                        name, asymmetric_quantize_inputs=asymmetric)
        for activations, bias in (("int8", "int32"), ("int16", "int64")):
            for label, columns, units, per in (("per-channel", 32, 16, 16), ("per-tensor", 33, 7, None)):
                scale = np.float32(0.05) if per is None else uniform(0.01, 0.1, per)
                x = 0.04 if activations == "int8" else 0.04 / 256
                built = case(f"{activations}-{kind}-{label}").input(
                    levels(activations, 3, columns), scale=x, zero=-5 if activations == "int8" else 0)
                built = built.const(packed(kind, units, columns), kind, (units, columns), scale=scale).const(
                    integers(-900, 900, units).astype(bias), scale=np.float32(x) * scale)
                yield built.op(name, out=dict(kind=activations, scale=30 * x, zero=3 if activations == "int8" else 0),
                               version=14 if kind == "int2" else 10 if activations == "int8" else 13,
                               **({} if activations == "int8" else dict(quantized_bias_type="int64")))
    # The reference kernels leave out the scales of blocks.
    for rows, columns, units, size in ((3, 64, 16, 32), (1, 256, 5, 128), (2, 256, 4, 256)):
        built = case(f"hybrid-blocks-of-{size}").with_optimized().input(normal(rows, columns))
        built = built.const(block_scales(units, columns // size)).label("scales").drop()
        yield built.const(packed("int4", units, columns), "int4", (units, columns), blocks=(built.labels["scales"], size)) \
            .const(normal(units)).op(name, asymmetric_quantize_inputs=True)


@vectors("CONV_2D")
def narrow_conv_2d(name):
    for label, x, w, options in [("1x1", (1, 6, 5, 16), (24, 1, 1, 16), {}), ("3x3", (2, 8, 7, 5), (7, 3, 3, 5), {}),
                                 ("relu6", (2, 5, 5, 3), (5, 3, 3, 3), dict(fused="RELU6")),
                                 ("grouped", (1, 6, 6, 6), (4, 3, 3, 3), {})]:
        yield case(f"hybrid-int4-{label}").input(normal(*x)).const(
            packed("int4", *w), "int4", w, scale=uniform(0.01, 0.1, w[0])).const(normal(w[0])).op(name, **options)
        for activations, bias, scale in (("int8", "int32", 0.04), ("int16", "int64", 0.0002)):
            scales = uniform(0.01, 0.1, w[0])
            facts = dict(kind=activations, scale=20 * scale, zero=0)
            yield case(f"{activations}-int4-{label}").input(levels(activations, *x), scale=scale).const(
                packed("int4", *w), "int4", w, scale=scales).const(
                    integers(-900, 900, w[0]).astype(bias), scale=np.float32(scale) * scales).op(
                        name, out=facts, **options)


@vectors("DEPTHWISE_CONV_2D")
def narrow_depthwise_conv_2d(name):
    for label, x, w in (("3x3", (2, 6, 7, 17), (1, 3, 3, 17)), ("5x5", (1, 9, 9, 5), (1, 5, 5, 5))):
        scales = uniform(0.01, 0.1, w[3])
        yield case(f"int8-int4-{label}").input(levels("int8", *x), scale=0.04, zero=3).const(
            packed("int4", *w), "int4", w, scale=scales, axis=3).const(
                integers(-900, 900, w[3]), scale=np.float32(0.04) * scales).op(
                    name, out=dict(kind="int8", scale=0.6, zero=-4), version=3, depth_multiplier=1)


@vectors("EMBEDDING_LOOKUP")
def narrow_embedding_lookup(name):
    ids = np.array([3, 0, 6, 6, 1], np.int32)
    for label, scale in (("", 0.1), ("-per-row", uniform(0.05, 0.2, 7))):
        yield case(f"hybrid-int2{label}").input(ids).const(packed("int2", 7, 16), "int2", (7, 16), scale=scale).op(
            name, out="float32", version=5)
    for kind in ("int4", "int2"):
        built = case(f"hybrid-{kind}-blocks").input(ids).const(block_scales(7, 2)).label("scales").drop()
        yield built.const(packed(kind, 7, 64), kind, (7, 64), blocks=(built.labels["scales"], 32)).op(
            name, out="float32", version=5)


@vectors("GATHER")
def narrow_gather(name):
    for label, shape, ids in (("int4", (9, 32), (5, )), ("int4-of-rank-3", (9, 3, 4), (2, 3))):
        yield case(label).const(packed("int4", *shape), "int4", shape, scale=0.05).input(
            integers(0, 8, *ids)).op(name, out=dict(kind="int4", scale=0.05), version=7).op(
                "DEQUANTIZE", out="float32", version=6)


@vectors("DEQUANTIZE")
def narrow_dequantize(name):
    for label, scale, axis in (("int2", 0.1, 0), ("int2-per-channel", uniform(0.01, 0.1, 5), 1)):
        yield case(label).const(packed("int2", 3, 5), "int2", (3, 5), scale=scale, axis=axis).op(
            name, version=7, out="float32").input(normal(3, 5)).op("ADD")
