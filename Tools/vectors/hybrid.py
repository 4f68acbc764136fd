"""Operators with int8 weights and float activations: their inputs are quantized on the fly."""

import numpy as np

from .case import case
from .catalog import vectors
from .values import integers, normal, uniform, weights

BOTH = (False, True)


def tail(asymmetric):
    return "-asymmetric" if asymmetric else "-symmetric"


@vectors("FULLY_CONNECTED")
def hybrid_fully_connected(name):
    for asymmetric in BOTH:
        for label, x, units, axis, options in [
                ("per-tensor", (3, 33), 17, None, {}), ("per-channel", (3, 24), 5, 0, {}),
                ("one-row", (1, 16), 24, 0, {}),
                ("relu", (2, 19), 7, 0, dict(fused="RELU")),
                ("kept-dimensions", (2, 3, 9), 5, None, dict(keep_num_dims=True)),
                ("flattened", (2, 3, 8), 4, 0, {})]:
            inner = x[-1] if label != "flattened" else 24
            values, scale = weights(units, inner, axis=axis)
            yield case("hybrid-" + label + tail(asymmetric)).input(normal(*x)).const(values, scale=scale).const(
                normal(units)).op(name, version=12 if axis == 0 else 9, asymmetric_quantize_inputs=asymmetric,
                                  **options)
        values, scale = weights(5, 12)
        rows = np.stack([np.zeros(12), np.full(12, 3.5), -np.arange(12) - 1,
                         np.linspace(-1e-3, 5, 12)]).astype(np.float32)
        yield case("hybrid-zeros-and-one-sided" + tail(asymmetric)).input(rows).const(values, scale=scale).none().op(
            name, version=9, asymmetric_quantize_inputs=asymmetric)


@vectors("BATCH_MATMUL")
def hybrid_batch_matmul(name):
    for asymmetric in BOTH:
        for label, x, w, options in [("rank-2", (3, 17), (17, 5), {}), ("rank-3", (2, 3, 16), (2, 16, 9), {}),
                                     ("adjoint-y", (2, 3, 16), (2, 9, 16), dict(adj_y=True)),
                                     ("broadcast", (2, 3, 24), (24, 5), {})]:
            values, scale = weights(*w)
            yield case("hybrid-" + label + tail(asymmetric)).input(normal(*x)).const(values, scale=scale).op(
                name, version=4, asymmetric_quantize_inputs=asymmetric, **options)


@vectors("CONV_2D")
def hybrid_conv_2d(name):
    for label, x, w, options in [
            ("1x1", (1, 6, 5, 16), (24, 1, 1, 16), {}), ("3x3", (2, 8, 7, 5), (17, 3, 3, 5), {}),
            ("3x3-valid-stride-2", (1, 9, 9, 3), (8, 3, 3, 3), dict(padding="VALID", stride_w=2, stride_h=2)),
            ("dilation-2", (1, 9, 8, 3), (5, 3, 3, 3), dict(dilation_w_factor=2, dilation_h_factor=2)),
            ("relu6", (2, 5, 5, 3), (5, 3, 3, 3), dict(fused="RELU6")), ("grouped", (1, 6, 6, 6), (4, 3, 3, 3), {})]:
        for axis in (None, 0):
            if label == "grouped" and axis is None:
                continue
            values, scale = weights(*w, axis=axis)
            built = case(f"hybrid-{label}-per-{'tensor' if axis is None else 'channel'}").input(normal(*x))
            yield built.const(values, scale=scale).const(normal(w[0])).op(
                name, version=2 if axis is None else 5, **options)
    values, _ = weights(5, 3, 3, 3)
    yield case("hybrid-equal-channel-scales").input(normal(1, 5, 5, 3)).const(
        values, scale=np.full(5, 0.02, np.float32)).const(normal(5)).op(name, version=5)
    yield case("hybrid-zeros").input(np.zeros((1, 5, 5, 3), np.float32)).const(
        values, scale=uniform(0.01, 0.05, 5)).const(normal(5)).op(name, version=5)


@vectors("DEPTHWISE_CONV_2D")
def hybrid_depthwise_conv_2d(name):
    for label, x, size, multiplier, options in [
            ("3x3", (2, 6, 7, 17), (3, 3), 1, {}),
            ("5x5-stride-2", (1, 9, 9, 5), (5, 5), 1, dict(stride_w=2, stride_h=2)),
            ("multiplier-2", (1, 6, 6, 3), (3, 3), 2, {}),
            ("dilation-2", (1, 8, 8, 4), (3, 3), 1, dict(dilation_w_factor=2, dilation_h_factor=2)),
            ("relu", (1, 5, 5, 8), (3, 3), 1, dict(fused="RELU")),
            ("valid", (1, 7, 6, 24), (3, 3), 1, dict(padding="VALID"))]:
        channels = x[-1] * multiplier
        values, scale = weights(1, *size, channels, axis=3)
        yield case(f"hybrid-{label}").input(normal(*x)).const(values, scale=scale, axis=3).const(normal(channels)).op(
            name, version=6, depth_multiplier=multiplier, **options)


@vectors("TRANSPOSE_CONV")
def hybrid_transpose_conv(name):
    for label, out, w, x, options in [("stride-2", (1, 8, 10, 5), (5, 3, 3, 3), (1, 4, 5, 3),
                                       dict(stride_w=2, stride_h=2)),
                                      ("stride-1", (2, 6, 5, 17), (17, 3, 3, 4), (2, 6, 5, 4), {}),
                                      ("relu", (1, 6, 6, 3), (3, 2, 2, 8), (1, 3, 3, 8),
                                       dict(stride_w=2, stride_h=2, fused="RELU"))]:
        values, scale = weights(*w, axis=0)
        yield case(f"hybrid-{label}").ints(*out).const(values, scale=scale).input(normal(*x)).const(normal(w[0])).op(
            name, out="float32", version=3, **options)


@vectors("EMBEDDING_LOOKUP")
def hybrid_embedding_lookup(name):
    ids = np.array([3, 0, 6, 6, 1], np.int32)
    for label, shape, axis in [("per-tensor", (7, 17), None), ("per-row", (7, 17), 0), ("rank-3", (7, 2, 5), None)]:
        values, scale = weights(*shape, axis=axis)
        yield case(f"hybrid-{label}").input(ids).const(values, scale=scale).op(name, out="float32", version=4)
    packed = integers(0, 255, 7 * 8, kind=np.uint8)
    yield case("hybrid-int4").input(ids).const(packed, "int4", (7, 16), scale=0.1).op(name, out="float32", version=4)
    yield case("hybrid-int4-per-row").input(ids).const(packed, "int4", (7, 16), scale=uniform(0.05, 0.2, 7)).op(
        name, out="float32", version=4)
