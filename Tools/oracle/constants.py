"""Constants as operators see them: direct, or behind DEQUANTIZE and DENSIFY."""

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from . import files

UNPACK = {schema.TensorType.INT4: 4, schema.TensorType.INT2: 2}


class Constant:
    """What an operand holds: the stored tensor, and the operators and tensors it passes through."""

    def __init__(self, model, subgraph, index, through, chain=()):
        self.model, self.subgraph, self.index, self.through = model, subgraph, index, through
        self.chain = [*chain, index]
        self.tensor = model.tree.subgraphs[subgraph].tensors[index]
        self.type = self.tensor.type
        self.shape = files.indices(self.tensor.shape)
        self.raw = model.data(self.tensor.buffer)

    @property
    def name(self):
        return files.text(self.tensor.name)

    @property
    def elements(self):
        return int(np.prod(self.shape, dtype=np.int64))

    def scales(self):
        quantization = self.tensor.quantization
        if quantization is None or quantization.scale is None:
            return np.zeros(0, np.float32)
        return np.asarray(quantization.scale, np.float32)

    def zero_points(self):
        quantization = self.tensor.quantization
        if quantization is None or quantization.zeroPoint is None:
            return np.zeros(0, np.int64)
        return np.asarray(quantization.zeroPoint, np.int64)

    def stored(self):
        """The stored numbers in dense order, None if the type or the size is not understood."""
        if self.type not in files.TYPES:
            return None
        values = np.frombuffer(self.raw, files.TYPES[self.type],
                               count=len(self.raw) // np.dtype(files.TYPES[self.type]).itemsize)
        if self.tensor.sparsity is not None:
            values = dense(values, self.shape, self.tensor.sparsity)
        if values is None or values.size < self.elements:
            return None
        return values[:self.elements].reshape(self.shape)

    def floats(self):
        """The float32 values an operator gets, None for constants that are not floats."""
        values = self.stored()
        if values is None:
            return None
        if self.type in (schema.TensorType.FLOAT32, schema.TensorType.FLOAT16):
            return values.astype(np.float32)
        scales = self.scales()
        if self.type != schema.TensorType.INT8 or not scales.size:
            return None
        zeros = self.zero_points() if self.zero_points().size else np.zeros(1, np.int64)
        values = values.astype(np.float64)
        return ((values - along(zeros, self)) * along(scales, self)).astype(np.float32)


def along(vector, constant):
    """A per-channel vector shaped so that it broadcasts over the constant."""
    if vector.size == 1 or not constant.shape:
        return vector.reshape(-1)[0]
    shape = [1] * len(constant.shape)
    shape[constant.tensor.quantization.quantizedDimension] = vector.size
    return vector.reshape(shape)


def dense(values, shape, sparsity):
    """Sparse values in traversal order → the flat dense array (TFLite's format, see its schema)."""
    order = files.indices(sparsity.traversalOrder)
    block_map = files.indices(sparsity.blockMap)
    rank = len(shape)
    levels = sparsity.dimMetadata
    blocks = {}  # original dimension → block size
    for position, dimension in enumerate(order):
        if dimension >= rank:
            blocks[block_map[dimension - rank]] = levels[position].denseSize
    positions = np.zeros((1, 0), np.int64)  # one row per stored position, one column per level
    for level in levels:
        if level.format == schema.DimensionType.DENSE:
            count = level.denseSize
            positions = np.hstack([np.repeat(positions, count, 0),
                                   np.tile(np.arange(count), len(positions))[:, None]])
        else:
            segments = np.asarray(level.arraySegments.values, np.int64)
            coordinates = np.asarray(level.arrayIndices.values, np.int64)
            positions = np.hstack([np.repeat(positions, np.diff(segments), 0),
                                   coordinates[:segments[-1], None]])
    place = np.zeros((len(positions), rank), np.int64)
    for column, dimension in enumerate(order):
        if dimension < rank:
            place[:, dimension] += positions[:, column] * blocks.get(dimension, 1)
        else:
            place[:, block_map[dimension - rank]] += positions[:, column]
    if len(values) < len(positions):
        return None
    result = np.zeros(shape, values.dtype)
    result[tuple(place.T)] = values[:len(positions)]
    return result.reshape(-1)


def operator_list(model, subgraph):
    """Operators but DEQUANTIZE and DENSIFY, which come and go with the encoding of constants."""
    passing = (schema.BuiltinOperator.DEQUANTIZE, schema.BuiltinOperator.DENSIFY)
    return [o for o in model.tree.subgraphs[subgraph].operators or [] if model.code(o) not in passing]


def producers(model, subgraph):
    """Tensor index → the DEQUANTIZE or DENSIFY that makes it."""
    passing = {schema.BuiltinOperator.DEQUANTIZE: "DEQUANTIZE", schema.BuiltinOperator.DENSIFY: "DENSIFY"}
    return {int(operator.outputs[0]): (passing[model.code(operator)], int(operator.inputs[0]))
            for operator in model.tree.subgraphs[subgraph].operators or []
            if model.code(operator) in passing}


def constant(model, subgraph, index, made_by):
    """The Constant that arrives at tensor `index`, or None."""
    tensors = model.tree.subgraphs[subgraph].tensors
    through, chain = [], []
    while True:
        if not 0 <= index < len(tensors):
            return None
        if tensors[index].buffer and model.data(tensors[index].buffer) is not None:
            if tensors[index].isVariable:
                return None
            return Constant(model, subgraph, index, through, chain)
        if index not in made_by or len(through) > 4:
            return None
        chain.append(index)
        name, index = made_by[index]
        through.append(name)


# Weight operands of dynamic range quantization: operator → operand indices.
SEQUENCE = list(range(1, 12)) + [16]
WEIGHTS = {
    "CONV_2D": [1], "DEPTHWISE_CONV_2D": [1], "FULLY_CONNECTED": [1], "BATCH_MATMUL": [1],
    "TRANSPOSE_CONV": [1], "GATHER": [0], "EMBEDDING_LOOKUP": [1],
    "LSTM": SEQUENCE, "UNIDIRECTIONAL_SEQUENCE_LSTM": SEQUENCE,
    "BIDIRECTIONAL_SEQUENCE_LSTM": SEQUENCE + list(range(18, 29)) + [33] + list(range(40, 48)),
    "UNIDIRECTIONAL_SEQUENCE_RNN": [1, 2], "RNN": [1, 2], "SVDF": [1, 2],
}
MINIMUM_ELEMENTS = 1024


def weight_operands(model):
    """(subgraph, operator position, operand, Constant) of every eligible float weight, each once."""
    seen, result = set(), []
    for subgraph in range(len(model.tree.subgraphs)):
        made_by = producers(model, subgraph)
        for position, operator in enumerate(operator_list(model, subgraph)):
            operands = files.indices(operator.inputs)
            for slot in WEIGHTS.get(model.kind(operator), []):
                if slot >= len(operands):
                    continue
                found = constant(model, subgraph, operands[slot], made_by)
                if (found is None or found.elements < MINIMUM_ELEMENTS or found.type not in
                        (schema.TensorType.FLOAT32, schema.TensorType.FLOAT16)):
                    continue
                if (subgraph, found.index) not in seen:
                    seen.add((subgraph, found.index))
                    result.append((subgraph, position, slot, found))
    return result
