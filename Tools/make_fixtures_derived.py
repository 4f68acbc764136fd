"""Fixtures that hold the trained digit model in unusual ways."""

import io
import zipfile

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

from oracle import writer


def read(folder):
    return schema.ModelT.InitFromPackedBuf((folder / "digits_cnn.tflite").read_bytes(), 0)


def add_metadata(tree, name, content):
    entry = schema.MetadataT()
    entry.name, entry.buffer = name, writer.buffer_with(tree, content)
    tree.metadata = (tree.metadata or []) + [entry]


def model_metadata():
    """A minimal ModelMetadata flatbuffer (identifier M001): name, description, version."""
    builder = flatbuffers.Builder(256)
    texts = [builder.CreateString(t) for t in ("digits", "Classifies a handwritten digit.", "1")]
    builder.StartObject(8)
    for slot, place in enumerate(texts):
        builder.PrependUOffsetTRelativeSlot(slot, place, 0)
    builder.Finish(builder.EndObject(), b"M001")
    return bytes(builder.Output())


def with_labels(folder):
    tree = read(folder)
    add_metadata(tree, "TFLITE_METADATA", model_metadata())
    stream = io.BytesIO(writer.packed(tree))
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_STORED) as archive:
        for name, text in (("labels.txt", "\n".join("zero one two three four five six seven eight nine".split())),
                           ("notes/about.txt", "Made for tests.")):
            archive.writestr(zipfile.ZipInfo(name, (2020, 2, 2, 2, 2, 2)), text)
    (folder / "digits_with_labels.tflite").write_bytes(stream.getvalue())


def old_opcodes(folder):
    """As before 2020: byte-sized operator codes only, no signature, no names that tell tensors apart."""
    tree = read(folder)
    tree.signatureDefs = None
    for code in tree.operatorCodes:
        code.deprecatedBuiltinCode, code.builtinCode = code.builtinCode, 0
    for number, tensor in enumerate(tree.subgraphs[0].tensors):
        tensor.name = "tensor" if number % 2 else None
    (folder / "old_opcodes.tflite").write_bytes(writer.packed(tree))


def external_buffers(folder):
    """Buffers of 1 KB and more follow the flatbuffer, as in models above 2 GB."""
    tree = read(folder)
    moved = {}
    for index, buffer in enumerate(tree.buffers):
        if buffer.data is not None and len(buffer.data) >= 1024:
            moved[index] = buffer.data.tobytes()
            buffer.data, buffer.offset, buffer.size = None, 2, len(moved[index])
    add_metadata(tree, "buffer_location", b"outside flatbuffers")
    position = (len(writer.packed(tree)) + 31) // 16 * 16
    tail = b""
    for index, content in moved.items():
        tree.buffers[index].offset = position + len(tail)
        tail += content + bytes(16 + -len(content) % 16)
    body = writer.packed(tree)
    (folder / "external_buffers.tflite").write_bytes(body.ljust(position, b"\0") + tail)


def varint(value):
    out = b""
    while value > 127:
        out += bytes([value & 127 | 128])
        value >>= 7
    return out + bytes([value])


def control_dependencies(folder):
    """Operator 0 before 2, and 1 before 4: version, then edges of every subgraph."""
    tree = read(folder)
    edges = [(0, 2), (1, 4)]
    content = varint(1) + varint(1) + varint(len(edges))
    content += b"".join(varint(2 * i) for edge in edges for i in edge)  # zigzag
    add_metadata(tree, "model_control_dependencies", content)
    (folder / "control_dependencies.tflite").write_bytes(writer.packed(tree))


def custom_quantization(folder):
    """CustomQuantization details on the input, and min/max without scales on an activation."""
    tree = read(folder)
    details = schema.CustomQuantizationT()
    details.custom = np.arange(20, dtype=np.uint8)
    parameters = schema.QuantizationParametersT()
    parameters.detailsType = schema.QuantizationDetails.CustomQuantization
    parameters.details = details
    main = tree.subgraphs[0]
    main.tensors[main.inputs[0]].quantization = parameters
    bounds = schema.QuantizationParametersT()
    bounds.min, bounds.max = np.array([0], np.float32), np.array([6], np.float32)
    main.tensors[main.operators[1].outputs[0]].quantization = bounds
    (folder / "custom_quantization.tflite").write_bytes(writer.packed(tree))


def make(folder):
    with_labels(folder)
    old_opcodes(folder)
    external_buffers(folder)
    control_dependencies(folder)
    custom_quantization(folder)
