"""A slow stand-in for `optimize`, for testing the judge itself: `python Tools/oracle_selftest.py`.

DEFECT in the environment makes it write one kind of wrong file.
"""

import hashlib
import json
import os
import pathlib
import sys
import zlib

import numpy as np
from ai_edge_litert import schema_py_generated as schema

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from oracle import constants, files, structure, weights, writer  # noqa: E402

DEFECT = os.environ.get("DEFECT", "")
T = schema.TensorType


def operator_code(tree, code, version):
    entry = schema.OperatorCodeT()
    entry.builtinCode, entry.deprecatedBuiltinCode, entry.version = code, min(code, 127), version
    tree.operatorCodes.append(entry)
    return len(tree.operatorCodes) - 1


def dequantized(tree, subgraph, index, version):
    """Puts a DEQUANTIZE between constant `index` and its users; the constant becomes a new tensor."""
    graph = tree.subgraphs[subgraph]
    old = graph.tensors[index]
    new = schema.TensorT()
    new.shape, new.name, new.buffer, new.hasRank = old.shape, (old.name or b"") + b"/stored", old.buffer, True
    old.buffer = 0
    graph.tensors.append(new)
    operator = schema.OperatorT()
    operator.opcodeIndex = operator_code(tree, schema.BuiltinOperator.DEQUANTIZE, version)
    operator.inputs, operator.outputs = [len(graph.tensors) - 1], [index]
    graph.operators.insert(0, operator)
    return new


def float16(model):
    tree, changed = model.tree, 0
    for number, graph in enumerate(tree.subgraphs):
        for index, tensor in enumerate(list(graph.tensors)):
            if (tensor.type != T.FLOAT32 or not tensor.buffer or tensor.sparsity is not None
                    or not model.data(tensor.buffer) or tensor.isVariable):
                continue
            values = np.frombuffer(model.data(tensor.buffer), np.float32)
            stored = dequantized(tree, number, index, 3)
            stored.type = T.FLOAT16
            rounded = weights.float16_rounded(values * (1.001 if DEFECT == "float16 values" else 1))
            stored.buffer = writer.buffer_with(tree, rounded.astype(np.float16).tobytes())
            changed += 1
    return changed


def dynamic(model, options):
    tree, changed = model.tree, 0
    for number, position, slot, found in constants.weight_operands(model):
        operator = constants.operator_list(model, number)[position]
        kind = model.kind(operator)
        if found.through or kind not in ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED"):
            continue
        axis = 3 if kind == "DEPTHWISE_CONV_2D" else 0
        values = found.floats().astype(np.float64)
        rest = tuple(i for i in range(values.ndim) if i != axis)
        top = np.abs(values).max(axis=rest)
        scale = np.where(top > 0, top / 127, 1).astype(np.float32)
        shape = [-1 if i == axis else 1 for i in range(values.ndim)]
        stored = np.clip(np.round(values / scale.reshape(shape)), -127, 127).astype(np.int8)
        tensor = tree.subgraphs[number].tensors[found.index]
        if "--weights-only" in options:
            tensor = dequantized(tree, number, found.index, 5)
        else:
            version = {"CONV_2D": 5, "DEPTHWISE_CONV_2D": 6, "FULLY_CONNECTED": 12}[kind]
            operator.opcodeIndex = operator_code(tree, model.code(operator), version)
            if kind == "FULLY_CONNECTED":
                operator.builtinOptions.asymmetricQuantizeInputs = "--symmetric-activations" not in options
        tensor.type, tensor.buffer = T.INT8, writer.buffer_with(tree, stored.tobytes())
        tensor.quantization = schema.QuantizationParametersT()
        tensor.quantization.scale = scale * np.float32(1.1 if DEFECT == "scale" else 1)
        tensor.quantization.zeroPoint = np.full(scale.size, DEFECT == "zero point", np.int64)
        tensor.quantization.quantizedDimension = axis
        changed += 1
    return changed


def finished(model, before):
    """Drops unused buffers' content, restates the runtime version, appends the ZIP."""
    tree = model.tree
    used = {t.buffer for s in tree.subgraphs for t in s.tensors or []} | {m.buffer for m in tree.metadata or []}
    for index, buffer in enumerate(tree.buffers):
        if index not in used:
            buffer.data = None
    for code in tree.operatorCodes:
        code.builtinCode = max(code.builtinCode, code.deprecatedBuiltinCode)
        code.deprecatedBuiltinCode = min(code.builtinCode, 127)
        if DEFECT == "operator code":
            code.deprecatedBuiltinCode = 0
    for entry in tree.metadata or []:
        if entry.name == b"min_runtime_version" and DEFECT != "runtime version":
            least = structure.minimum_runtime(model).encode().ljust(16, b"\0")
            tree.buffers[entry.buffer].data = np.frombuffer(least, np.uint8)
    if DEFECT == "signature":
        tree.signatureDefs = None
    if DEFECT == "output name":
        tree.subgraphs[0].tensors[tree.subgraphs[0].outputs[-1]].name = b"result"
    if DEFECT == "metadata":
        tree.metadata = (tree.metadata or [])[1:]
    if DEFECT == "alignment":
        return unaligned(tree)
    return with_tail(writer.packed(tree), before)


def unaligned(tree):
    import flatbuffers
    builder = flatbuffers.Builder(1 << 20)
    builder.Finish(tree.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def with_tail(out, before):
    import io
    import zipfile
    if files.zip_listing(before)[0] is None or DEFECT == "zip tail":
        return out
    stream = io.BytesIO(out)
    with zipfile.ZipFile(io.BytesIO(before)) as old, zipfile.ZipFile(stream, "a") as new:
        for info in old.infolist():
            new.writestr(info, old.read(info), info.compress_type)
    raw = stream.getvalue()
    return raw[:len(out)] + bytes(16) + raw[len(out):] if DEFECT == "zip offsets" else raw


def report(command, source, out):
    def side(path):
        raw = pathlib.Path(path).read_bytes()
        return {"path": str(path), "bytes": len(raw), "sha256": hashlib.sha256(raw).hexdigest()}
    keys = ("tool", "minRuntime", "steps", "tensors", "operators", "coverage", "gates", "warnings")
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    raw = pathlib.Path(source).read_bytes()
    return {**dict.fromkeys(keys, []), "schemaVersion": 1, "command": command, "input": side(source),
            "output": side(out) if out else None, "exitCode": 0,
            "compressibility": {"before": {"deflate6": len(packer.compress(raw) + packer.flush())}}}


def main():
    command, source, options = sys.argv[1], sys.argv[2], sys.argv[3:]
    before = pathlib.Path(source).read_bytes()
    if command in ("inspect", "report"):
        print(json.dumps(report(sys.argv, source, None)))
        return 0
    if files.file_version(source) != 3:
        print("error: not version 3", file=sys.stderr)
        return 2
    model = files.Model(source)
    out = options[options.index("-o") + 1]
    if command == "pipeline":
        if DEFECT == "rewrite":
            model.tree.subgraphs[0].tensors[0].name = b"other"
        if DEFECT == "empty vector":
            model.tree.subgraphs[0].operators[0].mutatingVariableInputs = np.zeros(0, np.bool_)
        raw = with_tail(writer.packed(model.tree), before)
    else:
        changed = float16(model) if "float16" in options else dynamic(model, options)
        raw = finished(model, before) if changed else before
        if DEFECT == "silent":
            return 3
        if len(raw) >= len(before):
            print("error: nothing to gain", file=sys.stderr)
            return 3
    pathlib.Path(out).write_bytes(raw)
    if "--json" in options:
        pathlib.Path(options[options.index("--json") + 1]).write_text(json.dumps(report(sys.argv, source, out)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
