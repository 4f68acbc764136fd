"""SLICE, STRIDED_SLICE, gathering, scattering."""

import numpy as np

from .case import case
from .catalog import vectors
from .values import bools, distinct, integers, normal


@vectors("SLICE")
def slice_(name):
    for label, shape, begin, size in [
            ("rank-2", (4, 9), [1, 2], [2, 5]), ("rest", (3, 5), [1, 0], [-1, -1]), ("vector", (9,), [3], [4]),
            ("rank-4", (2, 5, 6, 3), [0, 1, 2, 1], [2, 3, -1, 2]),
            ("rank-5", (2, 3, 2, 3, 4), [1, 0, 0, 1, 2], [1, 2, -1, 2, 1]),
            ("whole", (2, 3), [0, 0], [2, 3]), ("nothing", (3, 4), [1, 1], [0, 2]),
            ("rank-3", (3, 4, 5), [2, 1, 0], [1, 2, 5])]:
        yield case(label).input(distinct(*shape)).ints(*begin).ints(*size).op(name)
    yield case("int64-places").input(distinct(3, 5)).ints(1, 1, kind=np.int64).ints(2, -1, kind=np.int64).op(name)
    for kind in ("int32", "int64", "uint8", "int8", "bool", "int16"):
        values = bools(3, 4) if kind == "bool" else integers(0, 99, 3, 4, kind=kind)
        yield case(kind).input(values).ints(1, 0).ints(2, 3).op(name)
    yield case("string").input(np.array([[b"a", b"bc", b""], [b"d", b"efg", b"h"]])).ints(0, 1).ints(2, 2).op(name)
    yield case("begin-as-input").input(distinct(4, 6)).input(np.array([1, 2], np.int32)).ints(2, 3).op(
        name, dynamic=True).run(distinct(4, 6), [0, 3])
    yield case("size-as-input").input(distinct(4, 6)).ints(1, 2).input(np.array([2, 3], np.int32)).op(
        name, dynamic=True).run(distinct(4, 6), [-1, 1])


STRIDED = [
    ("plain", (4, 9), [1, 2], [3, 8], [1, 2], {}), ("negative-stride", (7,), [5], [1], [-2], {}),
    ("negative-bounds", (3, 7), [-2, -5], [-1, -1], [1, 1], {}),
    ("begin-mask", (4, 5), [2, 2], [4, 5], [1, 1], dict(begin_mask=1)),
    ("end-mask", (4, 5), [1, 1], [2, 2], [1, 1], dict(end_mask=2)),
    ("both-masks-reversed", (3, 5), [0, 0], [0, 0], [-1, -1], dict(begin_mask=3, end_mask=3)),
    ("shrink", (4, 5), [2, 1], [3, 4], [1, 1], dict(shrink_axis_mask=1)),
    ("shrink-last", (4, 5), [0, -1], [4, 0], [1, 1], dict(shrink_axis_mask=2)),
    ("shrink-all", (3, 4), [1, 2], [2, 3], [1, 1], dict(shrink_axis_mask=3)),
    ("shrink-and-masks", (2, 3, 4), [0, 1, 0], [0, 2, 3], [1, 1, 2],
     dict(begin_mask=1, end_mask=1, shrink_axis_mask=2)),
    ("new-axis-first", (3, 4), [0, 1], [0, 3], [1, 1], dict(new_axis_mask=1)),
    ("new-axis-middle", (3, 4), [1, 0, 1], [3, 0, 3], [1, 1, 1], dict(new_axis_mask=2)),
    ("ellipsis-first", (2, 3, 4), [0, 1], [0, 3], [1, 1], dict(ellipsis_mask=1)),
    ("ellipsis-middle", (2, 3, 4, 5), [1, 0, 1], [2, 0, 4], [1, 1, 2], dict(ellipsis_mask=2)),
    ("ellipsis-nothing", (2, 3), [0, 0, 1], [2, 0, 3], [1, 1, 1], dict(ellipsis_mask=2)),
    ("ellipsis-new-shrink", (2, 3, 4), [0, 0, 0, 1], [1, 0, 0, 2], [1, 1, 1, 1],
     dict(shrink_axis_mask=9, ellipsis_mask=2, new_axis_mask=4)),
    ("new-axis-and-shrink", (3, 4), [0, 1, 0], [0, 2, 4], [1, 1, 1], dict(new_axis_mask=1, shrink_axis_mask=2)),
    ("fewer-than-rank", (4, 3, 2), [1], [3], [1], {}), ("clamped", (4, 5), [-9, 2], [9, 99], [1, 1], {}),
    ("nothing", (4, 5), [3, 0], [1, 5], [1, 1], {}), ("stride-beyond", (4, 9), [0, 0], [4, 9], [5, 4], {}),
    ("rank-4", (2, 5, 6, 3), [0, 1, 0, 0], [2, 5, 6, 3], [1, 2, 3, 2], {}),
    ("rank-5", (2, 3, 2, 4, 2), [0, 1, 0, 3, 0], [2, 3, 2, 0, 1], [1, 1, 1, -1, 1], {}),
    ("vector-element", (9,), [4], [5], [1], dict(shrink_axis_mask=1)),
    ("reversed-clamped", (5,), [9], [-9], [-1], {}), ("reversed-to-start", (5,), [3], [0], [-1], dict(end_mask=1)),
    ("offset", (4, 9), [1, 2], [2, 5], [1, 2], dict(offset=True)),
    ("offset-vector", (9,), [3], [4], [1], dict(offset=True)),
    ("offset-negative", (9,), [-5], [3], [1], dict(offset=True))]


@vectors("STRIDED_SLICE")
def strided_slice(name):
    for label, shape, begin, end, strides, options in STRIDED:
        yield case(label).input(distinct(*shape)).ints(*begin).ints(*end).ints(*strides).op(name, **options)
    for kind in ("int32", "int64", "uint8", "int8", "bool", "int16"):
        values = bools(3, 5) if kind == "bool" else integers(0, 99, 3, 5, kind=kind)
        yield case(kind).input(values).ints(0, 4).ints(2, 0).ints(1, -2).op(name)
    yield case("string").input(np.array([b"a", b"bc", b"", b"d"])).ints(1).ints(4).ints(2).op(name)
    yield case("bounds-as-input").input(distinct(4, 6)).input(np.array([1, 2], np.int32)).input(
        np.array([3, 5], np.int32)).ints(1, 1).op(name, dynamic=True).run(distinct(4, 6), [0, 0], [4, 2])
    yield case("shape-of-input").input(distinct(4, 6), declared=(1, 6), signature=(-1, 6)).op(
        "SHAPE", out="int32", out_type="int32").ints(0).ints(1).ints(1).op(name, shrink_axis_mask=1).run(distinct(2, 6))


@vectors("GATHER")
def gather(name):
    for label, shape, ids, options in [
            ("rows", (5, 17), [3, 0, 4, 4], dict(axis=0)), ("columns", (3, 7), [6, 1], dict(axis=1)),
            ("negative-axis", (2, 3, 5), [4, 0, 2], dict(axis=-1)),
            ("ids-of-rank-2", (6, 3), [[1, 5], [0, 0]], dict(axis=0)),
            ("middle-ids-of-rank-2", (2, 4, 3), [[1, 3], [0, 2]], dict(axis=1)), ("scalar-id", (4, 5), 2, dict(axis=0)),
            ("scalar-id-last", (4, 5), 3, dict(axis=1)), ("vector", (9,), [8, 1, 1, 0], dict(axis=0)),
            ("batch-1", (2, 5, 3), [[1, 4], [0, 2]], dict(axis=1, batch_dims=1)),
            ("batch-1-last", (2, 3, 5), [[1, 4], [0, 2]], dict(axis=2, batch_dims=1)),
            ("batch-2", (2, 3, 4), integers(0, 3, 2, 3, 5), dict(axis=2, batch_dims=2)),
            ("batch-negative", (2, 5, 3), [[1, 4], [0, 2]], dict(axis=1, batch_dims=-1)),
            ("rank-5", (2, 3, 2, 2, 2), [1, 0], dict(axis=3)),
            ("no-ids", (3, 4), np.zeros(0), dict(axis=0))]:
        yield case(label).input(distinct(*shape)).input(np.array(ids, np.int32)).op(name, **options)
    yield case("constant-ids").input(distinct(5, 3)).ints(4, 2).op(name, axis=0)
    yield case("constant-table").const(normal(7, 5)).input(np.array([[6, 0, 3]], np.int32)).op(name, axis=0)
    yield case("int64-ids").input(distinct(5, 3)).input(np.array([4, 2], np.int64)).op(name, axis=0)
    yield case("int16-ids").input(distinct(5, 3)).input(np.array([4, 2], np.int16)).op(name, axis=0)
    for kind in ("int32", "int64", "uint8", "int8", "bool", "int16"):
        values = bools(4, 3) if kind == "bool" else integers(0, 99, 4, 3, kind=kind)
        yield case(kind).input(values).ints(3, 1).op(name, axis=0)
    yield case("string").input(np.array([b"a", b"bc", b"", b"d"])).ints(3, 1, 2).op(name, axis=0)


@vectors("GATHER_ND")
def gather_nd(name):
    for label, shape, ids in [("elements", (3, 4), [[0, 1], [2, 3], [1, 0]]), ("rows", (4, 5), [[3], [0]]),
                              ("rank-3", (2, 3, 4), [[1, 2], [0, 0]]), ("ids-of-rank-3", (3, 4, 2), [[[0, 1], [2, 2]]]),
                              ("one", (3, 4), [2, 1]), ("rank-5", (2, 2, 2, 2, 3), [[0, 1, 1], [1, 0, 1]]),
                              ("no-ids", (3, 4), np.zeros((0, 2)))]:
        yield case(label).input(distinct(*shape)).input(np.array(ids, np.int32)).op(name)
    yield case("int64-ids").input(distinct(3, 4)).input(np.array([[2, 1]], np.int64)).op(name)
    for kind in ("int32", "int64", "uint8", "int8", "bool", "int16"):
        values = bools(4, 3) if kind == "bool" else integers(0, 99, 4, 3, kind=kind)
        yield case(kind).input(values).input(np.array([[3, 1], [0, 0]], np.int32)).op(name)
    yield case("string").input(np.array([b"a", b"bc", b"", b"d"])).input(np.array([[3], [1]], np.int32)).op(name)


@vectors("SCATTER_ND")
def scatter_nd(name):
    for label, ids, updates, shape in [("elements", [[4], [3], [1]], (3,), [8]), ("rows", [[0], [2]], (2, 4), [4, 4]),
                                       ("points", [[0, 1], [2, 3]], (2,), [3, 5]),
                                       ("repeated", [[1], [1], [0]], (3, 2), [3, 2]),
                                       ("ids-of-rank-3", [[[0], [2]], [[1], [3]]], (2, 2, 3), [5, 3]),
                                       ("rank-5", [[1, 0], [0, 2]], (2, 2, 1, 3), [2, 3, 2, 1, 3]),
                                       ("blocks", [[1]], (1, 2, 3), [3, 2, 3])]:
        yield case(label).input(np.array(ids, np.int32)).input(normal(*updates)).ints(*shape).op(name, out="float32")
    for kind in ("int32", "int64", "uint8", "int8", "bool"):
        values = bools(3) if kind == "bool" else integers(1, 99, 3, kind=kind)
        yield case(kind).input(np.array([[4], [3], [1]], np.int32)).input(values).ints(6).op(name, out=kind)
    yield case("shape-as-input").input(np.array([[1], [0]], np.int32)).input(normal(2, 3)).input(
        np.array([3, 3], np.int32)).op(name, out="float32", dynamic=True).run([[1], [0]], normal(2, 3), [5, 3])


@vectors("DYNAMIC_UPDATE_SLICE")
def dynamic_update_slice(name):
    for label, shape, update, start in [("rank-2", (4, 6), (2, 3), [1, 2]), ("clamped", (4, 5), (3, 2), [9, 4]),
                                        ("negative", (4, 5), (2, 2), [-3, 1]), ("vector", (9,), (4,), [3]),
                                        ("rank-4", (1, 4, 3, 5), (1, 2, 1, 5), [0, 1, 2, 0]),
                                        ("whole", (3, 4), (3, 4), [0, 0]),
                                        ("nothing", (3, 4), (0, 4), [1, 0])]:
        yield case(label).input(normal(*shape)).input(normal(*update)).input(np.array(start, np.int32)).op(name)
    for kind in ("int32", "int64", "int8", "bool"):
        a, b = (bools(*s) if kind == "bool" else integers(0, 99, *s, kind=kind) for s in ((3, 4), (2, 2)))
        yield case(kind).input(a).input(b).ints(1, 1).op(name)
    yield case("int64-start").input(normal(3, 4)).input(normal(2, 2)).input(np.array([1, 2], np.int64)).op(name)
    yield case("constant-start").input(normal(3, 4)).input(normal(1, 4)).ints(2, 0).op(name)
