"""Few bits in recurrent operators, in weights that two operators read, and in tables."""

import numpy as np

from vectors.case import case

from .child import isolated
from .runner import PATHS, invoked, told
from .store import KINDS, in_blocks, pack


def runs(model, feeds):
    """A line of what every path does with a model, and the results."""
    results, texts = {}, []
    for path in PATHS:
        kind, value = isolated(invoked, model, feeds, path)
        results[path] = value[0] if kind == "ok" else None
        texts.append(("X " if value[1] else "") + "ran" if kind == "ok" else f"{kind} {told(value)}")
    return texts, results


def against(want, results):
    """The greatest deviation on each path."""
    texts = []
    for path in PATHS:
        if results[path] is None:
            texts.append("-")
        else:
            gaps = [np.abs(np.asarray(a, np.float64) - b).max() for a, b in zip(want, results[path])]
            texts.append(f"{max(gaps):.2g}")
    return texts


def matrix(built, bits, *shape, seed):
    values = np.random.default_rng(seed).integers(-1 if bits[1] == 2 else -7,
                                                  1 if bits[1] == 2 else 7,
                                                  shape,
                                                  endpoint=True)
    return built.const(pack(values, bits[0]), KINDS[bits[0]], shape, scale=0.05)


def rnn(bits, name):
    x = np.random.default_rng(5).standard_normal((2, 3, 8) if "SEQUENCE" in name else (2, 8)).astype(np.float32)
    built = case("r").input(x)
    if name.startswith("BIDIRECTIONAL"):
        for way in range(2):
            matrix(built, bits, 6, 8, seed=way)
            matrix(built, bits, 6, 6, seed=way + 2)
            built.const(np.zeros(6, np.float32)).variable(2, 6)
        built.none(3)
        return built.op(name, out=["float32", "float32"], version=3, fused="TANH", asymmetric_quantize_inputs=True), [x]
    matrix(built, bits, 6, 8, seed=1)
    matrix(built, bits, 6, 6, seed=2)
    built.const(np.zeros(6, np.float32)).variable(2, 6)
    return built.op(name, version=3, fused="TANH", asymmetric_quantize_inputs=True), [x]


def lstm(bits, name):
    x = np.random.default_rng(5).standard_normal((2, 3, 8) if "SEQUENCE" in name else (2, 8)).astype(np.float32)
    built = case("l").input(x)
    ways = 2 if name.startswith("BIDIRECTIONAL") else 1
    for way in range(ways):
        for columns in (8, 6):
            for gate in range(4):
                matrix(built, bits, 6, columns, seed=10 * way + gate + columns)
        built.none(3)
        for _ in range(4):
            built.const(np.zeros(6, np.float32))
        built.none(2)
    for _ in range(ways):
        built.variable(2, 6).variable(2, 6)
    built.none(9 if ways == 2 else 4)
    out = ["float32"] * ways
    return built.op(name, out=out if ways == 2 else None, version=3, fused="TANH", asymmetric_quantize_inputs=True), [x]


def svdf(bits, name):
    x = np.random.default_rng(5).standard_normal((2, 8)).astype(np.float32)
    built = case("s").input(x)
    matrix(built, bits, 4, 8, seed=1)
    matrix(built, bits, 4, 6, seed=2)
    return built.const(np.zeros(4, np.float32)).variable(2, 24).op(name,
                                                                   version=4,
                                                                   rank=1,
                                                                   asymmetric_quantize_inputs=True), [x]


def recurrent():
    for make, names in ((rnn, ("RNN", "UNIDIRECTIONAL_SEQUENCE_RNN", "BIDIRECTIONAL_SEQUENCE_RNN")),
                        (lstm, ("LSTM", "UNIDIRECTIONAL_SEQUENCE_LSTM", "BIDIRECTIONAL_SEQUENCE_LSTM")), (svdf,
                                                                                                          ("SVDF", ))):
        for name in names:
            for bits in (4, 2):
                eight, feeds = make((8, bits), name)
                _, want = runs(eight.model(), feeds)
                few, _ = make((bits, bits), name)
                texts, got = runs(few.model(), feeds)
                gaps = [
                    "" if got[p] is None or want[p] is None else f" ~8 {np.abs(got[p][0] - want[p][0]).max():.2g}"
                    for p in PATHS
                ]
                print(name, f"int{bits}", " | ".join(t + g for t, g in zip(texts, gaps)), flush=True)


def shared():
    """One int4 constant read by two operators, alone and next to DEQUANTIZE or EMBEDDING_LOOKUP."""
    random = np.random.default_rng(3)
    values = random.integers(-7, 7, (16, 64), endpoint=True)
    scale = random.uniform(0.01, 0.1, 16).astype(np.float32)
    weight = values * scale[:, None]
    x = random.standard_normal((3, 64)).astype(np.float32)
    ids = np.array([3, 0, 15], np.int32)
    for block in (None, 32):
        for second in ("FULLY_CONNECTED", "EMBEDDING_LOOKUP", "DEQUANTIZE", "CONV_2D"):
            if block and second in ("DEQUANTIZE", "CONV_2D"):
                continue
            built = case("two").input(x).label("x").input(ids).label("ids").drop(2)
            place = None
            if block:
                held = np.repeat(scale[:, None], 2, 1).astype(np.float16)
                built.const(held)
                index = len(built.tensors) - 1
                built.drop()
                weight = values * held[:, :1].astype(np.float32)
                built.const(pack(values, 4), "int4", values.shape).label("w").drop()
                place = (len(built.tensors) - 1, index, 32)
            else:
                built.const(pack(values, 4), "int4", values.shape, scale=scale).label("w").drop()
            built.use("x", "w").none().op("FULLY_CONNECTED", out="float32", version=12, asymmetric_quantize_inputs=True)
            built.label("a").drop()
            known = {len(built.tensors) - 1: [3, 16]}
            want = [x @ weight.T]
            if second == "FULLY_CONNECTED":
                built.use("x", "w").none().op(second,
                                              out="float32",
                                              version=12,
                                              asymmetric_quantize_inputs=True,
                                              fused="RELU")
                want.append(np.maximum(x @ weight.T, 0))
            elif second == "EMBEDDING_LOOKUP":
                built.use("ids", "w").op(second, out="float32", version=4)
                want.append(weight[ids])
            elif second == "DEQUANTIZE":
                built.use("w").op(second, out="float32", version=6)
                want.append(weight)
            else:
                continue
            known[len(built.tensors) - 1] = list(want[1].shape)
            built.label("b").output("a", "b")
            model = built.model([known])
            texts, results = runs(in_blocks(model, [place]) if place else model, [x, ids])
            print("FULLY_CONNECTED and",
                  second,
                  "block 32:" if block else "channel:",
                  " | ".join(f"{t} {g}" for t, g in zip(texts, against(want, results))),
                  f"(greatest {np.abs(want[0]).max():.2g})",
                  flush=True)


def tables():
    """GATHER on int4 tables with scales along columns, on a decoded table, along axis 1, with few rows."""
    random = np.random.default_rng(4)
    ids = np.array([4, 0, 2, 4], np.int32)
    for label, shape, axis, per in [("columns", (5, 32), 0, 1), ("columns, odd width", (5, 33), 0, 1),
                                    ("axis 1", (32, 6), 1, None), ("axis 1, odd", (7, 33), 1, None),
                                    ("rank 3", (5, 3, 4), 0, None), ("rank 3, odd", (5, 3, 3), 0, None)]:
        values = random.integers(-7, 7, shape, endpoint=True)
        scale = random.uniform(0.01, 0.1, shape[1] if per else 1).astype(np.float32)
        want = np.take(values * scale, ids, axis)
        built = case("g").const(pack(values, 4), "int4", shape, scale=scale, axis=1).input(ids)
        built.op("GATHER", out=dict(kind="int4", scale=scale, axis=1), version=7, axis=axis).op("DEQUANTIZE",
                                                                                                out="float32",
                                                                                                version=6)
        texts, results = runs(built.model([{2: list(want.shape), 3: list(want.shape)}]), [ids])
        print("GATHER then DEQUANTIZE,",
              label,
              shape,
              " | ".join(f"{t} {g}" for t, g in zip(texts, against([want], results))),
              flush=True)
        for bits in (4, 2):
            few = np.clip(values, -1, 1) if bits == 2 else values
            want = np.take(few * scale, ids, axis)
            built = case("g").const(pack(few, bits), KINDS[bits], shape, scale=scale,
                                    axis=1).op("DEQUANTIZE", out="float32",
                                               version=6 if bits == 4 else 7).input(ids).op("GATHER",
                                                                                            out="float32",
                                                                                            axis=axis)
            texts, results = runs(built.model([{1: list(shape), 3: list(want.shape)}]), [ids])
            print(f"DEQUANTIZE int{bits} then GATHER,",
                  label,
                  shape,
                  " | ".join(f"{t} {g}" for t, g in zip(texts, against([want], results))),
                  flush=True)
    for shape in ((5, 3, 4), (5, 3, 3)):
        values = random.integers(-7, 7, shape, endpoint=True)
        for scale in (np.array([0.05], np.float32), random.uniform(0.01, 0.1, 5).astype(np.float32)):
            want = (values * scale.reshape(-1, 1, 1))[ids]
            built = case("e").input(ids).const(pack(values, 4), "int4", shape, scale=scale).op("EMBEDDING_LOOKUP",
                                                                                               out="float32",
                                                                                               version=4)
            texts, results = runs(built.model([{2: list(want.shape)}]), [ids])
            print("EMBEDDING_LOOKUP",
                  shape,
                  "rows" if scale.size > 1 else "one scale",
                  " | ".join(f"{t} {g}" for t, g in zip(texts, against([want], results))),
                  flush=True)
