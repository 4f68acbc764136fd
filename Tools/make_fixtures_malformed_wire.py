"""Malformed files whose bytes are wrong: offsets, lengths, vtables, truncation."""

import struct

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from make_fixtures_built import B, Graph
from oracle import writer


def small():
    """x[1,4] → FULLY_CONNECTED → RELU → y[1,3], with a signature and metadata."""
    graph = Graph("small")
    x = graph.input("x", [1, 4])
    weight = graph.constant("weight", np.arange(12, dtype=np.float32).reshape(3, 4) / 10)
    bias = graph.constant("bias", np.ones(3, np.float32))
    hidden = graph.dense(x, weight, bias, graph.tensor("hidden", [1, 3]), 1)
    graph.main.outputs = [graph.operator(B.RELU, 1, [hidden], [graph.tensor("y", [1, 3])])]
    graph.signature()
    graph.metadata("min_runtime_version", b"1.5.0".ljust(16, b"\0"))
    return graph


class Wire:
    """The bytes of the small model, addressed by table and slot."""

    def __init__(self):
        self.raw = bytearray(writer.packed(small().tree))
        self.model = schema.Model.GetRootAs(self.raw, 0)
        self.graph = self.model.Subgraphs(0)

    def field(self, table, slot):
        """File offset of a field of a table."""
        return table._tab.Pos + table._tab.Offset(4 + 2 * slot)

    def vtable(self, table):
        return table._tab.Pos - struct.unpack_from("<i", self.raw, table._tab.Pos)[0]

    def target(self, position):
        return position + struct.unpack_from("<I", self.raw, position)[0]

    def graph_slot(self):
        """File offset of the offset of subgraph 0."""
        return self.target(self.field(self.model, 2)) + 4

    def put(self, layout, position, value):
        struct.pack_into(layout, self.raw, position, value)
        return bytes(self.raw)


def wire_faults():
    def made(change):
        return change(Wire())

    def cycle(w):
        # The operator-codes field leads back to the root table, as if it were a vector.
        place = w.field(w.model, 1)
        w.put("<I", place, 0)
        return bytes(w.raw)

    def misaligned(w):
        place = w.field(w.graph.Tensors(1), 2)
        vtable = w.vtable(w.graph.Tensors(1))
        return w.put("<H", vtable + 4 + 2 * 2, place - w.graph.Tensors(1)._tab.Pos + 1)

    def external(w, offset, size):
        tree = small().tree
        buffer = tree.buffers[1]
        buffer.data, buffer.offset, buffer.size = None, offset, size
        return writer.packed(tree)

    base = bytes(Wire().raw)
    yield "empty.tflite", "no bytes at all", b""
    yield "three_bytes.tflite", "three bytes", base[:3]
    yield "eight_bytes.tflite", "a root offset and an identifier, nothing more", base[:8]
    for share in (25, 50, 75, 95):
        yield f"truncated_{share}.tflite", f"cut after {share} % of the file", base[:len(base) * share // 100]
    yield "image.png", "a PNG image", b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR" + bytes(17)
    yield "text.tflite", "plain text", b"This is not a model, it is a sentence.\n"
    yield "zeros.tflite", "64 zero bytes", bytes(64)
    yield "identifier.tflite", "identifier TFL2", base[:4] + b"TFL2" + base[8:]
    yield "version_2.tflite", "schema version 2", made(lambda w: w.put("<I", w.field(w.model, 0), 2))
    yield "version_4.tflite", "schema version 4", made(lambda w: w.put("<I", w.field(w.model, 0), 4))
    yield "root_outside.tflite", "root offset beyond the end", struct.pack("<I", 0x7FFFFFF0) + base[4:]
    yield "root_in_header.tflite", "root offset 2, inside the header", struct.pack("<I", 2) + base[4:]
    yield "vtable_outside.tflite", "vtable of the model before the file", made(
        lambda w: w.put("<i", w.model._tab.Pos, 0x7FFFFFFF))
    yield "vtable_odd.tflite", "vtable with an odd length", made(
        lambda w: w.put("<H", w.vtable(w.graph), 13))
    yield "vtable_long.tflite", "vtable length beyond the end", made(
        lambda w: w.put("<H", w.vtable(w.model), 0xFFFE))
    yield "vtable_short.tflite", "vtable of 2 bytes", made(lambda w: w.put("<H", w.vtable(w.model), 2))
    yield "field_outside_table.tflite", "a field offset beyond its table", made(
        lambda w: w.put("<H", w.vtable(w.model) + 4, 0xFFF0))
    yield "vector_length.tflite", "operators: vector length 0xFFFFFFFF", made(
        lambda w: w.put("<I", w.target(w.field(w.graph, 3)), 0xFFFFFFFF))
    yield "data_length.tflite", "buffer 1: data length beyond the end", made(
        lambda w: w.put("<I", w.target(w.field(w.model.Buffers(1), 0)), 0x00FFFFFF))
    yield "string_length.tflite", "tensor name longer than the file", made(
        lambda w: w.put("<I", w.target(w.field(w.graph.Tensors(1), 3)), 0x7FFFFFFF))
    yield "offset_zero.tflite", "operator codes: an offset of 0, which points at itself", made(cycle)
    yield "cycle.tflite", "the offset of subgraph 0 wraps around 32 bits, back to the root table", made(
        lambda w: w.put("<I", w.graph_slot(), (w.model._tab.Pos - w.graph_slot()) & 0xFFFFFFFF))
    yield "union_type.tflite", "operator 0 has options of the unknown type 250", made(
        lambda w: w.put("<B", w.field(w.graph.Operators(0), 3), 250))
    yield "union_mismatch.tflite", "operator 0 has options of type 1 (CONV_2D) in a dense layer's table", made(
        lambda w: w.put("<B", w.field(w.graph.Operators(0), 3), 1))
    yield "misaligned_scalar.tflite", "buffer index of tensor 1 at an odd offset", made(misaligned)
    yield "external_outside.tflite", "buffer 1 lies outside the flatbuffer and beyond the end", external(
        None, 4096, 48)
    yield "external_overflow.tflite", "buffer 1: offset + size overflows 64 bits", external(
        None, 0xFFFFFFFFFFFFFFF0, 48)
    yield "unknown_field.tflite", "tensors have a field 15 that the schema does not know", unknown_field()


def unknown_field():
    start, end = schema.TensorStart, schema.TensorEnd
    try:
        schema.TensorStart = lambda builder: builder.StartObject(16)

        def finish(builder):
            builder.PrependInt32Slot(15, 7, 0)
            return builder.EndObject()
        schema.TensorEnd = finish
        return writer.packed(small().tree)
    finally:
        schema.TensorStart, schema.TensorEnd = start, end
