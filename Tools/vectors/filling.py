"""Operators that pad, repeat, make or choose values."""

import numpy as np

from .case import case
from .catalog import vectors
from .values import EXTREME, KINDS, bools, distinct, integers, normal, some, uniform


@vectors("PAD", "PADV2")
def pad(name):
    def padded(label, values, paddings, value=1.5, kind=np.int32):
        built = case(label).input(values).const(np.array(paddings, kind))
        return (built if name == "PAD" else built.const(np.array(value, values.dtype))).op(name)

    for label, shape, paddings in [("vector", (5,), [[2, 1]]), ("rank-2", (2, 3), [[1, 0], [0, 2]]),
                                   ("image", (2, 4, 5, 3), [[0, 0], [1, 1], [2, 0], [0, 0]]),
                                   ("channels", (1, 3, 2, 5), [[0, 0], [0, 0], [0, 0], [3, 4]]),
                                   ("batch", (2, 2, 2, 3), [[1, 1], [0, 0], [0, 1], [0, 0]]),
                                   ("nothing", (2, 3), [[0, 0]] * 2),
                                   ("rank-5", (1, 2, 3, 2, 2), [[0, 0], [1, 0], [0, 1], [0, 2], [1, 0]]),
                                   ("rank-3", (2, 3, 17), [[0, 0], [2, 2], [0, 0]]),
                                   ("empty", (0, 3), [[1, 1], [0, 1]])]:
        yield padded(label, normal(*shape), paddings)
    yield padded("int64-paddings", normal(2, 3), [[1, 0], [0, 2]], kind=np.int64)
    for kind in (*KINDS[:4], *(["bool"] if name == "PAD" else [])):
        yield padded(kind, some(kind, 2, 3), [[1, 0], [0, 2]], 7)
    built = case("paddings-as-input").input(normal(2, 3)).input(np.array([[1, 0], [0, 2]], np.int32))
    built = built if name == "PAD" else built.const(np.float32(-2))
    yield built.op(name, dynamic=True).run(normal(2, 3), [[0, 0], [2, 2]])
    if name == "PADV2":
        yield padded("infinity", normal(1, 3, 3, 2), [[0, 0], [1, 1], [1, 1], [0, 0]], -np.inf)


@vectors("MIRROR_PAD")
def mirror_pad(name):
    for mode in ("REFLECT", "SYMMETRIC"):
        for label, shape, paddings in [("vector", (5,), [[4, 3]]), ("rank-2", (3, 4), [[1, 2], [0, 3]]),
                                       ("image", (1, 4, 5, 3), [[0, 0], [1, 1], [2, 0], [0, 0]]),
                                       ("rank-3", (2, 3, 5), [[1, 0], [0, 2], [3, 1]]),
                                       ("nothing", (2, 3), [[0, 0]] * 2),
                                       ("rank-5", (1, 2, 3, 2, 2), [[0, 0], [1, 0], [0, 1], [1, 1], [0, 1]])]:
            yield case(f"{mode.lower()}-{label}").input(distinct(*shape)).const(np.array(paddings, np.int32)).op(
                name, mode=mode)
        yield case(f"{mode.lower()}-paddings-as-input").input(distinct(3, 4)).input(
            np.array([[1, 2], [0, 3]], np.int32)).op(name, mode=mode, dynamic=True).run(
            distinct(3, 4), [[0, 0], [1, 1]])
    yield case("int32").input(distinct(3, 4, kind=np.int32)).const(np.array([[1, 1], [2, 0]], np.int32)).op(
        name, mode="REFLECT")


@vectors("TILE")
def tile(name):
    for label, shape, times in [("vector", (5,), [3]), ("rank-2", (2, 3), [2, 1]), ("last", (2, 3), [1, 4]),
                                ("rank-4", (1, 2, 3, 5), [2, 1, 2, 1]), ("once", (2, 3), [1, 1]),
                                ("rank-5", (2, 1, 2, 1, 3), [1, 2, 1, 3, 2]), ("never", (2, 3), [0, 2])]:
        yield case(label).input(distinct(*shape)).ints(*times).op(name)
    yield case("int64-times").input(distinct(2, 3)).ints(2, 2, kind=np.int64).op(name)
    for kind in ("int32", "int64", "uint8", "bool"):
        yield case(kind).input(some(kind, 2, 3)).ints(2, 2).op(name)
    yield case("string").input(np.array([[b"a", b"bc"]])).ints(2, 2).op(name)
    yield case("times-as-input").input(distinct(2, 3)).input(np.array([2, 1], np.int32)).op(name, dynamic=True).run(
        distinct(2, 3), [1, 3])


@vectors("BROADCAST_TO")
def broadcast_to(name):
    for label, shape, to in [("row", (5,), [3, 5]), ("column", (3, 1), [3, 4]), ("scalar", (), [2, 3]),
                             ("rank-4", (1, 2, 1, 3), [2, 2, 4, 3]), ("same", (2, 3), [2, 3]), ("one", (1,), [4]),
                             ("rank-6", (2, 1, 3), [1, 2, 1, 2, 2, 3])]:
        yield case(label).input(normal(*shape)).ints(*to).op(name)
    yield case("int64-shape").input(normal(1, 3)).ints(2, 3, kind=np.int64).op(name)
    for kind in KINDS:
        yield case(kind).input(some(kind, 3)).ints(2, 3).op(name)
    yield case("shape-as-input").input(normal(1, 3)).input(np.array([2, 3], np.int32)).op(name, dynamic=True).run(
        normal(1, 3), [5, 3])


@vectors("BROADCAST_ARGS")
def broadcast_args(name):
    for label, one, two in [("same", [2, 3], [2, 3]), ("row", [4, 1, 3], [5, 1]), ("scalar", [], [2, 3]),
                            ("longer-second", [3], [2, 4, 1])]:
        for kind in ("int32", "int64"):
            yield case(f"{label}-{kind}").input(np.array(one, kind)).input(np.array(two, kind)).op(name)
    yield case("constants").ints(3, 1).ints(1, 4).op(name)


@vectors("FILL")
def fill(name):
    for label, shape, value in [("rank-2", [2, 5], np.float32(1.5)), ("vector", [7], np.float32(-0.0)),
                                ("empty", [0, 3], np.float32(1)), ("int32", [3, 2], np.int32(-7)),
                                ("int64", [4], np.int64(2**40)), ("bool", [2, 2], np.bool_(True)),
                                ("int8", [5], np.int8(-3)), ("rank-5", [1, 2, 1, 3, 2], np.float32(np.inf))]:
        yield case(label).ints(*shape).input(value).op(name, out=value.dtype.name)
    yield case("scalar").const(np.zeros(0, np.int32)).input(np.float32(2)).op(name, out="float32")
    yield case("int64-shape").ints(2, 3, kind=np.int64).const(np.float32(0.5)).op(name, out="float32")
    yield case("shape-as-input").input(np.array([2, 3], np.int32)).const(np.float32(0.5)).op(
        name, out="float32", dynamic=True).run([4, 1])


@vectors("ZEROS_LIKE")
def zeros_like(name):
    for label, values in [("float", normal(2, 3)), ("rank-0", normal()), ("int32", integers(1, 9, 2, 3)),
                          ("int64", integers(1, 9, 4, kind=np.int64)), ("special-values", EXTREME)]:
        yield case(label).input(values).op(name)


@vectors("RANGE")
def range_(name):
    for kind, choices in {"int32": [(0, 7, 1), (3, -9, -4), (5, 5, 1), (2, 11, 3)],
                          "int64": [(0, 5, 2), (2**40, 2**40 + 7, 3)],
                          "float32": [(0, 1, 0.25), (1, -1, -0.3), (0.5, 4.2, 1.1)]}.items():
        for place, choice in enumerate(choices):
            built = case(f"{kind}-{place}")
            for value in choice:
                built.const(np.array(value, kind))
            yield built.op(name, dynamic=False)
            again = [np.array(v, kind) for v in choices[0]]
            built = case(f"{kind}-{place}-as-input")
            for value in choice:
                built.input(np.array(value, kind))
            yield built.op(name, dynamic=True).run(*again)


@vectors("ONE_HOT")
def one_hot(name):
    for label, ids, axis in [("vector", integers(0, 4, 6), -1), ("rank-2", integers(0, 4, 2, 3), -1),
                             ("first", integers(0, 4, 2, 3), 0), ("middle", integers(0, 4, 2, 3), 1),
                             ("outside", np.array([-1, 5, 4, 99], np.int32), -1),
                             ("scalar", np.array(2, np.int32), -1)]:
        yield case(label).input(ids).const(np.int32(5)).const(np.float32(2)).const(np.float32(-0.5)).op(
            name, out="float32", axis=axis)
    yield case("int64-ids").input(integers(0, 3, 4, kind=np.int64)).const(np.int32(4)).const(np.float32(1)).const(
        np.float32(0)).op(name, out="float32", axis=-1)
    for kind, on, off in [("int32", 3, -1), ("int64", 1, 0), ("bool", True, False), ("int8", 7, 1), ("uint8", 9, 2)]:
        yield case(kind).input(integers(0, 3, 4)).const(np.int32(4)).const(np.array(on, kind)).const(
            np.array(off, kind)).op(name, out=kind, axis=-1)
    yield case("depth-as-input").input(integers(0, 2, 4)).input(np.array(3, np.int32)).const(np.float32(1)).const(
        np.float32(0)).op(name, out="float32", axis=-1, dynamic=True).run(integers(0, 2, 4), 5)


@vectors("SPARSE_TO_DENSE")
def sparse_to_dense(name):
    for label, ids, shape, values in [("vector", [1, 3, 6], [8], [1, 2, 3]),
                                      ("rank-2", [[0, 1], [2, 3]], [3, 5], [7, 8]),
                                      ("one-value", [[0, 0], [1, 2]], [2, 3], 4), ("scalar", 3, [5], 9),
                                      ("rank-4", [[0, 1, 1, 2], [1, 0, 0, 0]], [2, 2, 2, 3], [5, 6])]:
        yield case(label).input(np.array(ids, np.int32)).ints(*shape).input(np.array(values, np.float32)).const(
            np.float32(-1)).op(name, out="float32")
    for kind in ("int32", "int64", "int8", "uint8"):
        yield case(kind).input(np.array([1, 3], np.int32)).ints(5).input(np.array([7, 8], kind)).const(
            np.array(2, kind)).op(name, out=kind)
    yield case("int64-ids").input(np.array([[1, 0], [0, 3]], np.int64)).ints(2, 4, kind=np.int64).input(
        normal(2)).const(np.float32(0)).op(name, out="float32")
    yield case("shape-as-input").input(np.array([1, 3], np.int32)).input(np.array([5], np.int32)).input(
        normal(2)).const(np.float32(0)).op(name, out="float32", dynamic=True).run([1, 3], [9], normal(2))


@vectors("MATRIX_DIAG")
def matrix_diag(name):
    for label, shape in [("vector", (4,)), ("rank-2", (3, 5)), ("rank-3", (2, 2, 3)), ("one", (2, 1))]:
        yield case(label).input(normal(*shape)).op(name)
    for kind in KINDS[:4]:
        yield case(kind).input(some(kind, 2, 3)).op(name)


@vectors("MATRIX_SET_DIAG")
def matrix_set_diag(name):
    for label, shape, diagonal in [("square", (4, 4), (4,)), ("wide", (3, 5), (3,)), ("tall", (5, 2), (2,)),
                                   ("rank-3", (2, 3, 3), (2, 3)), ("rank-4", (2, 2, 3, 4), (2, 2, 3))]:
        yield case(label).input(normal(*shape)).input(normal(*diagonal)).op(name)
    for kind in KINDS[:4]:
        yield case(kind).input(some(kind, 3, 3)).input(some(kind, 3)).op(name)


@vectors("SELECT", "SELECT_V2")
def select(name):
    for label, shape in [("rank-1", (9,)), ("rank-4", (2, 3, 4, 5)), ("rank-2", (3, 17)), ("rank-0", ()),
                         ("rank-5", (2, 1, 3, 2, 2)), ("empty", (0, 3))]:
        yield case(label).input(bools(*shape)).input(normal(*shape)).input(normal(*shape)).op(name, out="float32")
    for kind in KINDS:
        yield case(kind).input(bools(3, 4)).input(some(kind, 3, 4)).input(some(kind, 3, 4)).op(name, out=kind)
    yield case("special-values").input(bools(25)).input(EXTREME).input(EXTREME[::-1].copy()).op(name, out="float32")
    yield case("scalar-condition").input(np.array(True)).input(normal(2, 3)).input(normal(2, 3)).op(
        name, out="float32").run(False, normal(2, 3), normal(2, 3))
    if name == "SELECT":
        yield case("rows").input(bools(4)).input(normal(4, 3, 2)).input(normal(4, 3, 2)).op(name, out="float32")
        return
    for label, condition, one, two in [("row-condition", (5,), (3, 5), (3, 5)),
                                       ("column-condition", (3, 1), (3, 5), (3, 5)),
                                       ("scalar-first", (2, 3), (), (2, 3)), ("scalars", (2, 3), (), ()),
                                       ("all-broadcast", (3, 1, 1), (1, 4, 1), (5,)),
                                       ("rank-5-broadcast", (2, 1, 1, 2, 1), (1, 3, 1, 1, 2), (2,)),
                                       ("one-element", (1,), (2, 3), (3,))]:
        yield case(label).input(bools(*condition)).input(normal(*one)).input(normal(*two)).op(name, out="float32")


@vectors("WHERE")
def where(name):
    for label, shape in [("vector", (9,)), ("rank-2", (3, 5)), ("rank-4", (2, 3, 2, 2)), ("rank-5", (2, 1, 2, 2, 2))]:
        yield case(label).input(bools(*shape)).op(name, out="int64", dynamic=True).run(bools(*shape))
    yield case("nothing").input(np.zeros((2, 3), bool)).op(name, out="int64", dynamic=True).run(np.ones((2, 3), bool))
    for kind in ("float32", "int32", "int64", "uint8", "int8"):
        yield case(kind).input(integers(0, 2, 3, 4, kind=kind)).op(name, out="int64", dynamic=True)


@vectors("UNIQUE")
def unique(name):
    for kind in ("float32", "int32", "int64", "uint8", "int8"):
        values = integers(0, 5, 12, kind=kind)
        yield case(kind).input(values).op(
            name, out=[kind, "int32"], dynamic=True, idx_out_type="int32").run(values[::-1] * 0)
    yield case("int64-places").input(integers(-2, 2, 9)).op(
        name, out=["int32", "int64"], dynamic=True, idx_out_type="int64")
    yield case("one").input(normal(1)).op(name, out=["float32", "int32"], dynamic=True)


@vectors("BUCKETIZE")
def bucketize(name):
    bounds = [-1.5, 0.0, 2.0, 7.0]
    for label, values in [("float", uniform(-4, 9, 3, 5)), ("bounds", np.array(bounds, np.float32)),
                          ("int32", integers(-4, 9, 2, 6)), ("int64", integers(-4, 9, 6, kind=np.int64)),
                          ("scalar", np.float32(3)), ("infinite", np.array([np.inf, -np.inf], np.float32))]:
        yield case(label).input(values).op(name, out="int32", boundaries=bounds)
    yield case("one-bound").input(uniform(-4, 9, 5)).op(name, out="int32", boundaries=[1.0])
