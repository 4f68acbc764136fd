#!/usr/bin/env python3
"""Records numpy's results for KernelsTests; run from the package folder.

float16.bin: float32 inputs, then as many float16 results. int8.bin: for each channel its float32 magnitude, 128
float32 values, 128 int8 results of round-half-away(x / (m / 127)) in float64. widened.txt: CRC-32 of all 65,536
halves as float32, NaNs excluded.
"""
import pathlib
import zlib

import numpy as np

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "Tests" / "KernelsTests" / "Vectors"
VALUES = 128


def half_inputs():
    random = np.random.default_rng(41)
    edges = np.array([0, 0x80000000, 0x00000001, 0x007FFFFF, 0x00800000, 0x33000000, 0x33000001, 0x32FFFFFF, 0x33800000,
                      0x387FC000, 0x387FE000, 0x387FFFFF, 0x38800000, 0x477FE000, 0x477FEFFF, 0x477FF000, 0x477FFFFF,
                      0x47800000, 0x7F7FFFFF, 0x7F800000, 0xFF800000, 0x7FC00000, 0x7F800001, 0xFFFFFFFF], np.uint32)
    halves = np.concatenate([np.arange(0, 200), random.integers(0, 0x7C00, 300), np.arange(0x7B80, 0x7C00),
                             np.arange(0x3F0, 0x420)]).astype(np.uint16)
    low = halves.view(np.float16).astype(np.float64)
    high = (halves + 1).astype(np.uint16).view(np.float16).astype(np.float64)
    high[np.isinf(high)] = 65536
    middle = ((low + high) / 2).astype(np.float32)
    near = np.concatenate([middle, np.nextafter(middle, np.float32(0)), np.nextafter(middle, np.float32(1e9))])
    signs = random.integers(0, 2, near.size, dtype=np.uint32) << 31
    anything = random.integers(0, 1 << 32, 1000, dtype=np.uint32)
    return np.concatenate([edges, near.view(np.uint32) ^ signs, anything])


def quantized(values, magnitude):
    quotient = values.astype(np.float64) / (np.float64(magnitude) / 127)
    return np.clip(np.sign(quotient) * np.floor(np.abs(quotient) + 0.5), -127, 127).astype(np.int8)


def exact_half_away(values, magnitude):
    """`quantized` again with rationals, because floor(x + 0.5) itself rounds."""
    quotients = values.astype(np.float64) / (np.float64(magnitude) / 127)
    return np.array([int(abs(q)) + (abs(q) - int(abs(q)) >= 0.5) for q in quotients]) * np.sign(quotients)


def channels():
    random = np.random.default_rng(42)
    for magnitude in (1.0, 127.0, 0.7853982, 1e-30, 3e38, 5e-7, 1.1754944e-38 * 127, 254.0, 6.35, 0.1):
        magnitude = np.float32(magnitude)
        ties = ((random.integers(-127, 127, VALUES) + 0.5) * np.float64(magnitude) / 127).astype(np.float32)
        near = np.nextafter(ties, np.float32(0) if random.random() < 0.5 else magnitude)
        uniform = random.uniform(-1, 1, VALUES).astype(np.float32) * magnitude
        uniform[:4] = magnitude, -magnitude, 0, -0.0
        for values in (ties, near, uniform):
            yield magnitude, np.clip(values, -magnitude, magnitude)


FOLDER.mkdir(parents=True, exist_ok=True)
inputs = half_inputs()
with np.errstate(over="ignore"):
    results = inputs.view(np.float32).astype(np.float16)
(FOLDER / "float16.bin").write_bytes(inputs.tobytes() + results.tobytes())
records = b""
for magnitude, values in channels():
    result = quantized(values, magnitude)
    assert np.array_equal(result, exact_half_away(values, magnitude))
    records += magnitude.tobytes() + values.tobytes() + result.tobytes()
(FOLDER / "int8.bin").write_bytes(records)
wide = np.arange(65536, dtype=np.uint16).view(np.float16).astype(np.float32)
wide = wide[~np.isnan(wide)]
(FOLDER / "widened.txt").write_text(f"{wide.size} {zlib.crc32(wide.tobytes()):08x}\n")
