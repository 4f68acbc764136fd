#!/usr/bin/env python3
"""Records TensorFlow's gradients of small nets, for InterpreterTests; exit 1 when a case failed.

    python Tools/record-gradient-vectors.py

in an environment with Tools/requirements-fixtures.txt. A net is converted to a .tflite file, and its gradients are
those of GradientTape in float64. A constant of the file belongs to the variable whose values it has, transposed or
sliced as the converter does it.
"""

import os
import pathlib
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import numpy as np
import tensorflow as tf
from tensorflow.lite.python import schema_py_generated as schema

from vectors import archive

PATH = pathlib.Path(__file__).resolve().parent.parent / "Tests" / "InterpreterTests" / "Gradients" / "TensorFlow.npz"
NETS = {}


def net(shapes, **variables):
    """Registers a net: the shapes of its inputs, and those of its variables; int32 inputs have (shape, limit)."""
    def register(function):
        NETS[function.__name__] = (shapes, variables, function)
        return function
    return register


class Net(tf.Module):
    def __init__(self, values, dtype):
        super().__init__()
        self.variable = {name: tf.Variable(value.astype(dtype), name=name) for name, value in values.items()}
        self.dtype = dtype

    def __getitem__(self, name):
        return tf.convert_to_tensor(self.variable[name])

    def zeros(self, *shape):
        return tf.zeros(shape, self.dtype)


# Loops

def lstm_cell(p, x, h, c):
    i, f, g, o = tf.split(x @ p["kernel"] + h @ p["recurrent"] + p["bias"], 4, axis=1)
    c = tf.sigmoid(f) * c + tf.sigmoid(i) * tf.tanh(g)
    return tf.sigmoid(o) * tf.tanh(c), c


@net([(2, 6, 3)], kernel=(3, 20), recurrent=(5, 20), bias=(20,), dense=(5, 4))
def while_lstm(p, x):
    sequence = tf.transpose(x, [1, 0, 2])

    def body(t, h, c, sequence):
        return (t + 1, *lstm_cell(p, tf.gather(sequence, t), h, c), sequence)

    _, h, _, _ = tf.while_loop(
        lambda t, *_: t < 6, body, [tf.constant(0), p.zeros(2, 5), p.zeros(2, 5), sequence])
    return h @ p["dense"]


@net([(1, 5, 3)], kernel=(3, 12), recurrent=(4, 8), candidate=(4, 4), bias=(12,), dense=(4, 3))
def while_gru(p, x):
    def body(t, h, sequence):
        z, r, n = tf.split(tf.gather(sequence, t, axis=1) @ p["kernel"] + p["bias"], 3, axis=1)
        hz, hr = tf.split(h @ p["recurrent"], 2, axis=1)
        z, r = tf.sigmoid(z + hz), tf.sigmoid(r + hr)
        n = tf.tanh(n + (r * h) @ p["candidate"])
        return t + 1, z * h + (1.0 - z) * n, sequence

    _, h, _ = tf.while_loop(lambda t, *_: t < 5, body, [tf.constant(0), p.zeros(1, 4), x])
    return tf.nn.softmax(h @ p["dense"])


@net([(4, 1, 3)], kernel=(3, 12), recurrent=(3, 12), bias=(12,), second=(3, 3))
def while_sequences(p, x):
    """Two loops; the first writes each step's rows, in steps whose slices have shapes of the run."""
    def body(t, h, c, rows):
        h, c = lstm_cell(p, tf.gather(x, t), h, c)
        before = tf.slice(rows, [0, 0, 0], tf.stack([t, 1, 3]))
        after = tf.slice(rows, tf.stack([t + 1, 0, 0]), [-1, -1, -1])
        rows = tf.reshape(tf.concat([before, h[None], after], 0), [4, 1, 3])
        return t + 1, h, c, rows

    _, _, _, rows = tf.while_loop(
        lambda t, *_: t < 4, body, [tf.constant(0), p.zeros(1, 3), p.zeros(1, 3), p.zeros(4, 1, 3)])

    def second(t, h):
        return t + 1, tf.tanh(h @ p["second"] + tf.gather(rows, t))

    return tf.while_loop(lambda t, h: t < 4, second, [tf.constant(0), p.zeros(1, 3)])[1]


@net([(2, 3)], inner=(3, 3), outer=(3, 3))
def while_in_while(p, x):
    def inner(k, h):
        return k + 1, tf.tanh(h @ p["inner"])

    def body(t, h):
        _, h = tf.while_loop(lambda k, h: k < t + 1, inner, [tf.constant(0), h])
        return t + 1, h @ p["outer"]

    return tf.while_loop(lambda t, h: t < 3, body, [tf.constant(0), x])[1]


@net([(2, 3)], weight=(3, 3), before=(3, 3))
def while_never(p, x):
    """A loop that ends before its first step, as the sum decides."""
    def body(t, h):
        return t + 1, tf.tanh(h @ p["weight"])

    first = tf.cast(tf.reduce_sum(x) * 0, tf.int32) + 9
    return tf.while_loop(lambda t, h: t < 3, body, [first, x @ p["before"]])[1]


def branch(name):
    @net([(2, 3)], left=(3, 4), right=(3, 4))
    def function(p, x):
        chosen = tf.reduce_sum(x) < (100.0 if name == "then" else -100.0)
        left, right = p["left"], p["right"]
        return tf.cond(chosen, lambda: tf.tanh(x @ left), lambda: x @ right)

    NETS[f"if_{name}"] = NETS.pop("function")


branch("then")
branch("else")


# Blocks of other nets

@net([((2, 5), 7)], table=(7, 8), position=(5, 8), q=(8, 8), k=(8, 8), v=(8, 8), up=(8, 16), down=(16, 8), gain=(8,),
     shift=(8,))
def transformer(p, ids):
    def norm(x):
        mean = tf.reduce_mean(x, -1, keepdims=True)
        variance = tf.reduce_mean(tf.math.squared_difference(x, mean), -1, keepdims=True)
        return (x - mean) * tf.math.rsqrt(variance + 1e-3) * p["gain"] + p["shift"]

    def heads(x):
        return tf.transpose(tf.reshape(x, [2, 5, 2, 4]), [0, 2, 1, 3])

    x = tf.gather(p["table"], ids) + p["position"]
    y = norm(x)
    q, k, v = (heads(tf.reshape(tf.reshape(y, [10, 8]) @ p[n], [2, 5, 8])) for n in "qkv")
    scores = tf.matmul(q, k, transpose_b=True) / 2.0
    mask = tf.constant(np.tril(np.ones((5, 5), bool)))
    scores = tf.where(mask, scores, tf.cast(-30.0, p.dtype))
    y = tf.reshape(tf.transpose(tf.matmul(tf.nn.softmax(scores), v), [0, 2, 1, 3]), [2, 5, 8])
    x = x + y
    y = tf.nn.gelu(tf.reshape(norm(x), [10, 8]) @ p["up"], approximate=False) @ p["down"]
    return tf.nn.log_softmax(tf.reshape(x, [10, 8]) + y)


@net([(1, 4, 5, 2)], filter=(3, 3, 2, 3), point=(1, 1, 3, 3), back=(3, 3, 2, 3))
def decoder(p, x):
    """Resizing in all its forms, a transposed convolution, L2 norms."""
    x = tf.nn.conv2d(x, p["filter"], 1, "SAME")
    # TensorFlow's is of float32 whatever it is given.
    rough, centred, plain = (
        tf.cast(tf.compat.v1.image.resize_bilinear(x, [7, 9], **options), p.dtype)
        for options in ({"align_corners": True}, {"half_pixel_centers": True}, {}))
    near = tf.compat.v1.image.resize_nearest_neighbor(x, [7, 9], half_pixel_centers=True)
    corner = tf.compat.v1.image.resize_nearest_neighbor(x, [7, 9], align_corners=True)
    x = tf.nn.conv2d(rough * centred + plain * near + corner, p["point"], 1, "SAME")
    x = tf.nn.conv2d_transpose(x, p["back"], [1, 14, 18, 2], 2, "SAME")
    return tf.math.l2_normalize(x, -1, 1e-12)


@net([(1, 4, 5, 6, 2)], filter=(3, 2, 3, 2, 4), small=(2, 2, 2, 4, 3))
def volumes(p, x):
    x = tf.nn.relu(tf.nn.conv3d(x, p["filter"], [1, 1, 2, 1, 1], "SAME"))
    return tf.nn.conv3d(x, p["small"], [1, 1, 1, 1, 1], "VALID")


@net([(3, 4), (2, 3, 4)], a=(3, 4), f=(3, 4), b=(4, 3), c=(4,), d=(2, 4, 5), e=(3, 5))
def arithmetic(p, x, y):
    """Elementwise functions, reductions, and products of every form."""
    u = tf.math.log(x * x + 1.0) + tf.sin(x * p["a"]) * tf.cos(x) + tf.pow(x * x + 0.5, p["c"])
    u = tf.cumsum(u, axis=1) + tf.reduce_max(u, 0, keepdims=True) - tf.reduce_min(u, 1, keepdims=True)
    u = u + tf.nn.relu(tf.reduce_prod(u, 1, keepdims=True)) + tf.add_n([u, x, p["f"]])
    v = tf.matmul(y, p["d"])
    w = tf.matmul(y, y, transpose_b=True) + tf.matmul(y, p["b"])
    z = tf.matmul(w, v, transpose_a=True) + p["e"]
    top = tf.math.top_k(z, 2).values
    picked = tf.gather_nd(z, [[0, 1], [1, 2], [0, 1]])
    spread = tf.scatter_nd([[2], [0], [2]], picked, [4, 5])
    rows = tf.tensor_scatter_nd_update(u, [[1, 2]], tf.reshape(tf.reduce_sum(top), [1]))
    rows = tf.where(rows > 0.3, rows, 2.0 * x)
    return tf.concat([tf.reshape(rows, [-1]), tf.reshape(spread, [-1]), tf.reshape(top, [-1])], 0)


# Recording

def forms(values, gradient):
    """The variable's values and gradients as the converter may store them."""
    yield values, gradient
    if values.ndim == 2:
        yield values.T, gradient.T
    if values.ndim == 4:
        for order in ((3, 0, 1, 2), (2, 0, 1, 3)):
            yield values.transpose(order), gradient.transpose(order)


def constants(model):
    """((subgraph, tensor), values) of each float constant."""
    for place, subgraph in enumerate(model.subgraphs):
        for index, tensor in enumerate(subgraph.tensors):
            data = model.buffers[tensor.buffer].data
            if tensor.type == 0 and data is not None and len(data):
                shape = [] if tensor.shape is None else tensor.shape
                yield (place, index), np.asarray(data, np.uint8).view(np.float32).reshape(shape)


def record(name):
    shapes, variables, function = NETS[name]
    generator = np.random.default_rng(abs(sum(map(ord, name))))
    values = {key: (generator.normal(size=shape) * 0.5).astype(np.float32) for key, shape in variables.items()}
    inputs = [
        generator.integers(0, shape[1], shape[0]).astype(np.int32) if isinstance(shape[0], tuple)
        else generator.normal(size=shape).astype(np.float32) for shape in shapes]

    stored = Net(values, np.float32)
    signature = [tf.TensorSpec(i.shape, i.dtype) for i in inputs]
    concrete = tf.function(lambda *x: function(stored, *x)).get_concrete_function(*signature)
    model = tf.lite.TFLiteConverter.from_concrete_functions([concrete], stored).convert()

    exact = Net(values, np.float64)
    with tf.GradientTape() as tape:
        tensors = [tf.constant(i.astype(np.float64) if i.dtype == np.float32 else i) for i in inputs]
        watched = [t for t in tensors if t.dtype.is_floating]
        tape.watch(watched)
        result = function(exact, *tensors)
        loss = generator.normal(size=result.shape).astype(np.float32)
        total = tf.reduce_sum(result * loss.astype(np.float64))
    sources = list(exact.variable.values())
    gradients = [
        np.zeros(source.shape) if g is None else tf.convert_to_tensor(g).numpy()
        for source, g in zip(sources + watched, tape.gradient(total, sources + watched))]

    parsed = schema.ModelT.InitFromPackedBuf(model, 0)
    order = [next(index for index, array in enumerate(inputs) if array.shape == tuple(parsed.subgraphs[0].tensors[t].shape))
             for t in parsed.subgraphs[0].inputs]
    yield "model", np.frombuffer(model, np.uint8)
    yield "loss", loss
    yield "out", result.numpy().astype(np.float32)
    floats = [index for index, array in enumerate(inputs) if array.dtype == np.float32]
    for position, index in enumerate(order):
        yield f"in{position}", inputs[index]
        if index in floats:
            yield f"input{position}", gradients[len(sources) + floats.index(index)]
    found = set()
    count = 0
    for place, constant in constants(parsed):
        for key, gradient in zip(values, gradients):
            match = next((g for v, g in forms(values[key], gradient)
                          if v.size == constant.size > 1 and np.array_equal(v.ravel(), constant.ravel())), None)
            if match is None:
                continue
            found.add(key)
            yield f"place{count}", np.array(place, np.int32)
            yield f"gradient{count}", np.asarray(match).reshape(constant.shape)
            count += 1
            break
    missing = set(values) - found
    if missing:
        print(f"note {name}: no constant has the values of {', '.join(sorted(missing))}")
    if not found:
        raise ValueError("no constant was found")


def main():
    arrays, failed = [], 0
    for name in sorted(NETS):
        try:
            arrays += [(f"{name}/{key}", array) for key, array in record(name)]
        except Exception as fault:  # the next case may be fine
            print(f"FAIL {name}: {fault}")
            failed += 1
    PATH.parent.mkdir(parents=True, exist_ok=True)
    archive.write(PATH, arrays)
    print(f"{len(NETS)} nets, {failed} failed; {PATH.stat().st_size} bytes")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
