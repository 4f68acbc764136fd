"""An old runtime judges what `--runtime` chooses.

    python3 -m venv .build-old-runtime
    .build-old-runtime/bin/pip install tflite-runtime==2.14.0 'numpy<2'
    .build-old-runtime/bin/python Tools/old_runtime.py --optimize .build/release/optimize --models Fixtures/Models

An environment with another release of ai-edge-litert does too, with `--release 2.20.0` for LiteRT 1.3 (`KernelRelease`
in OpSet says which stands for which).

Each model that the runtime can run is quantized in every mode with `--runtime` of its version. The results must
run in it, with outputs near those of the model: within the error that the same mode has without `--runtime`, or
30 dB. Each model is judged in a child, since kernels may abort. Prints a line for each failure, then the counts.
"""

import argparse
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

try:
    from tflite_runtime import __version__ as VERSION
    from tflite_runtime.interpreter import Interpreter
except ImportError:
    from ai_edge_litert.interpreter import Interpreter
    VERSION = None

from oracle import process

MODES = {"float16": [], "dynamic": [], "weights-only": ["--weights-only"], "int8": ["--effort", "0"],
         "int16x8": ["--effort", "0"], "dynamic int4": ["--weights", "int4"], "dynamic int2": ["--weights", "int2"],
         "dynamic blocks": ["--weights", "int4", "--block", "32"], "weights-only int2": ["--weights-only", "--weights", "int2"],
         "int8 int4": ["--effort", "0", "--weights", "int4"], "int16x8 int2": ["--effort", "0", "--weights", "int2"]}
LEAST = 30  # dB


def inputs(interpreter, count):
    """`count` samples of random values, by the name of the input."""
    random = np.random.default_rng(1)
    samples = []
    for _ in range(count):
        sample = []
        for detail in interpreter.get_input_details():
            shape, kind = detail["shape"], detail["dtype"]
            if np.issubdtype(kind, np.floating):
                sample.append(random.uniform(-1, 1, shape).astype(kind))
            elif kind in (np.int32, np.int64):
                sample.append(random.integers(0, 2, shape).astype(kind))
            else:
                raise ValueError(f"no random {kind}")
        samples.append(sample)
    return samples


def outputs(path, samples):
    interpreter = Interpreter(str(path))
    interpreter.allocate_tensors()
    results = []
    for sample in samples:
        for detail, value in zip(interpreter.get_input_details(), sample):
            interpreter.set_tensor(detail["index"], value)
        interpreter.invoke()
        results.append([interpreter.get_tensor(detail["index"]).astype(np.float64)
                        for detail in interpreter.get_output_details()])
    return results


def signal(wanted, found):
    """The least SQNR of an output, in dB."""
    least = np.inf
    for one in range(len(wanted[0])):
        a = np.concatenate([sample[one].ravel() for sample in wanted])
        b = np.concatenate([sample[one].ravel() for sample in found])
        noise, power = np.sum((a - b) ** 2), np.sum(a ** 2)
        least = min(least, np.inf if noise == 0 or power == 0 else 10 * np.log10(power / noise))
    return least


def judge(model, optimize, release, folder):
    """Returns a list of verdicts: 'ok', 'skipped' or a failure."""
    interpreter = Interpreter(str(model))
    interpreter.allocate_tensors()
    samples = inputs(interpreter, 4)
    wanted = outputs(model, samples)
    names = [detail["name"] for detail in interpreter.get_input_details()]
    for index, sample in enumerate(samples):
        (folder / "samples" / str(index)).mkdir(parents=True)
        for position, value in enumerate(sample):
            np.save(folder / "samples" / str(index) / f"{position}.npy", value)
    verdicts = []
    for mode, options in MODES.items():
        base = [optimize, "quantize", str(model), "--mode", mode.split()[0].replace("weights-only", "dynamic"), "--force",
                "-q", *options]
        if mode.startswith("int"):
            base += ["--rep-data", str(folder / "samples")]
        result, newest = folder / "result.tflite", folder / "newest.tflite"
        run = subprocess.run([*base, "--runtime", release, "-o", result], capture_output=True, text=True)
        if run.returncode in (2, 3):
            verdicts.append("skipped")
            continue
        if run.returncode:
            verdicts.append(f"{model.name} {mode}: exit {run.returncode}: {run.stderr.strip()[:200]}")
            continue
        try:
            found = signal(wanted, outputs(result, samples))
        except (RuntimeError, ValueError) as error:
            verdicts.append(f"{model.name} {mode}: {' '.join(str(error).split())[:200]}")
            continue
        if found < LEAST:
            subprocess.run([*base, "-o", newest], capture_output=True, check=True)
            try:
                free = signal(wanted, outputs(newest, samples))
            except (RuntimeError, ValueError):
                free = -np.inf
            if found < free - 3:
                verdicts.append(f"{model.name} {mode}: {found:.1f} dB, {free:.1f} without --runtime")
                continue
        verdicts.append("ok")
    return verdicts


def verdicts(model, optimize, release):
    with tempfile.TemporaryDirectory() as folder:
        try:
            return process.isolated(judge, model, optimize, release, pathlib.Path(folder), seconds=600)
        except process.Crash as crash:
            return ["not run" if str(crash).startswith(("RuntimeError", "ValueError")) else f"{model.name}: {crash}"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--optimize", required=True)
    parser.add_argument("--models", type=pathlib.Path, action="append", required=True)
    parser.add_argument("--release", default=VERSION, required=VERSION is None)
    arguments = parser.parse_args()
    counts = {"ok": 0, "skipped": 0, "not run": 0}
    failures = 0
    for folder in arguments.models:
        for model in sorted(folder.rglob("*.tflite")):
            for verdict in verdicts(model, arguments.optimize, arguments.release):
                if verdict in counts:
                    counts[verdict] += 1
                else:
                    failures += 1
                    print(verdict, flush=True)
    print(f"runtime {arguments.release}: {counts['ok']} ran, {failures} failed, {counts['skipped']} left alone, "
          f"{counts['not run']} models that it cannot run")
    sys.exit(failures > 0)


if __name__ == "__main__":
    main()
