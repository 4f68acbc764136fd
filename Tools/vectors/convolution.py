"""Convolutions with float weights."""

import numpy as np

from .case import case
from .catalog import vectors
from .values import normal

ACTIVATIONS = ("RELU", "RELU_N1_TO_1", "RELU6")


def conv(label, x, w, **options):
    """LiteRT's kernels refuse CONV_2D without a bias."""
    return case(label).input(normal(*x)).const(normal(*w, scale=0.3)).const(normal(w[0])).op("CONV_2D", **options)


@vectors("CONV_2D")
def conv_2d(_):
    yield conv("1x1", (1, 8, 8, 16), (24, 1, 1, 16))
    yield conv("1x1-batch", (3, 5, 4, 17), (33, 1, 1, 17), fused="RELU")
    yield conv("1x1-stride-2", (2, 7, 8, 5), (3, 1, 1, 5), stride_w=2, stride_h=2)
    yield conv("3x3-same", (1, 9, 11, 3), (17, 3, 3, 3), padding="SAME")
    yield conv("3x3-valid", (2, 8, 8, 5), (16, 3, 3, 5), padding="VALID")
    yield conv("3x3-same-stride-2-even", (1, 8, 8, 5), (24, 3, 3, 5), stride_w=2, stride_h=2)
    yield conv("3x3-same-stride-2-odd", (1, 19, 23, 3), (17, 3, 3, 3), stride_w=2, stride_h=2)
    yield conv("3x3-valid-stride-3-2", (1, 13, 12, 3), (5, 3, 3, 3), padding="VALID", stride_w=3, stride_h=2)
    yield conv("stride-beyond-filter", (1, 11, 11, 3), (5, 2, 2, 3), stride_w=4, stride_h=3)
    yield conv("2x2-same", (1, 6, 7, 3), (8, 2, 2, 3))
    yield conv("4x4-same-stride-2", (1, 9, 10, 3), (5, 4, 4, 3), stride_w=2, stride_h=2)
    yield conv("5x5-same", (1, 8, 9, 16), (3, 5, 5, 16))
    yield conv("7x7-stride-2", (1, 16, 15, 3), (16, 7, 7, 3), stride_w=2, stride_h=2)
    yield conv("1x7", (1, 6, 12, 5), (7, 1, 7, 5))
    yield conv("7x1-valid", (1, 12, 6, 5), (7, 7, 1, 5), padding="VALID")
    yield conv("filter-beyond-image", (1, 3, 2, 4), (5, 7, 7, 4))
    yield conv("dilation-2-same", (1, 9, 10, 5), (8, 3, 3, 5), dilation_w_factor=2, dilation_h_factor=2)
    yield conv("dilation-2-valid", (2, 9, 10, 3), (17, 3, 3, 3), dilation_w_factor=2, dilation_h_factor=2,
               padding="VALID")
    yield conv("dilation-3-1-stride", (1, 12, 11, 3), (4, 3, 3, 3), dilation_w_factor=3, stride_h=2)
    yield conv("grouped-3", (1, 6, 7, 6), (12, 3, 3, 2))
    yield conv("grouped-2-stride-2", (2, 8, 8, 10), (6, 3, 3, 5), stride_w=2, stride_h=2, fused="RELU6")
    yield conv("grouped-each", (1, 5, 5, 5), (5, 3, 3, 1))
    yield conv("one-pixel", (1, 1, 1, 33), (17, 1, 1, 33))
    yield conv("one-channel-in", (1, 10, 9, 1), (3, 3, 3, 1))
    yield conv("one-channel-out", (1, 7, 6, 24), (1, 3, 3, 24))
    yield conv("rows-only", (1, 30, 1, 5), (8, 5, 1, 5))
    yield conv("columns-only", (2, 1, 31, 3), (16, 1, 3, 3), dilation_w_factor=4, padding="VALID")
    yield conv("empty-batch", (0, 5, 5, 3), (4, 3, 3, 3))
    yield conv("tall-depth", (1, 4, 4, 65), (66, 1, 1, 65))
    for activation in ACTIVATIONS:
        yield conv(activation.lower().replace("_", "-"), (2, 6, 5, 3), (17, 3, 3, 3), fused=activation)
    yield case("weights-as-input").input(normal(1, 6, 6, 3)).input(normal(5, 3, 3, 3)).input(normal(5)).op("CONV_2D")
    strange = normal(1, 5, 5, 2)
    strange[0, 1, 1, 0], strange[0, 3, 4, 1], strange[0, 4, 0, 0] = np.nan, np.inf, -3e38
    yield case("special-values").input(strange).const(normal(3, 2, 2, 2)).const(normal(3)).op("CONV_2D")
    yield case("special-values-relu6").input(strange).const(normal(3, 2, 2, 2)).const(normal(3)).op(
        "CONV_2D", fused="RELU6")
    yield case("batch-at-run-time").input(normal(2, 5, 5, 3), declared=(1, 5, 5, 3), signature=(-1, 5, 5, 3)).const(
        normal(4, 3, 3, 3)).const(normal(4)).op("CONV_2D").run(normal(3, 5, 5, 3))
    yield case("size-at-run-time").input(normal(1, 5, 8, 3), declared=(1, 1, 1, 3), signature=(1, -1, -1, 3)).const(
        normal(4, 3, 3, 3)).const(normal(4)).op("CONV_2D", stride_w=2).run(normal(1, 8, 3, 3)).run(normal(1, 5, 8, 3))


def depthwise(label, x, size, multiplier=1, **options):
    channels = x[-1] * multiplier
    built = case(label).input(normal(*x)).const(normal(1, *size, channels, scale=0.4))
    return built.const(normal(channels)).op("DEPTHWISE_CONV_2D", depth_multiplier=multiplier, **options)


@vectors("DEPTHWISE_CONV_2D")
def depthwise_conv_2d(_):
    two = dict(stride_w=2, stride_h=2)
    yield depthwise("3x3-same", (1, 8, 8, 16), (3, 3))
    yield depthwise("3x3-valid-batch", (3, 7, 6, 5), (3, 3), padding="VALID")
    yield depthwise("3x3-stride-2-even", (1, 8, 8, 17), (3, 3), **two)
    yield depthwise("3x3-stride-2-odd", (1, 19, 23, 3), (3, 3), **two, fused="RELU6")
    yield depthwise("3x3-stride-3", (1, 10, 11, 5), (3, 3), stride_w=3, stride_h=3, padding="VALID")
    yield depthwise("stride-1-2", (1, 8, 9, 5), (3, 3), stride_w=1, stride_h=2)
    yield depthwise("5x5-same", (1, 9, 8, 24), (5, 5))
    yield depthwise("5x5-stride-2", (2, 9, 9, 3), (5, 5), **two)
    yield depthwise("1x1", (1, 5, 5, 33), (1, 1))
    yield depthwise("1x7", (1, 4, 13, 5), (1, 7))
    yield depthwise("9x1-valid", (1, 14, 3, 8), (9, 1), padding="VALID")
    yield depthwise("2x2-same", (1, 5, 6, 3), (2, 2))
    yield depthwise("multiplier-2", (1, 7, 7, 5), (3, 3), 2)
    yield depthwise("multiplier-4", (2, 6, 5, 3), (3, 3), 4, **two)
    yield depthwise("multiplier-8-one-channel", (1, 10, 7, 1), (4, 4), 8, **two)
    yield depthwise("multiplier-3-5x5", (1, 6, 6, 2), (5, 5), 3, fused="RELU")
    yield depthwise("dilation-2-same", (1, 9, 9, 5), (3, 3), dilation_w_factor=2, dilation_h_factor=2)
    yield depthwise("dilation-3-valid", (1, 12, 10, 4), (3, 3), dilation_w_factor=3, dilation_h_factor=2,
                    padding="VALID")
    yield depthwise("dilation-2-multiplier-2", (2, 8, 7, 3), (3, 3), 2, dilation_w_factor=2, dilation_h_factor=2)
    yield depthwise("filter-beyond-image", (1, 2, 3, 5), (7, 7))
    yield depthwise("global", (1, 7, 7, 24), (7, 7), padding="VALID")
    yield depthwise("one-pixel", (2, 1, 1, 17), (3, 3))
    for activation in ACTIVATIONS:
        yield depthwise(activation.lower().replace("_", "-"), (1, 5, 6, 17), (3, 3), fused=activation)
    yield case("weights-as-input").input(normal(1, 6, 6, 3)).input(normal(1, 3, 3, 3)).input(normal(3)).op(
        "DEPTHWISE_CONV_2D", depth_multiplier=1)
    strange = normal(1, 5, 5, 2)
    strange[0, 1, 1, 0], strange[0, 3, 4, 1] = np.nan, np.inf
    yield case("special-values").input(strange).const(normal(1, 3, 3, 2)).const(normal(2)).op(
        "DEPTHWISE_CONV_2D", depth_multiplier=1)
    yield case("size-at-run-time").input(normal(1, 5, 8, 3), declared=(1, 1, 1, 3), signature=(1, -1, -1, 3)).const(
        normal(1, 3, 3, 3)).const(normal(3)).op("DEPTHWISE_CONV_2D", depth_multiplier=1).run(normal(2, 8, 3, 3))


def transposed(label, out, w, x, bias=True, dynamic=False, **options):
    shape = np.array(out, np.int32)
    built = case(label).input(shape) if dynamic else case(label).const(shape)
    built.const(normal(*w, scale=0.4)).input(normal(*x))
    if bias:
        built.const(normal(w[0]))
    return built.op("TRANSPOSE_CONV", out="float32", version=3 if bias else 1, dynamic=dynamic, **options)


@vectors("TRANSPOSE_CONV")
def transpose_conv(_):
    two = dict(stride_w=2, stride_h=2)
    yield transposed("stride-1-same", (1, 6, 7, 5), (5, 3, 3, 3), (1, 6, 7, 3))
    yield transposed("stride-1-valid", (1, 8, 9, 5), (5, 3, 3, 3), (1, 6, 7, 3), padding="VALID")
    yield transposed("stride-2-same", (1, 8, 10, 17), (17, 3, 3, 5), (1, 4, 5, 5), **two)
    yield transposed("stride-2-same-odd", (2, 7, 9, 3), (3, 3, 3, 5), (2, 4, 5, 5), **two)
    yield transposed("stride-2-valid", (1, 9, 11, 8), (8, 3, 3, 16), (1, 4, 5, 16), padding="VALID", **two)
    yield transposed("2x2-stride-2", (2, 8, 6, 24), (24, 2, 2, 3), (2, 4, 3, 3), padding="VALID", **two)
    yield transposed("4x4-stride-2", (1, 8, 8, 5), (5, 4, 4, 6), (1, 4, 4, 6), **two)
    yield transposed("stride-3-1", (1, 4, 15, 3), (3, 3, 5, 4), (1, 4, 5, 4), stride_w=3)
    yield transposed("no-bias", (1, 8, 10, 5), (5, 3, 3, 3), (1, 4, 5, 3), bias=False, **two)
    yield transposed("stride-beyond-filter", (1, 12, 12, 2), (2, 2, 2, 3), (1, 4, 4, 3), stride_w=3, stride_h=3)
    yield transposed("one-pixel", (1, 4, 4, 33), (33, 4, 4, 5), (1, 1, 1, 5), padding="VALID")
    yield transposed("shape-at-run-time", (1, 8, 10, 5), (5, 3, 3, 3), (1, 4, 5, 3), dynamic=True, **two)
    for activation in ACTIVATIONS:
        yield transposed(activation.lower().replace("_", "-"), (1, 6, 6, 3), (3, 3, 3, 2), (1, 3, 3, 2), **two,
                         fused=activation)


def conv_3d_case(name, label, x, w, out=None, bias=True, **options):
    built = case(label)
    if out:
        built.const(np.array(out, np.int32))
        built.const(normal(*w, scale=0.3)).input(normal(*x))
    else:
        built.input(normal(*x)).const(normal(*w, scale=0.3))
    if bias:
        built.const(normal(w[3] if out else w[4]))
    return built.op(name, out="float32", dilation_d_factor=options.pop("dilation_d_factor", 1), **options)


@vectors("CONV_3D")
def conv_3d(name):
    two = dict(stride_w=2, stride_h=2, stride_d=2)
    yield conv_3d_case(name, "same", (1, 4, 5, 6, 3), (3, 3, 3, 3, 5))
    yield conv_3d_case(name, "valid-batch", (2, 4, 5, 5, 2), (2, 3, 3, 2, 8), padding="VALID")
    yield conv_3d_case(name, "stride-2", (1, 5, 6, 7, 3), (3, 3, 3, 3, 5), **two, fused="RELU")
    yield conv_3d_case(name, "1x1x1", (1, 2, 3, 4, 17), (1, 1, 1, 17, 5))
    yield conv_3d_case(name, "no-bias", (1, 3, 4, 4, 3), (2, 2, 2, 3, 4), bias=False)
    yield conv_3d_case(name, "dilation-2", (1, 6, 7, 7, 2), (2, 3, 3, 2, 3), dilation_d_factor=2, dilation_w_factor=2,
                       dilation_h_factor=2)
    yield conv_3d_case(name, "strides-differ", (1, 5, 6, 7, 2), (3, 2, 1, 2, 3), stride_d=1, stride_h=2, stride_w=3,
                       padding="VALID", fused="RELU6")


@vectors("CONV_3D_TRANSPOSE")
def conv_3d_transpose(name):
    two = dict(stride_w=2, stride_h=2, stride_d=2)
    yield conv_3d_case(name, "stride-1", (1, 3, 4, 5, 3), (3, 3, 3, 5, 3), (1, 3, 4, 5, 5))
    yield conv_3d_case(name, "stride-2", (1, 2, 3, 4, 3), (3, 3, 3, 5, 3), (1, 4, 6, 8, 5), **two)
    yield conv_3d_case(name, "valid-batch", (2, 2, 3, 3, 2), (2, 2, 2, 4, 2), (2, 4, 6, 6, 4), padding="VALID", **two)
    yield conv_3d_case(name, "no-bias", (1, 2, 3, 3, 3), (2, 3, 3, 2, 3), (1, 2, 6, 6, 2), bias=False, stride_w=2,
                       stride_h=2)
    yield conv_3d_case(name, "relu", (1, 2, 3, 3, 3), (2, 3, 3, 2, 3), (1, 2, 3, 3, 2), fused="RELU")
