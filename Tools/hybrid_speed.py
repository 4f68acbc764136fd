"""How long operators take with float weights, with int8 weights that the kernel reads, and with int8 weights behind
DEQUANTIZE, on LiteRT's default path.

    .build-oracle/bin/python Tools/hybrid_speed.py [OPERATOR ...]

A line for each operator and shape: the least of many runs with one thread, in microseconds, and the ratio of the hybrid
kernel to float.
"""

import sys
import time

import numpy as np
from ai_edge_litert.interpreter import Interpreter

from vectors.case import case

RANDOM = np.random.default_rng(7)
SECONDS = 0.25


def seconds(built):
    interpreter = Interpreter(model_content=built.model(built.shapes), num_threads=1)
    interpreter.allocate_tensors()
    for detail, value in zip(interpreter.get_input_details(), built.feeds):
        interpreter.set_tensor(detail["index"], value)
    for _ in range(3):
        interpreter.invoke()
    best, end = np.inf, time.perf_counter() + SECONDS
    while time.perf_counter() < end:
        start = time.perf_counter()
        interpreter.invoke()
        best = min(best, time.perf_counter() - start)
    return best


def weight(built, form, axis, *shape):
    """Leaves the weight of a form on the list of operands."""
    values = RANDOM.integers(-127, 128, shape).astype(np.int8)
    channels = 1 if axis is None else shape[axis]
    scale = RANDOM.uniform(0.004, 0.01, channels).astype(np.float32)
    if form == "float":
        return built.const(values.astype(np.float32) * 0.01)
    built.const(values, scale=scale, axis=axis or 0)
    if form == "decoded":
        taken, built.operands = built.operands[:-1], built.operands[-1:]
        built.op("DEQUANTIZE", out="float32", version=2)
        built.known[built.operands[-1]] = list(shape)
        built.operands = taken + built.operands
    return built


def normal(*shape):
    return RANDOM.standard_normal(shape).astype(np.float32)


def start(name):
    built = case(name)
    built.known = {}
    return built


def end(built, name, shape, **options):
    built.op(name, out="float32", **options)
    built.known[len(built.tensors) - 1] = list(shape)
    built.shapes = [built.known]
    return built


def conv(form, size, inner, outer, kernel, stride=1):
    built = weight(start("conv").input(normal(1, size, size, inner)), form, 0, outer, kernel, kernel, inner)
    built.const(normal(outer))
    out = -(-size // stride)
    return end(built, "CONV_2D", (1, out, out, outer), version=5 if form == "int8" else 1, stride_w=stride,
               stride_h=stride)


def depthwise(form, size, channels, kernel, stride=1):
    built = weight(start("depthwise").input(normal(1, size, size, channels)), form, 3, 1, kernel, kernel, channels)
    built.const(normal(channels))
    out = -(-size // stride)
    return end(built, "DEPTHWISE_CONV_2D", (1, out, out, channels), version=6 if form == "int8" else 1,
               stride_w=stride, stride_h=stride, depth_multiplier=1)


def dense(form, rows, inner, outer):
    built = weight(start("dense").input(normal(rows, inner)), form, 0, outer, inner).const(normal(outer))
    more = dict(version=12, asymmetric_quantize_inputs=True) if form == "int8" else dict(version=1)
    return end(built, "FULLY_CONNECTED", (rows, outer), **more)


def transposed(form, size, inner, outer, kernel, stride):
    built = start("transposed").ints(1, size * stride, size * stride, outer)
    weight(built, form, 0, outer, kernel, kernel, inner).input(normal(1, size, size, inner)).const(normal(outer))
    return end(built, "TRANSPOSE_CONV", (1, size * stride, size * stride, outer), version=3, stride_w=stride,
               stride_h=stride)


def product(form, rows, inner, outer):
    built = weight(start("product").input(normal(1, rows, inner)), form, None, 1, inner, outer)
    more = dict(version=4, asymmetric_quantize_inputs=True) if form == "int8" else dict(version=1)
    return end(built, "BATCH_MATMUL", (1, rows, outer), **more)


def recurrent(form, steps, inner, units):
    built = start("recurrent").input(normal(1, steps, inner))
    weight(built, form, None, units, inner)
    weight(built, form, None, units, units)
    built.const(normal(units)).variable(1, units)
    more = dict(version=3, asymmetric_quantize_inputs=True) if form == "int8" else dict(version=1)
    return end(built, "UNIDIRECTIONAL_SEQUENCE_RNN", (1, steps, units), fused="TANH", **more)


def lstm(form, steps, inner, units):
    built = start("lstm").input(normal(1, steps, inner))
    for columns in (inner, units):
        for _ in range(4):
            weight(built, form, None, units, columns)
    built.none(3)
    for _ in range(4):
        built.const(normal(units))
    built.none(2).variable(1, units).variable(1, units).none(4)
    more = dict(version=3, asymmetric_quantize_inputs=True) if form == "int8" else dict(version=1)
    return end(built, "UNIDIRECTIONAL_SEQUENCE_LSTM", (1, steps, units), fused="TANH", **more)


def memory(form, inner, units, size):
    built = start("memory").input(normal(1, inner))
    weight(built, form, None, units, inner)
    weight(built, form, None, units, size)
    built.const(normal(units)).variable(1, units * size)
    more = dict(version=4, asymmetric_quantize_inputs=True) if form == "int8" else dict(version=1)
    return end(built, "SVDF", (1, units), rank=1, **more)


def lookup(form, rows, table, width):
    built = start("lookup").input(RANDOM.integers(0, table, rows).astype(np.int32))
    weight(built, form, 0 if form != "float" else None, table, width)
    return end(built, "EMBEDDING_LOOKUP", (rows, width), version=3 if form == "int8" else 1)


def cube(form, size, inner, outer, kernel):
    built = weight(start("cube").input(normal(1, size, size, size, inner)), form, 4, kernel, kernel, kernel, inner, outer)
    built.const(normal(outer))
    return end(built, "CONV_3D", (1, size, size, size, outer))


SHAPES = {
    "CONV_2D": (conv, [(14, 64, 64, 1), (56, 32, 64, 1), (7, 256, 256, 1), (28, 32, 32, 3), (14, 128, 128, 3),
                       (112, 3, 32, 3, 2), (1, 512, 512, 1), (64, 4, 4, 3), (56, 8, 16, 5)]),
    "DEPTHWISE_CONV_2D": (depthwise, [(56, 32, 3), (14, 128, 3), (7, 512, 3), (28, 64, 5), (56, 64, 3, 2), (7, 960, 7)]),
    "FULLY_CONNECTED": (dense, [(1, 64, 64), (1, 1024, 1024), (1, 4096, 256), (16, 256, 256), (128, 512, 512),
                                (512, 64, 64), (4, 2048, 16)]),
    "TRANSPOSE_CONV": (transposed, [(8, 64, 32, 4, 2), (8, 64, 32, 2, 2), (16, 32, 16, 3, 2), (32, 16, 8, 4, 2),
                                    (4, 256, 128, 4, 2), (28, 64, 32, 3, 1), (64, 8, 1, 9, 4), (1, 128, 64, 7, 1)]),
    "BATCH_MATMUL": (product, [(1, 256, 256), (16, 256, 256), (128, 512, 512), (128, 64, 64), (64, 64, 1024)]),
    "UNIDIRECTIONAL_SEQUENCE_RNN": (recurrent, [(16, 64, 64), (64, 128, 256), (1, 256, 512)]),
    "UNIDIRECTIONAL_SEQUENCE_LSTM": (lstm, [(16, 64, 64), (64, 128, 256), (1, 256, 512), (100, 16, 32)]),
    "SVDF": (memory, [(128, 128, 8), (512, 256, 10), (64, 64, 32)]),
    "EMBEDDING_LOOKUP": (lookup, [(16, 1000, 64), (128, 5000, 256)]),
    "CONV_3D": (cube, [(8, 16, 16, 3)]),
}


def main(names):
    print(f"{'operator':30} {'shape':28} {'float':>9} {'hybrid':>9} {'decoded':>9} {'hybrid/float':>13} {'decoded/float':>13}")
    for name, (make, shapes) in SHAPES.items():
        if names and name not in names:
            continue
        for shape in shapes:
            found = {}
            for form in ("float", "int8", "decoded"):
                try:
                    found[form] = seconds(make(form, *shape)) * 1e6
                except Exception as error:
                    found[form] = float("nan")
                    print(f"{name} {shape} {form}: {str(error)[:120]}")
            base = found["float"]
            print(f"{name:30} {str(shape):28} {base:9.1f} {found['int8']:9.1f} {found['decoded']:9.1f} "
                  f"{found['int8'] / base:13.2f} {found['decoded'] / base:13.2f}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
