#!/usr/bin/env python3
"""Records what LiteRT's schema parser sees in model files, for TFLiteTests; run from the package folder.

Also makes files that use every table and field of the schema, with the official object API.
"""
import inspect
import pathlib
import re
import struct
import zlib

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from oracle import writer

ROOT = pathlib.Path(__file__).resolve().parent.parent
FOLDER = ROOT / "Tests" / "TFLiteTests" / "Vectors"
SHORT = 12


def vector(value):
    if value is None:
        return "-"
    array = np.asarray(value)
    raw = array.tobytes()
    if array.size > SHORT:
        return f"{array.size}:{zlib.crc32(raw):08x}"
    if array.dtype == np.float32:
        return "[" + ",".join(f"{b:08x}" for b in array.view(np.uint32)) + "]"
    return "[" + ",".join(str(int(v)) for v in array) + "]"


def text(value):
    if value is None:
        return "-"
    raw = value if isinstance(value, bytes) else value.encode()
    return "'" + "".join(chr(b) if 32 < b < 127 and b != 92 else f"\\{b:02x}" for b in raw) + "'"


def bits(value):
    return f"{struct.unpack('<I', struct.pack('<f', value))[0]:08x}"


def options(table, default):
    """A table of options; `default` is one with nothing set, whose values tell the fields' types."""
    parts = [type(table).__name__[:-1]]
    for name, value in vars(table).items():
        standard = vars(default)[name]
        if isinstance(value, (bytes, str)):
            shown = text(value)
        elif value is None or isinstance(value, (list, np.ndarray)):
            shown = vector(value)
        elif isinstance(standard, float):
            shown = bits(value)
        else:
            shown = str(int(value))
        parts.append(f"{name.lower()}={shown}")
    return " ".join(parts)


def sparse(parameters):
    lines = [f"  sparsity {vector(parameters.traversalOrder)} {vector(parameters.blockMap)}"]
    for level in parameters.dimMetadata or []:
        def indices(kind, value):
            return f"{kind}:{'-' if value is None else vector(value.values)}"
        lines.append(f"   level {level.format} {level.denseSize} "
                     f"{indices(level.arraySegmentsType, level.arraySegments)} "
                     f"{indices(level.arrayIndicesType, level.arrayIndices)}")
    return lines


def quantization(q):
    lines = [f"  quantization {vector(q.min)} {vector(q.max)} {vector(q.scale)} {vector(q.zeroPoint)} "
             f"{q.detailsType} {q.quantizedDimension}"]
    d = q.details
    if isinstance(d, schema.CustomQuantizationT):
        lines.append(f"   custom {vector(d.custom)}")
    elif isinstance(d, schema.BlockwiseQuantizationT):
        lines.append(f"   blockwise {d.scales} {d.zeroPoints} {d.blockSize} {vector(getattr(d, 'blockShape', None))}")
    elif d is not None:
        lines.append(f"   multi_axis {d.scales} {d.zeroPoints} {d.blockSize} {vector(d.quantizedDimensions)}")
    return lines


def tensor(index, t):
    yield (f" tensor {index} {vector(t.shape)} {t.type} {t.buffer} {text(t.name)} {int(t.isVariable)} "
           f"{vector(t.shapeSignature)} {int(t.hasRank)} {t.externalBuffer}")
    if t.quantization is not None:
        yield from quantization(t.quantization)
    if t.sparsity is not None:
        yield from sparse(t.sparsity)
    for v in t.variantTensors or []:
        yield f"  variant {vector(v.shape)} {v.type} {int(v.hasRank)}"


def operator(index, o, raw):
    large = "-"
    if o.largeCustomOptionsOffset > 1:
        large = vector(np.frombuffer(raw, np.uint8)[o.largeCustomOptionsOffset:][:o.largeCustomOptionsSize])
    yield (f" operator {index} {o.opcodeIndex} {vector(o.inputs)} {vector(o.outputs)} {o.builtinOptionsType} "
           f"{vector(o.customOptions)} {o.customOptionsFormat} {vector(o.mutatingVariableInputs)} "
           f"{vector(o.intermediates)} {large} {o.builtinOptions2Type} {o.debugMetadataIndex}")
    for table in (o.builtinOptions, o.builtinOptions2):
        if table is not None:
            yield "  options " + options(table, type(table)())


def dump(raw):
    tree = schema.ModelT.InitFromPackedBuf(raw, 0)
    yield f"model {tree.version} {text(tree.description)} {vector(tree.metadataBuffer)}"
    for i, c in enumerate(tree.operatorCodes or []):
        yield f"code {i} {c.deprecatedBuiltinCode} {text(c.customCode)} {c.version} {c.builtinCode}"
    for i, b in enumerate(tree.buffers or []):
        data = b.data
        if b.offset > 1:
            data = np.frombuffer(raw, np.uint8)[b.offset:b.offset + b.size]
        yield f"buffer {i} " + ("-" if data is None else f"{len(data)}:{zlib.crc32(np.asarray(data).tobytes()):08x}")
    for i, m in enumerate(tree.metadata or []):
        yield f"metadata {i} {text(m.name)} {m.buffer}"
    for i, s in enumerate(tree.signatureDefs or []):
        yield f"signature {i} {text(s.signatureKey)} {text(getattr(s, 'deprecatedTag', None))} {s.subgraphIndex}"
        for side in ("inputs", "outputs"):
            for m in getattr(s, side) or []:
                yield f" {side} {text(m.name)} {m.tensorIndex}"
    for i, g in enumerate(tree.externalBufferGroups or []):
        yield f"group {i} {text(g.name)}"
    for i, b in enumerate(tree.externalBuffers or []):
        yield f"external {i} {b.id} {b.group} {b.offset} {b.length} {text(b.packing)}"
    for i, g in enumerate(tree.subgraphs or []):
        yield f"subgraph {i} {text(g.name)} {vector(g.inputs)} {vector(g.outputs)} {g.debugMetadataIndex}"
        for j, t in enumerate(g.tensors or []):
            yield from tensor(j, t)
        for j, o in enumerate(g.operators or []):
            yield from operator(j, o, raw)


# Files that use every table ------------------------------------------------------------------------

DTYPES = {"Bool": np.bool_, "Int8": np.int8, "Uint8": np.uint8, "Int32": np.int32, "Uint32": np.uint32,
          "Int64": np.int64, "Float32": np.float32}
SCALARS = {"Bool": lambda n, d: not d, "Int8": lambda n, d: -n - 2, "Uint8": lambda n, d: 200 + n,
           "Int32": lambda n, d: -70000 - n, "Uint32": lambda n, d: 4000000000 + n,
           "Int64": lambda n, d: -(1 << 40) - n, "Float32": lambda n, d: 0.1 + n, "Uint64": lambda n, d: 1 << 63}


def filled(kind):
    """A table of options with no field at its default."""
    table = getattr(schema, kind + "T")()
    reader = getattr(schema, kind)
    for number, name in enumerate(list(vars(table))):
        upper = name[0].upper() + name[1:]
        add = inspect.getsource(getattr(schema, f"{kind}Add{upper}"))
        prepended = re.search(r"Prepend(\w+?)Slot", add)[1]

        if "ubgraph" in name:
            setattr(table, name, np.arange(1, 4, dtype=np.int32) if name.endswith("Indices") else number % 3 + 1)
        elif prepended != "UOffsetTRelative":
            setattr(table, name, SCALARS[prepended](number, getattr(table, name)))
        elif hasattr(reader, upper + "AsNumpy"):
            flags = re.findall(r"number_types\.(\w+)Flags", inspect.getsource(getattr(reader, upper + "AsNumpy")))[-1]
            values = np.arange(1, 4 + number)
            setattr(table, name, (values % 2 if flags == "Bool" else values * (-1) ** values
                                  if flags[0] != "U" else values).astype(DTYPES[flags]))
        else:
            setattr(table, name, f"text of {name}")
    return table


def every_option(fill):
    tree = schema.ModelT()
    tree.version, tree.buffers = 3, [schema.BufferT()]
    code = schema.OperatorCodeT()
    tree.operatorCodes = [code]
    graph = schema.SubGraphT()
    graph.operators, graph.tensors = [], []
    tree.subgraphs = [graph] + [schema.SubGraphT() for _ in range(3)]
    for union, number, value in (("BuiltinOptions", "builtinOptionsType", "builtinOptions"),
                                 ("BuiltinOptions2", "builtinOptions2Type", "builtinOptions2")):
        members = {k: v for k, v in vars(getattr(schema, union)).items() if k[0].isupper() and v}
        for kind, tag in sorted(members.items(), key=lambda m: m[1]):
            entry = schema.OperatorT()
            setattr(entry, number, tag)
            setattr(entry, value, filled(kind) if fill else getattr(schema, kind + "T")())
            graph.operators.append(entry)
    return tree


def every_table():
    """Every field of every table but options, none at its default."""
    i32 = lambda *v: np.array(v, np.int32)  # noqa: E731
    tree = schema.ModelT()
    tree.version, tree.description = 3, b"caf\xe9, not UTF-8"
    tree.buffers = [schema.BufferT() for _ in range(4)]
    tree.buffers[1].data = np.arange(100, dtype=np.uint8)
    tree.buffers[2].data = np.zeros(0, np.uint8)
    tree.buffers[3].data = np.arange(100, dtype=np.uint8)
    tree.metadataBuffer = i32(1, 3)
    plain, custom = schema.OperatorCodeT(), schema.OperatorCodeT()
    plain.deprecatedBuiltinCode, plain.builtinCode, plain.version = 127, 150, 7
    custom.deprecatedBuiltinCode, custom.builtinCode, custom.customCode = 32, 32, "Mine"
    tree.operatorCodes = [plain, custom]
    entry = schema.MetadataT()
    entry.name, entry.buffer = "about", 3
    tree.metadata = [entry, schema.MetadataT()]
    graph, other = schema.SubGraphT(), schema.SubGraphT()
    graph.name, graph.inputs, graph.outputs, graph.debugMetadataIndex = "main", i32(0), i32(1, 1), 5
    graph.tensors = [every_tensor(n) for n in range(6)]
    first, second = schema.OperatorT(), schema.OperatorT()
    first.opcodeIndex, first.inputs, first.outputs = 1, i32(0, -1, 2), i32(1)
    first.customOptions, first.intermediates = np.arange(40, dtype=np.uint8), i32(3, -1)
    first.mutatingVariableInputs = np.array([True, False, True])
    first.debugMetadataIndex = 9
    second.inputs, second.outputs = i32(), None
    second.largeCustomOptionsOffset, second.largeCustomOptionsSize = 2, 37
    graph.operators = [first, second]
    tree.subgraphs = [graph, other]
    signature = schema.SignatureDefT()
    signature.signatureKey, signature.subgraphIndex = "serve", 0
    pair = schema.TensorMapT()
    pair.name, pair.tensorIndex = "in", 0
    out = schema.TensorMapT()
    out.tensorIndex = 1
    signature.inputs, signature.outputs = [pair], [out]
    late = schema.SignatureDefT()
    late.subgraphIndex, late.inputs = 1, []
    tree.signatureDefs = [signature, late]
    group = schema.ExternalBufferGroupT()
    group.name = "weights.bin"
    tree.externalBufferGroups = [group]
    external = schema.ExternalBufferT()
    external.id, external.group, external.offset, external.length, external.packing = 3, 0, 1 << 40, 77, "raw"
    tree.externalBuffers = [external]
    tail = bytes(range(37))
    position = (len(writer.packed(tree)) + 31) // 16 * 16
    second.largeCustomOptionsOffset = position
    return writer.packed(tree).ljust(position, b"\0") + tail


def every_tensor(number):
    i32 = lambda *v: np.array(v, np.int32)  # noqa: E731
    f32 = lambda *v: np.array(v, np.float32)  # noqa: E731
    tensor = schema.TensorT()
    if number == 5:
        return tensor
    tensor.shape, tensor.shapeSignature = i32(2, 3, number), i32(-1, 3, number)
    tensor.type, tensor.buffer, tensor.name = 9 + number, 1 if number == 2 else 0, f"tensor {number}"
    tensor.isVariable, tensor.hasRank, tensor.externalBuffer = number == 3, number != 4, number
    q = schema.QuantizationParametersT()
    q.min, q.max = f32(-1, np.nan), f32(np.inf, -0.0)
    q.scale, q.zeroPoint, q.quantizedDimension = f32(*range(1, 20)), np.arange(-3, 16), 2
    if number == 0:
        q.details, q.detailsType = schema.CustomQuantizationT(), 1
        q.details.custom = np.arange(33, dtype=np.uint8)
    elif number == 1:
        q.details, q.detailsType = schema.BlockwiseQuantizationT(), 2
        q.details.scales, q.details.zeroPoints, q.details.blockSize = 3, 4, 32
    elif number == 2:
        q.details, q.detailsType = schema.MultiAxisQuantizationT(), 3
        q.details.scales, q.details.zeroPoints, q.details.blockSize = 1, 2, 16
        q.details.quantizedDimensions = i32(0, 2)
    else:
        q.scale = q.zeroPoint = None
        q.min = f32()
    tensor.quantization = q
    if number == 3:
        variant = schema.VariantSubTypeT()
        variant.shape, variant.type, variant.hasRank = i32(7), 4, True
        tensor.variantTensors = [variant, schema.VariantSubTypeT()]
    if number == 4:
        tensor.sparsity = schema.SparsityParametersT()
        tensor.sparsity.traversalOrder, tensor.sparsity.blockMap = i32(0, 1, 2, 3), i32(1)
        tensor.sparsity.dimMetadata = []
        for kind, (vector_type, dtype) in enumerate(
                ((schema.Int32VectorT, np.int32), (schema.Uint16VectorT, np.uint16), (schema.Uint8VectorT, np.uint8)), 1):
            level = schema.DimensionMetadataT()
            level.format, level.denseSize = 1, 40 + kind
            level.arraySegmentsType, level.arrayIndicesType = kind, 4 - kind
            level.arraySegments = vector_type()
            level.arraySegments.values = np.arange(kind + 3).astype(dtype)
            other, width = ((schema.Uint8VectorT, np.uint8), (schema.Uint16VectorT, np.uint16),
                            (schema.Int32VectorT, np.int32))[kind - 1]
            level.arrayIndices = other()
            level.arrayIndices.values = np.arange(20, 20 + kind).astype(width)
            tensor.sparsity.dimMetadata.append(level)
        tensor.sparsity.dimMetadata.append(schema.DimensionMetadataT())
    return tensor


def main():
    dumps = FOLDER / "Dumps"
    dumps.mkdir(parents=True, exist_ok=True)
    made = {"every_option": writer.packed(every_option(True)), "default_options": writer.packed(every_option(False)),
            "every_table": every_table()}
    for name, raw in made.items():
        (FOLDER / f"{name}.tflite").write_bytes(raw)
    sources = {p.stem: p.read_bytes() for p in sorted((ROOT / "Fixtures" / "Models").glob("*.tflite"))}
    for name, raw in {**sources, **made}.items():
        (dumps / f"{name}.txt").write_text("\n".join(dump(raw)) + "\n")


main()
