"""Functions of one quantized tensor, element by element or along the last dimension."""

import numpy as np

from .case import case
from .catalog import vectors
from .quantized_elementwise import version, whole_range
from .values import integers

RECTIFIERS = ("RELU", "RELU6", "RELU_N1_TO_1", "RELU_0_TO_1")
FUNCTIONS = ("LEAKY_RELU", "HARD_SWISH", "LOGISTIC", "TANH", "ELU", "GELU", "EXP", "LOG", "SQRT", "RSQRT", "ABS")
WITH_UINT8 = ("LEAKY_RELU", "HARD_SWISH", "LOGISTIC", "TANH", "GELU", *RECTIFIERS)
WITH_INT16 = ("LEAKY_RELU", "LOGISTIC", "TANH", "GELU", "EXP", "LOG", "SQRT", "RSQRT", "ABS", "RELU", "RELU6")
# Scales of input and output.
SCALES = [("below-one", 0.031, 0.05), ("above-one", 0.07, 0.011), ("tiny", 0.001, 0.0008), ("large", 1.3, 0.9),
          ("equal", 0.02, 0.02)]
FIXED = {("LOGISTIC", "int8"): (1 / 256, -128), ("LOGISTIC", "uint8"): (1 / 256, 0), ("LOGISTIC", "int16"): (2**-15, 0),
         ("TANH", "int16"): (2**-15, 0)}


def kinds(name):
    return ("int8",) + (("uint8",) if name in WITH_UINT8 else ()) + (("int16",) if name in WITH_INT16 else ())


def every(kind):
    """All levels of 8 bits; of int16 the limits, both sides of zero and of each step of the tables, and some more."""
    limits = np.iinfo(kind)
    if limits.bits == 8:
        return np.arange(limits.min, limits.max + 1).astype(kind)
    steps = np.arange(-32768, 32768, 128)
    return np.unique(np.concatenate([steps, steps + 1, steps + 127, np.arange(-70, 70), integers(-32768, 32767, 600)])
                     ).astype(kind)


def function(name, label, kind, scales, zeros, **options):
    values = every(kind)
    if name in ("SQRT", "RSQRT"):
        values = values[values >= zeros[0]]
    scale, zero = FIXED.get((name, kind), (scales[1], zeros[1]))
    built = case(f"{kind}-{label}").input(values, scale=scales[0], zero=zeros[0]).op(
        name, out=dict(kind=kind, scale=scale, zero=zero), version=version(name, kind) if name not in (
            "LEAKY_RELU", "HARD_SWISH", "ELU", "RELU_N1_TO_1", "RELU_0_TO_1") or kind == "int16" else 1, **options)
    return built.with_optimized() if name == "ELU" else built


@vectors(*RECTIFIERS, *FUNCTIONS)
def functions(name):
    options = {"alpha": 0.3} if name == "LEAKY_RELU" else {}
    for kind in kinds(name):
        middle = {"int8": (-11, 7), "uint8": (117, 135), "int16": (0, 0)}[kind]
        for label, *scales in SCALES:
            if kind == "int16":
                scales = [s / 220 for s in scales]
            if name == "HARD_SWISH":
                scales[1] = max(scales[1], scales[0] / 90)
            yield function(name, label, kind, scales, middle, **options)
        low = 0 if kind == "int16" else np.iinfo(kind).min
        yield function(name, "zero-at-the-end", kind, (0.00037, 0.0002) if kind == "int16" else (0.09, 0.04), (low, low),
                       **options)


@vectors("LOGISTIC", "TANH")
def powers_of_two(name):
    for label, scale in [("2^-12", 2**-12), ("2^-11", 2**-11), ("2^-10", 2**-10), ("2^-15", 2**-15), ("coarse", 0.01),
                         ("very-coarse", 3.0), ("factor-just-below-an-integer", 0.0003510912065394223),
                         ("vanishing", 1e-20), ("huge", 1e30)]:
        yield function(name, label, "int16", (scale, 1), (0, 0))


@vectors("LOGISTIC", "TANH")
def wide_steps(name):
    """Steps so wide that TensorFlow Lite Micro takes a value for infinite that LiteRT does not."""
    for label, scale in ("4", 4.03), ("half", 0.53):
        yield case(f"int8-steps-of-{label}").input(every("int8"), scale=scale, zero=120).op(
            name, out=dict(kind="int8", scale=1 / (256 if name == "LOGISTIC" else 128),
                           zero=-128 if name == "LOGISTIC" else 0))


@vectors("LEAKY_RELU")
def slopes(name):
    for kind in kinds(name):
        for alpha in (0.0, 1.7, -0.4):
            yield function(name, f"slope-{alpha}", kind, (0.031, 0.05) if kind != "int16" else (1e-4, 2e-4),
                           (0, 0) if kind != "uint8" else (128, 120), alpha=alpha)


@vectors("GELU")
def approximate(name):
    for kind in kinds(name):
        yield function(name, "approximate", kind, (0.04, 0.03) if kind != "int16" else (1.5e-4, 1.2e-4),
                       (0, 0) if kind != "uint8" else (128, 120), approximate=True)


@vectors("NEG", "SIGN")
def raw(name):
    if name == "NEG":
        values = whole_range("int8", 3, 40)
        yield case("int8-quantized").input(values, scale=0.02, zero=0).op(name, out=dict(kind="int8", scale=0.02))
        yield case("int8-zero-point").input(values, scale=0.02, zero=5).op(name, out=dict(kind="int8", scale=0.02, zero=5))


@vectors("SOFTMAX", "LOG_SOFTMAX")
def softmax(name):
    int8, uint8 = ((1 / 256, -128), (1 / 256, 0)) if name == "SOFTMAX" else ((1 / 16, 127), (1 / 16, 255))
    outputs = [("int8", "int8", int8), ("uint8", "uint8", uint8)]
    if name == "SOFTMAX":
        outputs += [("int8", "int16", (2**-15, 0)), ("uint8", "int16", (2**-15, 0)), ("int16", "int16", (2**-15, 0))]
    for kind, result, (scale, zero) in outputs:
        label = kind if kind == result else f"{kind}-to-{result}"
        ratio = 1 / 200 if kind == "int16" else 1
        middle = {"int8": -11, "uint8": 117, "int16": 0}[kind]
        options = {"beta": 1.0} if name == "SOFTMAX" else {}
        for size, shape in [("vector", (10,)), ("rows", (4, 17)), ("rank-4", (2, 3, 3, 5)), ("one-class", (3, 1)),
                            ("wide", (2, 700))]:
            yield case(f"{label}-{size}").input(whole_range(kind, *shape), scale=0.05 * ratio, zero=middle).op(
                name, out=dict(kind=result, scale=scale, zero=zero), version=version(name, kind), **options)
        for size, factor in [("sharp", 0.9), ("flat", 0.0007), ("middle", 0.013)]:
            yield case(f"{label}-{size}").input(whole_range(kind, 6, 40), scale=factor * ratio, zero=middle).op(
                name, out=dict(kind=result, scale=scale, zero=zero), version=version(name, kind), **options)
        if kind == "int16":
            for text, size in [("multiplier-2^31", 2.4e5), ("mask-1e14", 1e14), ("mask-3e25", 3e25), ("mask-1e30", 1e30)]:
                yield case(f"{label}-{text}").input(whole_range(kind, 6, 40), scale=size, zero=middle).op(
                    name, out=dict(kind=result, scale=scale, zero=zero), version=version(name, kind), **options)
        if name == "SOFTMAX":
            for beta in (0.25, 3.0):
                yield case(f"{label}-beta-{beta}").input(whole_range(kind, 5, 23), scale=0.02 * ratio, zero=middle).op(
                    name, out=dict(kind=result, scale=scale, zero=zero), version=version(name, kind), beta=beta)
        same = np.full((2, 9), np.iinfo(kind).max if kind != "int16" else 5, kind)
        yield case(f"{label}-equal").input(same, scale=0.05 * ratio, zero=middle).op(
            name, out=dict(kind=result, scale=scale, zero=zero), version=version(name, kind), **options)


@vectors("L2_NORMALIZATION")
def l2_normalization(name):
    for kind, zero in (("int8", 0), ("uint8", 128)):
        middle = {"int8": -11, "uint8": 117}[kind]
        for label, shape in [("rows", (5, 17)), ("rank-4", (2, 3, 4, 5)), ("vector", (24,)), ("one-channel", (6, 1)),
                             ("wide", (2, 900))]:
            yield case(f"{kind}-{label}").input(whole_range(kind, *shape), scale=0.05, zero=middle).op(
                name, out=dict(kind=kind, scale=1 / 128, zero=zero), version=2)
        small = np.array([[0, 0, 0], [1, 0, 0], [1, 1, -1], [2, 0, 1], [-3, 2, 1]], np.int64) + middle
        yield case(f"{kind}-small").input(small.astype(kind), scale=0.05, zero=middle).op(
            name, out=dict(kind=kind, scale=1 / 128, zero=zero), version=2)
