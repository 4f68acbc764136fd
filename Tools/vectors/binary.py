"""Operators of two tensors that broadcast: arithmetic, comparisons, logic, bits."""

import numpy as np

from .case import case
from .catalog import vectors
from .values import EXTREME, bools, integers, normal, uniform

SHAPES = [("same-shape", (2, 3, 5, 7), (2, 3, 5, 7)), ("scalar-second", (3, 5), ()), ("scalar-first", (), (4, 3)),
          ("row", (4, 6, 17), (17,)), ("row-first", (17,), (4, 2, 17)), ("column", (2, 5, 7), (2, 5, 1)),
          ("both-broadcast", (3, 1, 5), (1, 4, 1)), ("channel", (2, 4, 3, 33), (1, 1, 1, 33)),
          ("one-element", (1,), (2, 3)), ("rank-0", (), ()), ("rank-4-middle", (2, 3, 1, 5), (1, 3, 4, 1)),
          ("empty", (0, 3), (0, 3)), ("vector", (19,), (19,))]
HIGH = [("rank-5", (2, 1, 3, 2, 5), (2, 3, 1, 1, 5)), ("rank-6-same", (1, 2, 1, 3, 2, 2), (1, 2, 1, 3, 2, 2)),
        ("rank-6", (2, 1, 2, 1, 3, 1), (1, 2, 1, 2, 1, 3))]
RANK_6 = ("ADD", "SUB", "MUL")
ARITHMETIC = {  # other types, and where the values of the second operand come from
    "ADD": (["int32", "int64"], normal), "SUB": (["int32", "int64"], normal), "MUL": (["int32", "int64"], normal),
    "DIV": (["int32"], lambda *s: uniform(0.25, 4, *s)), "SQUARED_DIFFERENCE": (["int32"], normal),
    "MAXIMUM": (["int32", "int64", "int8", "uint8", "int16"], normal),
    "MINIMUM": (["int32", "int64", "int8", "uint8", "int16"], normal),
    "FLOOR_DIV": (["int32", "int16", "int8"], lambda *s: uniform(0.25, 4, *s)),
    "FLOOR_MOD": (["int32", "int64", "int16", "int8"], lambda *s: uniform(0.25, 4, *s)),
    "POW": (["int32"], normal), "ATAN2": ([], normal)}
LIMITS = {"int8": 100, "uint8": 200, "int16": 20000, "int32": 40000, "int64": 3_000_000_000}


def pairs(name):
    found = SHAPES + HIGH[:3 if name in RANK_6 else 1]
    return [p for p in found if p[1] == p[2]] if name == "ATAN2" else found  # it does not broadcast


@vectors(*ARITHMETIC)
def floats(name):
    second = ARITHMETIC[name][1]
    first = (lambda *s: uniform(0, 3, *s)) if name == "POW" else normal
    for label, one, two in pairs(name):
        yield case(label).input(first(*one)).input(second(*two)).op(name)
    yield case("constant-second").input(first(2, 9)).const(second(2, 9)).op(name)
    yield case("constant-first").const(first(2, 9)).input(second(2, 9)).op(name)
    divisors = EXTREME[EXTREME != 0] if name == "FLOOR_DIV" else EXTREME
    one, two = (np.ascontiguousarray(g) for g in np.meshgrid(EXTREME, divisors, indexing="ij"))
    yield case("special-values").input(one).input(two).op(name)


@vectors(*[n for n, (kinds, _) in ARITHMETIC.items() if kinds])
def whole_numbers(name):
    for kind in ARITHMETIC[name][0]:
        limit, low = LIMITS[kind], 1 if name in ("DIV", "FLOOR_DIV", "FLOOR_MOD") else 0
        if name == "POW":
            limit, low = 6, 0
        for label, one, two in SHAPES[:2] + SHAPES[3:4] + SHAPES[6:7] + HIGH[:1]:
            a, b = (integers(0 if kind == "uint8" else -limit, limit, *s, kind=kind) for s in (one, two))
            if name == "POW":
                b = np.abs(b)
            b = np.where(b == 0, np.array(low, kind), b).astype(kind)
            yield case(f"{kind}-{label}").input(a).input(b).op(name)
        if kind in ("int32", "int64") and name not in ("DIV", "FLOOR_DIV", "FLOOR_MOD", "POW"):
            edge = np.array([np.iinfo(kind).min, np.iinfo(kind).max, -1, 0, 1, 46341], kind)
            yield case(f"{kind}-limits").input(edge.reshape(-1, 1)).input(edge).op(name)


@vectors("DIV", "FLOOR_DIV", "FLOOR_MOD")
def signs(name):
    for kind in ["int32"] + (["int64"] if name == "FLOOR_MOD" else []):
        values = np.array([-7, -6, -1, 0, 1, 6, 7], kind)
        divisors = np.array([-7, -3, -2, -1, 1, 2, 3, 7], kind)
        yield case(f"{kind}-signs").input(values.reshape(-1, 1)).input(divisors).op(name)
    if name != "DIV":
        values = np.array([-7.5, -6, -1, -0.0, 0, 1, 6, 7.5], np.float32)
        yield case("float-signs").input(values.reshape(-1, 1)).input(
            np.array([-3, -2.5, -0.1, 0.1, 2.5, 3], np.float32)).op(name)


@vectors("ADD", "SUB", "MUL", "DIV")
def fused(name):
    for activation in ("RELU", "RELU6", "RELU_N1_TO_1"):
        for label, one, two in (SHAPES[0], SHAPES[3]):
            yield case(f"{activation.lower().replace('_', '-')}-{label}").input(normal(*one, scale=4)).input(
                normal(*two, scale=4) + np.float32(0.01)).op(name, fused=activation)
    yield case("same-operand-twice").input(uniform(1, 2, 3, 5)).label("x").use("x").op(name)
    yield case("int32-relu").input(integers(-9, 9, 4, 5)).input(integers(1, 9, 4, 5)).op(name, fused="RELU")


@vectors("MUL")
def complex_numbers(name):
    a, b = ((normal(*s) + 1j * normal(*s)).astype(np.complex64) for s in ((3, 5), (5,)))
    yield case("complex64").input(a).input(a[::-1].copy()).op(name)
    yield case("complex64-row").input(a).input(b).op(name)


@vectors("EQUAL", "NOT_EQUAL", "LESS", "LESS_EQUAL", "GREATER", "GREATER_EQUAL")
def comparisons(name):
    for label, one, two in SHAPES + HIGH[:1]:
        yield case(label).input(integers(-1, 1, *one, kind=np.float32)).input(
            integers(-1, 1, *two, kind=np.float32)).op(name, out=bool)
    yield case("special-values").input(EXTREME.reshape(-1, 1)).input(EXTREME).op(name, out=bool)
    yield case("constant-second").input(normal(2, 5)).const(np.float32(0.25)).op(name, out=bool)
    for kind in ("int32", "int64"):
        yield case(kind).input(integers(-2, 2, 3, 5, kind=kind)).input(integers(-2, 2, 3, 5, kind=kind)).op(
            name, out=bool)
        yield case(f"{kind}-row").input(integers(-2, 2, 3, 5, kind=kind)).input(integers(-2, 2, 5, kind=kind)).op(
            name, out=bool)
    large = np.array([2**62, 2**62 + 1, -2**62, -2**63, 2**63 - 1], np.int64)
    yield case("int64-large").input(large.reshape(-1, 1)).input(large).op(name, out=bool)
    if "EQUAL" in name.split("_")[-1:] and name in ("EQUAL", "NOT_EQUAL"):
        yield case("bool").input(bools(3, 5)).input(bools(3, 5)).op(name, out=bool)
        yield case("bool-row").input(bools(3, 5)).input(bools(5)).op(name, out=bool)
        words = np.array([b"a", b"cat", b"dog", b"", b"ca"])
        yield case("string").input(words).input(np.array([b"a", b"cap", b"dog", b"", b"c"])).op(name, out=bool)


@vectors("LOGICAL_OR", "LOGICAL_AND")
def logic(name):
    for label, one, two in SHAPES:
        yield case(label).input(bools(*one)).input(bools(*two)).op(name)


@vectors("BITWISE_XOR", "RIGHT_SHIFT")
def bits(name):
    for label, one, two in SHAPES[:10]:
        second = integers(0, 31, *two) if name == "RIGHT_SHIFT" else integers(-2**31, 2**31 - 1, *two)
        yield case(label).input(integers(-2**31, 2**31 - 1, *one)).input(second).op(name)
    for kind in ("int8", "uint8", "int16", "uint16", "uint32"):
        limits = np.iinfo(kind)
        second = (0, limits.bits - 1) if name == "RIGHT_SHIFT" else (limits.min, limits.max)
        yield case(kind).input(integers(limits.min, limits.max, 4, 5, kind=kind)).input(
            integers(*second, 4, 5, kind=kind)).op(name)


@vectors("ADD_N")
def sums(name):
    for count in (2, 3, 7):
        built = case(f"{count}-inputs")
        for _ in range(count):
            built.input(normal(2, 3, 5))
        yield built.op(name)
    yield case("int32").input(integers(-9, 9, 4, 5)).input(integers(-9, 9, 4, 5)).input(integers(-9, 9, 4, 5)).op(name)
    yield case("rank-0").input(normal()).input(normal()).op(name)
    yield case("same-operand-twice").input(normal(3, 5)).label("x").use("x").op(name)
    yield case("special-values").input(EXTREME).input(EXTREME[::-1].copy()).input(EXTREME).op(name)
