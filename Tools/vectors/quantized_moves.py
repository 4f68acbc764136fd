"""Operators that move, choose or order elements, on quantized integers: scales stay what they are."""

import numpy as np

from .case import Graph, case
from .catalog import vectors
from .control import variable
from .values import bools, levels

KINDS = ("int8", "uint8", "int16")


def scaled(kind):
    """What every tensor of a case says of its elements."""
    return dict(scale=0.05, zero={"int8": 3, "uint8": 131, "int16": 0}[kind])


class Moves:
    """Cases of one type: inputs and outputs carry its scale."""

    def __init__(self, kind):
        self.kind, self.scale = kind, scaled(kind)
        self.out = dict(kind=kind, **self.scale)

    def input(self, *shapes, label=""):
        built = case(f"quantized-{self.kind}{label}")
        for shape in shapes:
            built.input(levels(self.kind, *shape), **self.scale)
        return built

    def add(self, built, *shape):
        return built.input(levels(self.kind, *shape), **self.scale)


def moves(*names, kinds=KINDS):
    """As `vectors`, for each type."""
    def register(maker):
        def all_kinds(name):
            for kind in kinds:
                yield from maker(name, Moves(kind))
        all_kinds.__name__ = f"quantized_{maker.__name__}"
        vectors(*names)(all_kinds)
        return maker
    return register


@moves("CONCATENATION")
def concatenation(name, of):
    yield of.input((2, 3, 5), (2, 3, 2)).op(name, out=of.out, axis=-1)
    yield of.input((1, 4), (3, 4), (2, 4), label="-rows").op(name, out=of.out, axis=0)
    if of.kind == "uint8":  # the only type that is rescaled
        built = of.input((2, 5), label="-scales-differ").input(levels("uint8", 2, 300), scale=0.031, zero=90)
        built.input(levels("uint8", 2, 7), scale=0.9, zero=0).input(levels("uint8", 2, 7), scale=0.05, zero=7)
        yield built.op(name, out=of.out, axis=1)


@moves("PACK")
def pack(name, of):
    yield of.input((3, 2), (3, 2), (3, 2)).op(name, out=of.out, values_count=3, axis=1)


@moves("UNPACK")
def unpack(name, of):
    yield of.input((2, 3, 4)).op(name, out=[of.out] * 3, num=3, axis=1)


@moves("SPLIT")
def split(name, of):
    built = case(f"quantized-{of.kind}").const(np.int32(-1))
    yield of.add(built, 2, 3, 6).op(name, out=[of.out] * 2, num_splits=2)


@moves("SPLIT_V")
def split_v(name, of):
    yield of.input((2, 7)).ints(3, -1, 2).const(np.int32(1)).op(name, out=[of.out] * 3, num_splits=3)


@moves("RESHAPE")
def reshape(name, of):
    yield of.input((2, 6)).ints(3, -1).op(name, out=of.out, new_shape=[3, -1])


@moves("SQUEEZE")
def squeeze(name, of):
    yield of.input((1, 6, 1)).op(name, out=of.out, squeeze_dims=[0])


@moves("EXPAND_DIMS")
def expand_dims(name, of):
    yield of.input((2, 6)).const(np.int32(-2)).op(name, out=of.out)


@moves("TRANSPOSE")
def transpose(name, of):
    yield of.input((2, 4, 5, 3)).ints(0, 3, 1, 2).op(name, out=of.out)
    yield of.input((33, 20), label="-matrix").ints(1, 0).op(name, out=of.out)


@moves("SLICE")
def slice_(name, of):
    yield of.input((3, 5, 4)).ints(1, 2, 0).ints(-1, 2, 3).op(name, out=of.out)


@moves("STRIDED_SLICE")
def strided_slice(name, of):
    yield of.input((3, 9, 2)).ints(0, -1, 1).ints(2, 0, 2).ints(1, -3, 1).op(name, out=of.out, shrink_axis_mask=4)


@moves("GATHER")
def gather(name, of):
    yield of.input((4, 3, 5)).ints(3, 0, 3).op(name, out=of.out, axis=-1)
    built = case(f"quantized-{of.kind}-table").const(levels(of.kind, 9, 7), **of.scale)
    yield built.input(np.array([[8, 0], [3, 3]], np.int32)).op(name, out=of.out, axis=0)


@moves("GATHER_ND")
def gather_nd(name, of):
    yield of.input((4, 3, 5)).input(np.array([[3, 1], [0, 0]], np.int32)).op(name, out=of.out)


@moves("TILE")
def tile(name, of):
    yield of.input((2, 3)).ints(2, 3).op(name, out=of.out)


@moves("BROADCAST_TO")
def broadcast_to(name, of):
    yield of.input((2, 1, 3)).ints(4, 2, 5, 3).op(name, out=of.out)


@moves("REVERSE_V2")
def reverse(name, of):
    yield of.input((2, 3, 5)).ints(1).op(name, out=of.out)


@moves("REVERSE_SEQUENCE", kinds=("uint8", "int16"))
def reverse_sequence(name, of):
    yield of.input((3, 6, 2)).const(np.array([2, 6, 1], np.int32)).op(name, out=of.out, seq_dim=1, batch_dim=0)


@moves("SPACE_TO_BATCH_ND")
def space_to_batch(name, of):
    yield of.input((1, 5, 7, 3)).ints(2, 3).const(np.array([[1, 0], [1, 1]], np.int32)).op(name, out=of.out)


@moves("BATCH_TO_SPACE_ND")
def batch_to_space(name, of):
    yield of.input((6, 2, 3, 3)).ints(2, 3).const(np.array([[1, 0], [1, 1]], np.int32)).op(name, out=of.out)


@moves("SPACE_TO_DEPTH", kinds=("int8", "uint8"))
def space_to_depth(name, of):
    yield of.input((2, 4, 6, 3)).op(name, out=of.out, block_size=2)


@moves("DEPTH_TO_SPACE", kinds=("int8", "uint8"))
def depth_to_space(name, of):
    yield of.input((2, 2, 3, 12)).op(name, out=of.out, block_size=2)


@moves("SELECT", "SELECT_V2")
def select(name, of):
    built = case(f"quantized-{of.kind}").input(bools(3, 17))
    yield of.add(of.add(built, 3, 17), 3, 17).op(name, out=of.out)
    if name == "SELECT_V2":
        built = case(f"quantized-{of.kind}-broadcast").input(bools(3, 1))
        yield of.add(of.add(built, 17), 1).op(name, out=of.out)


@moves("SCATTER_ND", kinds=("int8", "uint8"))
def scatter(name, of):
    built = case(f"quantized-{of.kind}").input(np.array([[2], [0]], np.int32))
    yield of.add(built, 2, 3).ints(4, 3).op(name, out=of.out)


@moves("DYNAMIC_UPDATE_SLICE", kinds=("int8", "int16"))
def dynamic_update_slice(name, of):
    yield of.input((4, 5), (2, 2)).input(np.array([1, 9], np.int32)).op(name, out=of.out)


@moves("FILL", kinds=("int8", "int16"))
def fill(name, of):
    yield of.add(case(f"quantized-{of.kind}").ints(2, 5)).op(name, out=of.out)


@moves("PAD", "PADV2", "MIRROR_PAD")
def pad(name, of):
    built = of.input((2, 4, 5, 3)).const(np.array([[0, 0], [1, 1], [2, 0], [0, 2]], np.int32))
    if name == "PADV2":
        built.const(np.array(77, of.kind), **of.scale)
    yield built.op(name, out=of.out, **({"mode": "REFLECT"} if name == "MIRROR_PAD" else {}))
    if name == "PAD":
        built = of.input((2, 3), label="-rank-2").const(np.array([[0, 1], [2, 0]], np.int64))
        yield built.op(name, out=of.out)


@moves("ARG_MAX", "ARG_MIN", kinds=("int8", "uint8"))
def places(name, of):
    for axis in (-1, 0, 1):
        yield of.input((3, 9, 40), label=f"-{axis}").const(np.int32(axis)).op(name, out="int32", output_type="int32")


@moves("TOPK_V2")
def top_k(name, of):
    yield of.input((3, 40)).const(np.int32(7)).op(name, out=[of.out, "int32"])


@moves("ONE_HOT", kinds=("int8", "uint8"))
def one_hot(name, of):
    built = case(f"quantized-{of.kind}").input(np.array([2, 0, 9, -1], np.int32)).const(np.int32(3))
    yield built.const(np.array(100, of.kind), **of.scale).const(np.array(7, of.kind), **of.scale).op(
        name, out=of.out, axis=-1)


@moves("CAST")
def cast(name, of):
    for two in ("float32", "int32", "bool"):
        yield of.input((3, 40), label=f"-to-{two}").op(
            name, version=3, out=two, in_data_type=of.kind, out_data_type=two)


@moves("SHAPE", "RANK")
def facts(name, of):
    yield of.input((3, 4)).op(name, out="int32", **({"out_type": "int32"} if name == "SHAPE" else {}))


def branch(of, name, *shape, **options):
    """A subgraph of one operator of one tensor."""
    return Graph().parameter(of.kind, *shape, **of.scale).op(name, out=of.out, **options)


@moves("CALL_ONCE", "ASSIGN_VARIABLE", "READ_VARIABLE")
def variables(name, of):
    """What one run stores the next one gives back."""
    built = of.input((2, 3)).label("x").drop()
    start = variable(Graph(), "kept").use("v").const(levels(of.kind, 2, 3), **of.scale).op("ASSIGN_VARIABLE", out=[])
    built.subgraph(start).op("CALL_ONCE", out=[], init_subgraph_index=1)
    variable(built, "kept").use("v").op("READ_VARIABLE", out=of.out).label("old").drop()
    built.use("old", "x").op("CONCATENATION", out=of.out, axis=0).label("both").drop()
    built.use("v", "x").op("ASSIGN_VARIABLE", out=[])
    yield built.output("both").run(levels(of.kind, 2, 3)).run(levels(of.kind, 2, 3))


@moves("IF")
def if_(name, of):
    greatest = branch(of, "MAX_POOL_2D", 1, 4, 4, 3, filter_height=2, filter_width=2, padding="SAME")
    mean = branch(of, "AVERAGE_POOL_2D", 1, 4, 4, 3, filter_height=2, filter_width=2, padding="SAME")
    x = levels(of.kind, 1, 4, 4, 3)
    yield case(f"quantized-{of.kind}").input(np.array(True)).input(x, **of.scale).subgraph(greatest).subgraph(mean).op(
        name, out=of.out, then_subgraph_index=1, else_subgraph_index=2).run(False, x).run(True, x[:, ::-1].copy())


@moves("WHILE")
def while_(name, of):
    limit = Graph().parameter("int32").label("i").drop().parameter(of.kind, 1, 6, 5, 2, **of.scale).drop()
    limit.use("i").const(np.int32(3)).op("LESS", out="bool")
    body = Graph().parameter("int32").label("i").drop().parameter(of.kind, 1, 6, 5, 2, **of.scale).label("x").drop()
    body.use("i").const(np.int32(1)).op("ADD").label("next").drop().use("x").op(
        "AVERAGE_POOL_2D", out=of.out, filter_height=2, filter_width=2, padding="SAME").label("pooled")
    x = levels(of.kind, 1, 6, 5, 2)
    yield case(f"quantized-{of.kind}").input(np.array(0, np.int32)).input(x, **of.scale).subgraph(limit).subgraph(
        body.output("next", "pooled")).op(
        name, out=["int32", of.out], cond_subgraph_index=1, body_subgraph_index=2).run(2, x).run(3, x)
