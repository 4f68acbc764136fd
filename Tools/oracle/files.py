"""Reading a model file with the official schema parser, and the bytes around the flatbuffer."""

import io
import os
import re
import shutil
import struct
import subprocess
import zipfile

import numpy as np
from ai_edge_litert import schema_py_generated as schema
from flatbuffers import flexbuffers

TYPES = {
    schema.TensorType.FLOAT32: np.float32, schema.TensorType.FLOAT16: np.float16,
    schema.TensorType.INT32: np.int32, schema.TensorType.UINT8: np.uint8,
    schema.TensorType.INT64: np.int64, schema.TensorType.BOOL: np.bool_,
    schema.TensorType.INT16: np.int16, schema.TensorType.INT8: np.int8,
    schema.TensorType.FLOAT64: np.float64, schema.TensorType.UINT64: np.uint64,
    schema.TensorType.UINT32: np.uint32, schema.TensorType.UINT16: np.uint16,
}
TYPE_NAMES = {v: k for k, v in vars(schema.TensorType).items() if not k.startswith("_")}
OP_NAMES = {v: k for k, v in vars(schema.BuiltinOperator).items() if not k.startswith("_")}


class Model:
    """A file and its unpacked tree."""

    def __init__(self, path):
        with open(path, "rb") as file:
            self.bytes = file.read()
        self.path = path
        self.tree = schema.ModelT.InitFromPackedBuf(self.bytes, 0)

    def data(self, index):
        """The content of a buffer wherever it is stored; None when there is none."""
        buffers = self.tree.buffers or []
        if not 0 <= index < len(buffers):
            return None
        buffer = buffers[index]
        if buffer.offset > 1:
            return self.bytes[buffer.offset:buffer.offset + buffer.size]
        return None if buffer.data is None else np.asarray(buffer.data, np.uint8).tobytes()

    def code(self, operator):
        code = self.tree.operatorCodes[operator.opcodeIndex]
        return max(code.builtinCode, code.deprecatedBuiltinCode)

    def kind(self, operator):
        code = self.code(operator)
        if code == schema.BuiltinOperator.CUSTOM:
            custom = self.tree.operatorCodes[operator.opcodeIndex].customCode
            return "CUSTOM:" + text(custom)
        return OP_NAMES.get(code, str(code))

    def metadata(self):
        return [(text(m.name), self.data(m.buffer)) for m in self.tree.metadata or []]


def text(value):
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else (value or "")


def indices(vector):
    return [] if vector is None else [int(i) for i in vector]


def file_version(path):
    """Model.version read by hand, so that it works where the parser does not; None if unreadable."""
    with open(path, "rb") as file:
        raw = file.read()
    try:
        return schema.Model.GetRootAs(raw, 0).Version()
    except (struct.error, IndexError, TypeError):
        return None


def zip_listing(raw):
    """Entries of an appended ZIP: (name, date, method, flags, extra, content), or None.

    A second value lists what is wrong with its offsets, which zipfile forgives and others do not.
    """
    end = raw.rfind(b"PK\x05\x06", max(0, len(raw) - 65557))
    if end < 0 or raw[4:8] != b"TFL3":
        return None, []
    problems = []
    count, size, offset = struct.unpack_from("<HII", raw, end + 10)
    if offset + size != end:
        problems.append(f"central directory at {offset}+{size}, but its end record is at {end}")
    entries = []
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            for info in archive.infolist():
                if raw[info.header_offset:info.header_offset + 4] != b"PK\x03\x04":
                    problems.append(f"{info.filename}: no local header at {info.header_offset}")
                entries.append((info.filename, info.date_time, info.compress_type, info.flag_bits,
                                info.comment, info.external_attr, archive.read(info)))
    except (zipfile.BadZipFile, struct.error, EOFError, ValueError) as error:
        return None, [f"not readable as a ZIP: {error}"]
    if len(entries) != count:
        problems.append(f"{count} entries announced, {len(entries)} found")
    return entries, problems


def unzip_complaint(path):
    """What Info-ZIP says about the file; empty when content or not installed."""
    if shutil.which("unzip") is None:
        return ""
    done = subprocess.run(["unzip", "-t", os.path.abspath(path)], capture_output=True, text=True, timeout=60)
    said = done.stdout + done.stderr
    if done.returncode or "warning" in said:
        return next((line for line in said.splitlines() if "warning" in line or "error" in line),
                    f"exit {done.returncode}")
    return ""


def compare_zips(before, after):
    """Problems of the ZIP tail of `after` against that of `before` (two byte strings)."""
    old, old_problems = zip_listing(before)
    new, problems = zip_listing(after)
    if old is None:
        return [] if new is None else ["a ZIP tail appeared"]
    if new is None:
        return ["the ZIP tail is lost"] + problems
    if [e[0] for e in old] != [e[0] for e in new]:
        problems.append(f"ZIP names {[e[0] for e in old]} became {[e[0] for e in new]}")
    else:
        problems += [f"ZIP entry {o[0]}: date, attributes or content differ"
                     for o, n in zip(old, new) if o != n]
    return problems


def bytecode_spans(model):
    """(offset, size) of vendor bytecode behind the flatbuffer, as DISPATCH_OP options or metadata name it.

    Offsets are absolute, so a file that is written anew must keep these bytes where they were.
    """
    for subgraph in model.tree.subgraphs or []:
        for operator in subgraph.operators or []:
            if model.kind(operator) == "CUSTOM:DISPATCH_OP" and operator.customOptions is not None:
                options = flexbuffers.Loads(bytes(bytearray(operator.customOptions)))
                if isinstance(options, dict) and options.get("bytecode_size"):
                    yield options["bytecode_offset"], options["bytecode_size"]
    for name, data in model.metadata():
        if name == "NPU_BYTE_CODE" and data:
            numbers = re.findall(rb"[0-9]+", data)
            if len(numbers) == 2:
                yield int(numbers[0]), int(numbers[1])


def data_positions(raw):
    """(buffer index, file offset of its first byte) for every buffer with data."""
    model = schema.Model.GetRootAs(raw, 0)
    for index in range(model.BuffersLength()):
        buffer = model.Buffers(index)
        if buffer.Offset() > 1:
            yield index, buffer.Offset()
        elif buffer.DataLength():
            yield index, buffer._tab.Vector(buffer._tab.Offset(4))
