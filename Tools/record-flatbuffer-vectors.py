#!/usr/bin/env python3
"""Records files written by Python's flatbuffers for FlatBuffersTests; run from the package folder.

The table has a field of every kind (slot: kind):
0 int8 (default −5), 1 uint8, 2 int32, 3 uint32, 4 uint64, 5 bool (default true), 6 float bits, 7 double bits,
8 [uint8], 9 [uint16], 10 [int32], 11 [uint32], 12 [int64], 13 [float], 14 string, 15 [table],
16 table, 17 blob (16-aligned), 18 union tag, 19 union value.
"""
import pathlib
import struct

import flatbuffers
import numpy as np
from flatbuffers import flexbuffers

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "Tests" / "FlatBuffersTests" / "Vectors"
SLOTS = 20


def floats(*patterns):
    return np.array(patterns, np.uint32).view(np.float32)


def blob(builder, content):
    builder.StartVector(1, len(content), 16)
    builder.head -= len(content)
    builder.Bytes[builder.head:builder.head + len(content)] = content
    return builder.EndVector()


def text(builder, content):
    """A string whose bytes need not be UTF-8."""
    return builder.CreateString(content)


def table(builder, scalars=None, offsets=None, slots=SLOTS):
    builder.StartObject(slots)
    for slot, (kind, value) in (scalars or {}).items():
        getattr(builder, f"Prepend{kind}Slot")(slot, value, None)
    for slot, place in (offsets or {}).items():
        builder.PrependUOffsetTRelativeSlot(slot, place, 0)
    return builder.EndObject()


def tables(builder, places):
    builder.StartVector(4, len(places), 4)
    for place in reversed(places):
        builder.PrependUOffsetTRelative(place)
    return builder.EndVector()


SCALARS = {0: ("Int8", -128), 1: ("Uint8", 255), 2: ("Int32", -2147483648), 3: ("Uint32", 4294967295),
           4: ("Uint64", 18446744073709551615), 5: ("Bool", False), 6: ("Uint32", 0x80000000),
           7: ("Uint64", 0x7FF8000000000001)}
DEFAULTS = {0: ("Int8", -5), 1: ("Uint8", 0), 2: ("Int32", 0), 3: ("Uint32", 0), 4: ("Uint64", 0), 5: ("Bool", True),
            6: ("Uint32", 0), 7: ("Uint64", 0)}


def full():
    builder = flatbuffers.Builder(64)
    offsets = {
        8: builder.CreateNumpyVector(np.array([1, 2, 250], np.uint8)),
        9: builder.CreateNumpyVector(np.array([1, 65535], np.uint16)),
        10: builder.CreateNumpyVector(np.array([-1, 2147483647], np.int32)),
        11: builder.CreateNumpyVector(np.array([4294967295], np.uint32)),
        12: builder.CreateNumpyVector(np.array([-9223372036854775808, 7], np.int64)),
        13: builder.CreateNumpyVector(floats(0x7FC00001, 0x80000000, 0x3F800000)),
        14: text(builder, b"caf\xe9\x00!"),
        17: blob(builder, bytes(range(40))),
        16: table(builder, {2: ("Int32", 16)}),
        15: tables(builder, [table(builder, {2: ("Int32", n)}) for n in (5, 6, 7)]),
        19: table(builder, {2: ("Int32", 99)}),
    }
    return builder, table(builder, {**SCALARS, 18: ("Uint8", 1)}, offsets)


def empty():
    builder = flatbuffers.Builder(16)
    return builder, table(builder)


def defaults():
    """Defaults that are written all the same, and vectors without elements."""
    builder = flatbuffers.Builder(16)
    offsets = {slot: builder.CreateNumpyVector(np.zeros(0, kind)) for slot, kind in (
        (8, np.uint8), (9, np.uint16), (10, np.int32), (11, np.uint32), (12, np.int64), (13, np.float32))}
    offsets |= {14: text(builder, b""), 17: blob(builder, b""), 16: table(builder), 15: tables(builder, [])}
    return builder, table(builder, DEFAULTS, offsets)


def nested():
    """Sixty tables deep, and one table that two fields share."""
    builder = flatbuffers.Builder(16)
    inner = table(builder, {2: ("Int32", 60)})
    for depth in range(59, 0, -1):
        inner = table(builder, {2: ("Int32", depth)}, {16: inner})
    shared = table(builder, {2: ("Int32", 1234)})
    return builder, table(builder, {}, {16: inner, 15: tables(builder, [shared, shared])})


def newer():
    """A field of slot 25 with a value, in a table and in its child."""
    builder = flatbuffers.Builder(16)
    child = table(builder, {25: ("Int32", 3)}, slots=26)
    return builder, table(builder, {2: ("Int32", 1), 25: ("Int32", 7)}, {15: tables(builder, [child])}, slots=26)


def newer_union():
    builder = flatbuffers.Builder(16)
    return builder, table(builder, {18: ("Uint8", 9)}, {19: table(builder, {2: ("Int32", 1)})})


def many():
    """A thousand tables with the same vtable and names of which every second is equal."""
    builder = flatbuffers.Builder(16)
    places = []
    for number in range(1000):
        name = text(builder, f"name {number // 2}".encode())
        places.append(table(builder, {2: ("Int32", number)}, {14: name}))
    return builder, table(builder, {}, {15: tables(builder, places)})


FOLDER.mkdir(parents=True, exist_ok=True)
for make in (full, empty, defaults, nested, newer, newer_union, many):
    builder, root = make()
    builder.Finish(root, b"TEST")
    raw = bytes(builder.Output())
    (FOLDER / f"{make.__name__}.bin").write_bytes(raw)
    assert struct.unpack_from("4s", raw, 4)[0] == b"TEST"


def flex():
    """A map of every kind of value, in FlexBuffers."""
    return flexbuffers.Dumps(
        {
            "max_detections": 5, "big": 70000, "negative": -3, "score": 0.25, "third": 0.1, "flag": True,
            "name": "grün", "list": [1, 2, 300], "nested": {"a": 1.5}, "nothing": None,
        })


def flex_indirect():
    """Numbers behind offsets."""
    builder = flexbuffers.Builder()
    with builder.Map():
        builder.Key("i")
        builder.IndirectInt(-7)
        builder.Key("f")
        builder.IndirectFloat(2.5)
    return builder.Finish()


for make in (flex, flex_indirect):
    (FOLDER / f"{make.__name__}.bin").write_bytes(bytes(make()))
