"""Large float32 models for measurements: a convolutional one of 50 MB, a dense one of 400 MB."""

import pathlib

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from . import writer

B, T = schema.BuiltinOperator, schema.TensorType


class _Builder:
    """A chain of layers in one subgraph; weights are seeded and normal."""

    def __init__(self, shape):
        self.random = np.random.default_rng(50)
        self.tree, self.main = schema.ModelT(), schema.SubGraphT()
        self.tree.version, self.tree.description = 3, "measurement"
        self.tree.buffers, self.tree.operatorCodes = [schema.BufferT()], []
        self.tree.subgraphs = [self.main]
        self.main.tensors, self.main.operators = [], []
        self.last = self.tensor("input", shape)
        self.shape = list(shape)

    def tensor(self, name, shape, kind=T.FLOAT32):
        tensor = schema.TensorT()
        tensor.name, tensor.type, tensor.hasRank = name, kind, True
        tensor.shape = np.array(shape, np.int32)
        self.main.tensors.append(tensor)
        return len(self.main.tensors) - 1

    def weight(self, name, shape, fan):
        index = self.tensor(name, shape)
        values = self.random.standard_normal(int(np.prod(shape)), np.float32) * np.float32((2 / fan) ** 0.5)
        self.main.tensors[index].buffer = writer.buffer_with(self.tree, values.tobytes())
        return index

    def layer(self, code, options, weight_shape, fan, channels, shape):
        codes = [c.builtinCode for c in self.tree.operatorCodes]
        if code not in codes:
            entry = schema.OperatorCodeT()
            entry.builtinCode = entry.deprecatedBuiltinCode = code
            self.tree.operatorCodes.append(entry)
            codes.append(code)
        name = f"layer{len(self.main.operators)}"
        operator = schema.OperatorT()
        operator.opcodeIndex = codes.index(code)
        inputs = [self.last]
        if weight_shape:
            bias = self.tensor(f"{name}/bias", [channels])
            self.main.tensors[bias].buffer = writer.buffer_with(self.tree, np.zeros(channels, np.float32).tobytes())
            inputs += [self.weight(f"{name}/weight", weight_shape, fan), bias]
        self.last = self.tensor(name, shape)
        operator.inputs, operator.outputs = np.array(inputs, np.int32), np.array([self.last], np.int32)
        operator.builtinOptions = options
        operator.builtinOptionsType = getattr(schema.BuiltinOptions, type(options).__name__[:-1])
        self.main.operators.append(operator)
        self.shape = list(shape)

    def convolution(self, channels, kernel=1, depthwise=False):
        options = schema.DepthwiseConv2DOptionsT() if depthwise else schema.Conv2DOptionsT()
        options.strideW = options.strideH = options.dilationWFactor = options.dilationHFactor = 1
        options.fusedActivationFunction = schema.ActivationFunctionType.RELU
        depth = self.shape[3]
        if depthwise:
            options.depthMultiplier = 1
            self.layer(B.DEPTHWISE_CONV_2D, options, [1, kernel, kernel, depth], kernel ** 2, depth, self.shape)
        else:
            self.layer(B.CONV_2D, options, [channels, kernel, kernel, depth], kernel ** 2 * depth, channels,
                       self.shape[:3] + [channels])

    def dense(self, units):
        self.layer(B.FULLY_CONNECTED, schema.FullyConnectedOptionsT(), [units, self.shape[-1]], self.shape[-1],
                   units, [1, units])

    def reshape(self, shape):
        options = schema.ReshapeOptionsT()
        options.newShape = np.array(shape, np.int32)
        self.layer(B.RESHAPE, options, None, 0, 0, shape)

    def bytes(self):
        self.main.inputs, self.main.outputs = np.array([0], np.int32), np.array([self.last], np.int32)
        signature = schema.SignatureDefT()
        signature.signatureKey, signature.subgraphIndex = "serving_default", 0
        for side, name, index in (("inputs", "input", 0), ("outputs", "output", self.last)):
            pair = schema.TensorMapT()
            pair.name, pair.tensorIndex = name, index
            setattr(signature, side, [pair])
        self.tree.signatureDefs = [signature]
        return writer.packed(self.tree)


def convolutional():
    """About 80 layers, 50 MB: 3×3 stem, depthwise and pointwise pairs, dense head."""
    model = _Builder([1, 8, 8, 16])
    model.convolution(128, 3)
    for stage, width in enumerate((128, 256, 384, 512, 640)):
        for _ in range(7 if stage else 10):
            model.convolution(0, 3, depthwise=True)
            model.convolution(width)
    model.convolution(576, 3)
    model.reshape([1, 8 * 8 * 576])
    model.dense(64)
    model.dense(1000)
    return model.bytes()


def dense():
    """Four dense layers of 5000×5000, 400 MB."""
    model = _Builder([1, 5000])
    for _ in range(4):
        model.dense(5000)
    return model.bytes()


def make(path, megabytes):
    """Writes the model of about that size."""
    path = pathlib.Path(path)
    part = path.with_suffix(".part")
    part.write_bytes({50: convolutional, 400: dense}[megabytes]())
    part.replace(path)
