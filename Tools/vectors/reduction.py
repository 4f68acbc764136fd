"""Reductions, running sums, segments, and places of the largest."""

import numpy as np

from .case import case
from .catalog import vectors
from .values import EXTREME, bools, distinct, integers, normal, uniform

WAYS = [("last", (3, 4, 17), [-1], False), ("first", (3, 4, 5), [0], False), ("middle-kept", (3, 4, 5), [1], True),
        ("two", (2, 3, 4, 5), [1, 2], False), ("two-kept", (2, 8, 7, 16), [1, 2], True),
        ("apart", (2, 3, 4, 5), [0, 2], False), ("negative", (2, 3, 4, 5), [-1, -3], True),
        ("all", (2, 3, 5), [0, 1, 2], False), ("all-kept", (2, 3, 5), [0, 1, 2], True),
        ("repeated", (2, 3, 4), [1, 1, -2], False), ("rank-5", (2, 1, 3, 2, 4), [1, 3], False),
        ("no-axis", (2, 3), [], False), ("one-wide", (4, 1, 3), [1], False), ("vector", (33,), [0], False)]
FLOATS = ("MEAN", "SUM", "REDUCE_MAX", "REDUCE_MIN", "REDUCE_PROD")


def empty_axis(built, axes):
    return built.const(np.array(axes, np.int32)) if axes else built.const(np.zeros(0, np.int32))


@vectors(*FLOATS)
def floats(name):
    for label, shape, axes, keep in WAYS:
        values = uniform(0.5, 1.5, *shape) if name == "REDUCE_PROD" else normal(*shape)
        yield empty_axis(case(label).input(values), axes).op(name, keep_dims=keep)
    values = uniform(0.5, 1.5, 3, 4, 5)
    yield case("scalar-axis").input(values).const(np.int32(1)).op(name)
    yield case("axes-as-input").input(values).input(np.array([1], np.int32)).op(name, dynamic=True).run(values, [2])
    yield case("rank-0").input(normal()).const(np.zeros(0, np.int32)).op(name)
    strange = np.array([[1, np.nan, 2], [np.inf, 1, 2], [-np.inf, np.inf, 0], [3e38, 3e38, -0.0]], np.float32)
    if name in ("REDUCE_MAX", "REDUCE_MIN"):
        strange = np.nan_to_num(strange, posinf=np.inf, neginf=-np.inf)  # kernels differ in what NaN does
    yield case("special-values").input(strange).ints(1).op(name)
    if name in ("SUM", "REDUCE_PROD"):
        yield case("empty").input(np.zeros((0, 3), np.float32)).ints(0).op(name)


@vectors(*FLOATS)
def whole_numbers(name):
    kinds = ["int32", "int64"] + (["uint8", "int8"] if name in ("REDUCE_MAX", "REDUCE_MIN") else [])
    for kind in kinds:
        values = integers(1, 3, 2, 3, 5, kind=kind) if name == "REDUCE_PROD" else integers(
            0 if kind == "uint8" else -50, 50, 2, 3, 5, kind=kind)
        yield case(kind).input(values).ints(1).op(name)
        yield case(f"{kind}-all-kept").input(values[:1]).ints(0, 1, 2).op(name, keep_dims=True)


@vectors("REDUCE_ANY", "REDUCE_ALL")
def truths(name):
    for label, shape, axes, keep in WAYS:
        yield empty_axis(case(label).input(bools(*shape)), axes).op(name, keep_dims=keep)


@vectors("CUMSUM")
def cumsum(name):
    for exclusive in (False, True):
        for reverse in (False, True):
            tail = "-exclusive" * exclusive + "-reverse" * reverse
            for label, shape, axis in [("last", (2, 3, 7), -1), ("first", (4, 5), 0), ("middle", (2, 3, 2, 4), 1)]:
                yield case(label + tail).input(normal(*shape)).const(np.int32(axis)).op(
                    name, exclusive=exclusive, reverse=reverse)
    for kind in ("int32", "int64"):
        yield case(kind).input(integers(-9, 9, 3, 4, kind=kind)).const(np.int32(1)).op(name)
    yield case("axis-as-input").input(normal(2, 3, 4)).input(np.array(1, np.int32)).op(name).run(normal(2, 3, 4), -1)
    yield case("special-values").input(EXTREME).const(np.int32(0)).op(name)


@vectors("SEGMENT_SUM")
def segment_sum(name):
    for label, shape, ids in [("rank-2", (5, 17), [0, 0, 1, 1, 2]), ("rank-1", (4,), [0, 0, 0, 1]),
                              ("rank-3", (3, 2, 3), [0, 1, 2])]:
        yield case(label).input(normal(*shape)).const(np.array(ids, np.int32)).op(name).with_optimized()
    yield case("int32").input(integers(-9, 9, 4, 3)).const(np.array([0, 1, 1, 2], np.int32)).op(name).with_optimized()
    yield case("ids-as-input").input(normal(4, 3)).input(np.array([0, 1, 1, 2], np.int32)).op(
        name, dynamic=True).run(normal(4, 3), [0, 0, 0, 1]).with_optimized()


@vectors("UNSORTED_SEGMENT_PROD", "UNSORTED_SEGMENT_MAX", "UNSORTED_SEGMENT_SUM", "UNSORTED_SEGMENT_MIN")
def unsorted(name):
    for label, shape, ids, count in [
            ("rank-2", (5, 17), [2, 0, 1, 0, 2], 3), ("rank-1", (6,), [1, 1, 0, 2, 0, 1], 3),
            ("empty-segment", (4, 3), [0, 3, 3, 0], 5), ("negative-id", (4, 3), [-1, 1, 0, -1], 2),
            ("ids-of-rank-2", (2, 3, 4), [[0, 1, 0], [2, 2, 1]], 3)]:
        yield case(label).input(uniform(0.5, 2, *shape)).const(np.array(ids, np.int32)).const(np.int32(count)).op(name)
    yield case("int32").input(integers(-9, 9, 4, 3)).const(np.array([1, 0, 1, 3], np.int32)).const(np.int32(4)).op(name)
    yield case("count-as-input").input(normal(4, 3)).const(np.array([1, 0, 1, 0], np.int32)).input(
        np.array(2, np.int32)).op(name, dynamic=True).run(normal(4, 3), 3)


@vectors("ARG_MAX", "ARG_MIN")
def places(name):
    for label, shape, axis in [("last", (3, 17), -1), ("first", (4, 5), 0), ("middle", (2, 3, 4, 5), 1),
                               ("vector", (33,), 0), ("rank-5", (2, 1, 3, 2, 4), 2), ("one-wide", (3, 1), 1)]:
        for kind in ("int32", "int64"):
            tail = "" if kind == "int32" else "-int64"
            yield case(label + tail).input(normal(*shape)).const(np.int32(axis)).op(name, out=kind, output_type=kind)
    yield case("ties").input(integers(0, 2, 4, 9, kind=np.float32)).const(np.int32(-1)).op(
        name, out="int32", output_type="int32")
    for kind in ("int32", "uint8", "int8"):
        yield case(f"of-{kind}").input(distinct(3, 7, kind=kind)).const(np.int32(1)).op(
            name, out="int32", output_type="int32")
    yield case("of-bool").input(bools(4, 5)).const(np.int32(1)).op(
        name, out="int32", output_type="int32").with_optimized()
    yield case("axis-vector").input(normal(3, 5)).ints(1).op(name, out="int64", output_type="int64")
    yield case("axis-as-input").input(normal(3, 5)).input(np.array(1, np.int32)).op(
        name, out="int32", output_type="int32", dynamic=True).run(normal(3, 5), 0)
    strange = np.array([[1, np.nan, 2], [np.nan, 1, 2], [-np.inf, np.inf, 0], [-0.0, 0, -0.0]], np.float32)
    yield case("special-values").input(strange).const(np.int32(1)).op(name, out="int32", output_type="int32")


@vectors("TOPK_V2")
def top_k(name):
    for label, shape, k in [("rank-2", (3, 17), 5), ("vector", (9,), 9), ("rank-3", (2, 3, 7), 1), ("one", (4, 1), 1)]:
        yield case(label).input(distinct(*shape)).const(np.int32(k)).op(name, out=["float32", "int32"])
    yield case("ties").input(integers(0, 2, 4, 9, kind=np.float32)).const(np.int32(6)).op(
        name, out=["float32", "int32"])
    yield case("k-vector").input(normal(2, 6)).ints(3).op(name, out=["float32", "int32"])
    yield case("k-as-input").input(distinct(2, 6)).input(np.array(4, np.int32)).op(
        name, out=["float32", "int32"], dynamic=True).run(distinct(2, 6), 2)
    for kind in ("int32", "int64", "uint8", "int8"):
        yield case(kind).input(distinct(2, 7, kind=kind)).const(np.int32(3)).op(name, out=[kind, "int32"])
    yield case("int16-indices").input(distinct(2, 7)).const(np.int16(3)).op(name, out=["float32", "int16"])
