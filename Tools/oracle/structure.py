"""What a quantized file must look like, read with the official schema parser."""

import json
import pathlib
import struct

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from . import constants, files, tree

RELEASES = {int(code): row for code, row in json.loads(
    (pathlib.Path(__file__).parent / "runtime_versions.json").read_text()).items()}
T = schema.TensorType
HYBRID = ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED", "BATCH_MATMUL", "LSTM", "SVDF", "RNN",
          "UNIDIRECTIONAL_SEQUENCE_LSTM", "BIDIRECTIONAL_SEQUENCE_LSTM", "UNIDIRECTIONAL_SEQUENCE_RNN")


def release(text):
    return tuple(int(part) for part in text.split("."))


def minimum_runtime(model):
    """The least runtime release that knows every (operator, version) in use; None if none is known."""
    used = {o.opcodeIndex for s in model.tree.subgraphs for o in s.operators or []}
    known = []
    for index in used:
        code = model.tree.operatorCodes[index]
        row = RELEASES.get(max(code.builtinCode, code.deprecatedBuiltinCode), {"releases": {}})
        if str(code.version) in row["releases"]:
            known.append(row["releases"][str(code.version)])
    return max(known, key=release) if known else None


def operator_codes(model):
    problems = []
    for index, code in enumerate(model.tree.operatorCodes or []):
        row = RELEASES.get(code.builtinCode)
        if code.deprecatedBuiltinCode != min(code.builtinCode, 127):
            problems.append(f"operator code {index}: builtin_code {code.builtinCode}, "
                            f"deprecated {code.deprecatedBuiltinCode}")
        if row and code.version > row["max"]:
            problems.append(f"operator code {index}: {row['name']} version {code.version} > {row['max']}")
    return problems


def kept_metadata(before, after):
    """Metadata may not be lost; min_runtime_version must be right; control dependencies in range."""
    problems = []
    old, new = dict(before.metadata()), dict(after.metadata())
    for name, data in old.items():
        if name not in new:
            problems.append(f"metadata {name} is lost")
        elif name == "min_runtime_version":
            # Some kernels came without a new version, so a later release is right too.
            least = minimum_runtime(after)
            stated = new[name].rstrip(b"\0").decode(errors="replace")
            if least is not None and (len(new[name]) != 16 or release(stated) < release(least)):
                problems.append(f"min_runtime_version is {new[name]!r}, operators need {least}")
        elif name == "model_control_dependencies":
            problems += control_dependencies(after, new[name])
        elif name != "CONVERSION_METADATA" and new[name] != data:
            problems.append(f"metadata {name} changed")
    if before.tree.description != after.tree.description:
        problems.append(f"description {before.tree.description} became {after.tree.description}")
    return problems


def varints(data):
    values, value, shift = [], 0, 0
    for byte in data or b"":
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            values.append(value)
            value, shift = 0, 0
    return values


def control_dependencies(model, data):
    numbers = iter(varints(data))
    try:
        next(numbers)
        for subgraph in range(next(numbers)):
            count = len(model.tree.subgraphs[subgraph].operators or [])
            for _ in range(2 * next(numbers)):
                zigzag = next(numbers)
                operator = (zigzag >> 1) ^ -(zigzag & 1)
                if not 0 <= operator < count:
                    return [f"control dependency on operator {operator} of {count}"]
    except (StopIteration, IndexError):
        return ["model_control_dependencies is not readable"]
    return []


def layout(model):
    problems = []
    if model.tree.version != 3 or model.bytes[4:8] != b"TFL3":
        problems.append("not a version 3 TFL3 file")
    if not model.tree.buffers or model.data(0):
        problems.append("buffer 0 is missing or not empty")
    off = [f"{i} at {p}" for i, p in files.data_positions(model.bytes) if p % 16]
    if off:
        problems.append(f"data not 16-aligned: buffers {', '.join(off[:3])}")
    return problems


def interface(before, after):
    """Graph inputs and outputs (order, names, shapes, types) and signatures."""
    problems = []
    if len(before.tree.subgraphs) != len(after.tree.subgraphs):
        return [f"{len(before.tree.subgraphs)} subgraphs became {len(after.tree.subgraphs)}"]

    def face(model, subgraph, index):
        tensor = model.tree.subgraphs[subgraph].tensors[index]
        return (files.text(tensor.name), files.indices(tensor.shape), files.indices(tensor.shapeSignature),
                tensor.type)

    for number, (old, new) in enumerate(zip(before.tree.subgraphs, after.tree.subgraphs)):
        for what in ("inputs", "outputs"):
            sides = [[face(m, number, i) for i in files.indices(getattr(s, what))]
                     for m, s in ((before, old), (after, new))]
            if sides[0] != sides[1]:
                problems.append(f"subgraph {number} {what}: {sides[0]} became {sides[1]}"[:200])
        if files.text(old.name) != files.text(new.name):
            problems.append(f"subgraph {number}: name {old.name} became {new.name}")

    def signatures(model):
        return [(files.text(s.signatureKey), s.subgraphIndex,
                 [[(files.text(t.name), face(model, s.subgraphIndex, t.tensorIndex)) for t in side or []]
                  for side in (s.inputs, s.outputs)]) for s in model.tree.signatureDefs or []]

    if signatures(before) != signatures(after):
        problems.append("signatures differ")
    return problems


def quantized_tensors(model):
    """Encoding of every INT8 constant with scales and every FLOAT16 constant."""
    problems = []
    for number, subgraph in enumerate(model.tree.subgraphs):
        for index, tensor in enumerate(subgraph.tensors or []):
            data = model.data(tensor.buffer) if tensor.buffer else None
            if data is None or tensor.sparsity is not None or tensor.type not in (T.INT8, T.FLOAT16):
                continue
            found = constants.Constant(model, number, index, [])
            place = f"tensor {number}:{index} {found.name}"
            size = found.elements * (2 if tensor.type == T.FLOAT16 else 1)
            if len(data) != size:
                problems.append(f"{place}: {len(data)} bytes, its shape needs {size}")
            if tensor.type == T.INT8 and found.scales().size:
                problems += [f"{place}: {p}" for p in parameters(found)]
    return problems


def parameters(found):
    scales, zeros, shape = found.scales(), found.zero_points(), found.shape
    axis = found.tensor.quantization.quantizedDimension
    # XNNPACK refuses subnormal scales.
    if not (np.isfinite(scales).all() and (scales >= np.finfo(np.float32).tiny).all()):
        yield "scales not positive, normal and finite"
    if zeros.size != scales.size:
        yield f"{scales.size} scales, {zeros.size} zero points"
    if axis >= max(len(shape), 1):
        yield f"quantized dimension {axis} of rank {len(shape)}"
    elif scales.size != 1 and scales.size != shape[axis]:
        yield f"{scales.size} scales for {shape[axis]} channels"


def same_operators(before, after):
    """Aligned operator lists per subgraph: kinds, custom options and options but the hybrid flag."""
    problems, pairs = [], []
    for number in range(len(before.tree.subgraphs)):
        old, new = (constants.operator_list(m, number) for m in (before, after))
        kinds = [[m.kind(o) for o in ops] for m, ops in ((before, old), (after, new))]
        if kinds[0] != kinds[1]:
            problems.append(f"subgraph {number}: operators changed ({len(old)} became {len(new)})")
            continue
        for position, (a, b) in enumerate(zip(old, new)):
            pairs.append((number, position, a, b))
            found = tree.object_differences(a.builtinOptions, b.builtinOptions, "options",
                                            ("asymmetricQuantizeInputs",))
            found += tree.object_differences(a.customOptions, b.customOptions, "custom options")
            if len(files.indices(a.inputs)) != len(files.indices(b.inputs)):
                found.append("operand count")
            problems += [f"{number}:{position} {kinds[0][position]}: {f}" for f in found]
    return problems, pairs


def shared_bytes(model):
    """Bytes of the scale and zero point vectors of INT8 constants, shared ones once."""
    places, total = set(), 0
    root = schema.Model.GetRootAs(model.bytes, 0)
    for number in range(root.SubgraphsLength()):
        for index in range(root.Subgraphs(number).TensorsLength()):
            tensor = root.Subgraphs(number).Tensors(index)
            quantization = tensor.Quantization()
            if tensor.Type() != T.INT8 or quantization is None or not model.data(tensor.Buffer()):
                continue
            for slot, count, size in ((8, quantization.ScaleLength(), 4),
                                      (10, quantization.ZeroPointLength(), 8)):
                offset = quantization._tab.Offset(slot)
                if offset and quantization._tab.Vector(offset) not in places:
                    places.add(quantization._tab.Vector(offset))
                    total += count * size
    return total
