"""How long operators take on floats and on int8 activations, on LiteRT's default path.

    .build-oracle/bin/python Tools/kernel_times.py [OPERATOR ...]

A line for each operator and shape: the least of many runs with one thread, in nanoseconds for each element of the
largest operand and result (or for each multiplication of a product), less what an invocation of nothing takes.
Products with float activations have int8 weights where a kernel reads these.
"""

import sys

import numpy as np

import hybrid_speed
from hybrid_speed import RANDOM, normal, seconds, start

SCALE = 0.02


def tensor(built, form, *shape, constant=False, low=0.05):
    """Leaves an activation or a constant on the list of operands."""
    values = np.abs(normal(*shape)) + np.float32(low)
    if form != "int8":
        return built.const(values) if constant else built.input(values)
    integers = np.clip(np.round(values / SCALE), -128, 127).astype(np.int8)
    if constant:
        return built.const(integers, scale=SCALE, zero=0)
    return built.input(integers, scale=SCALE, zero=0)


def finish(built, form, name, shape, scale=SCALE, zero=0, **options):
    out = dict(kind="int8", scale=scale, zero=zero) if form == "int8" else "float32"
    built.op(name, out=[out], **options)
    built.known[len(built.tensors) - 1] = list(shape)
    built.shapes = [built.known]
    return built


BIG = (1, 28, 28, 96)
ROWS = (64, 384)
VERSIONS = {"ADD": 2, "MUL": 2, "SUB": 3, "MAXIMUM": 2, "MINIMUM": 2, "SQUARED_DIFFERENCE": 2, "MEAN": 2,
            "LOGISTIC": 2, "TANH": 2, "SOFTMAX": 2, "RSQRT": 2, "EXP": 2, "LOG": 2, "ABS": 2, "GELU": 2,
            "LEAKY_RELU": 2, "RELU": 2, "RELU6": 2, "TRANSPOSE": 2, "SLICE": 2, "STRIDED_SLICE": 2,
            "CONCATENATION": 2, "PAD": 2, "GATHER": 2, "REDUCE_MAX": 2, "AVERAGE_POOL_2D": 2, "MAX_POOL_2D": 2,
            "RESIZE_BILINEAR": 2, "RESIZE_NEAREST_NEIGHBOR": 2, "L2_NORMALIZATION": 2, "LOG_SOFTMAX": 2,
            "BATCH_MATMUL": 4, "CONV_2D": 3, "DEPTHWISE_CONV_2D": 3, "FULLY_CONNECTED": 4, "TRANSPOSE_CONV": 3}


def version(name, form):
    return VERSIONS.get(name, 1) if form == "int8" else 1


def unary(name):
    def make(form, *shape):
        more = dict(scale=1 / 256, zero=-128) if name in ("LOGISTIC", "SOFTMAX") else {}
        if name == "TANH":
            more = dict(scale=1 / 128, zero=0)
        if name == "LOG_SOFTMAX":
            more = dict(scale=16 / 256, zero=127)
        if name == "L2_NORMALIZATION":
            more = dict(scale=1 / 128, zero=0)
        return finish(tensor(start("u"), form, *shape), form, name, shape, version=version(name, form), **more)
    return make, [BIG, ROWS, (1, 1024)]


def binary(name):
    def make(form, *shapes):
        left, right = shapes
        built = tensor(tensor(start("b"), form, *left), form, *right, low=0.5)
        return finish(built, form, name, np.broadcast_shapes(left, right), scale=2 * SCALE, version=version(name, form))
    return make, [(BIG, BIG), (BIG, (96,)), (ROWS, (64, 1)), ((1, 64), (1, 64))]


def prelu(form, *shape):
    built = tensor(tensor(start("p"), form, *shape), form, *shape[-1:], constant=True)
    return finish(built, form, "PRELU", shape, version=version("PRELU", form))


def reduction(name):
    def make(form, shape, axes):
        out = [1 if i in axes else n for i, n in enumerate(shape)]
        built = tensor(start("r"), form, *shape).ints(*axes)
        return finish(built, form, name, out, version=version(name, form), keep_dims=True)
    return make, [(BIG, (1, 2)), (BIG, (3,)), (ROWS, (1,))]


def moved(name, end, shapes):
    def make(form, shape, *more):
        built, out = end(tensor(start("m"), form, *shape), shape, *more)
        return finish(built, form, name, out, version=version(name, form))
    return make, shapes


def transpose(built, shape, order):
    return built.ints(*order), [shape[i] for i in order]


def reshape(built, shape, out):
    return built.ints(*out), out


def cut(built, shape, size):
    return built.ints(*[0] * len(shape)).ints(*size), size


def strided(built, shape, end):
    return built.ints(*[0] * len(shape)).ints(*end).ints(*[1] * len(shape)), end


def pad(built, shape, around):
    return built.const(np.array(around, np.int32)), [n + sum(p) for n, p in zip(shape, around)]


def gather(built, shape, rows):
    built.const(RANDOM.integers(0, shape[0], rows).astype(np.int32))
    return built, [rows, *shape[1:]]


def tile(built, shape, times):
    return built.ints(*times), [n * t for n, t in zip(shape, times)]


def concatenation(form, *shape):
    built = tensor(tensor(start("c"), form, *shape), form, *shape)
    out = [*shape[:-1], 2 * shape[-1]]
    return finish(built, form, "CONCATENATION", out, version=version("CONCATENATION", form), axis=len(shape) - 1)


def pool(name):
    def make(form, size, channels, taps, stride):
        built = tensor(start("pool"), form, 1, size, size, channels)
        out = -(-size // stride)
        return finish(built, form, name, (1, out, out, channels), version=version(name, form), stride_w=stride,
                      stride_h=stride, filter_width=taps, filter_height=taps)
    return make, [(28, 96, 2, 2), (14, 96, 3, 1)]


def resize(name):
    def make(form, size, channels, out):
        built = tensor(start("resize"), form, 1, size, size, channels).ints(out, out)
        return finish(built, form, name, (1, out, out, channels), version=version(name, form))
    return make, [(14, 96, 28), (28, 32, 56)]


def conversion(form, *shape):
    built = start("q")
    if form == "int8":
        return finish(tensor(built, "float", *shape), "int8", "QUANTIZE", shape, version=1)
    return finish(tensor(built, "int8", *shape), "float", "DEQUANTIZE", shape, version=2)


def matmul(form, left, right, other=False):
    built = tensor(tensor(start("mm"), form, *left), form, *right)
    out = [*left[:-1], right[-2] if other else right[-1]]
    return finish(built, form, "BATCH_MATMUL", out, scale=1.0, version=version("BATCH_MATMUL", form), adj_y=other)


def integer_product(name, weight_shape, axis, channels, shape, out, **options):
    built = tensor(start("ip"), "int8", *shape)
    scale = RANDOM.uniform(0.004, 0.01, channels).astype(np.float32)
    built.const(RANDOM.integers(-127, 128, weight_shape).astype(np.int8), scale=scale, axis=axis)
    built.const(RANDOM.integers(-99, 99, channels).astype(np.int32), scale=scale * SCALE)
    return finish(built, "int8", name, out, scale=1.0, version=version(name, "int8"), **options)


def conv(form, size, inner, outer, kernel, stride=1):
    if form == "float":
        return hybrid_speed.conv("int8", size, inner, outer, kernel, stride)
    out = -(-size // stride)
    return integer_product("CONV_2D", (outer, kernel, kernel, inner), 0, outer, (1, size, size, inner),
                           (1, out, out, outer), stride_w=stride, stride_h=stride)


def depthwise(form, size, channels, kernel, stride=1):
    if form == "float":
        return hybrid_speed.depthwise("decoded", size, channels, kernel, stride)
    out = -(-size // stride)
    return integer_product("DEPTHWISE_CONV_2D", (1, kernel, kernel, channels), 3, channels, (1, size, size, channels),
                           (1, out, out, channels), stride_w=stride, stride_h=stride, depth_multiplier=1)


def dense(form, rows, inner, outer):
    if form == "float":
        return hybrid_speed.dense("int8", rows, inner, outer)
    return integer_product("FULLY_CONNECTED", (outer, inner), 0, outer, (rows, inner), (rows, outer))


def transposed(form, size, inner, outer, kernel, stride):
    if form == "float":
        return hybrid_speed.transposed("int8", size, inner, outer, kernel, stride)
    built = start("t").ints(1, size * stride, size * stride, outer)
    scale = RANDOM.uniform(0.004, 0.01, outer).astype(np.float32)
    built.const(RANDOM.integers(-127, 128, (outer, kernel, kernel, inner)).astype(np.int8), scale=scale, axis=0)
    tensor(built, "int8", 1, size, size, inner)
    built.const(RANDOM.integers(-99, 99, outer).astype(np.int32), scale=scale * SCALE)
    return finish(built, "int8", "TRANSPOSE_CONV", (1, size * stride, size * stride, outer), scale=1.0, version=3,
                  stride_w=stride, stride_h=stride)


def work(name, args):
    """Multiplications of products, else elements of the largest operand or result."""
    if name in ("CONV_2D", "TRANSPOSE_CONV"):
        size, inner, outer, kernel, stride = (*args, 1)[:5]
        out = -(-size // stride) if name == "CONV_2D" else size
        return out * out * inner * outer * kernel * kernel
    if name == "DEPTHWISE_CONV_2D":
        size, channels, kernel, stride = (*args, 1)[:4]
        return (-(-size // stride)) ** 2 * channels * kernel * kernel
    if name == "FULLY_CONNECTED":
        return int(np.prod(args))
    if name == "BATCH_MATMUL":
        return int(np.prod(args[0])) * (args[1][-2] if len(args) > 2 and args[2] else args[1][-1])
    if name in ("AVERAGE_POOL_2D", "MAX_POOL_2D"):
        return args[0] ** 2 * args[1]
    if "RESIZE" in name:
        return args[2] ** 2 * args[1]
    shapes = [a for a in args if isinstance(a, tuple)] or [args]
    return max(int(np.prod(s)) for s in shapes)


OPERATORS = {
    "QUANTIZE/DEQUANTIZE": (conversion, [BIG, ROWS]),
    **{n: unary(n) for n in ("LOGISTIC", "TANH", "SOFTMAX", "RSQRT", "SQRT", "EXP", "LOG", "ABS", "NEG", "GELU", "ELU",
                             "HARD_SWISH", "LEAKY_RELU", "RELU", "RELU6", "LOG_SOFTMAX", "L2_NORMALIZATION")},
    **{n: binary(n) for n in ("ADD", "SUB", "MUL", "DIV", "MAXIMUM", "MINIMUM", "SQUARED_DIFFERENCE")},
    "PRELU": (prelu, [BIG]),
    **{n: reduction(n) for n in ("MEAN", "SUM", "REDUCE_MAX")},
    "TRANSPOSE": moved("TRANSPOSE", transpose, [((64, 4, 24), (1, 0, 2)), (BIG, (0, 3, 1, 2)), ((64, 384), (1, 0))]),
    "RESHAPE": moved("RESHAPE", reshape, [(BIG, (784, 96))]),
    "SLICE": moved("SLICE", cut, [(BIG, (1, 28, 28, 48))]),
    "STRIDED_SLICE": moved("STRIDED_SLICE", strided, [(BIG, (1, 28, 28, 48))]),
    "PAD": moved("PAD", pad, [(BIG, [(0, 0), (1, 1), (1, 1), (0, 0)])]),
    "GATHER": moved("GATHER", gather, [((1000, 64), 32)]),
    "TILE": moved("TILE", tile, [((28, 96), (28, 1))]),
    "CONCATENATION": (concatenation, [BIG]),
    **{n: pool(n) for n in ("AVERAGE_POOL_2D", "MAX_POOL_2D")},
    **{n: resize(n) for n in ("RESIZE_BILINEAR", "RESIZE_NEAREST_NEIGHBOR")},
    "BATCH_MATMUL": (matmul, [((4, 64, 24), (4, 24, 64)), ((4, 64, 24), (4, 64, 24), True), ((12, 128, 32), (12, 32, 128)),
                              ((1, 196, 64), (1, 64, 196))]),
    "CONV_2D": (conv, hybrid_speed.SHAPES["CONV_2D"][1]),
    "DEPTHWISE_CONV_2D": (depthwise, hybrid_speed.SHAPES["DEPTHWISE_CONV_2D"][1]),
    "FULLY_CONNECTED": (dense, hybrid_speed.SHAPES["FULLY_CONNECTED"][1]),
    "TRANSPOSE_CONV": (transposed, hybrid_speed.SHAPES["TRANSPOSE_CONV"][1]),
}


def main(names):
    nothing = min(seconds(OPERATORS["RESHAPE"][0]("float", (1, 4), (4,))) for _ in range(3))
    print(f"an invocation of nothing: {nothing * 1e6:.2f} µs")
    print(f"{'operator':24} {'shape':44} {'float':>9} {'int8':>9} {'int8/float':>11}")
    for name, (make, shapes) in OPERATORS.items():
        if names and name not in names:
            continue
        for shape in shapes:
            found = {}
            for form in ("float", "int8"):
                try:
                    found[form] = max(0, seconds(make(form, *shape)) - nothing) * 1e9 / work(name, shape)
                except Exception as error:
                    found[form] = float("nan")
                    print(f"{name} {shape} {form}: {str(error)[:160]}")
            print(f"{name:24} {str(shape):44} {found['float']:9.4f} {found['int8']:9.4f} "
                  f"{found['int8'] / max(found['float'], 1e-9):11.2f}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
