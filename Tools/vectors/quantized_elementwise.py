"""Elementwise operators on quantized integers: two operands, comparisons, functions of one tensor."""

import numpy as np

from .case import case
from .catalog import vectors
from .values import integers

ARITHMETIC = ("ADD", "SUB", "MUL", "DIV", "SQUARED_DIFFERENCE", "PRELU")
COMPARISONS = ("EQUAL", "NOT_EQUAL", "LESS", "LESS_EQUAL", "GREATER", "GREATER_EQUAL")
SHAPES = [("scalar", (3, 5), ()), ("scalar-first", (), (4, 3)), ("row", (4, 6, 17), (17,)), ("row-first", (17,), (4, 17)),
          ("column", (2, 5, 7), (2, 5, 1)), ("both", (3, 1, 5), (1, 4, 1)), ("channel", (2, 4, 3, 33), (1, 1, 1, 33)),
          ("rank-5", (2, 1, 3, 2, 5), (2, 3, 1, 1, 5)), ("empty", (0, 3), (0, 3))]
# Scales of both operands and of the result.
SCALES = [("below-one", 0.021, 0.013, 0.055), ("above-one", 0.07, 0.031, 0.011), ("tiny", 3e-5, 0.02, 0.02),
          ("large", 1.7, 0.9, 2.3), ("equal", 0.02, 0.02, 0.02), ("powers", 0.25, 0.0625, 0.5)]
ZEROS = {"int8": (-7, 12, 3), "uint8": (121, 140, 131), "int16": (0, 0, 0)}
VERSIONS = {"int16": {"ADD": 3, "SUB": 5, "MUL": 4, "LEAKY_RELU": 2, "RELU": 3, "RELU6": 3, "EXP": 2, "LOG": 2, "SQRT": 2,
                      "RSQRT": 3, "ABS": 3, "LOGISTIC": 3, "TANH": 3, "SOFTMAX": 3, "EQUAL": 5, "NOT_EQUAL": 4, "LESS": 3,
                      "GREATER_EQUAL": 3}}


def kinds(name):
    if name == "SQUARED_DIFFERENCE":
        return ("int8",)
    return ("int8", "uint8") if name == "PRELU" else ("int8", "uint8", "int16")


def version(name, kind):
    return VERSIONS.get(kind, {}).get(name, 2 if name not in ("DIV", "PRELU") else 1)


def whole_range(kind, *shape):
    limits = np.iinfo(kind)
    return integers(limits.min, limits.max, *shape, kind=kind)


def operand(name, kind, zero, *shape, least=0):
    """Values that are `least` away from the zero point: divisors may not be 0, and quotients of small dividends are
    shifted by more than 31 bits, which is undefined."""
    values = whole_range(kind, *shape)
    if name == "DIV":
        values = np.where(np.abs(values.astype(np.int32) - zero) < abs(least), zero + least, values).astype(kind)
    return values


def pair(name, label, kind, scales, one, two, zeros=None, out=None, **options):
    first, second, third = zeros or ZEROS[kind]
    large = 2048 if kind == "int16" else 16
    if first + large > np.iinfo(kind).max:
        large = -large
    built = case(f"{kind}-{label}").input(operand(name, kind, first, *one, least=large), scale=scales[0], zero=first)
    built.input(operand(name, kind, second, *two, least=-2 if second > 0 else 2), scale=scales[1], zero=second)
    if name in ("ADD", "SUB"):
        options.setdefault("pot_scale_int16", False)
    return built.op(name, out=out or dict(kind=kind, scale=scales[2], zero=third), version=version(name, kind), **options)


@vectors(*ARITHMETIC)
def arithmetic(name):
    for kind in kinds(name):
        for label, *scales in SCALES:
            if name == "MUL" and kind == "int16" or name == "PRELU" and label == "large":
                scales = (scales[0], scales[1] / 300, scales[2])
            if name == "DIV":
                scales = (scales[0], scales[1], scales[0] / scales[1] / 40)
            yield pair(name, label, kind, scales, (5, 61), (5, 61))
        for label, one, two in SHAPES:
            if name == "PRELU" and (label in ("scalar-first", "row-first", "both", "rank-5")):
                continue
            yield pair(name, label, kind, (0.021, 0.013, 0.055 if name != "DIV" else 0.05), one, two)
        if kind != "int16":
            low, high = np.iinfo(kind).min, np.iinfo(kind).max
            yield pair(name, "zero-points", kind, (0.05, 0.03, 0.04), (3, 40), (3, 40), zeros=(low, high, low))


@vectors("ADD", "SUB", "MUL", "DIV")
def fused(name):
    for kind in kinds(name):
        for activation in ("RELU", "RELU6", "RELU_N1_TO_1"):
            yield pair(name, activation.lower().replace("_", "-"), kind, (0.0021, 0.0013, 0.00055) if kind == "int16" else
                       (0.1, 0.07, 0.09), (4, 40), (4, 40), fused=activation)


@vectors("ADD", "SUB", "MUL", "SQUARED_DIFFERENCE")
def every_pair(name):
    values = np.arange(-128, 128, dtype=np.int8)
    built = case("int8-every-pair").input(values.reshape(-1, 1), scale=0.037, zero=5).input(values, scale=0.021, zero=-9)
    yield built.op(name, out=dict(kind="int8", scale=0.05, zero=-3), version=2)


@vectors("ADD", "SUB")
def powers_of_two(name):
    for label, scales in [("equal", (2**-9, 2**-9, 2**-9)), ("first-shifted", (2**-13, 2**-9, 2**-9)),
                          ("second-shifted", (2**-9, 2**-10, 2**-9)), ("general", (0.0021, 0.0013, 0.00055))]:
        yield pair(name, f"power-of-two-{label}", "int16", scales, (5, 61), (5, 61), pot_scale_int16=True)
    yield pair(name, "power-of-two-relu6", "int16", (2**-11, 2**-13, 2**-11), (5, 61), (5, 61), pot_scale_int16=True,
               fused="RELU6")


@vectors("DIV")
def divisions(name):
    """Every divisor, where no shift exceeds 31 bits."""
    values = np.arange(-128, 128, dtype=np.int8)
    large = values[np.abs(values.astype(int) - 5) > 60]
    divisors = values[(np.abs(values.astype(int) + 9) > 0) & (np.abs(values.astype(int) + 9) < 100)]
    built = case("int8-every-divisor").input(large.reshape(-1, 1), scale=0.9, zero=5).input(divisors, scale=0.021, zero=-9)
    yield built.op(name, out=dict(kind="int8", scale=0.5, zero=-3))


@vectors("MAXIMUM", "MINIMUM")
def extrema(name):
    for kind in ("int8", "uint8", "int16"):
        zero = ZEROS[kind][0]
        built = case(f"{kind}-quantized").input(whole_range(kind, 4, 17), scale=0.02, zero=zero)
        built.input(whole_range(kind, 17), scale=0.02, zero=zero)
        yield built.op(name, out=dict(kind=kind, scale=0.02, zero=zero), version=4 if kind == "int16" else 2)


@vectors(*COMPARISONS)
def comparisons(name):
    for kind in ("int8", "uint8", "int16"):
        scales = [s for s in SCALES if s[0] != "large"]
        if kind == "int16":
            scales = [(label, *(s / 200 for s in rest)) for label, *rest in scales]
        for label, *rest in scales:
            yield pair(name, label, kind, rest, (5, 61), (5, 61), out=bool)
            yield pair(name, f"{label}-row", kind, rest, (5, 61), (61,), out=bool)
        values = integers(-3, 3, 5, 40, kind=np.int16).astype(kind) if kind != "uint8" else integers(118, 124, 5, 40, kind=kind)
        built = case(f"{kind}-near").input(values, scale=0.02, zero=ZEROS[kind][0])
        yield built.input(values[:, ::-1].copy(), scale=0.02, zero=ZEROS[kind][0]).op(
            name, out=bool, version=version(name, kind))
