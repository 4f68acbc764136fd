"""Seeded values. Random floats are rounded to half precision, which halves the archives."""

import numpy as np

EXTREME = np.array([0, -0.0, 1, -1, 0.5, -0.5, 1.5, -1.5, 2.5, -2.5, 1e-40, -1e-40, 1e-30, 1e30, -1e30, 3e38, -3e38,
                    16.7, -16.7, 88.8, -88.8, -104, np.inf, -np.inf, np.nan], np.float32)
KINDS = ("int32", "int64", "uint8", "int8", "bool")
FINITE = EXTREME[np.isfinite(EXTREME) & (np.abs(EXTREME) < 1e29)]
LEVELS = {"int8": (-128, 127), "uint8": (0, 255), "int16": (-32768, 32767)}
_random = np.random.default_rng(0)


def seed(number):
    global _random
    _random = np.random.default_rng(number)


def random():
    return _random


def normal(*shape, scale=1.0):
    return (_random.normal(0, scale, shape)).astype(np.float16).astype(np.float32)


def uniform(low, high, *shape):
    return _random.uniform(low, high, shape).astype(np.float16).astype(np.float32)


def integers(low, high, *shape, kind=np.int32):
    """From low to high, both included."""
    return _random.integers(low, high, shape, endpoint=True).astype(kind)


def levels(kind, *shape):
    """All that a quantized type can hold; its limits are there if there is room."""
    low, high = LEVELS[kind]
    values = integers(low, high, *shape, kind=kind)
    values.reshape(-1)[:2] = (low, high)[:values.size]
    return values


def bools(*shape):
    return _random.random(shape) < 0.5


def some(kind, *shape):
    """Of one of the KINDS."""
    return bools(*shape) if kind == "bool" else integers(0, 100, *shape, kind=kind)


def distinct(*shape, kind=np.float32):
    """All different, in any order."""
    return _random.permutation(int(np.prod(shape))).reshape(shape).astype(kind)


def weights(*shape, axis=None, scale=0.02):
    """int8 values with -127…127 and their scale, one a channel if there is an axis."""
    values = _random.integers(-127, 127, shape, endpoint=True).astype(np.int8)
    if axis is None:
        return values, np.float32(scale)
    return values, uniform(0.5 * scale, 2 * scale, shape[axis])
