"""Fixtures written tensor by tensor with the official schema's object API."""

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from oracle import writer

B, T = schema.BuiltinOperator, schema.TensorType
NUMPY = {np.dtype(np.float32): T.FLOAT32, np.dtype(np.float16): T.FLOAT16, np.dtype(np.int32): T.INT32,
         np.dtype(np.int8): T.INT8}


class Graph:
    """One main subgraph under construction."""

    def __init__(self, description):
        self.tree = schema.ModelT()
        self.tree.version, self.tree.description = 3, description
        self.tree.buffers, self.tree.operatorCodes = [schema.BufferT()], []
        self.main = schema.SubGraphT()
        self.main.name = "main"
        self.main.tensors, self.main.operators, self.main.inputs, self.main.outputs = [], [], [], []
        self.tree.subgraphs = [self.main]

    def tensor(self, name, shape, kind=T.FLOAT32):
        tensor = schema.TensorT()
        tensor.name, tensor.type, tensor.hasRank = name, kind, True
        tensor.shape = np.array(shape, np.int32)
        self.main.tensors.append(tensor)
        return len(self.main.tensors) - 1

    def input(self, name, shape, kind=T.FLOAT32):
        self.main.inputs.append(self.tensor(name, shape, kind))
        return self.main.inputs[-1]

    def constant(self, name, values):
        index = self.tensor(name, values.shape, NUMPY[values.dtype])
        self.main.tensors[index].buffer = writer.buffer_with(self.tree, values.tobytes())
        return index

    def operator(self, code, version, inputs, outputs, options=None):
        key = (code, version)
        codes = [(c.builtinCode, c.version) for c in self.tree.operatorCodes]
        if key not in codes:
            entry = schema.OperatorCodeT()
            entry.builtinCode, entry.deprecatedBuiltinCode, entry.version = code, min(code, 127), version
            self.tree.operatorCodes.append(entry)
            codes.append(key)
        operator = schema.OperatorT()
        operator.opcodeIndex = codes.index(key)
        operator.inputs, operator.outputs = np.array(inputs, np.int32), np.array(outputs, np.int32)
        if options is not None:
            operator.builtinOptions = options
            operator.builtinOptionsType = getattr(schema.BuiltinOptions, type(options).__name__[:-1])
        self.main.operators.append(operator)
        return outputs[0]

    def dense(self, x, weight, bias, out, activation=schema.ActivationFunctionType.NONE):
        options = schema.FullyConnectedOptionsT()
        options.fusedActivationFunction = activation
        return self.operator(B.FULLY_CONNECTED, 1, [x, weight, bias], [out], options)

    def metadata(self, name, content):
        entry = schema.MetadataT()
        entry.name, entry.buffer = name, writer.buffer_with(self.tree, content)
        self.tree.metadata = (self.tree.metadata or []) + [entry]

    def signature(self, key="serving_default"):
        entry = schema.SignatureDefT()
        entry.signatureKey, entry.subgraphIndex = key, 0
        for side in ("inputs", "outputs"):
            maps = []
            for index in getattr(self.main, side):
                pair = schema.TensorMapT()
                pair.name, pair.tensorIndex = self.main.tensors[index].name, index
                maps.append(pair)
            setattr(entry, side, maps)
        self.tree.signatureDefs = [entry]

    def write(self, path, runtime="1.5.0"):
        self.metadata("min_runtime_version", runtime.encode().ljust(16, b"\0"))
        path.write_bytes(writer.packed(self.tree))


def csr(values):
    """(SparsityParametersT, stored values) of a matrix: dimension 0 dense, the rest compressed rows."""
    flat = values.reshape(-1, values.shape[-1])
    rows = [np.flatnonzero(row) for row in flat]
    sparsity = schema.SparsityParametersT()
    sparsity.traversalOrder = np.arange(values.ndim, dtype=np.int32)
    sparsity.blockMap = np.zeros(0, np.int32)
    sparsity.dimMetadata = []
    for size in values.shape[:-1]:
        level = schema.DimensionMetadataT()
        level.format, level.denseSize = schema.DimensionType.DENSE, size
        sparsity.dimMetadata.append(level)
    level = schema.DimensionMetadataT()
    level.format = schema.DimensionType.SPARSE_CSR
    level.arraySegmentsType = schema.SparseIndexVector.Uint16Vector
    level.arraySegments = schema.Uint16VectorT()
    level.arraySegments.values = np.cumsum([0] + [len(r) for r in rows]).astype(np.uint16)
    level.arrayIndicesType = schema.SparseIndexVector.Uint8Vector
    level.arrayIndices = schema.Uint8VectorT()
    level.arrayIndices.values = np.concatenate(rows).astype(np.uint8)
    sparsity.dimMetadata.append(level)
    return sparsity, np.concatenate([row[kept] for row, kept in zip(flat, rows)])


def sparse(half):
    """Two layers whose weights are 80 % zeros, stored sparse behind DENSIFY (and DEQUANTIZE)."""
    random = np.random.default_rng(31)
    kind = np.float16 if half else np.float32
    graph = Graph("sparse weights")
    x = graph.input("features", [1, 4, 4, 64])
    weight = random.normal(0, 0.2, (48, 1, 1, 64)).astype(kind) * (random.random((48, 1, 1, 64)) < 0.2)
    dense_weight = random.normal(0, 0.1, (20, 768)).astype(np.float32)
    parameters, stored = csr(weight.astype(kind))
    index = graph.constant("conv/sparse", stored)
    graph.main.tensors[index].shape = np.array(weight.shape, np.int32)
    graph.main.tensors[index].sparsity = parameters
    filter_ = graph.tensor("conv/dense", weight.shape, NUMPY[np.dtype(kind)])
    graph.operator(B.DENSIFY, 1, [index], [filter_], schema.DensifyOptionsT())
    if half:
        wide = graph.tensor("conv/filter", weight.shape)
        filter_ = graph.operator(B.DEQUANTIZE, 3, [filter_], [wide], schema.DequantizeOptionsT())
    bias = graph.constant("conv/bias", random.normal(0, 0.1, 48).astype(np.float32))
    options = schema.Conv2DOptionsT()
    options.strideW = options.strideH = options.dilationWFactor = options.dilationHFactor = 1
    options.fusedActivationFunction = schema.ActivationFunctionType.RELU
    conv = graph.operator(B.CONV_2D, 1, [x, filter_, bias], [graph.tensor("conv", [1, 4, 4, 48])], options)
    shape = graph.constant("flat/shape", np.array([1, 768], np.int32))
    flat = graph.operator(B.RESHAPE, 1, [conv, shape], [graph.tensor("flat", [1, 768])],
                          schema.ReshapeOptionsT())
    weight = graph.constant("dense/weight", dense_weight)
    bias = graph.constant("dense/bias", random.normal(0, 0.1, 20).astype(np.float32))
    graph.main.outputs = [graph.dense(flat, weight, bias, graph.tensor("scores", [1, 20]))]
    graph.signature()
    return graph


def tables():
    """EMBEDDING_LOOKUP and GATHER from two float tables, joined by a dense layer."""
    random = np.random.default_rng(32)
    graph = Graph("two tables")
    ids = graph.input("ids", [6], T.INT32)
    words = graph.constant("words", random.normal(0, 1, (50, 32)).astype(np.float32))
    places = graph.constant("places", random.normal(0, 1, (60, 32)).astype(np.float32))
    looked = graph.operator(B.EMBEDDING_LOOKUP, 1, [ids, words], [graph.tensor("looked", [6, 32])])
    gathered = graph.operator(B.GATHER, 1, [places, ids], [graph.tensor("gathered", [6, 32])],
                              schema.GatherOptionsT())
    total = graph.operator(B.ADD, 1, [looked, gathered], [graph.tensor("sum", [6, 32])], schema.AddOptionsT())
    weight = graph.constant("weight", random.normal(0, 0.2, (40, 32)).astype(np.float32))
    bias = graph.constant("bias", random.normal(0, 0.2, 40).astype(np.float32))
    graph.main.outputs = [graph.dense(total, weight, bias, graph.tensor("vectors", [6, 40])), gathered]
    graph.signature()
    return graph


def extremes():
    """Weights that float16 and int8 have trouble with."""
    random = np.random.default_rng(33)
    graph = Graph("extreme weights")
    x = graph.input("x", [1, 48])
    values = random.normal(0, 0.5, (40, 48)).astype(np.float32)
    values[0] *= 1e6                     # beyond 65504
    values[1] = 0                        # a channel without any weight
    values[2] *= np.float32(1e-39)       # subnormal float32
    values[3] *= np.float32(1e-6)        # subnormal float16
    values[4] = 0
    values[4, 7] = -3.0                  # a single weight
    values[5, 0] = -0.0
    offsets = random.normal(0, 0.1, 40).astype(np.float32)
    offsets[6], offsets[1] = 3e8, 1.0    # a huge bias, and one on the empty channel
    weight, bias = graph.constant("weight", values), graph.constant("bias", offsets)
    hidden = graph.dense(x, weight, bias, graph.tensor("hidden", [1, 40]))
    second = graph.constant("second/weight", random.normal(0, 1e-3, (32, 40)).astype(np.float32))
    zero = graph.constant("second/bias", np.zeros(32, np.float32))
    graph.main.outputs = [hidden, graph.dense(hidden, second, zero, graph.tensor("y", [1, 32]))]
    graph.signature()
    return graph


def sequence_lstm(kernel, recurrent, bias, dense_kernel, dense_bias):
    """The fused operator with the weights of a trained Keras layer (gates: input, forget, cell, output)."""
    units = recurrent.shape[0]
    steps, features = 16, kernel.shape[0]
    graph = Graph("fused LSTM")
    x = graph.input("rows", [1, steps, features])
    gates = [(name, slice(i * units, (i + 1) * units)) for i, name in enumerate(("input", "forget", "cell", "output"))]
    inputs = [graph.constant(f"{n}/weight", np.ascontiguousarray(kernel[:, s].T)) for n, s in gates]
    loops = [graph.constant(f"{n}/recurrent", np.ascontiguousarray(recurrent[:, s].T)) for n, s in gates]
    biases = [graph.constant(f"{n}/bias", bias[s].copy()) for n, s in gates]
    states = [graph.tensor(name, [1, units]) for name in ("output_state", "cell_state")]
    for state in states:
        graph.main.tensors[state].isVariable = True
    options = schema.UnidirectionalSequenceLSTMOptionsT()
    options.fusedActivationFunction, options.cellClip = schema.ActivationFunctionType.TANH, 10.0
    sequence = graph.operator(
        B.UNIDIRECTIONAL_SEQUENCE_LSTM, 1, [x, *inputs, *loops, -1, -1, -1, *biases, -1, -1, *states] + [-1] * 4,
        [graph.tensor("sequence", [1, steps, units])], options)
    begin = graph.constant("last/begin", np.array([0, steps - 1, 0], np.int32))
    size = graph.constant("last/size", np.array([1, 1, units], np.int32))
    last = graph.operator(B.SLICE, 1, [sequence, begin, size], [graph.tensor("last", [1, 1, units])],
                          schema.SliceOptionsT())
    shape = graph.constant("flat/shape", np.array([1, units], np.int32))
    flat = graph.operator(B.RESHAPE, 1, [last, shape], [graph.tensor("flat", [1, units])],
                          schema.ReshapeOptionsT())
    weight = graph.constant("classes/weight", np.ascontiguousarray(dense_kernel.T))
    scores = graph.dense(flat, weight, graph.constant("classes/bias", dense_bias), graph.tensor("scores", [1, 10]))
    softmax = schema.SoftmaxOptionsT()
    softmax.beta = 1.0
    graph.main.outputs = [graph.operator(B.SOFTMAX, 1, [scores], [graph.tensor("classes", [1, 10])], softmax)]
    graph.signature()
    return graph


def blockwise():
    """An int4 dense layer with BlockwiseQuantization: float16 scales in a tensor of their own."""
    random = np.random.default_rng(34)
    graph = Graph("blockwise int4")
    x = graph.input("x", [1, 64])
    weight = graph.tensor("weight", [16, 64], T.INT4)
    tensor = graph.main.tensors[weight]
    tensor.buffer = writer.buffer_with(graph.tree, random.integers(0, 256, 512, np.uint8).tobytes())
    scales = graph.constant("weight/scales", random.uniform(0.01, 0.05, (16, 2)).astype(np.float16))
    details = schema.BlockwiseQuantizationT()
    details.scales, details.zeroPoints, details.blockSize = scales, -1, 32
    tensor.quantization = schema.QuantizationParametersT()
    tensor.quantization.detailsType = schema.QuantizationDetails.BlockwiseQuantization
    tensor.quantization.details = details
    out = graph.tensor("y", [1, 16])
    options = schema.FullyConnectedOptionsT()
    graph.main.outputs = [graph.operator(B.FULLY_CONNECTED, 13, [x, weight, -1], [out], options)]
    graph.signature()
    return graph


def make(folder):
    sparse(False).write(folder / "sparse_densify.tflite", "2.2.0")
    sparse(True).write(folder / "sparse_float16.tflite", "2.2.0")
    tables().write(folder / "embedding_gather.tflite", "1.13.0")
    extremes().write(folder / "huge_values.tflite")
    blockwise().write(folder / "blockwise.tflite", "2.18.0")
