"""Tiny files that are wrong in one way each, with a table of what is wrong."""

import io
import struct
import zipfile

import numpy as np
from ai_edge_litert import schema_py_generated as schema

import make_fixtures_malformed_containers
from bundles import bundle
from make_fixtures_built import B, T, Graph, csr
from make_fixtures_malformed_wire import small, wire_faults
from oracle import writer


def tree_faults():
    def made(change, graph=None):
        graph = graph or small()
        change(graph.tree, graph.main)
        return writer.packed(graph.tree)

    def setter(of, name, value):
        return lambda tree, main: setattr(of(tree, main), name, value)

    def weight(tree, main):
        return main.tensors[1]

    def scaled(count, axis):
        def change(tree, main):
            weight(tree, main).type = T.INT8
            tree.buffers[1].data = np.zeros(12, np.uint8)
            parameters = schema.QuantizationParametersT()
            parameters.scale, parameters.zeroPoint = np.ones(count, np.float32), np.zeros(count, np.int64)
            parameters.quantizedDimension = axis
            weight(tree, main).quantization = parameters
        return change

    def blocks(size, scales=None):
        """The weight in blocks; without `scales`, whose shape it is, they are in tensor 99."""
        def change(tree, main):
            weight(tree, main).type = T.INT4
            tree.buffers[1].data = np.zeros(6, np.uint8)
            details = schema.BlockwiseQuantizationT()
            details.scales, details.zeroPoints, details.blockSize = 99, -1, size
            if scales:
                held = schema.TensorT()
                held.name, held.type, held.shape, held.hasRank = "scales", T.FLOAT16, ints(*scales), True
                held.buffer = writer.buffer_with(tree, np.ones(scales, np.float16).tobytes())
                main.tensors.append(held)
                details.scales = len(main.tensors) - 1
            parameters = schema.QuantizationParametersT()
            parameters.detailsType = schema.QuantizationDetails.BlockwiseQuantization
            parameters.details = details
            weight(tree, main).quantization = parameters
        return change

    def loop(tree, main):
        entry = schema.OperatorCodeT()
        entry.builtinCode = entry.deprecatedBuiltinCode = B.WHILE
        tree.operatorCodes.append(entry)
        main.operators[1].opcodeIndex = len(tree.operatorCodes) - 1
        options = schema.WhileOptionsT()
        options.condSubgraphIndex, options.bodySubgraphIndex = 7, 8
        main.operators[1].builtinOptionsType = schema.BuiltinOptions.WhileOptions
        main.operators[1].builtinOptions = options

    ints = lambda *values: np.array(values, np.int32)  # noqa: E731
    first = lambda t, m: m.operators[0]  # noqa: E731
    yield "buffer_index.tflite", "tensor 1 names buffer 99", made(setter(weight, "buffer", 99))
    yield "opcode_index.tflite", "operator 0 names operator code 9", made(setter(first, "opcodeIndex", 9))
    yield "operator_input.tflite", "operator 0 reads tensor 77", made(setter(first, "inputs", ints(0, 77, 2)))
    yield "operator_input_negative.tflite", "operator 0 reads tensor −2", made(
        setter(first, "inputs", ints(0, -2, 2)))
    yield "operator_output.tflite", "operator 0 writes tensor 77", made(setter(first, "outputs", ints(77)))
    yield "graph_input.tflite", "the graph's input is tensor 55", made(
        setter(lambda t, m: m, "inputs", ints(55)))
    yield "graph_output.tflite", "the graph's output is tensor −1", made(
        setter(lambda t, m: m, "outputs", ints(-1)))
    yield "signature_tensor.tflite", "the signature's input is tensor 44", made(
        setter(lambda t, m: t.signatureDefs[0].inputs[0], "tensorIndex", 44))
    yield "signature_subgraph.tflite", "the signature is of subgraph 3", made(
        setter(lambda t, m: t.signatureDefs[0], "subgraphIndex", 3))
    yield "metadata_buffer.tflite", "metadata names buffer 88", made(
        setter(lambda t, m: t.metadata[0], "buffer", 88))
    yield "while_subgraph.tflite", "WHILE runs subgraphs 7 and 8 of 1", made(loop)
    yield "no_subgraphs.tflite", "no subgraph", made(setter(lambda t, m: t, "subgraphs", None))
    yield "data_too_small.tflite", "weight 3×4 of float32 with 20 bytes", made(
        setter(lambda t, m: t.buffers[1], "data", np.zeros(20, np.uint8)))
    yield "shape_overflow.tflite", "weight shape 2147483647×2147483647×2147483647", made(
        setter(weight, "shape", ints(*[2**31 - 1] * 3)))
    yield "negative_dimension.tflite", "weight shape 3×−4", made(setter(weight, "shape", ints(3, -4)))
    yield "operator_order.tflite", "RELU comes before the operator that makes its input", made(
        lambda t, m: m.operators.reverse())
    yield "scale_count.tflite", "2 scales for 3 channels", made(scaled(2, 0))
    yield "quantized_dimension.tflite", "quantized dimension 5 of a matrix", made(scaled(3, 5))
    yield "zero_point_count.tflite", "3 scales, 1 zero point", made(lambda t, m: (
        scaled(3, 0)(t, m), setattr(weight(t, m).quantization, "zeroPoint", np.zeros(1, np.int64))))
    yield "block_scales.tflite", "the scales of blocks are tensor 99", made(blocks(4))
    yield "block_size.tflite", "blocks of 0 elements", made(blocks(0, (3, 1)))
    yield "block_count.tflite", "3 scales for 6 blocks", made(blocks(2, (3, 1)))
    for name, meaning, change in sparse_faults():
        yield name, meaning, made(change, sparse_graph())


def sparse_graph():
    graph = Graph("sparse")
    x = graph.input("x", [1, 8])
    values = np.zeros((4, 8), np.float32)
    values[0, 1], values[2, 5], values[3, 7] = 1, 2, 3
    parameters, stored = csr(values)
    index = graph.constant("sparse", stored)
    graph.main.tensors[index].shape = np.array([4, 8], np.int32)
    graph.main.tensors[index].sparsity = parameters
    dense = graph.tensor("dense", [4, 8])
    graph.operator(B.DENSIFY, 1, [index], [dense], schema.DensifyOptionsT())
    graph.main.outputs = [graph.dense(x, dense, -1, graph.tensor("y", [1, 4]))]
    graph.signature()
    return graph


def sparse_faults():
    def level(tree, number):
        return tree.subgraphs[0].tensors[1].sparsity.dimMetadata[number]

    def segments(*values):
        return lambda t, m: setattr(level(t, 1).arraySegments, "values", np.array(values, np.uint16))

    yield "sparse_segments_order.tflite", "sparse segments go down", segments(0, 3, 1, 2, 3)
    yield "sparse_segments_end.tflite", "the last sparse segment is beyond the indices", segments(0, 1, 1, 2, 900)
    yield "sparse_segments_count.tflite", "3 sparse segments for 4 rows", segments(0, 1, 3)
    yield "sparse_index.tflite", "sparse index 200 in a row of 8", lambda t, m: setattr(
        level(t, 1).arrayIndices, "values", np.array([1, 5, 200], np.uint8))
    yield "sparse_no_indices.tflite", "compressed dimension without indices", lambda t, m: (
        setattr(level(t, 1), "arrayIndices", None), setattr(level(t, 1), "arrayIndicesType", 0))
    yield "sparse_huge.tflite", "sparse tensor of 4×268435456: 4 GB when decoded", lambda t, m: [
        setattr(tensor, "shape", np.array([4, 2**28], np.int32)) for tensor in m.tensors[1:3]]
    yield "sparse_dense_size.tflite", "dense size 2147483647 of a dimension of 4", lambda t, m: setattr(
        level(t, 0), "denseSize", 2**31 - 1)
    yield "sparse_traversal.tflite", "traversal order 0, 0", lambda t, m: setattr(
        m.tensors[1].sparsity, "traversalOrder", np.array([0, 0], np.int32))
    yield "sparse_block_map.tflite", "block map names dimension 9", lambda t, m: setattr(
        m.tensors[1].sparsity, "blockMap", np.array([9], np.int32))
    yield "sparse_data.tflite", "2 stored values for 3 sparse positions", lambda t, m: setattr(
        t.buffers[1], "data", np.zeros(8, np.uint8))


def containers():
    base = writer.packed(small().tree)
    yield "bundle.task", "a MediaPipe bundle with a model that is cut off", bundle({
        "hand_detector.tflite": base[:64], "labels.txt": b"left\nright\n"})
    yield "header.litertlm", "the header of a LiteRT-LM container", (
        b"LITERTLM" + struct.pack("<IIII", 1, 7, 0, 0) + struct.pack("<Q", 64) + bytes(24) + bytes(32))
    stream = io.BytesIO(base)
    with zipfile.ZipFile(stream, "a") as archive:
        archive.writestr(zipfile.ZipInfo("labels.txt", (2020, 2, 2, 2, 2, 2)), "a\nb\n")
    raw = stream.getvalue()
    end = raw.rfind(b"PK\x05\x06")
    yield "zip_offset.tflite", "ZIP tail: the directory's offset is beyond the end", (
        raw[:end + 16] + struct.pack("<I", 0x7FFFFFFF) + raw[end + 20:])
    entry = raw.rfind(b"PK\x01\x02")
    yield "zip_entry_offset.tflite", "ZIP tail: an entry's offset is outside the tail", (
        raw[:entry + 42] + struct.pack("<I", 0x00FFFFFF) + raw[entry + 46:])
    yield "zip_truncated.tflite", "ZIP tail without its last 30 bytes", raw[:-30]


def make(output):
    folder = output / "Malformed"
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    for group in (wire_faults(), tree_faults(), containers(), make_fixtures_malformed_containers.faults()):
        for name, meaning, content in group:
            (folder / name).write_bytes(content)
            rows.append(f"| {name} | {meaning} |")
    heading = "# Malformed files\n\nEach is wrong in one way. Made by `Tools/make-fixtures.py`.\n\n"
    (folder / "README.md").write_text(heading + "| file | what is wrong |\n|---|---|\n" + "\n".join(rows) + "\n")
