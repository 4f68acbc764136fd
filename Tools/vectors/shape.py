"""Operators that change shapes or order, or join and part tensors, without touching values."""

import numpy as np

from .case import case
from .catalog import vectors
from .values import KINDS, bools, distinct, integers, normal, some


@vectors("RESHAPE")
def reshape(name):
    for label, shape, new in [("flatten", (2, 3, 4), [24]), ("unknown", (2, 3, 4), [4, -1]),
                              ("up", (24,), [2, 3, 1, 4]),
                              ("unknown-first", (2, 3, 4), [-1, 4]), ("to-rank-6", (8, 3), [2, 1, 2, 2, 1, 3]),
                              ("same", (3, 5), [3, 5]), ("one-element", (1, 1), [1]), ("empty", (0, 3), [3, 0])]:
        yield case(label).input(distinct(*shape)).ints(*new).op(name, new_shape=new)
    yield case("shape-in-options").input(distinct(2, 6)).op(name, new_shape=[3, 4])
    yield case("shape-in-options-unknown").input(distinct(2, 6)).op(name, new_shape=[-1, 3])
    yield case("to-scalar").input(distinct(1)).const(np.zeros(0, np.int32)).op(name)
    yield case("from-scalar").input(normal()).ints(1, 1).op(name)
    yield case("shape-as-input").input(distinct(2, 6)).input(np.array([3, 4], np.int32)).op(name, dynamic=True).run(
        distinct(2, 6), [12, 1]).run(distinct(2, 6), [-1, 2])
    yield case("input-at-run-time").input(distinct(4, 6), declared=(1, 6), signature=(-1, 6)).ints(-1, 3).op(name).run(
        distinct(2, 6))
    for kind in KINDS:
        yield case(kind).input(some(kind, 2, 6)).ints(4, 3).op(name)
    yield case("string").input(np.array([[b"a", b"bc"], [b"", b"def"]])).ints(4).op(name)


@vectors("SQUEEZE")
def squeeze(name):
    for label, shape, dims in [("all", (1, 3, 1, 5, 1), []), ("first", (1, 3, 1), [0]), ("last", (2, 3, 1), [-1]),
                               ("two", (1, 3, 1, 1, 4), [0, 2]), ("negative", (1, 3, 1, 1, 4), [-2, -5]),
                               ("nothing", (2, 3), []), ("to-scalar", (1, 1), [])]:
        yield case(label).input(distinct(*shape)).op(name, squeeze_dims=dims)
    yield case("int64").input(integers(0, 9, 1, 3, kind=np.int64)).op(name, squeeze_dims=[0])


@vectors("EXPAND_DIMS")
def expand_dims(name):
    for label, shape, axis in [("first", (3, 5), 0), ("last", (3, 5), -1), ("middle", (2, 3, 4), 2),
                               ("negative", (2, 3, 4), -2), ("scalar", (), 0), ("after-last", (3,), 1),
                               ("empty", (0, 2), 1)]:
        yield case(label).input(distinct(*shape) if shape else normal()).const(np.int32(axis)).op(name)
    yield case("axis-vector").input(distinct(2, 3)).ints(1).op(name)
    yield case("axis-as-input").input(distinct(2, 3)).input(np.array(0, np.int32)).op(name, dynamic=True).run(
        distinct(2, 3), -1)
    yield case("axis-int64").input(distinct(2, 3)).const(np.int64(1)).op(name)
    yield case("bool").input(bools(2, 3)).const(np.int32(1)).op(name)


@vectors("TRANSPOSE")
def transpose(name):
    for label, shape, order in [("matrix", (3, 17), [1, 0]), ("rank-3", (2, 3, 5), [2, 0, 1]),
                                ("channels-first", (2, 4, 5, 3), [0, 3, 1, 2]),
                                ("channels-last", (2, 3, 4, 5), [0, 2, 3, 1]), ("nothing", (2, 3, 4), [0, 1, 2]),
                                ("reversed", (2, 3, 4, 5), [3, 2, 1, 0]), ("rank-5", (2, 1, 3, 2, 4), [4, 2, 0, 3, 1]),
                                ("rank-6", (1, 2, 3, 2, 1, 2), [5, 3, 1, 0, 2, 4]), ("vector", (5,), [0]),
                                ("inner", (2, 3, 4, 5), [0, 1, 3, 2]), ("ones", (1, 5, 1, 4), [2, 3, 0, 1]),
                                ("empty", (2, 0, 3), [2, 1, 0]), ("negative", (2, 3, 4), [-1, 0, 1])]:
        yield case(label).input(distinct(*shape)).ints(*order).op(name)
    for kind in (*KINDS, "int16"):
        yield case(kind).input(some(kind, 3, 4)).ints(1, 0).op(name)
    yield case("order-as-input").input(distinct(2, 3, 4)).input(np.array([2, 1, 0], np.int32)).op(
        name, dynamic=True).run(distinct(2, 3, 4), [1, 0, 2])


@vectors("REVERSE_V2")
def reverse(name):
    for label, shape, axes in [("vector", (7,), [0]), ("last", (2, 3, 5), [-1]), ("middle", (2, 3, 4), [1]),
                               ("two", (2, 3, 4, 5), [1, 2]), ("all", (2, 3, 4), [0, 1, 2])]:
        yield case(label).input(distinct(*shape)).ints(*axes).op(name)
    for kind in KINDS:
        yield case(kind).input(some(kind, 3, 4)).ints(1).op(name)


@vectors("REVERSE_SEQUENCE")
def reverse_sequence(name):
    for label, shape, lengths, sequence, batch in [
            ("rows", (3, 6), [2, 6, 1], 1, 0), ("features", (4, 5, 3), [1, 5, 3, 2], 1, 0),
            ("time-major", (5, 2, 3), [4, 2], 0, 1), ("apart", (2, 3, 4, 2), [4, 1], 2, 0),
            ("last-batch", (4, 2, 3), [4, 2, 3], 0, 2)]:
        yield case(label).input(distinct(*shape)).const(np.array(lengths, np.int32)).op(
            name, seq_dim=sequence, batch_dim=batch)
    yield case("int64-lengths").input(distinct(2, 4)).const(np.array([3, 0], np.int64)).op(name, seq_dim=1)
    yield case("lengths-as-input").input(distinct(2, 4)).input(np.array([3, 1], np.int32)).op(name, seq_dim=1).run(
        distinct(2, 4), [4, 2])
    yield case("int32").input(integers(0, 9, 2, 4)).const(np.array([3, 1], np.int32)).op(name, seq_dim=1)


@vectors("CONCATENATION")
def concatenation(name):
    for label, shapes, axis in [("channels", [(2, 3, 3), (2, 3, 5)], -1), ("rows", [(1, 5), (3, 5), (2, 5)], 0),
                                ("middle", [(2, 1, 3, 2), (2, 4, 3, 2), (2, 2, 3, 2)], 1),
                                ("one", [(2, 3)], 0), ("vectors", [(3,), (1,), (5,)], 0),
                                ("rank-5", [(1, 2, 1, 2, 3), (1, 2, 2, 2, 3)], 2),
                                ("negative", [(2, 3, 4), (2, 5, 4)], -2),
                                ("one-empty", [(0, 3), (2, 3)], 0), ("both-empty", [(2, 0), (2, 0)], 1),
                                ("seven", [(2, i + 1) for i in range(7)], 1)]:
        built = case(label)
        for shape in shapes:
            built.input(normal(*shape))
        yield built.op(name, axis=axis)
    for kind in (*KINDS, "int16"):
        yield case(kind).input(some(kind, 2, 3)).input(some(kind, 2, 2)).op(name, axis=1)
    yield case("constant").input(normal(2, 3)).const(normal(2, 2)).op(name, axis=1)
    yield case("same-twice").input(normal(2, 3)).label("x").use("x").op(name, axis=0)
    yield case("constants-alone").input(normal(2)).const(normal(1)).const(normal(1)).op(name, axis=0)


@vectors("PACK")
def pack(name):
    for label, count, shape, axis in [("first", 3, (2, 5), 0), ("last", 2, (2, 3), -1), ("middle", 4, (2, 3, 2), 1),
                                      ("scalars", 3, (), 0), ("one", 1, (3, 2), 1), ("negative", 2, (2, 3, 4), -2),
                                      ("vectors", 5, (7,), 1)]:
        built = case(label)
        for _ in range(count):
            built.input(normal(*shape))
        yield built.op(name, values_count=count, axis=axis)
    for kind in ("int32", "int64", "uint8", "int8"):
        yield case(kind).input(some(kind, 3)).input(some(kind, 3)).op(name, values_count=2, axis=1)


@vectors("UNPACK")
def unpack(name):
    for label, shape, axis in [("first", (3, 2, 5), 0), ("last", (2, 3, 4), -1), ("middle", (2, 3, 4), 1),
                               ("to-scalars", (4,), 0), ("one", (1, 5), 0), ("negative", (2, 3, 2, 4), -3)]:
        yield case(label).input(distinct(*shape)).op(name, out=["float32"] * shape[axis], num=shape[axis], axis=axis)
    for kind in ("int32", "uint8", "int8", "bool"):
        yield case(kind).input(some(kind, 2, 3)).op(name, out=[kind] * 2, num=2, axis=0)


@vectors("SPLIT")
def split(name):
    for label, shape, axis, count in [("last", (2, 6), -1, 3), ("first", (4, 5), 0, 2), ("middle", (2, 6, 3), 1, 2),
                                      ("one", (2, 3), 1, 1), ("each", (2, 5), 1, 5), ("rank-4", (1, 4, 4, 8), 3, 4),
                                      ("negative", (2, 6, 3), -2, 3)]:
        yield case(label).const(np.int32(axis)).input(distinct(*shape)).op(
            name, out=["float32"] * count, num_splits=count)
    for kind in ("int32", "uint8", "int8", "int16"):
        yield case(kind).const(np.int32(1)).input(some(kind, 2, 4)).op(name, out=[kind] * 2, num_splits=2)
    yield case("axis-as-input").input(np.array(1, np.int32)).input(distinct(4, 6)).op(
        name, out=["float32"] * 2, num_splits=2, dynamic=True).run(0, distinct(4, 6))


@vectors("SPLIT_V")
def split_v(name):
    for label, shape, sizes, axis in [("last", (2, 7), [3, 1, 3], -1), ("first", (6, 2), [1, 5], 0),
                                      ("rest", (2, 9, 2), [2, -1, 3], 1), ("empty-part", (2, 5), [2, 0, 3], 1),
                                      ("one", (3, 4), [4], 1), ("negative", (2, 5, 3), [4, 1], -2)]:
        yield case(label).input(distinct(*shape)).ints(*sizes).const(np.int32(axis)).op(
            name, out=["float32"] * len(sizes), num_splits=len(sizes))
    for kind in ("int32", "int64", "uint8", "int8", "int16"):
        yield case(kind).input(some(kind, 2, 4)).ints(1, 3).const(np.int32(1)).op(name, out=[kind] * 2, num_splits=2)
    yield case("sizes-int64").input(distinct(2, 4)).ints(1, 3, kind=np.int64).const(np.int32(1)).op(
        name, out=["float32"] * 2, num_splits=2)
    yield case("sizes-as-input").input(distinct(2, 6)).input(np.array([2, 4], np.int32)).const(np.int32(1)).op(
        name, out=["float32"] * 2, num_splits=2, dynamic=True).run(distinct(2, 6), [5, 1])


@vectors("SHAPE", "RANK")
def facts(name):
    for label, shape in [("rank-3", (2, 3, 5)), ("vector", (7,)), ("rank-0", ()), ("empty", (0, 3)),
                         ("rank-6", (1, 2, 1, 3, 1, 2))]:
        options = {"out_type": "int32"} if name == "SHAPE" else {}
        yield case(label).input(normal(*shape)).op(name, out="int32", **options)
    if name == "SHAPE":
        yield case("int64").input(normal(2, 3)).op(name, out="int64", out_type="int64")
        yield case("at-run-time").input(normal(4, 3), declared=(1, 3), signature=(-1, 3)).op(
            name, out="int32", out_type="int32").run(normal(2, 3))
    yield case("of-bool").input(bools(2, 3)).op(name, out="int32", **options)
