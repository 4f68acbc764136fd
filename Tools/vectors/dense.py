"""FULLY_CONNECTED, BATCH_MATMUL and lookups of rows with float weights."""

import numpy as np

from .case import case
from .catalog import vectors
from .encoding import sparse
from .values import distinct, integers, normal, random, uniform


def full(label, x, w, bias=True, **options):
    built = case(label).input(normal(*x)).const(normal(*w, scale=0.3))
    built = built.const(normal(w[0])) if bias else built.none()
    return built.op("FULLY_CONNECTED", **options)


@vectors("FULLY_CONNECTED")
def fully_connected(name):
    yield full("one-row", (1, 24), (17, 24))
    yield full("batch", (5, 33), (16, 33))
    yield full("one-unit", (3, 17), (1, 17))
    yield full("one-input", (3, 1), (5, 1))
    yield full("wide", (2, 257), (3, 257))
    yield full("no-bias", (2, 16), (24, 16), bias=False)
    yield case("two-inputs").input(normal(2, 7)).const(normal(5, 7)).op(name)
    yield full("flattened", (2, 3, 4, 5), (7, 60))
    yield full("flattened-to-batch", (2, 6, 5), (4, 5))
    yield full("kept-dimensions", (2, 3, 17), (5, 17), keep_num_dims=True)
    yield full("kept-dimensions-rank-4", (2, 3, 2, 9), (4, 9), keep_num_dims=True, fused="RELU")
    yield full("vector", (12,), (5, 12))
    yield full("empty-batch", (0, 8), (5, 8))
    for activation in ("RELU", "RELU_N1_TO_1", "RELU6"):
        yield full(activation.lower().replace("_", "-"), (3, 19), (33, 19), fused=activation)
    yield case("weights-as-input").input(normal(3, 9)).input(normal(5, 9)).input(normal(5)).op(name)
    yield case("constant-input").const(normal(3, 9)).input(normal(5, 9)).none().op(name)
    yield case("special-values").input(np.array([[np.nan, 1, 2], [np.inf, 0, -1], [3e38, 3e38, 1]], np.float32)).const(
        normal(4, 3)).const(normal(4)).op(name)
    yield case("batch-at-run-time").input(normal(4, 9), declared=(1, 9), signature=(-1, 9)).const(normal(5, 9)).const(
        normal(5)).op(name).run(normal(2, 9)).run(normal(7, 9))
    for label, kept, blocks in (("sparse", 0.3, ()), ("sparse-blocks", 0.5, ((1, 4),))):
        mask = random().random((6, 16) if not blocks else (6, 4)) < kept
        values = normal(6, 16) * (mask.repeat(4, 1) if blocks else mask)
        parameters, found = sparse(values, [0, 1, 2] if blocks else [0, 1], ["dense", "csr", "dense"][:2 + len(blocks)],
                                   blocks)
        yield case(label).input(normal(3, 16)).const(found, shape=(6, 16), sparsity=parameters).const(normal(6)).op(
            name, version=8, fused="RELU")
    yield case("two-layers").input(normal(2, 9)).const(normal(17, 9)).const(normal(17)).op(
        name, fused="RELU").const(normal(3, 17)).const(normal(3)).op(name)


@vectors("BATCH_MATMUL")
def batch_matmul(name):
    shapes = [("rank-2", (3, 5), (5, 7)), ("rank-3", (2, 3, 17), (2, 17, 4)), ("rank-4", (2, 3, 4, 5), (2, 3, 5, 6)),
              ("rank-5", (2, 1, 2, 3, 4), (2, 1, 2, 4, 5)), ("broadcast-second", (3, 4, 8), (8, 5)),
              ("broadcast-first", (4, 8), (3, 8, 5)), ("broadcast-both", (2, 1, 3, 4), (1, 5, 4, 2)),
              ("one-row", (1, 33), (33, 24)), ("one-column", (2, 9, 16), (2, 16, 1)),
              ("inner-one", (2, 4, 1), (2, 1, 3)),
              ("unequal-ranks", (2, 3, 4, 5), (3, 5, 2)), ("empty", (0, 3, 4), (0, 4, 2))]
    for label, one, two in shapes:
        yield case(label).input(normal(*one)).input(normal(*two)).op(name)
    for x in (False, True):
        for y in (False, True):
            if x or y:
                for label, batch in (("rank-2", ()), ("rank-3", (2,)), ("rank-4", (2, 3))):
                    one = (*batch, 5, 3) if x else (*batch, 3, 5)
                    two = (*batch, 7, 5) if y else (*batch, 5, 7)
                    tail = "-adjoint-x" * x + "-adjoint-y" * y
                    yield case(label + tail).input(normal(*one)).input(normal(*two)).op(name, adj_x=x, adj_y=y)
    yield case("constant-second").input(normal(2, 3, 9)).const(normal(9, 5)).op(name)
    yield case("constant-second-adjoint").input(normal(2, 3, 9)).const(normal(2, 5, 9)).op(name, adj_y=True)
    yield case("constant-first").const(normal(3, 9)).input(normal(2, 9, 5)).op(name)
    yield case("broadcast-adjoint").input(normal(2, 1, 4, 3)).input(normal(5, 2, 4)).op(name, adj_x=True, adj_y=True)
    yield case("special-values").input(np.array([[np.nan, 1], [np.inf, 0], [1, 2]], np.float32)).input(
        normal(2, 3)).op(name)
    yield case("size-at-run-time").input(normal(2, 3, 4), declared=(1, 1, 4), signature=(-1, -1, 4)).const(
        normal(4, 5)).op(name).run(normal(1, 6, 4))


@vectors("EMBEDDING_LOOKUP")
def embedding_lookup(name):
    ids = np.array([3, 0, 6, 6, 1], np.int32)
    for label, table in [("rank-2", (7, 17)), ("rank-3", (7, 3, 5)), ("rank-4", (7, 2, 3, 2)), ("one-column", (7, 1))]:
        yield case(label).input(ids).const(normal(*table)).op(name, out="float32")
    yield case("table-as-input").input(ids).input(normal(7, 4)).op(name, out="float32")
    yield case("int8-table").input(ids).const(integers(-100, 100, 7, 5, kind=np.int8)).op(name, out="int8")
    yield case("one-id").input(ids[:1]).const(normal(7, 9)).op(name, out="float32")


@vectors("EMBEDDING_LOOKUP_SPARSE")
def embedding_lookup_sparse(name):
    ids, places = np.array([1, 3, 0, 6, 2], np.int32), np.array([[0, 0], [0, 2], [1, 0], [3, 1], [3, 2]], np.int32)
    for label, combiner in [("sum", 0), ("mean", 1), ("root", 2)]:
        for rank, table in [("rank-2", (7, 5)), ("rank-3", (7, 2, 3))]:
            yield case(f"{label}-{rank}").input(ids).input(places).ints(4, 3).input(uniform(0.5, 2, 5)).const(
                normal(*table)).op(name, out="float32", dynamic=True, combiner=combiner)
    places = np.array([[0, 0, 0], [0, 1, 0], [0, 1, 1], [1, 0, 0], [1, 1, 2]], np.int32)
    yield case("three-indices").input(ids).input(places).ints(2, 2, 3).input(uniform(0.5, 2, 5)).const(normal(7, 4)).op(
        name, out="float32", dynamic=True, combiner=1)


@vectors("HASHTABLE_LOOKUP")
def hashtable_lookup(name):
    keys = np.array([-11, 0, 3, 1234, 7777], np.int32)
    for label, table in [("rank-1", (5,)), ("rank-2", (5, 3)), ("rank-3", (5, 2, 3))]:
        built = case(label).input(np.array([1234, -292, -11, 0, 7777], np.int32)).const(keys).const(normal(*table))
        yield built.op(name, out=["float32", "uint8"])
    yield case("nothing-found").input(np.array([5, 6], np.int32)).const(keys).const(normal(5, 4)).op(
        name, out=["float32", "uint8"])
    words = np.array([b"a", b"bb", b"ccc", b"dd", b"e"])
    yield case("strings").input(np.array([3, 4, -11], np.int32)).const(keys).const(words).op(
        name, out=["string", "uint8"])
    yield case("keys-as-input").input(np.array([3, 4, -11], np.int32)).input(keys).input(distinct(5, 4)).op(
        name, out=["float32", "uint8"])
