"""Operators between number formats: quantized, half, sparse, complex, bits."""

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from .case import case
from .catalog import vectors
from .values import EXTREME, LEVELS, integers, normal, random, uniform


@vectors("QUANTIZE")
def quantize(name):
    for kind, zero in (("int8", -5), ("uint8", 121), ("int16", 0)):
        scale = 0.0125 if kind != "int16" else 1 / 4096
        yield case(kind).input(normal(2, 3, 17)).op(name, out=dict(kind=kind, scale=scale, zero=zero))
        yield case(f"{kind}-special-values").input(EXTREME[~np.isnan(EXTREME)]).op(
            name, out=dict(kind=kind, scale=scale, zero=zero))
        ties = (np.arange(-9, 10) + 0.5).astype(np.float32) / 4
        yield case(f"{kind}-ties").input(ties).op(name, out=dict(kind=kind, scale=0.25, zero=zero))
    yield case("per-channel").input(normal(2, 3, 4, 5)).op(
        name, version=3, out=dict(kind="int8", scale=uniform(0.01, 0.05, 5), axis=3))
    yield case("per-channel-first").input(normal(4, 3)).op(
        name, version=3, out=dict(kind="int8", scale=uniform(0.01, 0.05, 4), axis=0))
    pairs = [("int8", "int8"), ("int8", "uint8"), ("uint8", "int8"), ("uint8", "uint8"), ("int16", "int16"),
             ("int16", "int8"), ("int8", "int16"), ("int16", "int32"), ("int32", "int16"), ("int32", "int8")]
    for one, two in pairs:
        low, high = LEVELS.get(one, (-3000, 3000))
        zeros = [0 if k in ("int16", "int32") else 3 if k == "int8" else 131 for k in (one, two)]
        values = integers(low, high, 40, kind=one)
        yield case(f"{one}-to-{two}").input(values, scale=0.02, zero=zeros[0]).op(
            name, version=2, out=dict(kind=two, scale=0.031, zero=zeros[1]))
    yield case("int8-to-uint8-same-scale").input(integers(-128, 127, 40, kind=np.int8), scale=0.02, zero=-3).op(
        name, out=dict(kind="uint8", scale=0.02, zero=125))


@vectors("DEQUANTIZE")
def dequantize(name):
    for kind, zero in (("int8", -5), ("uint8", 121), ("int16", 0)):
        low, high = LEVELS[kind]
        values = np.concatenate([[low, high], integers(low, high, 30)]).astype(kind)
        yield case(kind).input(values, scale=0.0125, zero=zero).op(name, version=2, out="float32")
    halves = np.array([0, -0.0, 1, 65504, -65504, 6e-8, 6.1e-5, np.inf, -np.inf, np.nan, 0.1], np.float16)
    yield case("float16").const(halves[:7]).op(name, version=3, out="float32").input(normal(7)).op("ADD", out="float32")
    yield case("float16-input").input(halves.reshape(11, 1)).op(name, version=3, out="float32")
    for label, axis in (("first", 0), ("last", 3), ("middle", 1)):
        values, scales = integers(-127, 127, 3, 2, 2, 5, kind=np.int8), uniform(0.01, 0.05, (3, 2, 2, 5)[axis])
        yield case(f"per-channel-{label}").input(values, scale=scales, axis=axis).op(name, version=5, out="float32")
    yield case("rank-0").input(np.int8(7), scale=0.5, zero=1).op(name, out="float32")
    yield case("empty").input(np.zeros((0, 3), np.int8), scale=0.5).op(name, out="float32")
    packed = integers(0, 255, 8, kind=np.uint8)
    yield case("int4").const(packed, "int4", (3, 5), scale=0.1).op(name, version=6, out="float32").input(
        normal(3, 5)).op("ADD", out="float32")
    yield case("int4-per-channel").const(packed, "int4", (3, 5), scale=uniform(0.01, 0.05, 3)).op(
        name, version=6, out="float32").input(normal(3, 5)).op("ADD", out="float32")


@vectors("FAKE_QUANT")
def fake_quant(name):
    for label, options in [("8-bits", dict(min=-1.0, max=2.0, num_bits=8)),
                           ("4-bits", dict(min=-3.0, max=3.0, num_bits=4)),
                           ("16-bits", dict(min=-1.5, max=0.75, num_bits=16)),
                           ("positive", dict(min=0.0, max=6.0, num_bits=8)),
                           ("negative", dict(min=-4.0, max=0.0, num_bits=8))]:
        yield case(label).input(normal(3, 17, scale=2)).op(name, **options)


CAST = ("float32", "int32", "int64", "bool", "uint8", "int8", "int16", "uint16", "uint32", "float16", "float64",
        "complex64")


@vectors("CAST")
def cast(name):
    for one in CAST:
        for two in CAST:
            signed = one not in ("bool", "uint8", "uint16", "uint32") and two not in ("uint8", "uint16", "uint32")
            values = integers(-100 if signed else 0, 100, 2, 7)
            values[0, 0] = 0
            if one in ("float32", "float64", "float16", "complex64"):
                values = values + integers(0, 3, 2, 7) / np.array(4) * np.sign(values)
            yield case(f"{one}-to-{two}").input(values.astype(one), double=True).op(
                name, version=9, out=two, in_data_type=one, out_data_type=two)
    yield case("bfloat16").input(np.concatenate([normal(9), EXTREME])).op(
        name, version=9, out="bfloat16", in_data_type="float32", out_data_type="bfloat16").op(
        name, version=9, out="float32", in_data_type="bfloat16", out_data_type="float32")
    yield case("halves").input(EXTREME[~np.isnan(EXTREME)]).op(
        name, version=9, out="float16", in_data_type="float32", out_data_type="float16")
    yield case("special-values-to-bool").input(EXTREME).op(
        name, out="bool", in_data_type="float32", out_data_type="bool")
    yield case("large-int64").input(np.array([2**40 + 3, -2**53 - 1, 2**62, 7], np.int64)).op(
        name, out="float32", in_data_type="int64", out_data_type="float32")
    yield case("rank-0").input(np.float32(-3.75)).op(name, out="int32", in_data_type="float32", out_data_type="int32")
    yield case("int4").const(integers(0, 255, 8, kind=np.uint8), "int4", (3, 5)).op(
        name, version=6, out="float32", in_data_type="int4", out_data_type="float32").input(normal(3, 5)).op(
        "ADD", out="float32")


@vectors("BITCAST")
def bitcast(name):
    for label, values, kind in [("float-to-int32", EXTREME, "int32"),
                                ("int32-to-float", integers(0, 2**30, 2, 3), "float32"),
                                ("int32-to-uint8", integers(-9999, 9999, 2, 3), "uint8"),
                                ("uint8-to-int32", integers(0, 255, 3, 2, 4, kind=np.uint8), "int32"),
                                ("int64-to-int16", integers(-2**40, 2**40, 3, kind=np.int64), "int16"),
                                ("float-to-uint32", normal(2, 3), "uint32"),
                                ("int8-to-uint8", integers(-9, 9, 7, kind=np.int8), "uint8"),
                                ("uint16-to-uint32", integers(0, 9999, 3, 2, kind=np.uint16), "uint32"),
                                ("scalar", np.float32(1.5), "uint8")]:
        yield case(label).input(values).op(name, out=kind)


def sparse(values, order, formats, blocks=()):
    """(SparsityParametersT, stored values); `blocks`: (dimension, size) of each block dimension."""
    rank, sizes = values.ndim, dict(blocks)
    shape, axes = [], []
    for axis, size in enumerate(values.shape):
        shape += [size // sizes.get(axis, 1)] + ([sizes[axis]] if axis in sizes else [])
    places = np.cumsum([0] + [2 if a in sizes else 1 for a in range(rank)])
    axes = [places[o] if o < rank else places[blocks[o - rank][0]] + 1 for o in order]
    dense = values.reshape(shape).transpose(axes)
    parameters = schema.SparsityParametersT()
    parameters.traversalOrder = np.array(order, np.int32)
    parameters.blockMap = np.array([b[0] for b in blocks], np.int32)
    parameters.dimMetadata, parents = [], [()]
    for level, kind in enumerate(formats):
        entry = schema.DimensionMetadataT()
        parameters.dimMetadata.append(entry)
        if kind == "dense":
            entry.format, entry.denseSize = schema.DimensionType.DENSE, dense.shape[level]
            parents = [p + (i,) for p in parents for i in range(dense.shape[level])]
            continue
        kept = [[p + (i,) for i in range(dense.shape[level]) if dense[p + (i,)].any()] for p in parents]
        parents = [p for group in kept for p in group]
        entry.format = schema.DimensionType.SPARSE_CSR
        entry.arraySegmentsType, entry.arraySegments = index_vector(np.cumsum([0] + [len(g) for g in kept]))
        entry.arrayIndicesType, entry.arrayIndices = index_vector(np.array([p[-1] for p in parents]))
    return parameters, np.array([dense[p] for p in parents], values.dtype)


def index_vector(numbers):
    name, kind = ("Uint8Vector", np.uint8) if numbers.max(initial=0) < 256 else ("Uint16Vector", np.uint16)
    vector = getattr(schema, name + "T")()
    vector.values = numbers.astype(kind)
    return getattr(schema.SparseIndexVector, name), vector


@vectors("DENSIFY")
def densify(name):
    def densified(label, shape, order, formats, blocks=(), kind=np.float32):
        values = normal(*shape)
        keep = random().random(shape) < 0.25
        if blocks:
            keep[...] = False
            keep[:2, 4:8] = keep[-2:, :4] = True
        values = np.round(values * 20 * keep).astype(kind)
        parameters, stored = sparse(values, order, formats, blocks)
        built = case(label).const(stored, shape=shape, sparsity=parameters, scale=0.5 if kind == np.int8 else None)
        built.op(name, out=dict(kind=np.dtype(kind).name, scale=0.5 if kind == np.int8 else None))
        if kind != np.float32:
            built.op("DEQUANTIZE", version=3, out="float32")
        return built.input(normal(*shape)).op("ADD", out="float32")

    rows = ["dense", "csr"]
    yield densified("matrix", (5, 17), [0, 1], rows)
    yield densified("matrix-columns-first", (5, 7), [1, 0], rows)
    yield densified("rank-4", (8, 1, 1, 12), [0, 1, 2, 3], ["dense", "dense", "dense", "csr"])
    yield densified("rank-4-filter", (4, 3, 3, 5), [0, 1, 2, 3], ["dense", "dense", "dense", "csr"])
    yield densified("blocks-1x4", (4, 16), [0, 1, 2], ["dense", "csr", "dense"], ((1, 4),))
    yield densified("blocks-2x4", (4, 16), [0, 1, 2, 3], ["dense", "csr", "dense", "dense"], ((0, 2), (1, 4)))
    yield densified("float16", (5, 9), [0, 1], rows, kind=np.float16)
    yield densified("int8", (5, 9), [0, 1], rows, kind=np.int8)
    yield densified("many", (20, 40), [0, 1], rows)


@vectors("REAL", "IMAG", "COMPLEX_ABS")
def parts(name):
    for label, shape in [("rank-2", (3, 5)), ("vector", (9,)), ("rank-0", ()), ("rank-4", (2, 3, 2, 2))]:
        yield case(label).input((normal(*shape) + 1j * normal(*shape)).astype(np.complex64)).op(name, out="float32")
    yield case("complex128").input(normal(4) + 1j * normal(4).astype(np.float64)).op(name, out="float64")
    strange = np.array([complex(np.inf, 1), complex(-0.0, 0.0), complex(3e38, 3e38), complex(0, -2)], np.complex64)
    yield case("special-values").input(strange).op(name, out="float32")


@vectors("RFFT2D")
def rfft2d(name):
    for label, shape, lengths in [("square", (8, 8), [8, 8]), ("rows", (1, 16), [1, 16]), ("batch", (3, 4, 8), [4, 8]),
                                  ("padded", (3, 5), [4, 8]), ("cropped", (9, 20), [8, 16]),
                                  ("rank-4", (2, 2, 4, 4), [4, 4]),
                                  ("columns", (8, 2), [8, 2]), ("long", (1, 256), [1, 256]),
                                  ("smallest", (2, 2), [2, 2])]:
        yield case(label).input(normal(*shape)).ints(*lengths).op(name, out="complex64")
    yield case("lengths-as-input").input(normal(4, 8)).input(np.array([4, 8], np.int32)).op(
        name, out="complex64", dynamic=True).run(normal(4, 8), [2, 4])
