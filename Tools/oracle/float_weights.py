"""A float model with the values that a quantized file's constants stand for."""

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from . import constants, files, writer

INTEGERS = (schema.TensorType.INT8, schema.TensorType.INT32, schema.TensorType.INT64)


def made(original, quantized):
    """(bytes of the model, how many constants were taken over), matched by their names."""
    old, new = files.Model(original), files.Model(quantized)
    taken = 0
    for number, subgraph in enumerate(old.tree.subgraphs):
        known = {files.text(t.name): i for i, t in enumerate(new.tree.subgraphs[number].tensors)
                 if t.type in INTEGERS and new.data(t.buffer)}
        for tensor in subgraph.tensors:
            place = known.get(files.text(tensor.name))
            if place is None or tensor.type != schema.TensorType.FLOAT32 or not old.data(tensor.buffer):
                continue
            constant = constants.Constant(new, number, place, [])
            values = constant.stored()
            scales = constant.scales().astype(np.float64)
            if values is None or not scales.size:
                continue
            if scales.size > 1:
                shape = [1] * values.ndim
                shape[constant.tensor.quantization.quantizedDimension] = -1
                scales = scales.reshape(shape)
            tensor.buffer = writer.buffer_with(old.tree, (values * scales).astype(np.float32).tobytes())
            taken += 1
    return writer.packed(old.tree), taken
