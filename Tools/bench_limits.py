#!/usr/bin/env python3
"""Halves and doubles each limit of the searches, and prints what that changes on six of the zoo's models.

A limit is a call `SearchLimit.of("Search.name", value)` in the sources. For each: the geometric means, over the models
where anything changed, of the file's size (download for `prune` and `cluster`: zlib level 6), of the outputs' error on
held-out samples (relative L2 of the worst output) and of the processor time of all, each against the standard value;
and how many files changed. A limit that changes nothing either way can go.
"""
import argparse
import json
import math
import os
import pathlib
import re
import resource
import subprocess
import tempfile
import zlib

import numpy as np

from bench_prune import IMAGENET, KWS, MODELS, ROOT, arrays

NAMES = [KWS + "kws_mcu_ds_cnn_s_float.tflite", KWS + "kws_mcu_cnn_s_float.tflite",
         "models/mlperf_tiny/mlperf_tiny_kws_dscnn_float.tflite",
         "models/mlperf_tiny/mlperf_tiny_streaming_wakeword_float.tflite",
         "models/vision_misc/conv_fc_mnist.tflite", IMAGENET + "mobilenet_v1_0.25_224_1_metadata_1.tflite"]
LIMIT = re.compile(r'SearchLimit\.of\(\s*"([\w.]+)",\s*([\d._e-]+)')
# By folder of the sources: the command that uses its limits.
COMMANDS = {"Quantize": ["quantize", "--mode", "int8"], "Evaluation": ["quantize", "--mode", "int8"],
            "Prune": ["prune", "--sparsity", "0.7"], "Training": ["prune", "--sparsity", "0.7"],
            "Cluster": ["cluster", "--clusters", "16"]}


def limits():
    for path in sorted((ROOT / "Sources").rglob("*.swift")):
        for name, value in LIMIT.findall(path.read_text()):
            folder = next((f for f in COMMANDS if f in path.parts), None)
            if folder:
                yield name, float(value.replace("_", "")), COMMANDS[folder]


def mean(ratios):
    ratios = [r for r in ratios if r > 0]
    return math.exp(sum(map(math.log, ratios)) / len(ratios)) if ratios else 1.0


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--optimize", default=str(ROOT / ".build/release/optimize"))
    parser.add_argument("--zoo", default=str(ROOT.parent / "shared/zoo"))
    parser.add_argument("--only", default="", help="limits with one of these in their names, separated by commas")
    parser.add_argument("--command", help="other words than those of the limit's folder: quantize --mode dynamic --weights int4")
    parser.add_argument("--models", type=int, default=len(NAMES), help="so many of the models")
    options = parser.parse_args()
    zoo, standard = pathlib.Path(options.zoo), {}

    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        for number, name in enumerate(NAMES[:options.models]):
            fit, held = arrays(zoo, *MODELS[name])
            np.save(folder / f"fit{number}.npy", fit[:100])
            np.save(folder / f"held{number}.npy", held)

        def run(number, command, changed=""):
            """The file's bytes, its error, processor seconds."""
            target, model = folder / "out.tflite", zoo / NAMES[number]
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            subprocess.run(
                [options.optimize, command[0], model, *command[1:], "--rep-data", folder / f"fit{number}.npy", "-o", target,
                 "--force", "--quiet", "--allow-larger"],
                env={**os.environ, "OPTIMIZE_LIMITS": changed}, check=True, capture_output=True)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            report = subprocess.run(
                [options.optimize, "compare", model, target, "--rep-data", folder / f"held{number}.npy", "--json", "--quiet"],
                capture_output=True, text=True, check=True).stdout
            error = max(o["relativeL2"] for o in json.loads(report)["quality"]["outputs"])
            return target.read_bytes(), error, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

        def size(command, data):
            return len(data) if command[0] == "quantize" else len(zlib.compress(data, 6))

        for name, value, command in limits():
            if not any(part in name for part in options.only.split(",")):
                continue
            command = options.command.split() if options.command else command
            for factor in (0.5, 2):
                sizes, errors, times = [], [], []
                for number in range(options.models):
                    key = (number, *command)
                    if key not in standard:
                        standard[key] = run(number, command)
                    old, new = standard[key], run(number, command, f"{name}={value * factor!r}")
                    times.append(new[2] / max(old[2], 1e-3))
                    if new[0] != old[0]:
                        sizes.append(size(command, new[0]) / size(command, old[0]))
                        errors.append(new[1] / old[1] if old[1] else 0)
                print(f"{name:34} {value:10g} x {factor:3g}: {len(sizes)} of {options.models} files change, "
                      f"size {mean(sizes):.4f}, error {mean(errors):.4f}, time {mean(times):.2f}", flush=True)


if __name__ == "__main__":
    main()
