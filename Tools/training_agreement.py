"""Whether `finetune` trains what it writes: what its forward pass computes against the written file in LiteRT.

    .build-oracle/bin/python Tools/training_agreement.py --zoo ../shared/zoo [--nets …]

Trains each net 50 steps, with int8 and with int4 weights, and runs the file in LiteRT's reference kernels on the same
samples: the share of the outputs' values that are the same, and within a step of the output's scale. The forward pass
comes from a test (`IntegerTrainingTests`), so the tests must be built. Nets that stay float, as CRNN-S does in int8, are
named: floats differ in their last bits, and nothing of them is trained.
"""

import argparse
import os
import pathlib
import subprocess
import tempfile

import numpy as np
from ai_edge_litert.interpreter import Interpreter, OpResolverType

import bench_accuracy
import bench_finetune

TEST = ["swift", "test", "-c", "release", "--quiet", "--disable-testable-imports", "--skip-build", "--filter",
        "IntegerTrainingTests"]
STEP = 1 / 256  # of SOFTMAX in int8


def outputs(path, samples):
    model = Interpreter(str(path), experimental_op_resolver_type=OpResolverType.BUILTIN_REF, num_threads=1)
    model.allocate_tensors()
    given, taken = model.get_input_details()[0], model.get_output_details()[0]
    found = []
    for sample in samples:
        model.set_tensor(given["index"], sample.reshape(given["shape"]))
        model.invoke()
        found.append(model.get_tensor(taken["index"]).ravel().copy())
    return np.array(found)


def details(path):
    """The results of the operators."""
    model = Interpreter(str(path), num_threads=1)
    model.allocate_tensors()
    tensors = {d["index"]: d for d in model.get_tensor_details()}
    return [tensors[index] for entry in model._get_ops_details() for index in entry["outputs"]]


def cases(options):
    digits = np.load("Fixtures/Samples/digits.npz")["x"].astype(np.float32)
    yield "digits_cnn", pathlib.Path("Fixtures/Models/digits_cnn.tflite"), digits
    yield "digits_cnn, noise", pathlib.Path("Fixtures/Models/digits_cnn.tflite"), \
        np.random.RandomState(0).rand(*digits.shape).astype(np.float32)
    for net in options.nets if options.zoo else ():
        path, _, kind = bench_accuracy.PAIRS[net]
        model = options.zoo / "models" / f"{path}.tflite"
        shape = Interpreter(str(model)).get_input_details()[0]["shape"]
        yield net, model, bench_finetune.halves(options.zoo, shape, kind, 0)[2]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--zoo", type=pathlib.Path)
    parser.add_argument("--nets", nargs="*", default=bench_finetune.NETS)
    parser.add_argument("--samples", type=int, default=200)
    options = parser.parse_args()
    for name, model, samples in cases(options):
        samples = np.ascontiguousarray(samples[:options.samples], np.float32)
        with tempfile.TemporaryDirectory() as made:
            folder = pathlib.Path(made)
            (folder / "model.tflite").write_bytes(model.read_bytes())
            (folder / "samples.bin").write_bytes(samples.tobytes())
            ran = subprocess.run(TEST, env={**os.environ, "OPTIMIZE_AGREEMENT": made}, capture_output=True, text=True,
                                 check=False)
            for weights in ("int8", "int4"):
                try:
                    trained = np.fromfile(folder / f"{weights}.bin", np.float32)
                except FileNotFoundError:
                    print(f"{name:18} {weights} {ran.stdout[-300:]}", flush=True)
                    continue
                written = outputs(folder / f"{weights}.tflite", samples)
                far = np.abs(trained.reshape(written.shape) - written)
                form = "" if any(d["dtype"] == np.int8 for d in details(folder / f"{weights}.tflite")) else " (float)"
                print(f"{name:18} {weights}{form} {far.size} values: {100 * np.mean(far == 0):.2f} % the same, "
                      f"{100 * np.mean(far <= 1.001 * STEP):.2f} % within a step", flush=True)


if __name__ == "__main__":
    main()
