"""Products of integers: int8, int16 activations with int8 weights, and the older uint8.

Values span their whole type. Scales of outputs are such that most results are inside the range and some are clamped.
"""

import numpy as np

from .case import case
from .catalog import vectors
from .values import integers, uniform

LIMITS = {"int8": (-128, 127), "uint8": (0, 255), "int16": (-32768, 32767)}
TWO = dict(stride_w=2, stride_h=2)
DILATED = dict(dilation_w_factor=2, dilation_h_factor=2)


def full(kind, *shape):
    low, high = LIMITS[kind]
    values = integers(low, high, *shape, kind=kind)
    flat = values.reshape(-1)
    flat[:2] = (low, high)[:flat.size]
    return values


def filter_of(kind, *shape):
    return integers(0, 255, *shape, kind="uint8") if kind == "uint8" else integers(-127, 127, *shape, kind="int8")


def zero_of(kind, which):
    return {"int8": (-7, 11), "uint8": (117, 139), "int16": (0, 0)}[kind][which]


class Product:
    """Operands of a product; `terms` is the number of products in a sum."""

    def __init__(self, kind, label, x, w, terms, channels, axis=None, gain=1.0, bias="default", fused="NONE"):
        self.kind, self.fused, self.label = kind, fused, f"{kind}-{label}"
        self.x, self.w = full(kind, *x), filter_of(kind, *w)
        self.input = dict(scale=0.037 if kind != "int16" else 1 / 8192, zero=zero_of(kind, 0))
        per_channel = axis is not None and kind != "uint8"
        self.weights = dict(scale=uniform(0.004, 0.02, channels) if per_channel else np.float32(0.0117),
                            zero=121 if kind == "uint8" else 0, axis=axis or 0)
        spread = 74 * (74 if kind != "int16" else 18900) * np.sqrt(max(terms, 1))
        product = np.float32(self.input["scale"]) * np.asarray(self.weights["scale"], np.float64)
        target = 60 if kind != "int16" else 16000
        self.output = dict(kind=kind, scale=float(np.mean(product) * spread / target / gain), zero=zero_of(kind, 1))
        wide = kind == "int16" and bias != "int32"
        self.bias = None if bias is None else integers(-int(spread), int(spread), channels,
                                                       kind="int64" if wide else "int32")
        self.bias_facts = dict(scale=product, zero=0)
        self.options = dict(quantized_bias_type="int32") if kind == "int16" and bias == "int32" else {}

    def built(self, shape=None):
        built = case(self.label)
        if shape is not None:
            built.const(np.array(shape, np.int32)).const(self.w, **self.weights).input(self.x, **self.input)
        else:
            built.input(self.x, **self.input).const(self.w, **self.weights)
        if self.bias is not None:
            built.const(self.bias, **self.bias_facts)
        return built


def conv(kind, label, x, w, version=None, **options):
    facts = {k: options.pop(k) for k in ("axis", "gain", "bias") if k in options}
    facts.setdefault("axis", 0)
    one = Product(kind, label, x, w, int(np.prod(w[1:])), w[0], **facts)
    return one.built().op("CONV_2D", out=one.output, **one.options, **options)


@vectors("CONV_2D")
def quantized_conv_2d(_):
    for kind in ("int8", "int16", "uint8"):
        yield conv(kind, "1x1", (1, 7, 5, 16), (24, 1, 1, 16))
        yield conv(kind, "1x1-batch-odd-depth", (3, 5, 4, 17), (33, 1, 1, 17), fused_activation_function="RELU")
        yield conv(kind, "1x1-stride-2", (2, 7, 8, 5), (3, 1, 1, 5), **TWO)
        yield conv(kind, "3x3-same", (1, 9, 11, 3), (17, 3, 3, 3))
        yield conv(kind, "3x3-valid-per-tensor", (2, 8, 8, 5), (16, 3, 3, 5), padding="VALID", axis=None)
        yield conv(kind, "3x3-same-stride-2", (1, 12, 13, 3), (8, 3, 3, 3), **TWO)
        yield conv(kind, "5x4-stride-3-2", (2, 11, 10, 4), (5, 5, 4, 4), stride_w=3, stride_h=2)
        yield conv(kind, "dilation-2-same", (1, 9, 10, 5), (8, 3, 3, 5), **DILATED)
        yield conv(kind, "dilation-2-valid", (2, 9, 10, 4), (17, 3, 3, 4), padding="VALID", **DILATED)
        yield conv(kind, "grouped-3", (1, 6, 7, 6), (12, 3, 3, 2))
        yield conv(kind, "grouped-2-odd", (2, 5, 6, 10), (6, 3, 3, 5), fused_activation_function="RELU6")
        yield conv(kind, "tall", (1, 4, 4, 131), (18, 3, 3, 131))
        yield conv(kind, "filter-beyond-image", (1, 3, 2, 4), (5, 7, 7, 4))
        for activation in ("RELU", "RELU_N1_TO_1", "RELU6"):
            yield conv(kind, activation.lower().replace("_", "-"), (2, 6, 5, 3), (17, 3, 3, 3),
                       fused_activation_function=activation, gain=0.3)
        # Multipliers above 1, and so small that little is left.
        yield conv(kind, "multiplier-large", (1, 5, 5, 3), (9, 2, 2, 3), gain=3000)
        yield conv(kind, "multiplier-tiny", (1, 5, 5, 3), (9, 2, 2, 3), gain=1e-3)
    yield conv("int16", "int32-bias", (1, 6, 6, 9), (17, 3, 3, 9), bias="int32", version=8)
    yield conv("int16", "int32-bias-dilated", (1, 6, 6, 8), (16, 3, 3, 8), bias="int32", version=8, **DILATED)
    yield conv("int16", "long-sums", (1, 2, 2, 700), (3, 3, 3, 700))


def depthwise(kind, label, x, size, multiplier=1, **options):
    channels = x[-1] * multiplier
    facts = {k: options.pop(k) for k in ("axis", "gain", "bias") if k in options}
    facts.setdefault("axis", 3)
    one = Product(kind, label, x, (1, *size, channels), size[0] * size[1], channels, **facts)
    version = 3 if kind == "int8" else 2
    return one.built().op("DEPTHWISE_CONV_2D", out=one.output, version=version, depth_multiplier=multiplier,
                          **one.options, **options)


@vectors("DEPTHWISE_CONV_2D")
def quantized_depthwise(_):
    for kind in ("int8", "int16", "uint8"):
        yield depthwise(kind, "3x3-same", (1, 7, 9, 16), (3, 3))
        yield depthwise(kind, "3x3-odd-channels", (2, 6, 5, 35), (3, 3), fused_activation_function="RELU6")
        yield depthwise(kind, "3x3-stride-2", (1, 9, 8, 20), (3, 3), **TWO)
        yield depthwise(kind, "3x3-valid-per-tensor", (2, 7, 7, 5), (3, 3), padding="VALID", axis=None)
        yield depthwise(kind, "5x2", (1, 8, 9, 8), (5, 2))
        yield depthwise(kind, "1x1", (1, 4, 4, 17), (1, 1))
        yield depthwise(kind, "multiplier-2", (1, 7, 7, 5), (3, 3), 2)
        yield depthwise(kind, "multiplier-3-dilated", (2, 6, 7, 3), (3, 3), 3, **DILATED)
        yield depthwise(kind, "multiplier-8-one-channel", (1, 10, 7, 1), (4, 4), 8, **TWO)
        yield depthwise(kind, "dilation-2", (1, 9, 9, 5), (3, 3), **DILATED)
        yield depthwise(kind, "filter-beyond-image", (1, 2, 3, 5), (7, 7))
        if kind == "int16":  # the reference kernels for 8 bits crash without a bias
            yield depthwise(kind, "no-bias", (1, 5, 5, 12), (3, 3), bias=None)
        yield depthwise(kind, "relu-n1-to-1", (1, 5, 6, 17), (3, 3), fused_activation_function="RELU_N1_TO_1", gain=0.3)
        yield depthwise(kind, "multiplier-large", (1, 5, 5, 9), (2, 2), gain=2000)
        yield depthwise(kind, "multiplier-tiny", (1, 5, 5, 9), (2, 2), gain=1e-3)
    yield depthwise("int16", "long-sums", (1, 24, 24, 2), (24, 24), padding="VALID")


def transposed(kind, label, out, w, x, **options):
    facts = {k: options.pop(k) for k in ("axis", "gain", "bias") if k in options}
    facts.setdefault("axis", 0)
    one = Product(kind, label, x, w, w[1] * w[2] * w[3] / 4, w[0], **facts)
    return one.built(out).op("TRANSPOSE_CONV", out=one.output, version=3 if one.bias is not None else 2, **one.options,
                             **options)


@vectors("TRANSPOSE_CONV")
def quantized_transpose_conv(_):
    for kind in ("int8", "int16", "uint8"):
        yield transposed(kind, "stride-1-same", (1, 6, 7, 5), (5, 3, 3, 3), (1, 6, 7, 3))
        yield transposed(kind, "stride-2-same", (2, 8, 10, 17), (17, 3, 3, 5), (2, 4, 5, 5), **TWO)
        yield transposed(kind, "stride-2-valid", (1, 9, 11, 8), (8, 3, 3, 16), (1, 4, 5, 16), padding="VALID", **TWO)
        yield transposed(kind, "stride-2-odd", (1, 7, 9, 3), (3, 4, 4, 5), (1, 4, 5, 5), **TWO)
        yield transposed(kind, "stride-3-1-per-tensor", (1, 4, 15, 3), (3, 3, 5, 4), (1, 4, 5, 4), stride_w=3,
                         axis=None)
        yield transposed(kind, "no-bias", (1, 8, 10, 5), (5, 3, 3, 3), (1, 4, 5, 3), bias=None, **TWO)
        yield transposed(kind, "stride-beyond-filter", (1, 12, 12, 2), (2, 2, 2, 3), (1, 4, 4, 3), stride_w=3,
                         stride_h=3)
        yield transposed(kind, "relu6", (1, 6, 6, 3), (3, 3, 3, 2), (1, 3, 3, 2), **TWO,
                         fused_activation_function="RELU6", gain=0.3)
        yield transposed(kind, "multiplier-large", (1, 6, 6, 3), (3, 3, 3, 2), (1, 3, 3, 2), **TWO, gain=3000)
    yield transposed("int16", "int32-bias", (1, 8, 8, 5), (5, 3, 3, 4), (1, 4, 4, 4), bias="int32", **TWO)


def dense(kind, label, x, units, depth=None, version=4, **options):
    facts = {k: options.pop(k) for k in ("axis", "gain", "bias") if k in options}
    depth = depth or x[-1]
    one = Product(kind, label, x, (units, depth), depth, units, **facts)
    return one.built().op("FULLY_CONNECTED", out=one.output, version=version, **one.options, **options)


@vectors("FULLY_CONNECTED")
def quantized_fully_connected(_):
    for kind in ("int8", "int16", "uint8"):
        yield dense(kind, "per-tensor", (5, 33), 17)
        yield dense(kind, "per-channel", (7, 24), 35, axis=0)
        yield dense(kind, "one-row", (1, 300), 50)
        yield dense(kind, "kept-dimensions", (2, 3, 9), 5, keep_num_dims=True, version=5)
        yield dense(kind, "flattened", (2, 3, 8), 4, depth=24)
        yield dense(kind, "no-bias", (3, 17), 19, bias=None, version=6)
        yield dense(kind, "relu", (3, 17), 19, fused_activation_function="RELU", gain=0.3)
        yield dense(kind, "relu6", (3, 17), 19, fused_activation_function="RELU6", gain=0.3)
        yield dense(kind, "multiplier-large", (4, 3), 9, gain=3000)
        yield dense(kind, "multiplier-tiny", (4, 3), 9, gain=1e-3)
        yield dense(kind, "many", (40, 64), 20)
    yield dense("int16", "long-sums", (2, 3000), 18)
    yield dense("int16", "int32-bias", (4, 33), 9, bias="int32", version=11)
    # Sums that are odd multiples of half an output step.
    x = np.arange(-64, 64, dtype=np.int8).reshape(64, 2)
    yield case("int8-ties").input(x, scale=1.0).const(np.array([[1, 0], [0, 1], [3, 5]], np.int8), scale=1.0).none().op(
        "FULLY_CONNECTED", out=dict(kind="int8", scale=2.0), version=6)
    yield case("uint8-ties").input(x.view(np.uint8), scale=1.0, zero=128).const(
        np.array([[129, 128], [128, 129], [131, 133]], np.uint8), scale=1.0, zero=128).none().op(
            "FULLY_CONNECTED", out=dict(kind="uint8", scale=2.0, zero=100), version=6)
    nibbles = integers(0, 255, 9, 8, kind=np.uint8).view(np.int8)
    yield case("int8-int4-weights").input(full("int8", 3, 16), scale=0.04, zero=-5).const(
        nibbles, kind="int4", shape=(9, 16), scale=0.05).const(integers(-900, 900, 9), scale=0.002).op(
        "FULLY_CONNECTED", out=dict(kind="int8", scale=0.05, zero=3), version=10)


@vectors("BATCH_MATMUL")
def quantized_batch_matmul(name):
    for kind in ("int8", "int16"):
        for label, x, w, options in [
                ("rank-2", (3, 17), (17, 5), {}), ("rank-3", (2, 9, 16), (2, 16, 19), {}),
                ("adjoint-x", (2, 16, 3), (2, 16, 9), dict(adj_x=True)),
                ("adjoint-y", (2, 3, 16), (2, 9, 16), dict(adj_y=True)),
                ("adjoint-both", (1, 2, 7, 3), (3, 1, 9, 7), dict(adj_x=True, adj_y=True)),
                ("broadcast", (2, 3, 24), (24, 5), {}), ("tall", (1, 5, 600), (1, 600, 18), {})]:
            for constant in (False, True):
                a, b = full(kind, *x), full(kind, *w)
                terms = x[-2] if options.get("adj_x") else x[-1]
                sizes = 5400 if kind == "int8" else 3.5e8
                facts = dict(kind=kind, scale=0.03 * 0.021 * sizes * terms ** 0.5 / (60 if kind == "int8" else 16000),
                             zero=zero_of(kind, 1))
                second = dict(scale=0.021, zero=9 if kind == "int8" else 0)
                built = case(f"{kind}-{label}{'-constant' if constant else ''}").input(
                    a, scale=0.03, zero=zero_of(kind, 0))
                built = built.const(b, **second) if constant else built.input(b, **second)
                yield built.op(name, out=facts, version=2 if kind == "int8" else 3, **options)
