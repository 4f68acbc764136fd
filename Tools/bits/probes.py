"""Versions, biases, fields of blocks, batches and alignment: what the table has no row for."""

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter

from oracle import writer
from vectors.case import case
from vectors.recorder import RESOLVERS

from .graphs import against, runs
from .models import LIMITS, Spec, made
from .child import isolated
from .runner import PATHS, invoked, told
from .store import KINDS, pack
from .table import cell


def versions():
    """The versions of operators that load and run with weights of 4 and 2 bits, on each path."""
    for name, form, bits in [("CONV_2D", "hybrid", 4), ("CONV_2D", "int8", 4), ("CONV_2D", "int16", 4),
                             ("DEPTHWISE_CONV_2D", "int8", 4), ("FULLY_CONNECTED", "hybrid", 4),
                             ("FULLY_CONNECTED", "int8", 4), ("FULLY_CONNECTED", "int16", 4),
                             ("FULLY_CONNECTED", "hybrid", 2), ("FULLY_CONNECTED", "int8", 2),
                             ("EMBEDDING_LOOKUP", "hybrid", 4), ("EMBEDDING_LOOKUP", "hybrid", 2)]:
        found = {p: [] for p in PATHS}
        for version in range(1, 17):
            one = made(Spec(name, form, bits, "channel", (32, 16), version=version))
            for path in PATHS:
                text, _, result = cell(one, path)
                if result is not None and "WRONG" not in text:
                    found[path].append(f"{version}{'X' if text.startswith('X') else ''}")
        print(f"{name} {form} int{bits}:", "; ".join(f"{p} {' '.join(v)}" for p, v in found.items()), flush=True)


def bias():
    """Integer FULLY_CONNECTED with great biases: XNNPACK's 4-bit kernels accumulate 16 times the sum."""
    for bits, exponent in [(b, e) for b in (8, 4, 2) for e in (24, 25, 26, 27, 28, 29, 30)]:
        x = np.full((1, 32), 100, np.int8)
        values = np.ones((4, 32), int)
        built = case("b").input(x, scale=1.0, zero=0).const(pack(values, bits),
                                                            KINDS[bits],
                                                            values.shape,
                                                            scale=[1.0] * 4)
        held = np.array([2**exponent, -2**exponent, 0, 2**exponent - 1], np.int32)
        built.const(held, scale=[1.0] * 4)
        size = 2.0**(exponent - 6)
        built.op("FULLY_CONNECTED", out=dict(kind="int8", scale=size, zero=0), version={8: 4, 4: 10, 2: 14}[bits])
        texts, results = runs(built.model([{3: [1, 4]}]), [x])
        want = np.clip(np.round((3200.0 + held) / size), -128, 127)
        print(f"bias 2^{exponent} int{bits}:",
              " | ".join(f"{t} {g}" for t, g in zip(texts, against([want], results))),
              flush=True)


def sums():
    """Long rows of FULLY_CONNECTED whose products all have one sign: where sums overflow."""
    for bits in (8, 4, 2):
        top = LIMITS[bits]
        for depth in (32768, 37440, 37504, 65536, 75136, 75200, 131072, 262080, 300000):
            values, texts = np.full((4, depth), top), []
            x = np.ones((1, depth), np.float32)
            x[0, 0] = 0
            built = case("s").input(x).const(pack(values, bits), KINDS[bits], values.shape, scale=[1.0] * 4).none()
            built.op("FULLY_CONNECTED", out="float32", version=12, asymmetric_quantize_inputs=True)
            _, results = runs(built.model([{3: [1, 4]}]), [x])
            texts.append("hybrid " + " | ".join(against([x @ values.T / (top * depth)], {
                path: None if got is None else [got[0] / (top * depth)] for path, got in results.items()})))
            levels, size = np.full((1, depth), 127, np.int8), 255.0 * top * depth / 100
            built = case("s").input(levels, scale=1.0, zero=-128).const(
                pack(values, bits), KINDS[bits], values.shape, scale=[1.0] * 4).const(np.zeros(4, np.int32), scale=[1.0] * 4)
            built.op("FULLY_CONNECTED", out=dict(kind="int8", scale=size, zero=0), version={8: 4, 4: 10, 2: 14}[bits])
            _, results = runs(built.model([{3: [1, 4]}]), [levels])
            texts.append("int8 " + " | ".join(against([np.full((1, 4), 100.0)], results)))
            print(f"sums of {depth} int{bits}:", "; ".join(texts), flush=True)


def changed(model, change):
    tree = schema.ModelT.InitFromPackedBuf(model, 0)
    for buffer in tree.buffers:
        if buffer.data is not None:
            buffer.data = np.asarray(buffer.data, np.uint8)
    change(tree)
    return writer.packed(tree)


def details():
    """Block-wise FULLY_CONNECTED with unusual fields."""
    one = made(Spec("FULLY_CONNECTED", "hybrid", 4, 32, (64, 8)))

    def weight_of(tree):
        return next(t for t in tree.subgraphs[0].tensors if t.type == schema.TensorType.INT4)

    def scales_of(tree):
        return next(t for t in tree.subgraphs[0].tensors if t.type == schema.TensorType.FLOAT16)

    def set_scales(value):
        def change(tree):
            buffer = tree.buffers[scales_of(tree).buffer]
            held = buffer.data.view(np.float16).copy()
            held[3] = value
            buffer.data = held.view(np.uint8)

        return change

    def affine(tree):
        q = weight_of(tree).quantization
        q.scale, q.zeroPoint = np.full(8, 0.05, np.float32), np.zeros(8, np.int64)

    def details_of(tree):
        return weight_of(tree).quantization.details

    changes = {
        "as written": lambda t: None,
        "zeroPoints 0": lambda t: setattr(details_of(t), "zeroPoints", 0),
        "quantizedDimension 1": lambda t: setattr(weight_of(t).quantization, "quantizedDimension", 1),
        "scales flat": lambda t: setattr(scales_of(t), "shape", np.array([16], np.int32)),
        "scales 8x1x2": lambda t: setattr(scales_of(t), "shape", np.array([8, 1, 2], np.int32)),
        "affine beside": affine,
        "a negative scale": set_scales(-0.05),
        "an infinite scale": set_scales(np.inf),
        "a NaN": set_scales(np.nan),
        "a zero scale": set_scales(0),
        "least subnormal": set_scales(6e-8),
        "greatest": set_scales(65504),
        "scales index 999": lambda t: setattr(details_of(t), "scales", 999),
        "scales index -1": lambda t: setattr(details_of(t), "scales", -1),
        "blockSize 0": lambda t: setattr(details_of(t), "blockSize", 0),
        "blockSize 64 of 32": lambda t: setattr(details_of(t), "blockSize", 64),
        "version 13": lambda t: setattr(t.operatorCodes[0], "version", 13),
        "version 12": lambda t: setattr(t.operatorCodes[0], "version", 12),
    }
    if hasattr(schema.BlockwiseQuantizationT(), "blockShape"):
        changes["blockShape 1x32"] = lambda t: setattr(details_of(t), "blockShape", np.array([1, 32], np.int32))
    for label, change in changes.items():
        model = changed(one.model, change)
        texts = [cell(replace_model(one, model), p)[0] for p in PATHS]
        print("block details:", label, "|", " | ".join(texts), flush=True)


def replace_model(one, model):
    return type(one)(one.spec, model, one.feeds, one.weight, one.bias, one.x, one.y, one.options)


def elsewhere():
    """Block details on the weights of operators other than hybrid FULLY_CONNECTED and EMBEDDING_LOOKUP."""
    for spec in (Spec("CONV_2D", "hybrid", 4, "channel", (64, 8, 5, 1)),
                 Spec("CONV_2D", "int8", 4, "channel", (64, 8, 5, 1)),
                 Spec("FULLY_CONNECTED", "int8", 4, "channel", (64, 8)),
                 Spec("FULLY_CONNECTED", "int16", 4, "channel", (64, 8)),
                 Spec("FULLY_CONNECTED", "decoded", 4, "channel", (64, 8)),
                 Spec("GATHER", "decoded", 4, "tensor", (64, 8)),
                 Spec("DEPTHWISE_CONV_2D", "int8", 4, "channel", (64, 32), version=3)):
        one = made(spec)

        def change(tree):
            held = schema.TensorT()
            held.name, held.type, held.shape, held.hasRank = "scales", schema.TensorType.FLOAT16, np.array(
                [8, 2], np.int32), True
            held.buffer = writer.buffer_with(tree, np.full(16, 0.05, np.float16).tobytes())
            tree.subgraphs[0].tensors.append(held)
            weight = next(t for t in tree.subgraphs[0].tensors if t.type == schema.TensorType.INT4)
            weight.quantization = schema.QuantizationParametersT()
            block = schema.BlockwiseQuantizationT()
            block.scales, block.zeroPoints, block.blockSize = len(tree.subgraphs[0].tensors) - 1, -1, 32
            weight.quantization.detailsType = schema.QuantizationDetails.BlockwiseQuantization
            weight.quantization.details = block

        model = changed(one.model, change)
        texts = []
        for path in PATHS:
            kind, value = isolated(invoked, model, one.feeds, path)
            texts.append(f"ran, greatest {np.abs(value[0][0].astype(float)).max():.3g}" if kind ==
                         "ok" else f"{kind} {told(value)}")
        print("blocks on", spec.label(), "|", " | ".join(texts), flush=True)


def resize():
    """Other batches after the first load."""
    for spec in (Spec("FULLY_CONNECTED", "hybrid", 4, "channel", (64, 16)),
                 Spec("FULLY_CONNECTED", "hybrid", 4, 32, (64, 16)),
                 Spec("FULLY_CONNECTED", "int8", 4, "channel", (64, 16)),
                 Spec("CONV_2D", "hybrid", 4, "channel", (32, 16)),
                 Spec("FULLY_CONNECTED", "hybrid", 4, "channel", (33, 7))):
        one = made(spec)
        x = one.feeds[0]
        texts = []
        for path in PATHS:
            kind, value = isolated(resized, one.model, x, path)
            texts.append(f"{'rows equal' if value else 'rows DIFFER'}" if kind == "ok" else f"{kind} {value[:120]}")
        print("resize", spec.label(), " | ".join(texts), flush=True)


def resized(model, x, path):
    def one(interpreter, batch):
        detail = interpreter.get_input_details()[0]
        interpreter.resize_tensor_input(detail["index"], batch.shape)
        interpreter.allocate_tensors()
        interpreter.set_tensor(detail["index"], batch)
        interpreter.invoke()
        return interpreter.get_tensor(interpreter.get_output_details()[0]["index"]).copy()

    interpreter = Interpreter(model_content=model, experimental_op_resolver_type=RESOLVERS[path], num_threads=1)
    first = one(interpreter, x)
    more = one(interpreter, np.concatenate([x, x, x[:1]]))
    less = one(interpreter, x[:1])
    again = one(interpreter, x)
    whole = np.concatenate([first, first, first[:1]])
    return more.shape == whole.shape and np.allclose(more, whole, 1e-6, 1e-6) and np.allclose(
        less, first[:1], 1e-6, 1e-6) and np.allclose(first, again)


def align():
    """Files whose data begins at offsets that 16 does not divide; flatbuffers keep them at multiples of 4."""
    for spec in (Spec("FULLY_CONNECTED", "hybrid", 4, "channel", (64, 16)),
                 Spec("FULLY_CONNECTED", "hybrid", 4, 32, (64, 16)),
                 Spec("FULLY_CONNECTED", "hybrid", 2, "channel", (64, 16)),
                 Spec("FULLY_CONNECTED", "int8", 4, "channel", (64, 16)),
                 Spec("CONV_2D", "hybrid", 4, "channel", (32, 16)),
                 Spec("EMBEDDING_LOOKUP", "hybrid", 4, "channel", (32, 16)),
                 Spec("EMBEDDING_LOOKUP", "hybrid", 4, 32, (64, 8))):
        one, found = made(spec), {}
        tree = schema.ModelT.InitFromPackedBuf(one.model, 0)
        held = max((bytes(np.asarray(b.data, np.uint8)) for b in tree.buffers if b.data is not None), key=len)
        for length in range(0, 16, 4):
            tree.description = "d" * length
            builder = flatbuffers.Builder(1024)
            builder.Finish(tree.Pack(builder), b"TFL3")
            content = bytes(builder.Output())
            texts = []
            for path in PATHS:
                kind, value = isolated(invoked, content, one.feeds, path)
                same = kind == "ok" and value[0][0].tobytes() == isolated(invoked, one.model, one.feeds,
                                                                          path)[1][0][0].tobytes()
                texts.append("same" if same else f"{kind} {'DIFFERS' if kind == 'ok' else value[:90]}")
            found[content.index(held) % 16] = " | ".join(texts)
        for offset, text in sorted(found.items()):
            print("offset % 16 =", offset, spec.label(), text, flush=True)
