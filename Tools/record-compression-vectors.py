#!/usr/bin/env python3
"""Records the golden vectors of CompressionTests from zlib and hashlib.

Run from the package folder; the tests read the files without Python. Layout of each `.vec` file:
a little-endian uint32 before every field; see `write`.
"""
import collections
import hashlib
import math
import os
import random
import struct
import zlib

FOLDER = os.path.join(os.path.dirname(__file__), "..", "Tests", "CompressionTests", "Vectors")


def write(name, records):
    """Each record is a list of byte strings, each preceded by its length."""
    with open(os.path.join(FOLDER, name), "wb") as file:
        for record in records:
            for field in record:
                file.write(struct.pack("<I", len(field)) + field)


def inputs():
    source = random.Random(20)
    floats = b"".join(struct.pack("<f", source.gauss(0, 0.05)) for _ in range(1500))
    pruned = b"".join(
        struct.pack("<f", 0 if source.random() < 0.6 else source.gauss(0, 0.05))
        for _ in range(1500))
    centres = [struct.pack("<f", source.gauss(0, 0.05)) for _ in range(16)]
    clustered = b"".join(source.choice(centres) for _ in range(2000))
    words = ["conv", "bias", "kernel", "relu", "add", "depthwise", "layer", "_", "/", "1", "2"]
    text = " ".join(source.choice(words) for _ in range(1500)).encode()
    skewed = b"".join(bytes([i]) * int(1.618**i) for i in range(19))
    return {
        "empty": b"", "one byte": b"a", "short": b"hello, hello, hello", "floats": floats,
        "pruned": pruned, "clustered": clustered, "text": text, "skewed": skewed,
        "zeros": bytes(40000), "noise": source.randbytes(1000),
        "far": source.randbytes(300) + bytes(32468) + source.randbytes(8),
        "period": source.randbytes(3) * 700,
    }


def deflate_vectors():
    """name, length and SHA-256 of the input, raw stream."""
    for name, data in inputs().items():
        settings = [(6, zlib.Z_DEFAULT_STRATEGY, "6"), (6, zlib.Z_FIXED, "fixed")]
        settings += [(1, zlib.Z_DEFAULT_STRATEGY, "1"), (9, zlib.Z_DEFAULT_STRATEGY, "9")]
        settings += [(6, zlib.Z_HUFFMAN_ONLY, "huffman only"), (6, zlib.Z_RLE, "runs")]
        if len(data) < 2000:
            settings.append((0, zlib.Z_DEFAULT_STRATEGY, "0"))
        for level, strategy, label in settings:
            if len(data) > 5000 and label in ("1", "huffman only", "runs"):
                if name in ("floats", "skewed"):
                    continue
            encoder = zlib.compressobj(level, zlib.DEFLATED, -15, 8, strategy)
            stream = encoder.compress(data) + encoder.flush()
            digest = hashlib.sha256(data).digest()
            yield [f"{name}, {label}".encode(), struct.pack("<I", len(data)), digest, stream]


def checksum_vectors():
    """input, SHA-256, CRC-32."""
    source = random.Random(21)
    for count in [0, 1, 3, 7, 8, 9, 55, 56, 57, 63, 64, 65, 119, 120, 127, 128, 129, 1000, 4099]:
        data = source.randbytes(count)
        yield [data, hashlib.sha256(data).digest(), struct.pack("<I", zlib.crc32(data))]


def entropy(values):
    total = len(values)
    counts = collections.Counter(values).values()
    return -math.fsum(c / total * math.log2(c / total) for c in counts) if total else 0.0


def statistics_vectors():
    """kind, bytes, elements, zeros, distinct, entropy, entropy by byte place."""
    source = random.Random(22)
    kinds = {
        "integer1": ("<b", lambda: source.randrange(-20, 21)),
        "integer2": ("<h", lambda: int(source.gauss(0, 40))),
        "integer4": ("<i", lambda: int(source.gauss(0, 90))),
        "integer8": ("<q", lambda: int(source.gauss(0, 2))),
        "float16": ("<e", lambda: source.choice([0.0, -0.0, source.gauss(0, 1)])),
        "float32": ("<f", lambda: source.choice([0.0, -0.0, 1.5, source.gauss(0, 1)])),
        "float64": ("<d", lambda: source.choice([0.0, -0.0, source.gauss(0, 1)])),
    }
    for kind, (form, draw) in kinds.items():
        for count in [0, 1, 7, 1500]:
            data = b"".join(struct.pack(form, draw()) for _ in range(count))
            width = struct.calcsize(form)
            elements = [data[i:i + width] for i in range(0, len(data), width)]
            zeros = sum(struct.unpack(form, e)[0] == 0 for e in elements)
            planes = math.fsum(entropy(data[i::width]) for i in range(width))
            numbers = [count, zeros, len(set(elements))]
            fields = [struct.pack("<Q", n) for n in numbers]
            fields += [struct.pack("<d", e) for e in (entropy(elements), planes)]
            yield [kind.encode(), data] + fields


os.makedirs(FOLDER, exist_ok=True)
write("deflate.vec", deflate_vectors())
write("checksums.vec", checksum_vectors())
write("statistics.vec", statistics_vectors())
