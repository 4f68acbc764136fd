"""Measures integers that compress: `quantize --mode int8 --effort 3` and its download budget against effort 2.

For ten models of the zoo from 500 kB on, int8 files are made with effort 2, with effort 3, with effort 3 and a gate of
1.25 times the error that effort 2 reports, and with `--max-download` at 0.8 of effort 2's download. Each runs in LiteRT
on samples that made none of them: relative L2 error of what the last SOFTMAX reads, or of the outputs. One JSON line a
model, then geometric means of downloads (zlib level 6) and errors relative to effort 2. It reports and never gates.
"""

import argparse
import json
import pathlib
import subprocess
import tempfile
import time
import zlib

import numpy as np

import bench_accuracy
from bench_accuracy import folder_of
from bench_mixed import error

PAIRS = ("DS-CNN-L", "VWW 96", "autoencoder", "MobileNetV1 0.25", "ResNet 6 blocks", "VWW 20 blocks",
         "MobileNetV1 0.75", "MobileNetV2")
MODELS = {**{name: bench_accuracy.PAIRS[name][::2] for name in PAIRS},
          "face landmarks": ("mediapipe/face_landmark", "photos 0..1"),
          "iris landmarks": ("mediapipe/iris_landmark", "photos 0..1")}
GROWTH, SHARE = 1.25, 0.8
GOALS = {"effort 3": 0.88, "error": 0.80}


def made(options, path, samples, target, flags):
    """(bytes, seconds, report) of a file, or None where no file passes the gates."""
    report = target.with_suffix(".json")
    target.unlink(missing_ok=True)
    start = time.perf_counter()
    done = subprocess.run([options.optimize, "quantize", str(path), "--mode", "int8", "--rep-data", str(samples), "-o",
                           str(target), "--force", "--quiet", f"--json={report}", *flags], capture_output=True, text=True)
    seconds = time.perf_counter() - start
    if done.returncode not in (0, 1):
        raise RuntimeError(f"{path}: exit {done.returncode}: {done.stderr[-300:]}")
    if not target.exists():
        return None
    return target.read_bytes(), seconds, json.loads(report.read_text())


def judge(options, name):
    place, kind = MODELS[name]
    path = options.zoo / "models" / f"{place}.tflite"
    shape = tuple(bench_accuracy.Interpreter(str(path)).get_input_details()[0]["shape"])
    given, tested, _ = bench_accuracy.samples(options.zoo, shape, kind)
    tested = tested[:300 if np.prod(shape) < 30000 else options.photos]
    line = {"model": name, "samples": len(tested)}
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        samples = folder_of(given[:100], work)
        target = work / "made.tflite"
        wanted = bench_accuracy.run(path, tested)
        plain = made(options, path, samples, target, ["--effort", "2"])
        size, first = len(zlib.compress(plain[0], 6)), error(target, tested, wanted)
        reported = max(o["relativeL2"] for o in plain[2]["quality"]["outputs"])
        line |= {"download": size, "error": first, "seconds": round(plain[1], 1)}
        forms = {"effort 3": ["--effort", "3"],
                 "error": ["--effort", "3", "--max-error", str(GROWTH * reported)],
                 "budget": ["--max-download", str(int(SHARE * size))]}
        for form, flags in forms.items():
            found = made(options, path, samples, target, flags)
            line[form] = found and {
                "download": round(len(zlib.compress(found[0], 6)) / size, 4),
                "error": round(error(target, tested, wanted) / first, 4), "seconds": round(found[1], 1)}
    return line


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--optimize", default=".build/release/optimize")
    parser.add_argument("--zoo", type=pathlib.Path, default=pathlib.Path("../shared/zoo"))
    parser.add_argument("--only", default=",".join(MODELS))
    parser.add_argument("--photos", type=int, default=48, help="tested for models of images")
    options = parser.parse_args()
    options.optimize = str(pathlib.Path(options.optimize).resolve())
    lines = []
    for name in options.only.split(","):
        lines.append(judge(options, name))
        print(json.dumps(lines[-1]), flush=True)
    for form in ("effort 3", "error", "budget"):
        found = [line[form] for line in lines if line[form]]
        means = {key: float(np.exp(np.mean([np.log(f[key]) for f in found]))) for key in ("download", "error")}
        goal = f", wanted {GOALS[form]}" if form in GOALS else ""
        print(f"{form}: {len(found)} of {len(lines)} models, download {means['download']:.3f}{goal}, "
              f"error {means['error']:.3f}")


if __name__ == "__main__":
    main()
