"""`finetune` against litert-tunner: the error of the int8 files that both make from the same samples and number of steps.

litert-tunner starts from our plain int8 file and learns from the float model (its `Trainer` with its defaults, and again
with integer weights trained too; the better one counts), eight samples a step. `finetune` makes as many steps, each with
four mixtures of two samples. Errors are those against the float model in LiteRT, on samples that neither has seen. It
reports and never gates. The peer needs a Python of its own: `pip install litert-tunner tensorflow-cpu`.
"""

import argparse
import json
import pathlib
import subprocess
import tempfile

import numpy as np

import bench_accuracy

PATTERNS = {"biases, scales": r".*(bias|weight_scale)$", "all": r".*(bias|weight_scale|weight_int8)$"}
PEER = """
import os, sys
os.environ["KERAS_BACKEND"], os.environ["TF_CPP_MIN_LOG_LEVEL"] = "tensorflow", "3"
import keras, litert_tunner, numpy as np
from litert_tunner.distillation import Trainer, prepare_for_finetuning
integer, float_model, samples, out, pattern, steps = sys.argv[1:]
keras.utils.set_random_seed(0)
x = np.load(samples)["x"]
student, teacher = litert_tunner.load_model(integer), litert_tunner.load_model(float_model)
prepare_for_finetuning(student, pattern)
trainer = Trainer(student_model=student, teacher_model=teacher)
trainer.compile(optimizer="adam")
order = np.random.default_rng(0)
for _ in range(int(steps)):
    trainer.train_on_batch(x[order.integers(0, len(x), 8)])
litert_tunner.save_model(student, out)
"""


def made(command):
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    return None if ran.returncode == 0 else (ran.stderr.strip().splitlines() or ["failed"])[-1][:120]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--optimize", default=".build/release/optimize")
    parser.add_argument("--zoo", type=pathlib.Path, default=pathlib.Path("../shared/zoo"))
    parser.add_argument("--python", required=True, help="that has litert-tunner")
    parser.add_argument("--models", nargs="*", default=list(bench_accuracy.PAIRS))
    parser.add_argument("--steps", type=int, default=500)
    parser.add_argument("--tested", type=int, default=200)
    options = parser.parse_args()
    for name in options.models:
        path, _, kind = bench_accuracy.PAIRS[name]
        model = options.zoo / "models" / f"{path}.tflite"
        shape = tuple(bench_accuracy.Interpreter(str(model)).get_input_details()[0]["shape"])
        given, tested, _ = bench_accuracy.samples(options.zoo, shape, kind)
        wanted = bench_accuracy.run(model, tested, options.tested)[0]
        with tempfile.TemporaryDirectory() as folder:
            data, plain = pathlib.Path(folder) / "samples.npz", pathlib.Path(folder) / "plain.tflite"
            np.savez(data, x=np.concatenate([sample.reshape(shape) for sample in given]))
            common = ["--mode", "int8", "--rep-data", f"{data}:x", "--force", "--quiet", "--allow-larger"]
            made([options.optimize, "quantize", str(model), *common, "-o", str(plain)])
            tuned = plain.with_name("tuned.tflite")
            made([options.optimize, "finetune", str(model), *common, "--steps", str(options.steps), "-o", str(tuned)])
            row = {"model": name, "steps": options.steps}

            def measured(file):
                return round(bench_accuracy.error(bench_accuracy.run(file, tested, options.tested)[0], wanted), 5)

            row |= {"plain": measured(plain), "finetune": measured(tuned)}
            for pattern, expression in PATTERNS.items():
                out = plain.with_name("peer.tflite")
                why = made([options.python, "-c", PEER, str(plain), str(model), str(data), str(out), expression,
                            str(options.steps)])
                row[f"litert-tunner, {pattern}"] = why or measured(out)
            print(json.dumps(row), flush=True)


if __name__ == "__main__":
    main()
