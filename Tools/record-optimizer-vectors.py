#!/usr/bin/env python3
"""Records what LiteRT decodes, for OptimizerTests; run from the package folder.

NAME.tflite holds a constant behind DENSIFY or DEQUANTIZE whose result is the model's output; NAME.bin is that output
as the reference kernels computed it. decoded.txt tells the same of fixtures as tensor, bytes and CRC-32.
"""
import pathlib
import zlib

import numpy as np
from ai_edge_litert import interpreter as litert
from ai_edge_litert import schema_py_generated as schema

from make_fixtures_built import B, T, Graph
from oracle import writer

ROOT = pathlib.Path(__file__).resolve().parent.parent
FOLDER = ROOT / "Tests" / "OptimizerTests" / "Vectors"
VECTORS = {np.uint8: (3, schema.Uint8VectorT), np.uint16: (2, schema.Uint16VectorT), np.int32: (1, schema.Int32VectorT)}


def run(raw, tensor=None):
    interpreter = litert.Interpreter(
        model_content=raw, experimental_op_resolver_type=litert.OpResolverType.BUILTIN_REF,
        experimental_preserve_all_tensors=True)
    interpreter.allocate_tensors()
    for detail in interpreter.get_input_details():
        interpreter.set_tensor(detail["index"], np.zeros(detail["shape"], detail["dtype"]))
    interpreter.invoke()
    return interpreter.get_tensor(interpreter.get_output_details()[0]["index"] if tensor is None else tensor)


def encoded(values, order, blocks, compressed, width=np.int32):
    """(SparsityParametersT, stored values). `blocks` lists (axis, size); `compressed` the levels in CSR."""
    rank = values.ndim
    sizes = list(values.shape)
    split = []
    for axis, size in blocks:
        sizes[axis] //= size
        split.append(size)
    # Axes of the expanded tensor: outer ones, then blocks.
    shape, permutation = [], []
    for axis in range(rank):
        permutation.append(len(shape))
        shape.append(sizes[axis])
        for number, (blocked, size) in enumerate(blocks):
            if blocked == axis:
                permutation.append(None)
                shape.append(size)
    places, outer = {}, 0
    for axis in range(rank):
        places[axis] = outer
        outer += 1
        for number, (blocked, size) in enumerate(blocks):
            if blocked == axis:
                places[rank + number] = outer
                outer += 1
    expanded = values.reshape(shape).transpose([places[d] for d in order])
    parameters = schema.SparsityParametersT()
    parameters.traversalOrder = np.array(order, np.int32)
    parameters.blockMap = np.array([axis for axis, _ in blocks], np.int32)
    parameters.dimMetadata = []
    positions = [()]
    for level, size in enumerate(expanded.shape):
        entry = schema.DimensionMetadataT()
        if level not in compressed:
            entry.format, entry.denseSize = schema.DimensionType.DENSE, size
            positions = [p + (i,) for p in positions for i in range(size)]
        else:
            entry.format = schema.DimensionType.SPARSE_CSR
            kept, segments, indices = [], [0], []
            for p in positions:
                for i in range(size):
                    if np.any(expanded[p + (i,)] != 0):
                        kept.append(p + (i,))
                        indices.append(i)
                segments.append(len(indices))
            positions = kept
            kind, table = VECTORS[width]
            entry.arraySegmentsType, entry.arraySegments = kind, table()
            entry.arraySegments.values = np.array(segments).astype(width)
            entry.arrayIndicesType, entry.arrayIndices = kind, table()
            entry.arrayIndices.values = np.array(indices).astype(width)
        parameters.dimMetadata.append(entry)
    return parameters, np.array([expanded[p] for p in positions], values.dtype)


def densified(values, order, blocks, compressed, width=np.int32):
    graph = Graph("densify")
    parameters, stored = encoded(values, order, blocks, compressed, width)
    index = graph.constant("sparse", stored)
    graph.main.tensors[index].shape = np.array(values.shape, np.int32)
    graph.main.tensors[index].sparsity = parameters
    kind = graph.main.tensors[index].type
    if kind == T.INT8:
        quantize(graph.main.tensors[index], [0.5], [0], 0)
    dense = graph.tensor("dense", values.shape, kind)
    graph.main.tensors[dense].quantization = graph.main.tensors[index].quantization
    graph.main.outputs = [graph.operator(B.DENSIFY, 1, [index], [dense], schema.DensifyOptionsT())]
    return graph


def quantize(tensor, scales, zeros, axis):
    tensor.quantization = schema.QuantizationParametersT()
    tensor.quantization.scale = np.array(scales, np.float32)
    tensor.quantization.zeroPoint = np.array(zeros, np.int64)
    tensor.quantization.quantizedDimension = axis


def dequantized(values, kind=None, scales=None, zeros=None, axis=0):
    graph = Graph("dequantize")
    index = graph.tensor("stored", values.shape, kind or {2: T.FLOAT16}.get(values.dtype.itemsize, T.INT8))
    graph.main.tensors[index].buffer = writer.buffer_with(graph.tree, values.tobytes())
    if scales is not None:
        quantize(graph.main.tensors[index], scales, zeros, axis)
    wide = graph.tensor("wide", values.shape)
    version = 5 if scales is not None and len(scales) > 1 else 3
    graph.main.outputs = [graph.operator(B.DEQUANTIZE, version, [index], [wide], schema.DequantizeOptionsT())]
    return graph


def cases():
    random = np.random.default_rng(51)

    def zeros_in(shape, share, kind=np.float32):
        values = random.integers(-99, 100, shape) if kind == np.int8 else random.normal(0, 1, shape)
        return (values * (random.random(shape) < share)).astype(kind)

    example = np.zeros((2, 8), np.float32)
    example[0, 4:] = 1, 2, 0, 4
    yield "worked_example", densified(example, [0, 1, 2], [(1, 4)], [1], np.uint8)
    yield "rows", densified(zeros_in((9, 17), 0.3), [0, 1], [], [1], np.uint8)
    yield "columns", densified(zeros_in((9, 17), 0.3), [1, 0], [], [1], np.uint16)
    yield "both_levels", densified(zeros_in((6, 10), 0.1), [0, 1], [], [0, 1])
    yield "blocks", densified(np.repeat(zeros_in((4, 3), 0.4), 4, 1) + 0, [0, 1, 2], [(1, 4)], [1], np.uint8)
    yield "square_blocks", densified(
        np.kron(zeros_in((3, 4), 0.4), np.array([[1, 2], [3, 4]], np.float32)).astype(np.float32),
        [0, 1, 2, 3], [(0, 2), (1, 2)], [1])
    yield "rank_4", densified(zeros_in((3, 2, 2, 5), 0.3), [0, 1, 2, 3], [], [3], np.uint16)
    yield "rank_4_permuted", densified(zeros_in((3, 2, 4, 5), 0.2), [2, 0, 3, 1], [], [1, 3])
    yield "halves", densified(zeros_in((5, 12), 0.3, np.float16), [0, 1], [], [1], np.uint8)
    yield "bytes", densified(zeros_in((5, 32), 0.3, np.int8), [0, 1, 2], [(1, 16)], [1], np.uint8)
    yield "nothing", densified(np.zeros((4, 4), np.float32), [0, 1], [], [1])
    yield "wide_halves", dequantized(
        np.concatenate([np.arange(0, 65536, 97), [0x7C00, 0xFC00, 1, 0x3FF, 0x8001]]).astype(np.uint16).view(np.float16))
    signed = np.arange(-128, 128, 1).astype(np.int8)
    yield "wide_int8", dequantized(signed, T.INT8, [0.0371], [-7])
    yield "wide_uint8", dequantized(signed.view(np.uint8), T.UINT8, [0.0123], [131])
    yield "wide_int16", dequantized(random.integers(-32768, 32768, 300).astype(np.int16), T.INT16, [3.1e-5], [0])
    per = signed.reshape(4, 4, 16)
    for axis, count in ((0, 4), (1, 4), (2, 16)):
        yield f"wide_axis_{axis}", dequantized(
            per, T.INT8, random.uniform(0.001, 0.1, count).astype(np.float32), np.zeros(count, np.int64), axis)


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, graph in cases():
        raw = writer.packed(graph.tree)
        (FOLDER / f"{name}.tflite").write_bytes(raw)
        (FOLDER / f"{name}.bin").write_bytes(run(raw).tobytes())
    lines = []
    for name in ("sparse_densify", "sparse_float16", "digits_cnn_float16"):
        raw = (ROOT / "Fixtures" / "Models" / f"{name}.tflite").read_bytes()
        tree = schema.ModelT.InitFromPackedBuf(raw, 0)
        for operator in tree.subgraphs[0].operators:
            code = tree.operatorCodes[operator.opcodeIndex]
            if max(code.builtinCode, code.deprecatedBuiltinCode) not in (B.DENSIFY, B.DEQUANTIZE):
                continue
            values = run(raw, operator.outputs[0]).tobytes()
            lines.append(f"{name} {operator.outputs[0]} {len(values)} {zlib.crc32(values):08x}")
    (FOLDER / "decoded.txt").write_text("\n".join(lines) + "\n")


main()
