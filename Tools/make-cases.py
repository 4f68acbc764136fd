#!/usr/bin/env python3
"""Makes Fixtures/Cases: small float models with the masks, detector heads, front ends, padding and dead layers on which
quantizers lose outputs in silence, and cases.json with what the official converter's int8 files are off by in LiteRT.

Needs tensorflow (requirements-fixtures.txt). The models are seeded; samples come from `oracle/check_cases.py`.
"""

import json
import os
import pathlib
import tempfile

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy as np
import tensorflow as tf

from oracle import check_cases, runtime

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "Fixtures/Cases"
TOKENS, WIDTH, HEADS = 16, 32, 2


class Weights:
    def __init__(self, seed):
        self.random = np.random.default_rng(seed)

    def normal(self, *shape, deviation=1.0):
        return tf.constant((self.random.standard_normal(shape) * deviation).astype(np.float32))

    def dense(self, rows, columns, gain=1.0):
        return self.normal(rows, columns, deviation=gain / np.sqrt(rows))

    def filters(self, size, rows, columns):
        return self.normal(size, size, rows, columns, deviation=np.sqrt(2 / (size * size * rows)))


def normalized(x, scale, shift):
    mean = tf.reduce_mean(x, -1, keepdims=True)
    variance = tf.reduce_mean(tf.math.squared_difference(x, mean), -1, keepdims=True)
    return (x - mean) * tf.math.rsqrt(variance + 1e-6) * scale + shift


def masked(kind, scores, mask, weights):
    """The scores [1, heads, queries, keys] with what a mask [1, keys] of ones and zeros leaves of them."""
    factor, keys = (WIDTH // HEADS) ** -0.5, mask[:, None, None, :]
    causal = tf.constant(np.triu(np.full((TOKENS, TOKENS), -1e9, np.float32), 1))
    match kind:
        case "add1e9": return scores * factor + (1.0 - keys) * -1e9
        case "sub1e30": return scores * factor - (1.0 - keys) * 1e30
        case "addmin": return (scores + (1.0 - keys) * np.float32(-3.4e38)) * factor
        case "select": return tf.where(keys > 0.5, scores * factor, np.float32(-3.4e38))
        case "selectinf": return tf.where(keys > 0.5, scores * factor, -np.inf)
        case "muladd": return scores * factor * keys + (1 - keys) * -1e4
        case "causal": return scores * factor + causal + (1.0 - keys) * -1e4
        case "full2d": return scores * factor + (1.0 - mask[:, None, :, None] * keys) * -1e4
        case "m100": return scores * factor + (1.0 - keys) * -100.0
        case "max": return tf.maximum(scores * factor + (1.0 - keys) * -1e9, -3e38)
        case "t5": return (scores * factor + weights.normal(1, HEADS, TOKENS, TOKENS, deviation=3)
                           + (1.0 - keys) * -65504.0)


def attention(kind, seed):
    weights = Weights(seed)
    queries, keys, values, out = [weights.dense(WIDTH, WIDTH, 1.3) for _ in range(4)]
    wide, narrow = weights.dense(WIDTH, 4 * WIDTH), weights.dense(4 * WIDTH, WIDTH)
    scale, shift = 1 + weights.normal(WIDTH, deviation=0.3), weights.normal(WIDTH, deviation=0.1)

    def product(x, matrix):
        return tf.reshape(tf.matmul(tf.reshape(x, [TOKENS, -1]), matrix), [1, TOKENS, -1])

    def heads(x):
        return tf.transpose(tf.reshape(x, [1, TOKENS, HEADS, WIDTH // HEADS]), [0, 2, 1, 3])

    def run(x, m):
        h = normalized(x, scale, shift)
        scores = tf.matmul(heads(product(h, queries)), heads(product(h, keys)), transpose_b=True)
        mixed = tf.matmul(tf.nn.softmax(masked(kind, scores, m, weights)), heads(product(h, values)))
        x = x + product(tf.reshape(tf.transpose(mixed, [0, 2, 1, 3]), [1, TOKENS, WIDTH]), out)
        return x + product(tf.nn.gelu(product(normalized(x, scale, shift), wide)), narrow)

    return run, [tf.TensorSpec([1, TOKENS, WIDTH], name="x"), tf.TensorSpec([1, TOKENS], name="m")]


def detector(kind, seed):
    weights = Weights(seed)
    layers = [(weights.filters(3, a, b), weights.normal(b, deviation=0.1)) for a, b in ((3, 16), (16, 32), (32, 32))]
    boxes, classes, both = (weights.filters(1, 32, count) for count in (4, 8, 13))
    y, x = np.meshgrid(np.arange(6), np.arange(6), indexing="ij")
    grid = tf.constant(np.stack([x, y], -1).reshape(1, 36, 2).astype(np.float32))
    anchors = tf.constant((weights.random.random((1, 36, 2)) * 20 + 4).astype(np.float32))

    def head(features, filters):
        return tf.reshape(tf.nn.conv2d(features, filters, 1, "SAME"), [1, 36, -1])

    def decoded(h):
        return tf.concat([(tf.sigmoid(h[..., :2]) + grid) * 8, h[..., 2:4] * 10, tf.sigmoid(h[..., 4:])], -1)

    def run(x):
        for filters, bias in layers:
            x = tf.nn.relu(tf.nn.conv2d(x, filters, 2, "SAME") + bias)
        h, sure = head(x, both), tf.sigmoid(head(x, both))
        match kind:
            case "ssd":
                return tf.concat([head(x, boxes) * 8 + 24, tf.sigmoid(head(x, classes) - 2)], -1)
            case "yolov5":
                place = (sure[..., :2] * 2 - 0.5 + grid) * 8
                return tf.concat([place, (sure[..., 2:4] * 2) ** 2 * anchors, sure[..., 4:]], -1)
            case "yolov3":
                place = (sure[..., :2] + grid) * 8
                return tf.concat([place, tf.exp(tf.minimum(h[..., 2:4], 2.0)) * anchors, sure[..., 4:]], -1)
            case "yolov8":
                place, size = (h[..., :2] + grid) * 8, tf.nn.relu(h[..., 2:4]) * 8
                corners = tf.transpose(tf.concat([place - size / 2, place + size / 2], -1), [0, 2, 1])
                scores = tf.transpose(tf.sigmoid(h[..., 4:] - 3), [0, 2, 1])
                return tf.transpose(tf.concat([corners, scores], 1), [0, 2, 1])
            case "scaled":
                factors = np.array([64, 64, 32, 32] + [1] * 9, np.float32)
                return tf.concat([h[..., :4], sure[..., 4:]], -1) * tf.constant(factors)
            case "levels": return tf.concat([decoded(h), decoded(h * 0.5 + 0.1)], 1)
            case "pack": return tf.stack([h[..., 0] * 100, sure[..., 1], tf.tanh(h[..., 2]) * 0.01], -1)

    return run, [tf.TensorSpec([1, 48, 48, 3], name="x")]


def front_end(kind, seed):
    weights = Weights(seed)
    bands, dense = tf.abs(weights.normal(64, 20)), weights.dense(640, 10)

    def run(x):
        power = tf.reshape(tf.matmul(tf.reshape(tf.square(x), [32, 64]), bands), [1, 32, 20])
        match kind:
            case "log": power = tf.math.log(power + 1e-6)
            case "pow": power = tf.pow(power + 1e-6, 0.1)
            case "sqrt": power = tf.sqrt(power)
        return tf.matmul(tf.reshape(power, [1, 640]), dense)

    return run, [tf.TensorSpec([1, 32, 64], name="x")]


def padded(kind, seed):
    weights = Weights(seed)
    filters, dense = weights.normal(3, 3, 3, 8, deviation=0.3), weights.dense(8, 5)
    value = -np.inf if kind == "inf" else np.finfo(np.float32).min

    def run(x):
        x = tf.pad(tf.nn.conv2d(x, filters, 1, "SAME"), [[0, 0], [1, 1], [1, 1], [0, 0]], constant_values=value)
        return tf.matmul(tf.reduce_mean(tf.nn.max_pool2d(x, 3, 2, "VALID"), [1, 2]), dense)

    return run, [tf.TensorSpec([1, 48, 48, 3], name="x")]


def dead(kind, seed):
    """A layer that is zero on all samples, beside one that is not."""
    weights = Weights(seed)
    filters, layer, out = weights.filters(3, 3, 16), weights.dense(16, 16), weights.dense(16, 6)

    def run(x):
        x = tf.reshape(tf.nn.conv2d(x, filters, 4, "SAME"), [144, 16])
        none = tf.nn.relu(tf.matmul(x, layer) - 100.0)
        match kind:
            case "fc": return tf.matmul(x + none, out)
            case "mul": return tf.matmul(x * (1 + none), out)
            case "softmax": return tf.concat([tf.nn.softmax(tf.matmul(none, out)), tf.matmul(x, out)], -1)
            case "sigmoid": return tf.matmul(x, out) * tf.sigmoid(tf.matmul(none, out))
            case "mean": return tf.matmul(x, out) + tf.matmul(tf.reduce_mean(none, 0, keepdims=True), out)
            case "rsqrt":
                power = tf.reduce_mean(tf.square(none), -1, keepdims=True)
                return tf.matmul(x, out) * tf.math.rsqrt(power + 1e-3)

    return run, [tf.TensorSpec([1, 48, 48, 3], name="x")]


CASES = [("att", attention, "add1e9 sub1e30 addmin select selectinf muladd causal full2d m100 max t5"),
         ("det", detector, "ssd yolov5 yolov3 yolov8 scaled levels pack"),
         ("front", front_end, "log pow sqrt"), ("pad", padded, "inf min"),
         ("dead", dead, "fc mul softmax sigmoid mean rsqrt")]


def official(path, converter, fit, held):
    """Errors of the official converter's int8 file in LiteRT; nothing for a path on which it does not run."""
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = lambda: iter(fit)
    expected, found = runtime.Run(path, "reference", samples=held).results, {}
    with tempfile.TemporaryDirectory() as folder:
        target = pathlib.Path(folder) / "official.tflite"
        target.write_bytes(converter.convert())
        for resolver in check_cases.PATHS:
            run = runtime.Run(target, resolver, samples=held)
            if run.runs:
                found[resolver] = [round(float(e), 5) for e in check_cases.errors(expected, run.results)]
    return found


def main():
    FOLDER.mkdir(exist_ok=True)
    known = {}
    for number, (family, make, kinds) in enumerate(CASES):
        for position, kind in enumerate(kinds.split()):
            name = f"{family}_{kind}"
            run, specs = make(kind, 100 * (number + 1) + position)
            function = tf.function(run, input_signature=specs, autograph=False).get_concrete_function()
            converter = tf.lite.TFLiteConverter.from_concrete_functions([function])
            path = FOLDER / f"{name}.tflite"
            path.write_bytes(converter.convert())
            fit, held = (check_cases.inputs(name, count, seed) for count, seed in ((48, 1), (24, 2)))
            known[name] = official(path, tf.lite.TFLiteConverter.from_concrete_functions([function]), fit,
                                   check_cases.ordered(path, held))
            print(name, path.stat().st_size, known[name], flush=True)
    (FOLDER / "cases.json").write_text(json.dumps(known, indent=1) + "\n")


if __name__ == "__main__":
    main()
