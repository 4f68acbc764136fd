#!/usr/bin/env python3
"""What `--encode-sparse` gives in LiteRT: bytes, time to load and to run, against the same zeros stored densely.

Prunes the zoo's models that have large fully connected or convolution weights, writes them dense and sparse, and
prints for both the size, the medians of load (file to allocated tensors, then the first run, which is when weights
are unpacked) and of later runs, on one thread, in turns.
"""
import argparse
import pathlib
import statistics
import subprocess
import tempfile
import time

import numpy as np
from ai_edge_litert.interpreter import Interpreter

ROOT = pathlib.Path(__file__).resolve().parent.parent
MODELS = ["models/mlperf_tiny/model_ToyCar.tflite", "models/audio/dtln_model_1.tflite",
          "models/imagenet_float/mobilenet_v1_0.75_224_float.tflite", "models/mediapipe/face_landmark.tflite"]
CASES = [["--sparsity", "0.9", "--pattern", "block:1x4"], ["--sparsity", "0.97"], ["--sparsity", "0.8"]]


def timed(path, runs):
    """Seconds to load and run once, and of each later run."""
    start = time.perf_counter()
    model = Interpreter(str(path), num_threads=1)
    model.allocate_tensors()
    random = np.random.default_rng(1)
    for port in model.get_input_details():
        model.set_tensor(port["index"], random.standard_normal(port["shape"]).astype(port["dtype"]))
    model.invoke()
    loaded, times = time.perf_counter() - start, []
    for _ in range(runs):
        start = time.perf_counter()
        model.invoke()
        times.append(time.perf_counter() - start)
    return loaded, times


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--optimize", default=str(ROOT / ".build/release/optimize"))
    parser.add_argument("--zoo", required=True)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--runs", type=int, default=20)
    options = parser.parse_args()
    print(f"{'model':32}{'case':30}{'bytes':>8}{'load':>8}{'run':>8}   sparse ÷ dense")
    with tempfile.TemporaryDirectory() as folder:
        for name in MODELS:
            for case in CASES:
                paths = []
                for form in ([], ["--encode-sparse"]):
                    paths.append(pathlib.Path(folder) / f"{len(paths)}.tflite")
                    subprocess.run([options.optimize, "prune", pathlib.Path(options.zoo) / name, *case, *form, "--force",
                                    "-o", paths[-1], "--quiet"], check=True)
                loads, runs = ([], []), ([], [])
                for _ in range(options.rounds):
                    for place, path in enumerate(paths):
                        load, times = timed(path, options.runs)
                        loads[place].append(load)
                        runs[place].extend(times)
                size = paths[1].stat().st_size / paths[0].stat().st_size
                load, run = (statistics.median(t[1]) / statistics.median(t[0]) for t in (loads, runs))
                print(f"{pathlib.Path(name).stem[:31]:32}{' '.join(case):30}{size:8.3f}{load:8.3f}{run:8.3f}", flush=True)


if __name__ == "__main__":
    main()
