"""The StableHLO operators that the runtime has kernels for, and their relatives DILATE and REDUCE_WINDOW."""

import numpy as np
from flatbuffers import flexbuffers

from .case import Graph, case
from .catalog import vectors
from .control import binary, unary
from .values import bools, distinct, integers, normal, uniform


@vectors("STABLEHLO_ADD", "STABLEHLO_MULTIPLY", "STABLEHLO_MAXIMUM", "STABLEHLO_MINIMUM")
def arithmetic(name):
    for label, shape in [("rank-2", (3, 17)), ("vector", (9,)), ("rank-4", (2, 3, 2, 5)), ("rank-0", ())]:
        yield case(label).input(normal(*shape)).input(normal(*shape)).op(name)
    for kind in ("int32", "int64", "int16"):
        yield case(kind).input(integers(-99, 99, 3, 4, kind=kind)).input(integers(-99, 99, 3, 4, kind=kind)).op(name)


@vectors("STABLEHLO_AND", "STABLEHLO_SHIFT_LEFT")
def bits(name):
    kinds = ("int32", "int16", "int8")
    for kind in kinds:
        low = 0 if name == "STABLEHLO_SHIFT_LEFT" else -100
        high = 7 if name == "STABLEHLO_SHIFT_LEFT" else 100
        yield case(kind).input(integers(-100, 100, 3, 5, kind=kind)).input(
            integers(low, high, 3, 5, kind=kind)).op(name).with_optimized()
    yield case("rank-4").input(integers(-9, 9, 1, 2, 3, 4)).input(integers(0, 9, 1, 2, 3, 4)).op(name).with_optimized()
    if name == "STABLEHLO_AND":
        yield case("bool").input(bools(3, 5)).input(bools(3, 5)).op(name).with_optimized()


@vectors("STABLEHLO_PAD")
def pad(name):
    for label, shape, low, high, inner in [
            ("edges", (2, 3), [1, 0], [0, 2], [0, 0]), ("interior", (3, 4), [0, 0], [0, 0], [1, 2]),
            ("all", (2, 3), [1, 2], [2, 1], [1, 1]), ("cropped", (4, 5), [-1, 0], [0, -2], [0, 0]),
            ("cropped-interior", (3, 4), [-2, 1], [1, -1], [2, 0]),
            ("rank-4", (1, 2, 3, 2), [0, 1, 0, 0], [0, 0, 2, 1], [0, 0, 1, 0]),
            ("vector", (5,), [2], [1], [1])]:
        yield case(label).input(distinct(*shape)).input(np.float32(-1)).op(
            name, edge_padding_low=low, edge_padding_high=high, interior_padding=inner)
    yield case("int32").input(integers(0, 9, 2, 3)).const(np.int32(7)).op(
        name, edge_padding_low=[1, 0], edge_padding_high=[0, 1], interior_padding=[0, 1])


@vectors("DILATE")
def dilate(name):
    for label, shape, steps in [("rank-2", (3, 4), [2, 3]), ("rows", (3, 4), [3, 1]), ("vector", (5,), [2]),
                                ("rank-4", (2, 3, 2, 3), [1, 2, 3, 1]), ("nothing", (2, 3), [1, 1])]:
        yield case(label).input(distinct(*shape)).ints(*steps).input(np.array([-1], np.float32)).op(name)
    for kind in ("int32", "int64", "int8"):
        yield case(kind).input(integers(0, 99, 2, 3, kind=kind)).ints(2, 2).const(np.array([7], kind)).op(name)


REDUCERS = {"add": ("STABLEHLO_ADD", 0), "multiply": ("STABLEHLO_MULTIPLY", 1), "maximum": ("STABLEHLO_MAXIMUM", -9),
            "minimum": ("STABLEHLO_MINIMUM", 9)}


@vectors("STABLEHLO_REDUCE_WINDOW")
def stablehlo_reduce_window(name):
    def reduced(label, shape, window, reducer="add", kind="float32", **options):
        rank = len(shape)
        body, start = REDUCERS[reducer]
        values = uniform(0.5, 1.5, *shape) if kind == "float32" else integers(1, 5, *shape, kind=kind)
        ones = dict(window_strides=[1] * rank, base_dilations=[1] * rank, window_dilations=[1] * rank,
                    padding=[0] * 2 * rank)
        return case(label).input(values).input(np.array(start, kind)).subgraph(binary(body, kind=kind)).op(
            name, out=kind, window_dimensions=window, body_subgraph_index=1, **{**ones, **options})

    for reducer in REDUCERS:
        yield reduced(reducer, (4, 5), [2, 3], reducer)
    yield reduced("strides", (6, 7), [2, 2], window_strides=[2, 3])
    yield reduced("padding", (4, 5), [3, 3], padding=[1, 1, 0, 2])
    yield reduced("window-dilations", (6, 7), [2, 2], window_dilations=[2, 3])
    yield reduced("base-dilations", (3, 4), [2, 2], base_dilations=[2, 3])
    yield reduced("everything", (5, 6), [2, 2], "maximum", window_strides=[2, 1], padding=[1, 0, 1, 2],
                  window_dilations=[1, 2], base_dilations=[2, 1])
    yield reduced("image", (1, 6, 6, 3), [1, 2, 2, 1], "maximum", window_strides=[1, 2, 2, 1])
    yield reduced("vector", (9,), [3])
    yield reduced("int32", (4, 4), [2, 2], kind="int32")


@vectors("REDUCE_WINDOW")
def reduce_window(name):
    for label, function, start in [("add", "ADD", 0), ("multiply", "MUL", 1), ("minimum", "MINIMUM", 9),
                                   ("maximum", "MAXIMUM", -9)]:
        for tail, shape, window, strides, dilations in [("", (4, 5), [2, 3], [1, 1], [1, 1]),
                                                        ("-dilated", (7, 9), [3, 2], [2, 3], [1, 2])]:
            yield case(label + tail).input(uniform(0.5, 1.5, *shape)).const(np.array(start, np.float32)).ints(
                *window, kind=np.int64).ints(*strides, kind=np.int64).ints(*dilations, kind=np.int64).op(
                name, reduce_function=function)
    yield case("int32").input(integers(0, 9, 1, 4, 4, 2)).const(np.int32(0)).ints(1, 2, 2, 1, kind=np.int64).ints(
        1, 2, 2, 1, kind=np.int64).ints(1, 1, 1, 1, kind=np.int64).op(name, reduce_function="ADD")


@vectors("STABLEHLO_GATHER")
def gather(name):
    def gathered(label, shape, ids, result, kind=np.int64, **options):  # the kernel reads the declared result shape
        return case(label).input(distinct(*shape)).input(np.array(ids, kind)).op(
            name, out=dict(kind="float32", shape=result), **options)

    yield gathered("rows", (5, 3), [[4], [0], [2]], [3, 3], offset_dims=[1], collapsed_slice_dims=[0],
                   start_index_map=[0],
                   index_vector_dim=1, slice_sizes=[1, 3])
    yield gathered("windows", (3, 4, 2), [[[0, 0], [1, 0], [2, 1]], [[0, 1], [1, 1], [0, 2]]], [2, 3, 2, 2],
                   offset_dims=[2, 3],
                   collapsed_slice_dims=[0], start_index_map=[1, 0], index_vector_dim=2, slice_sizes=[1, 2, 2])
    yield gathered("clamped", (4, 5), [[3, 4], [9, -2]], [2, 2, 3], offset_dims=[1, 2], collapsed_slice_dims=[],
                   start_index_map=[0, 1], index_vector_dim=1, slice_sizes=[2, 3])
    yield gathered("elements", (3, 4), [[0, 1], [2, 3]], [2], kind=np.int32, offset_dims=[],
                   collapsed_slice_dims=[0, 1],
                   start_index_map=[0, 1], index_vector_dim=1, slice_sizes=[1, 1])


@vectors("STABLEHLO_SCATTER")
def scatter(name):
    def scattered(label, shape, ids, updates, body, kind=np.int64, **options):
        if body == "update":
            graph = Graph().parameter("float32").drop().parameter("float32").label("new").output("new")
        else:
            graph = binary(body)
        built = case(label).input(uniform(1, 2, *shape)).input(np.array(ids, kind))
        return built.input(uniform(1, 2, *updates)).subgraph(graph).op(
            name, update_computation_subgraph_index=1, **options)

    rows = dict(update_window_dims=[1], inserted_window_dims=[0], scatter_dims_to_operand_dims=[0], index_vector_dim=1)
    for label, body in [("add", "STABLEHLO_ADD"), ("multiply", "STABLEHLO_MULTIPLY"), ("maximum", "STABLEHLO_MAXIMUM"),
                        ("minimum", "STABLEHLO_MINIMUM"), ("update", "update")]:
        yield scattered(label, (5, 3), [[4], [0], [2]], (3, 3), body, **rows)
    yield scattered("windows", (3, 4, 2), [[[0, 2], [1, 0], [2, 1]], [[0, 1], [1, 0], [0, 2]]], (2, 3, 2, 2),
                    "STABLEHLO_ADD",
                    update_window_dims=[2, 3], inserted_window_dims=[0], scatter_dims_to_operand_dims=[1, 0],
                    index_vector_dim=2)
    yield scattered("repeated-int32-ids", (5, 3), [[1], [1], [3]], (3, 3), "STABLEHLO_ADD", np.int32, **rows)


@vectors("STABLEHLO_CASE")
def choice(name):
    for label, shape, names in (("rank-2", (2, 3), ("ABS", "NEG", "SQUARE")), ("vector", (5,), ("SIN", "EXP")),
                                ("one-branch", (4,), ("NEG",)), ("rank-0", (), ("SQUARE", "ABS"))):
        graphs = [unary(n, *shape) for n in names]
        built = case(label).input(np.array([1], np.int32)).input(normal(*shape))
        for graph in graphs:
            built.subgraph(graph)
        branches = list(range(1, len(names) + 1))
        yield built.op(name, out="float32", branch_subgraph_indices=branches).with_optimized().run(
            [0], normal(*shape)).run([2], normal(*shape)).run([9], normal(*shape)).run([-1], normal(*shape))


@vectors("STABLEHLO_COMPOSITE")
def composite(name):
    attributes = bytes(flexbuffers.Dumps({"epsilon": 0.5}))
    for label, graph, count in [("unary", unary("ABS", 2, 3), 1), ("binary", binary("SUB", 2, 3), 2)]:
        built = case(label)
        for _ in range(count):
            built.input(normal(2, 3))
        yield built.subgraph(graph).op(name, name_="test.composite", decomposition_subgraph_index=1, version_=1,
                                       attributes=attributes).run(*[normal(2, 3) for _ in range(count)])
    two = Graph().parameter("float32", 4).label("x").op("SQUARE").label("squared").drop().use("x").op("EXP").label(
        "power").output("power", "squared")
    yield case("two-outputs").input(normal(4)).subgraph(two).op(
        name, out=["float32"] * 2, name_="test.two", decomposition_subgraph_index=1, version_=1, attributes=attributes)
    norm = Graph().parameter("float32", 2, 8).label("x").drop().use("x").op("SQUARE").ints(-1).op("MEAN",
                                                                                                  keep_dims=True)
    norm.const(np.float32(1e-6)).op("ADD").op("RSQRT").label("scale").drop().use("x", "scale").op("MUL")
    options = dict(name_="odml.rms_norm", decomposition_subgraph_index=1, version_=1, attributes=attributes)
    yield case("norm-twice").input(normal(2, 8)).subgraph(norm).op(name, **options).op(name, **options)
