"""MediaPipe's custom operators: XNNPACK alone has them. Their options are C structs, their shapes must be declared.

XNNPACK writes a place within the pool as an integer into a tensor that is declared to hold floats; so it is only passed
on, never an output.
"""

import struct

from .case import case
from .catalog import vectors
from .values import distinct, normal

SAME, VALID = 1, 2


def pool_options(padding, strides, size):
    return struct.pack("<8i", padding, strides[1], strides[0], size[1], size[0], 0, -1, -1)


@vectors("Convolution2DTransposeBias")
def transpose_bias(name):
    for label, x, w, padding, stride in [
            ("stride-2-same", (1, 4, 5, 3), (5, 3, 3, 3), SAME, 2),
            ("stride-2-valid", (1, 4, 3, 8), (17, 3, 3, 8), VALID, 2),
            ("2x2-same", (1, 3, 3, 16), (1, 2, 2, 16), SAME, 2), ("2x2-valid", (2, 3, 4, 5), (3, 2, 2, 5), VALID, 2),
            ("stride-1", (1, 5, 5, 3), (4, 3, 3, 3), SAME, 1), ("4x4-stride-2", (1, 3, 4, 3), (8, 4, 4, 3), SAME, 2)]:
        sides = [n * stride if padding == SAME else (n - 1) * stride + k for n, k in zip(x[1:3], w[1:3])]
        yield case(label).input(normal(*x)).const(normal(*w, scale=0.4)).const(normal(w[0])).op(
            name, out=dict(kind="float32", shape=[x[0], *sides, w[0]]),
            custom=struct.pack("<3i", padding, stride, stride)).with_delegate()


@vectors("MaxPoolingWithArgmax2D", "MaxUnpooling2D")
def max_pooling(_):
    for label, x, padding in [("2x2", (1, 6, 8, 5), SAME), ("valid", (1, 4, 6, 17), VALID),
                              ("batch", (2, 4, 4, 3), SAME),
                              ("wide", (1, 2, 4, 33), SAME)]:
        out = dict(kind="float32", shape=[x[0], x[1] // 2, x[2] // 2, x[3]])
        options = pool_options(padding, (2, 2), (2, 2))
        built = case(label).input(distinct(*x)).op("MaxPoolingWithArgmax2D", out=[out, out], custom=options)
        built.labels["pooled"], built.labels["places"] = built.operands
        built.drop(2).use("pooled").const(normal(x[3])).op("MUL", out=out).label("scaled").drop()
        built.use("scaled", "places").op("MaxUnpooling2D", out=dict(kind="float32", shape=list(x)),
                                         custom=pool_options(VALID, (2, 2), (2, 2))).label("unpooled")
        yield built.output("pooled", "unpooled").with_delegate()
