"""Operators that run other subgraphs, variables and tables that outlive an invocation."""

import numpy as np

from .case import Graph, case
from .catalog import vectors
from .values import integers, normal


def unary(name, *shape, kind="float32", **options):
    """A subgraph of one operator of one tensor."""
    return Graph().parameter(kind, *shape).op(name, **options)


def binary(name, *shape, kind="float32", **options):
    return Graph().parameter(kind, *shape).parameter(kind, *shape).op(name, **options)


@vectors("IF")
def if_(name):
    flag, x, y = np.array(True), normal(2, 3), normal(2, 3)
    for label, one, two in [("add-or-multiply", "ADD", "MUL"), ("maximum-or-minimum", "MAXIMUM", "MINIMUM")]:
        yield case(label).input(flag).input(x).input(y).subgraph(binary(one, 2, 3)).subgraph(binary(two, 2, 3)).op(
            name, out="float32", then_subgraph_index=1, else_subgraph_index=2).run(False, x, y).run(True, y, x)
    swap = Graph().parameter("float32", 2, 3).label("x").parameter("float32", 2, 3).label("y").output("y", "x")
    keep = Graph().parameter("float32", 2, 3).label("x").parameter("float32", 2, 3).label("y").output("x", "y")
    yield case("swap-or-keep").input(flag).input(x).input(y).subgraph(swap).subgraph(keep).op(
        name, out=["float32"] * 2, then_subgraph_index=1, else_subgraph_index=2).run(False, x, y)
    pad = Graph().parameter("float32", 2, 3).const(np.array([[1, 0], [0, 2]], np.int32)).op("PAD")
    yield case("shapes-differ").input(flag).input(x).subgraph(pad).subgraph(unary("NEG", 2, 3)).op(
        name, out="float32", dynamic=True, then_subgraph_index=1, else_subgraph_index=2).run(False, x)
    constant = Graph().parameter("float32", 2, 3).drop().const(normal(2, 3)).label("c").output("c")
    yield case("constant-branch").input(flag).input(x).subgraph(constant).subgraph(unary("ABS", 2, 3)).op(
        name, out="float32", then_subgraph_index=1, else_subgraph_index=2).run(False, x)
    inner = Graph().parameter("float32", 2, 3).label("x").drop().parameter("bool").use("x").op(
        name, out="float32", then_subgraph_index=3, else_subgraph_index=2)
    other = Graph().parameter("float32", 2, 3).label("x").drop().parameter("bool").drop().use("x").op("ABS")
    yield case("nested").input(flag).input(x).input(np.array(False)).subgraph(inner).subgraph(
        unary("NEG", 2, 3)).subgraph(unary("SQUARE", 2, 3)).subgraph(other).op(
        name, out="float32", then_subgraph_index=1, else_subgraph_index=4).run(True, x, True).run(False, x, True)


def below(limit, *others):
    """i < limit, beside loop variables of these shapes."""
    graph = Graph().parameter("int32").label("i").drop()
    for shape in others:
        graph.parameter("float32", *shape).drop()
    return graph.use("i").const(np.int32(limit)).op("LESS", out="bool")


def loop(step, *shape):
    """i + 1, and `step` applied to a tensor of a shape."""
    graph = Graph().parameter("int32").label("i").drop().parameter("float32", *shape).label("x").drop()
    graph.use("i").const(np.int32(1)).op("ADD").label("next").drop().use("x")
    step(graph)
    return graph.label("stepped").output("next", "stepped")


@vectors("WHILE")
def while_(name):
    options = dict(cond_subgraph_index=1, body_subgraph_index=2)
    kinds = ["int32", "float32"]
    for label, step in [("halve", lambda g: g.const(np.float32(0.5)).op("MUL")), ("sine", lambda g: g.op("SIN")),
                        ("matrix", lambda g: g.const(normal(3, 3, scale=0.5)).none().op("FULLY_CONNECTED"))]:
        yield case(label).input(np.array(0, np.int32)).input(normal(2, 3)).subgraph(below(5, (2, 3))).subgraph(
            loop(step, 2, 3)).op(name, out=kinds, **options).run(3, normal(2, 3)).run(7, normal(2, 3))
    wider = np.array([[0, 0], [1, 0]], np.int32)
    yield case("growing").input(np.array(0, np.int32)).input(normal(2, 3)).subgraph(below(4, (2, 3))).subgraph(
        loop(lambda g: g.const(wider).op("PAD"), 2, 3)).op(
        name, out=kinds, dynamic=True, **options).run(2, normal(2, 3))
    body = Graph()
    for label in ("a", "b"):
        body.parameter("int32").label(label)
    body.drop(2).use("a", "b").op("ADD").label("sum").output("b", "sum")
    small = Graph().parameter("int32").label("a").parameter("int32").drop().const(np.int32(50)).op("LESS", out="bool")
    yield case("fibonacci").input(np.array(0, np.int32)).input(np.array(1, np.int32)).subgraph(small).subgraph(body).op(
        name, out=["int32"] * 2, **options).run(5, 8)
    kept = Graph().parameter("int32").label("i").parameter("float32", 2).label("x").drop().const(np.int32(1)).op(
        "ADD").label("next").output("next", "x")
    yield case("passes-through").input(np.array(0, np.int32)).input(normal(2)).subgraph(below(3, (2,))).subgraph(
        kept).op(name, out=kinds, **options)
    outer = Graph().parameter("int32").label("i").drop().parameter("float32", 2).label("x").drop()
    outer.use("i").const(np.int32(1)).op("ADD").label("next").drop()
    outer.const(np.int32(0)).use("x").op(name, out=kinds, cond_subgraph_index=3, body_subgraph_index=4)
    outer.label("y").output("next", "y")
    yield case("nested").input(np.array(0, np.int32)).input(normal(2)).subgraph(below(3, (2,))).subgraph(
        outer).subgraph(below(2, (2,))).subgraph(
        loop(lambda g: g.const(np.float32(1.5)).op("MUL"), 2)).op(name, out=kinds, **options)


def variable(graph, name, label="v"):
    resource = dict(kind="resource", shape=[])
    return graph.op("VAR_HANDLE", out=resource, shared_name=name, container="").label(label).drop()


def stored(name, value):
    """A subgraph that gives a variable its first value."""
    return variable(Graph(), name).use("v").const(value).op("ASSIGN_VARIABLE", out=[])


def sum_of(label, shape, once=True, value=None):
    built = case(label).input(normal(*shape)).label("x").drop()
    if once:
        built.subgraph(stored("total", normal(*shape) if value is None else value))
        built.op("CALL_ONCE", out=[], init_subgraph_index=1)
    variable(built, "total").use("v").op("READ_VARIABLE", out="float32").label("old").drop()
    built.use("old", "x").op("ADD", out="float32").label("new").drop().use("v", "new").op("ASSIGN_VARIABLE", out=[])
    return built.output("new", "old").run(normal(*shape)).run(normal(*shape))


@vectors("CALL_ONCE", "READ_VARIABLE")
def call_once(name):
    yield sum_of("running-sum", (2, 3))
    yield sum_of("rank-4", (1, 2, 2, 3))
    yield sum_of("from-zero", (5,), value=np.zeros(5, np.float32))
    built = case("two-variables").input(normal(3)).label("x").drop().subgraph(stored("a", normal(3))).subgraph(
        stored("b", normal(3)))
    for place in (1, 2):
        built.op("CALL_ONCE", out=[], init_subgraph_index=place)
    variable(variable(built, "a", "a"), "b", "b")
    for one in "ab":
        built.use(one).op("READ_VARIABLE", out="float32").label("old-" + one).drop()
    built.use("a", "old-b").op("ASSIGN_VARIABLE", out=[]).use("old-b", "x").op("ADD").label("sum").drop()
    yield built.use("b", "sum").op("ASSIGN_VARIABLE", out=[]).output("old-a", "old-b").run(normal(3)).run(normal(3))


@vectors("VAR_HANDLE", "ASSIGN_VARIABLE")
def assigned(name):
    for kind, values in [("float32", normal(2, 3)), ("int32", integers(-9, 9, 4)),
                         ("int64", integers(-9, 9, 2, kind=np.int64)),
                         ("rank-0", normal())]:
        built = case(kind).input(values).label("x").drop()
        variable(built, "store").use("v", "x").op("ASSIGN_VARIABLE", out=[])
        built.use("v").op("READ_VARIABLE", out=values.dtype.name).label("y").output("y")
        yield built.run(values * 2)
    built = case("two-handles").input(normal(3)).label("x").drop()
    variable(variable(built, "same", "a"), "same", "b").use("a", "x").op("ASSIGN_VARIABLE", out=[])
    yield built.use("b").op("READ_VARIABLE", out="float32").label("y").output("y").run(normal(3))


def words(*texts):
    return np.array([t.encode() for t in texts])


def table(label, keys, values, asked, default, size=False, again=None):
    kinds = ["string" if a.dtype.kind == "S" else a.dtype.name for a in (keys, values)]

    def handle(graph):
        return graph.op("HASHTABLE", out=dict(kind="resource", shape=[]), table_id=7, key_dtype=kinds[0],
                        value_dtype=kinds[1]).label("table").drop()

    fill = handle(Graph()).use("table").const(keys).const(values).op("HASHTABLE_IMPORT", out=[])
    built = case(label).subgraph(fill).input(asked).label("asked").drop().op("CALL_ONCE", out=[], init_subgraph_index=1)
    handle(built)
    if size:
        built.use("table").op("HASHTABLE_SIZE", out="int64").label("size").drop()
    built.use("table", "asked").const(default).op("HASHTABLE_FIND", out=kinds[1]).label("found")
    built.output(*["found", "size"] if size else ["found"]).with_optimized()
    return built.run(asked[::-1].copy() if again is None else again)


@vectors("HASHTABLE", "HASHTABLE_IMPORT", "HASHTABLE_FIND", "HASHTABLE_SIZE")
def hashtables(name):
    size = name == "HASHTABLE_SIZE"
    ids, texts = np.array([5, -3, 2**40, 0], np.int64), words("five", "minus three", "big", "")
    yield table("int64-to-string", ids, texts, np.array([0, 7, 2**40, 5, -3], np.int64), words("none"), size)
    yield table("string-to-int64", words("a", "bc", "def", "gh"), ids, words("def", "x", "a", "bc"),
                np.array([-1], np.int64), size)
    yield table("nothing-found", ids, texts, np.array([1, 2, 3], np.int64), words("missing"), size)
    yield table("rank-2", ids, texts, np.array([[5, 1], [0, -3]], np.int64), words("?"), size,
                np.array([[1, 1], [5, 0]], np.int64))
