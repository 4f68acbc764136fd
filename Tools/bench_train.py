"""One training step of `finetune` against TensorFlow's: the same model, batch and number of threads, in one run.

TensorFlow trains the Keras model with Adam in floats (a compiled `train_on_batch`) on labels, as `finetune` does here,
which with `int8` runs the integers besides. Seconds of a step are the difference of two runs of ours with other
numbers of steps, so that what comes before training does not count. Memory is the peak of each process; a child starts
with the peak of its parent, so this one never loads TensorFlow. It reports and
never gates. Needs TensorFlow (`pip install tensorflow-cpu`), which converts the models too.
"""

import argparse
import json
import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import time

import numpy as np

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
NAMES = ("DS-CNN-L", "MobileNetV1 0.25", "ResNet8")
STEPS = (20, 60)  # ours
WARM, TIMED = 5, 20  # TensorFlow's


def network(name):
    from tensorflow import keras
    layers = keras.layers

    def block(x, depth, stride=1, kernel=3, depthwise=False):
        x = layers.DepthwiseConv2D(kernel, strides=stride, padding="same", use_bias=False)(x) if depthwise else \
            layers.Conv2D(depth, kernel, strides=stride, padding="same", use_bias=False)(x)
        return layers.ReLU()(layers.BatchNormalization()(x))

    if name == "DS-CNN-L":  # Zhang et al., "Hello Edge", 2017
        given = layers.Input((49, 10, 1))
        x = block(given, 276, stride=(2, 1), kernel=(10, 4))
        for index in range(5):
            x = block(x, 276, stride=2 if index == 0 else 1, depthwise=True)
            x = block(x, 276, kernel=1)
        x, classes = layers.GlobalAveragePooling2D()(x), 12
    elif name == "ResNet8":  # MLPerf Tiny
        given = layers.Input((32, 32, 3))
        x = block(given, 16)
        for depth, stride in ((16, 1), (32, 2), (64, 2)):
            y = block(x, depth, stride)
            y = layers.BatchNormalization()(layers.Conv2D(depth, 3, padding="same", use_bias=False)(y))
            x = x if stride == 1 else layers.Conv2D(depth, 1, strides=stride, padding="same")(x)
            x = layers.ReLU()(layers.Add()([x, y]))
        x, classes = layers.GlobalAveragePooling2D()(x), 10
    else:
        return keras.applications.MobileNet(alpha=0.25, weights=None, input_shape=(224, 224, 3))
    return keras.Model(given, layers.Dense(classes, activation="softmax")(x))


def peer(name, batch, threads):
    """Trains in a process of its own, and prints seconds of a step and the greatest memory in MB."""
    import tensorflow as tf
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    model = network(name)
    model.compile("adam", "sparse_categorical_crossentropy")
    random = np.random.default_rng(0)
    x = random.standard_normal((batch, *model.input_shape[1:])).astype(np.float32)
    y = random.integers(0, model.output_shape[-1], batch)
    for _ in range(WARM):
        model.train_on_batch(x, y)
    start = time.perf_counter()
    for _ in range(TIMED):
        model.train_on_batch(x, y)
    seconds = (time.perf_counter() - start) / TIMED
    print(json.dumps([seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))


def convert(name, folder):
    import tensorflow as tf
    model = network(name)
    out, data = folder / "model.tflite", folder / "samples.npz"
    out.write_bytes(tf.lite.TFLiteConverter.from_keras_model(model).convert())
    random = np.random.default_rng(1)
    x = random.standard_normal((64, *model.input_shape[1:])).astype(np.float32)
    np.savez(data, x=x, y=random.integers(0, model.output_shape[-1], 64))


def ours(optimize, folder, mode, batch, threads, steps):
    out = folder / "out.tflite"
    command = [optimize, "finetune", str(folder / "model.tflite"), "--rep-data", f"{folder / 'samples.npz'}:x", "--labels",
               f"{folder / 'samples.npz'}:y", "--mode", mode, "--batch", str(batch), "--steps", str(steps), "--threads",
               str(threads), "--loss", "cross-entropy", "-o", str(out), "--force", "--allow-unchanged", "--allow-larger", "--quiet"]
    start = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    said = child.stderr.read().decode()
    _, status, used = os.wait4(child.pid, 0)
    if status != 0:
        raise SystemExit(f"{' '.join(command)}\n{said}")
    return time.perf_counter() - start, used.ru_maxrss / 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--optimize", default=".build/release/optimize")
    parser.add_argument("--models", nargs="*", default=NAMES)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--part", help="for the processes that this one starts")
    options = parser.parse_args()
    for name in options.models:
        if options.part == "peer":
            return peer(name, options.batch, options.threads)
        if options.part:
            return convert(name, pathlib.Path(options.part.removeprefix("convert:")))
        with tempfile.TemporaryDirectory() as made:
            folder = pathlib.Path(made)
            subprocess.run([sys.executable, __file__, "--models", name, "--part", f"convert:{folder}"], check=True)
            own = [sys.executable, __file__, "--models", name, "--batch", str(options.batch), "--threads",
                   str(options.threads), "--part", "peer"]
            ran = subprocess.run(own, capture_output=True, text=True, check=True)
            seconds, memory = json.loads(ran.stdout.splitlines()[-1])
            for mode in ("float", "int8"):
                runs = [ours(options.optimize, folder, mode, options.batch, options.threads, s) for s in STEPS]
                step = (runs[1][0] - runs[0][0]) / (STEPS[1] - STEPS[0])
                print(json.dumps({"model": name, "mode": mode, "batch": options.batch, "tensorflow ms": round(1e3 * seconds, 1),
                                  "ms": round(1e3 * step, 1), "faster": round(seconds / step, 2),
                                  "tensorflow MB": round(memory), "MB": round(runs[1][1])}), flush=True)


if __name__ == "__main__":
    main()
