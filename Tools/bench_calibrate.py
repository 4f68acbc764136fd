"""Calibration against litert-quantizer's, on the same samples in one run, and its memory.

Speed: the whole process of `optimize calibrate` against the peer's `calibrate` call alone (no import,
no reading of files) in its default and its profiler mode, medians of interleaved rounds. Memory: the
peak of `calibrate` and of `quantize --mode int8` for 10 samples and for 10,000. It reports and never
gates.
"""

import argparse
import json
import math
import pathlib
import statistics
import subprocess
import tempfile
import time

import numpy as np
from ai_edge_litert.interpreter import Interpreter

import peer_static
from bench_run import MODELS

SPEED = {name: MODELS[name] for name in ("MobileNetV1", "face landmarks", "ResNet", "DS-CNN")}
SMALL = "kws_mcu/kws_mcu_ds_cnn_s_float.tflite"


def write(folder, path, count):
    """`count` seeded samples of the model's input as a file each, in a new folder; and the arrays."""
    detail = Interpreter(str(path)).get_input_details()[0]
    random = np.random.default_rng(1)
    target = pathlib.Path(folder) / f"{count}"
    target.mkdir()
    arrays = []
    for number in range(count):
        arrays.append(random.uniform(-1, 1, detail["shape"]).astype(np.float32))
        np.save(target / f"{number:05}.npy", arrays[-1])
        if count > 1000:
            arrays.clear()
    return target, arrays


def ours(optimize, path, samples, folder):
    start = time.perf_counter()
    subprocess.run([optimize, "calibrate", str(path), "--rep-data", str(samples), "-o",
                    str(pathlib.Path(folder) / "stats.json"), "--quiet", "--force"], check=True, capture_output=True)
    return time.perf_counter() - start


def speed(options, name, path, folder):
    samples, arrays = write(folder, path, options.samples)
    times = {"ours": [], "default": [], "profiler": []}
    for _ in range(options.rounds):
        times["ours"].append(ours(options.optimize, path, samples, folder))
        for mode in ("default", "profiler"):
            target = pathlib.Path(folder) / "peer.tflite"
            peer_static.quantize(path, arrays, "int8", target, profiler=mode == "profiler", times=times[mode])
    medians = {key: statistics.median(values) for key, values in times.items() if values}
    line = {"model": name, "samples": options.samples, **{f"{k}Seconds": round(v, 4) for k, v in medians.items()}}
    for mode in ("default", "profiler"):
        if mode in medians:
            line[f"{mode}OfOurs"] = round(medians[mode] / medians["ours"], 2)
    return line


def peak(command):
    # A child of this process would be charged for Python's memory before it becomes the command.
    done = subprocess.run(["/usr/bin/time", "-f", "%M", *command], capture_output=True, text=True, check=True)
    return int(done.stderr.strip().split("\n")[-1]) / 1024


def memory(options, folder):
    path = options.zoo / "models" / SMALL
    lines = []
    few, many = (write(folder, path, count)[0] for count in (10, 10_000))
    for title, words in (("calibrate", ["calibrate"]),
                         ("quantize int8", ["quantize", "--mode", "int8", "--allow-larger"])):
        found = [peak([options.optimize, *words, str(path), "--rep-data", str(s), "-o",
                       str(pathlib.Path(folder) / "out"), "--quiet", "--force"])
                 for s in (few, many)]
        lines.append({"command": title, "peakMiBOf10": round(found[0], 1), "peakMiBOf10000": round(found[1], 1),
                      "differenceMiB": round(found[1] - found[0], 1)})
    return lines


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--optimize", default=".build/release/optimize")
    parser.add_argument("--zoo", type=pathlib.Path, required=True, help="the folder with zoo.json")
    parser.add_argument("--samples", type=int, default=32)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    lines = []
    for name, relative in SPEED.items():
        with tempfile.TemporaryDirectory() as folder:
            line = speed(options, name, options.zoo / "models" / relative, folder)
        lines.append(line)
        print(json.dumps(line), flush=True)
    for mode in ("default", "profiler"):
        ratios = [line[f"{mode}OfOurs"] for line in lines if f"{mode}OfOurs" in line]
        if ratios:
            mean = math.exp(statistics.fmean(math.log(r) for r in ratios))
            print(f"litert-quantizer's {mode} mode takes {mean:.2f} × our time (geometric mean)")
    with tempfile.TemporaryDirectory() as folder:
        for line in memory(options, folder):
            print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
