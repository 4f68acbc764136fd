"""The rows of the table."""

from .models import Spec

LINEAR = ("CONV_2D", "GROUPED", "DEPTHWISE_CONV_2D", "TRANSPOSE_CONV", "CONV_3D", "FULLY_CONNECTED", "BATCH_MATMUL",
          "BATCH_MATMUL_T")
EVEN, ODD, ONE, LARGE = (32, 16), (33, 7), (1, 1), (256, 128)


def forms():
    for name in LINEAR:
        for form in ("hybrid", "decoded", "cast", "int8", "int16"):
            for bits in (4, 2):
                for per in ("channel", "tensor", "equal"):
                    if form == "cast" and per != "tensor" or form in ("decoded", "int16") and per == "equal":
                        continue
                    for size in (EVEN, ODD):
                        yield Spec(name, form, bits, per, size)
    for name in ("EMBEDDING_LOOKUP", "GATHER"):
        for bits in (4, 2):
            for per in ("channel",
                        "tensor") if name != "GATHER" else ("tensor", ):  # no scale for each row goes through
                for size in (EVEN, ODD, (34, 5), (31, 9)):
                    yield Spec(name, "decoded" if name == "GATHER" else "hybrid", bits, per, size)


def blocks():
    for name in ("FULLY_CONNECTED", "EMBEDDING_LOOKUP"):
        for bits in (4, 2, 8):
            for per in (32, 64, 128, 256, 16):
                yield Spec(name, "hybrid", bits, per, (256, 16))
        for size in ((32, 1), (32, 3), (64, 7), (96, 5), (256, 33)):
            yield Spec(name, "hybrid", 4, 32, size)
        yield Spec(name, "hybrid", 4, 32, (48, 8))
        yield Spec(name, "hybrid", 4, 32, (16, 8))
        for kind in ("float32", "bfloat16"):
            yield Spec(name, "hybrid", 4, 32, (64, 8), scale_type=kind)
        for scale in (0, 6e-8, 1e-5, 6e-5, 1.0, 60000.0):
            yield Spec(name, "hybrid", 4, 32, (64, 8), scale=scale)
        yield Spec(name, "hybrid", 4, 32, (64, 8), lowest=True)
    for more in (dict(bias=False), dict(batch=1), dict(batch=7), dict(asymmetric=False),
                 dict(options=(("fused", "RELU"), )), dict(options=(("fused", "RELU6"), )),
                 dict(options=(("keep_num_dims", True), ))):
        yield Spec("FULLY_CONNECTED", "hybrid", 4, 32, (64, 8), **more)
    yield Spec("FULLY_CONNECTED", "decoded", 4, 32, (64, 8))
    yield Spec("BATCH_MATMUL_T", "hybrid", 4, 32, (64, 8))
    yield Spec("BATCH_MATMUL", "hybrid", 4, 32, (64, 64))


def edges():
    for name, forms in (("CONV_2D", ("hybrid", "int8", "int16")), ("DEPTHWISE_CONV_2D", ("int8", )),
                        ("FULLY_CONNECTED", ("hybrid", "int8", "int16"))):
        for form in forms:
            for bits in (4, 2) if name == "FULLY_CONNECTED" else (4, ):
                for size in (ONE, (2, 1), (3, 3), (5, 4), (30, 8), (32, 3), (32, 4), (34, 5), (64, 3), LARGE):
                    yield Spec(name, form, bits, "channel", size)
                for size in (EVEN, ODD):
                    yield Spec(name, form, bits, "channel", size, lowest=True)
                yield Spec(name, form, bits, "channel", EVEN, zero=1)
                yield Spec(name, form, bits, "tensor", EVEN, zero=1)
                yield Spec(name, form, bits, "channel", EVEN, bias=False)
                for batch in (1, 5):
                    yield Spec(name, form, bits, "channel", EVEN, batch=batch)
                for fused in ("RELU", "RELU6", "RELU_N1_TO_1", "TANH"):
                    yield Spec(name, form, bits, "channel", EVEN, options=(("fused", fused), ))
                for scale in (0, 1e-42, 1e-38, 1e-30, 1e30):
                    yield Spec(name, form, bits, "channel", EVEN, scale=scale)
                if form == "hybrid" and name == "FULLY_CONNECTED":
                    for per in ("channel", "tensor"):
                        for size in (EVEN, ODD):
                            yield Spec(name, form, bits, per, size, asymmetric=False)
                    yield Spec(name, form, bits, "channel", EVEN, options=(("keep_num_dims", True), ))
                if form == "int16":
                    for size in (EVEN, ODD):
                        yield Spec(name, form, bits, "channel", size, wide_bias=False)


def more():
    for size in (EVEN, ODD):
        yield Spec("DEPTHWISE_CONV_2D", "int8", 4, "channel", size, version=3)
        yield Spec("DEPTHWISE_CONV_2D", "int8", 8, "channel", size, version=3, bias=False)
    for name in ("FULLY_CONNECTED", "CONV_2D"):
        for bits in (4, 2):
            yield Spec(name, "decoded", bits, "channel", EVEN, zero=1)
            yield Spec(name, "decoded", bits, "channel", EVEN, lowest=True)
            yield Spec(name, "decoded", bits, "channel", EVEN, scale=0)
            yield Spec(name, "decoded", bits, "channel", EVEN, scale=1e-40)
    for bits in (4, 2):
        yield Spec("EMBEDDING_LOOKUP", "hybrid", bits, "channel", EVEN, zero=1)
        yield Spec("EMBEDDING_LOOKUP", "hybrid", bits, "channel", EVEN, lowest=True)
        yield Spec("EMBEDDING_LOOKUP", "hybrid", bits, "channel", EVEN, scale=0)
        yield Spec("EMBEDDING_LOOKUP", "hybrid", bits, "channel", EVEN, scale=1e-40)
    for rows in range(1, 10):
        yield Spec("FULLY_CONNECTED", "hybrid", 4, "channel", (66, 9), batch=rows)
    yield Spec("FULLY_CONNECTED", "hybrid", 4, "channel", (4096, 1024), batch=3)
    yield Spec("FULLY_CONNECTED", "hybrid", 4, 128, (4096, 256), batch=3)
    yield Spec("FULLY_CONNECTED", "int8", 4, "channel", (4096, 1024))


def all_cases():
    yield from dict.fromkeys([*forms(), *blocks(), *edges(), *more()])
