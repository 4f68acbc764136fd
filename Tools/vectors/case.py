"""One model under construction together with what is fed to it: `case("name").input(x).const(w).op("ADD")`.

Every call that makes a tensor puts it on a list of operands; `op` takes all of them and leaves its outputs there. What
is on the list at the end is the model's output. Shapes of computed tensors are found by running the model once.
"""

import re

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from oracle import writer

B, T = schema.BuiltinOperator, schema.TensorType
TYPES = {"float32": T.FLOAT32, "float16": T.FLOAT16, "int32": T.INT32, "uint8": T.UINT8, "int64": T.INT64,
         "bool": T.BOOL, "int16": T.INT16, "complex64": T.COMPLEX64, "int8": T.INT8, "float64": T.FLOAT64,
         "complex128": T.COMPLEX128, "uint64": T.UINT64, "uint32": T.UINT32, "uint16": T.UINT16, "string": T.STRING,
         "resource": T.RESOURCE, "int4": T.INT4, "int2": T.INT2, "bfloat16": T.BFLOAT16}
TABLES = {"AVERAGE_POOL_2D": "Pool2D", "MAX_POOL_2D": "Pool2D", "L2_POOL_2D": "Pool2D", "MEAN": "Reducer",
          "SUM": "Reducer", "REDUCE_MAX": "Reducer", "REDUCE_MIN": "Reducer", "REDUCE_PROD": "Reducer",
          "REDUCE_ANY": "Reducer", "REDUCE_ALL": "Reducer", "MAXIMUM": "MaximumMinimum", "MINIMUM": "MaximumMinimum",
          "UNIDIRECTIONAL_SEQUENCE_RNN": "SequenceRNN", "L2_NORMALIZATION": "L2Norm", "CONV_3D_TRANSPOSE": "Conv3D"}
OPTIONS = {n[:-8].lower(): n[:-1] for n in dir(schema) if n.endswith("OptionsT")}
ENUMS = {"padding": schema.Padding, "fusedActivationFunction": schema.ActivationFunctionType,
         "mode": schema.MirrorPadMode, "reduceFunction": schema.ReduceWindowFunction,
         "algorithm": schema.RngAlgorithm,"kernelType": schema.LSTMKernelType}


def type_of(array):
    return "string" if array.dtype.kind in "SUO" else array.dtype.name


def string_bytes(array):
    """TFLite's string tensor: count, count + 1 offsets from the start of the buffer, bytes."""
    items = [bytes(i) for i in array.reshape(-1)]
    ends = np.cumsum([4 * (len(items) + 2)] + [len(i) for i in items])
    return np.array([len(items), *ends], np.int32).tobytes() + b"".join(items)


class Graph:
    """One subgraph under construction."""

    def __init__(self):
        self.tensors, self.operators, self.inputs, self.outputs = [], [], [], None
        self.operands, self.labels = [], {}

    def tensor(self, kind, shape=None, data=None, scale=None, zero=0, axis=0, sparsity=None, signature=None,
               variable=False, dynamic=False, blocks=None):
        """`blocks`: the index of the tensor with their scales, and their size."""
        self.tensors.append(dict(type=kind, shape=shape, data=data, scale=scale, zero=zero, axis=axis, blocks=blocks,
                                 sparsity=sparsity, signature=signature, variable=variable, dynamic=dynamic))
        self.operands.append(len(self.tensors) - 1)
        return self

    def parameter(self, kind, *shape, **more):
        """An input of a subgraph other than the first."""
        self.inputs.append(len(self.tensors))
        return self.tensor(kind, list(shape), **more)

    def const(self, values, kind=None, shape=None, **more):
        """A constant; `kind` and `shape` tell what `values` hold when they are packed or sparse."""
        values = np.asarray(values)
        if values.dtype == np.float64:
            values = values.astype(np.float32)
        raw = string_bytes(values) if type_of(values) == "string" else np.ascontiguousarray(values).tobytes()
        return self.tensor(kind or type_of(values), list(values.shape if shape is None else shape), raw, **more)

    def ints(self, *values, kind=np.int32):
        return self.const(np.array(values, kind))

    def none(self, count=1):
        self.operands += [-1] * count
        return self

    def variable(self, *shape, kind="float32", **more):
        return self.tensor(kind, list(shape), variable=True, **more)

    def label(self, name):
        self.labels[name] = self.operands[-1]
        return self

    def use(self, *names):
        self.operands += [self.labels[n] for n in names]
        return self

    def drop(self, count=1):
        """Leaves the last operands out of what follows."""
        del self.operands[len(self.operands) - count:]
        return self

    def op(self, name, out=None, version=None, custom=None, attributes=None, intermediates=(), **options):
        """`out`: type of the output, or a list of types or of keywords for `tensor`; that of operand 0 if not given.

        `intermediates`: keywords for `tensor`."""
        taken, self.operands = self.operands, []
        for one in intermediates:
            self.tensor(**{"shape": [], **one})
        inner, self.operands = self.operands, []
        if out is None:
            out = self.tensors[taken[0]]["type"]
        for one in out if isinstance(out, list) else [out]:
            one = one if isinstance(one, dict) else {"kind": np.dtype(one).name if isinstance(one, type) else one}
            if options.get("dynamic"):
                one = {**one, "dynamic": True}
            self.tensor(**one)
        options.pop("dynamic", None)
        self.operators.append((name, version or (2 if name == "BROADCAST_TO" else 1), taken, list(self.operands),
                               options, custom, attributes, inner))
        return self

    def output(self, *names):
        """The outputs, if they are not simply the last operator's."""
        self.outputs = [self.labels[n] for n in names] if names else list(self.operands)
        return self

    def result(self):
        return self.operands if self.outputs is None else self.outputs


class Case(Graph):
    """A model, its inputs, and how often it runs."""

    def __init__(self, name):
        super().__init__()
        self.name, self.feeds, self.subgraphs, self.later, self.kernels = name, [], [], [], "reference"

    def input(self, values, declared=None, signature=None, **more):
        values = np.asarray(values)
        values = values.astype(np.float32) if values.dtype == np.float64 and not more.get("double") else values
        more.pop("double", None)
        self.feeds.append(values)
        return self.parameter(type_of(values), *(declared or values.shape), signature=signature, **more)

    def run(self, *values):
        """One more invocation; without values with the same inputs."""
        self.later.append([np.asarray(v, f.dtype) for v, f in zip(values, self.feeds, strict=True)]
                          if values else self.feeds)
        return self

    def subgraph(self, graph):
        """Subgraphs are numbered from 1."""
        self.subgraphs.append(graph)
        return self

    def with_optimized(self):
        """Asks for the optimized kernels, where the reference ones lack the operator or are wrong."""
        self.kernels = "optimized"
        return self

    def with_delegate(self):
        """Asks for XNNPACK, which alone has MediaPipe's operators."""
        self.kernels = "XNNPACK"
        return self

    def model(self, shapes=None):
        """The file's bytes; `shapes` of the computed tensors of each subgraph, if known."""
        tree = schema.ModelT()
        tree.version, tree.description = 3, self.name
        tree.buffers, tree.operatorCodes = [schema.BufferT()], []
        graphs = [self, *self.subgraphs]
        if any(t["signature"] for t in self.tensors):
            for tensor in self.tensors:
                tensor["dynamic"] = tensor["shape"] is None
        tree.subgraphs = [packed_graph(tree, g, s) for g, s in zip(graphs, shapes or [{}] * len(graphs), strict=True)]
        return writer.packed(tree)


def packed_graph(tree, graph, shapes):
    packed = schema.SubGraphT()
    packed.tensors = [packed_tensor(tree, i, t, shapes) for i, t in enumerate(graph.tensors)]
    packed.inputs, packed.outputs = (np.array(x, np.int32) for x in (graph.inputs, graph.result()))
    packed.operators = [packed_operator(tree, o) for o in graph.operators]
    return packed


def packed_tensor(tree, index, facts, shapes):
    tensor = schema.TensorT()
    tensor.name, tensor.type, tensor.hasRank = f"t{index}", TYPES[facts["type"]], True
    shape = facts["shape"]
    if shape is None:
        shape = shapes.get(index, [])
        if facts["dynamic"]:
            tensor.shapeSignature, shape = np.full(len(shape), -1, np.int32), [1] * len(shape)
    tensor.shape, tensor.isVariable = np.array(shape, np.int32), facts["variable"]
    if facts["signature"] is not None:
        tensor.shapeSignature = np.array(facts["signature"], np.int32)
    if facts["data"]:
        tensor.buffer = writer.buffer_with(tree, facts["data"])
    if facts["scale"] is not None:
        tensor.quantization = schema.QuantizationParametersT()
        scale = np.atleast_1d(np.asarray(facts["scale"], np.float32))
        tensor.quantization.scale = scale
        tensor.quantization.zeroPoint = np.broadcast_to(np.asarray(facts["zero"], np.int64), scale.shape).copy()
        tensor.quantization.quantizedDimension = facts["axis"] if scale.size > 1 else 0
    if facts["blocks"] is not None:
        tensor.quantization, details = schema.QuantizationParametersT(), schema.BlockwiseQuantizationT()
        details.scales, details.blockSize, details.zeroPoints = *facts["blocks"], -1
        tensor.quantization.detailsType = schema.QuantizationDetails.BlockwiseQuantization
        tensor.quantization.details = details
    tensor.sparsity = facts["sparsity"]
    return tensor


def packed_operator(tree, facts):
    name, version, inputs, outputs, options, custom, attributes, inner = facts
    key = (B.CUSTOM if custom is not None else getattr(B, name), version, name if custom is not None else None)
    codes = [(c.builtinCode, c.version, c.customCode) for c in tree.operatorCodes]
    if key not in codes:
        code = schema.OperatorCodeT()
        code.builtinCode, code.version, code.customCode = key
        code.deprecatedBuiltinCode = min(key[0], 127)
        tree.operatorCodes.append(code)
        codes.append(key)
    operator = schema.OperatorT()
    operator.opcodeIndex = codes.index(key)
    operator.inputs, operator.outputs = np.array(inputs, np.int32), np.array(outputs, np.int32)
    if inner:
        operator.intermediates = np.array(inner, np.int32)
    if custom is not None:
        operator.customOptions = np.frombuffer(custom, np.uint8)
        return operator
    table = OPTIONS.get(TABLES.get(name, name.replace("_", "")).lower())
    if table is not None:
        place = "2" if hasattr(schema.BuiltinOptions2, table) else ""
        content = getattr(schema, table + "T")()
        fill(content, options)
        if attributes is not None:
            content.compositeAttributes = np.frombuffer(attributes, np.uint8)
        setattr(operator, f"builtinOptions{place}", content)
        setattr(operator, f"builtinOptions{place}Type", getattr(getattr(schema, f"BuiltinOptions{place}"), table))
    elif options:
        raise ValueError(f"{name} has no options")
    return operator


def fill(content, options):
    for field in vars(content):
        if re.fullmatch(r"stride[DHW]", field):
            setattr(content, field, 1)
    for field, value in options.items():
        field = field.rstrip("_")  # `name_` and `version_`, which `op` itself has too
        field = "fused_activation_function" if field == "fused" else field
        field = re.sub("_([a-z])", lambda m: m.group(1).upper(), field)
        if field not in vars(content):
            raise ValueError(f"{type(content).__name__} has no {field}")
        if isinstance(value, str):
            value = getattr(ENUMS[field], value) if field in ENUMS else TYPES.get(value, value)
        setattr(content, field, value)


def case(name):
    return Case(name)
