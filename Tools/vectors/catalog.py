"""Which function makes the cases of which operator."""

import importlib
import zlib

from . import values

FAMILIES = ("binary", "control", "convolution", "dense", "detection", "encoding", "filling", "hybrid", "mediapipe",
            "narrow", "pooling", "quantized_elementwise", "quantized_moves", "quantized_pools", "quantized_products",
            "quantized_recurrent", "quantized_unary", "recurrent", "reduction", "shape", "slicing", "stablehlo",
            "unary")
MAKERS = {}


def load():
    for family in FAMILIES:
        importlib.import_module(f"{__package__}.{family}")


def vectors(*names):
    """Decorates a generator of cases; it is given the operator's name."""
    def register(maker):
        for name in names:
            MAKERS.setdefault(name, []).append(maker)
        return maker
    return register


def cases(operator):
    """The cases of an operator, always the same whatever else is made in this run."""
    found = []
    for maker in MAKERS[operator]:
        values.seed(zlib.crc32(f"{operator} {maker.__name__}".encode()))
        found += maker(operator)
    names = [c.name for c in found]
    if len(set(names)) != len(names):
        raise ValueError(f"{operator}: two cases of one name: {sorted(n for n in names if names.count(n) > 1)[0]}")
    return found
