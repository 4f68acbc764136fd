"""Operators of one tensor, element by element or along the last dimension."""

import numpy as np

from .case import case
from .catalog import vectors
from .values import EXTREME, FINITE, bools, integers, normal, uniform

ONLY_OPTIMIZED = ("CEIL", "ROUND", "ELU")  # the reference resolver has no kernel
ELEMENTWISE = ("RELU", "RELU6", "RELU_N1_TO_1", "RELU_0_TO_1", "HARD_SWISH", "ELU", "LOGISTIC", "TANH", "ABS", "EXP",
               "LOG", "SQRT", "RSQRT", "SQUARE", "NEG", "SIGN", "SIN", "COS", "FLOOR", "CEIL", "ROUND")
SHAPES = [("rank-4", (2, 3, 5, 7)), ("vector", (19,)), ("rank-0", ()), ("empty", (2, 0, 3)), ("batch", (3, 33)),
          ("rank-6", (2, 1, 3, 1, 2, 2))]


def chosen(built, name):
    return built.with_optimized() if name in ONLY_OPTIMIZED else built


def everywhere(name, label_tail="", **options):
    """The cases that every float operator has."""
    low, high = (0, 9) if name in ("LOG", "SQRT", "RSQRT") else (-6, 8)
    for label, shape in SHAPES:
        yield case(label + label_tail).input(uniform(low, high, *shape)).op(name, **options)
    yield case("sweep" + label_tail).input(np.linspace(-20, 20, 161, dtype=np.float32)).op(name, **options)
    special = FINITE if name == "HARD_SWISH" else EXTREME  # kernels differ in what infinity times 0 is
    yield case("special-values" + label_tail).input(special).op(name, **options)


@vectors(*ELEMENTWISE)
def floats(name):
    for built in everywhere(name):
        yield chosen(built, name)


@vectors("ROUND", "FLOOR", "CEIL")
def ties(name):
    values = np.array([0.5, 1.5, 2.5, -0.5, -1.5, 0.49999997, 8388607.5, 8388609, 16777217, -8388607.5, 1e10],
                      np.float32)
    yield chosen(case("ties").input(values).op(name), name)


@vectors("NEG", "ABS", "SIGN")
def whole_numbers(name):
    for kind in {"NEG": ["int32", "int64"], "ABS": ["int32"], "SIGN": ["int32"]}[name]:
        built = case(kind).input(integers(-9, 9, 3, 7, kind=kind)).op(name)
        yield built.with_optimized() if name == "ABS" else built


@vectors("LOGICAL_NOT")
def logic(name):
    for label, shape in SHAPES:
        yield case(label).input(bools(*shape)).op(name)


@vectors("GELU")
def gelu(name):
    yield from everywhere(name, "-exact")
    yield from everywhere(name, "-approximate", approximate=True)


@vectors("LEAKY_RELU")
def leaky_relu(name):
    yield from everywhere(name, alpha=0.2)
    for alpha in (0.0, 1.5, -0.5):
        yield case(f"alpha-{alpha}").input(normal(2, 3, 5)).op(name, alpha=alpha)
        yield case(f"special-values-{alpha}").input(EXTREME).op(name, alpha=alpha)



@vectors("PRELU")
def prelu(name):
    for label, shape, alpha in [("channel", (2, 5, 7, 17), (1, 1, 17)), ("whole", (2, 3, 5), (2, 3, 5)),
                                ("one-value", (2, 4, 4, 3), (1, 1, 1)), ("row-and-channel", (1, 3, 4, 5), (3, 1, 5)),
                                ("rank-2", (3, 24), (24,)), ("scalar", (3, 5), ()), ("vector", (19,), (19,)),
                                ("full-rank", (2, 3, 4, 5), (1, 1, 1, 5)), ("empty", (0, 4), (4,))]:
        yield case(label).input(normal(*shape)).const(uniform(-0.5, 1, *alpha)).op(name)
    yield case("slopes-as-input").input(normal(2, 3, 3, 5)).input(uniform(-0.5, 1, 1, 1, 5)).op(name)
    yield case("special-values").input(EXTREME).const(np.float32(0.25)).op(name)


@vectors("SOFTMAX", "LOG_SOFTMAX")
def softmax(name):
    options = {"beta": 1.0} if name == "SOFTMAX" else {}
    for label, shape in [("vector", (10,)), ("rank-2", (3, 17)), ("rank-3", (2, 4, 33)), ("rank-4", (2, 3, 3, 5)),
                         ("one-class", (3, 1)), ("empty", (0, 5)), ("wide", (2, 257))]:
        yield case(label).input(normal(*shape, scale=3)).op(name, **options)

    if name == "SOFTMAX":
        for beta in (0.5, 4.0, 0.0, -1.0):
            yield case(f"beta-{beta}").input(normal(3, 11, scale=2)).op(name, beta=beta)
    large = np.array([[1000, 999, 998], [-1000, -1001, -1e4], [3e38, 0, -3e38], [0, 0, 0]], np.float32)
    
    yield case("large").input(large).op(name, **options)
    infinite = np.array([[-np.inf, 0, 1], [np.inf, 0, 1], [np.nan, 0, 1], [-np.inf] * 3], np.float32)
    yield case("infinite").input(infinite).op(name, **options)


@vectors("L2_NORMALIZATION")
def l2_normalization(name):
    for label, shape in [("rank-2", (3, 17)), ("rank-4", (2, 3, 4, 5)), ("vector", (24,)), ("rank-3", (2, 3, 33)),
                         ("one-channel", (4, 1))]:
        yield case(label).input(normal(*shape)).op(name)
    small = np.array([[0, 0, 0], [1e-8, -1e-8, 0], [1e-5, 0, 0], [1e18, 1e18, 0], [3e38, 3e38, 3e38]], np.float32)
    yield case("tiny-and-huge").input(small).op(name)


@vectors("LOCAL_RESPONSE_NORMALIZATION")
def local_response_normalization(name):
    for label, shape, options in [
            ("alexnet", (1, 5, 7, 17), dict(radius=5, bias=1.0, alpha=1e-4, beta=0.75)),
            ("strong", (2, 3, 3, 24), dict(radius=2, bias=2.0, alpha=0.5, beta=0.5)),
            ("radius-0", (1, 3, 4, 5), dict(radius=0, bias=1.0, alpha=1.0, beta=1.0)),
            ("wider-than-depth", (2, 2, 3, 5), dict(radius=20, bias=0.5, alpha=0.25, beta=0.5)),
            ("one-channel", (1, 4, 4, 1), dict(radius=1, bias=1.0, alpha=2.0, beta=-0.5))]:
        # The reference kernel sums one channel too few; everybody runs the optimized one.
        yield case(label).input(normal(*shape, scale=3)).op(name, **options).with_optimized()
