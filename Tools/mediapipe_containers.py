"""Judges `optimize` on containers by MediaPipe and litert-quantizer; see --help. Exit 1 when a check failed.

`make oracle` judges containers by smaller packages. Run this with the Python of .build-containers (`make
containers`).
"""

import argparse
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
from litert_quantizer.utils import litertlm_utils

import mediapipe_hands
from oracle import check_containers, containers

ROOT = pathlib.Path(__file__).resolve().parent.parent
# What random landmarks may move by, as a share of the picture: weights are rounded to 8 bits.
MOST_MOVED = 0.02


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--optimize", default=str(ROOT / ".build/release/optimize"))
    parser.add_argument("--containers", type=pathlib.Path, default=ROOT / "Fixtures/Containers")
    return parser.parse_args()


def made(optimize, source, name, folder):
    mode, result = check_containers.MODES[name][0], folder / f"{source.stem}.{name}{source.suffix}"
    subprocess.run([optimize, mode[0], source, *mode[1:], "-o", result, "--quiet"], check=True)
    return result


def judge_hands(optimize, folder):
    """A hand landmarker of random weights: MediaPipe must take the results, and answer alike."""
    source = folder / "random_hands.task"
    source.write_bytes(mediapipe_hands.made())
    before = mediapipe_hands.answers(source)
    if before.shape != (21, 3):
        yield "original", [f"MediaPipe found {before.shape} landmarks"]
        return
    for name in ("rewrite", "dynamic", "float16"):
        result = made(optimize, source, name, folder)
        moved = float(np.abs(mediapipe_hands.answers(result) - before).max())
        limit = 0 if name == "rewrite" else MOST_MOVED
        problems = [] if moved <= limit else [f"landmarks moved by {moved}, limit {limit}"]
        if name != "rewrite" and result.stat().st_size > 0.6 * source.stat().st_size:
            problems.append(f"{source.stat().st_size} bytes became {result.stat().st_size}")
        yield f"{name}, moved by {moved:.6f}", problems


def judge_quantizer(source, optimize, folder):
    """litert-quantizer reads the sections of the result, the models as models."""
    result = made(optimize, source, "dynamic", folder)
    file, problems = litertlm_utils.LiteRTLMFile(result), []
    for index, (content, is_model) in enumerate(containers.sections(result).values()):
        if bytes(file.get_section_buffer(index)) != content:
            problems.append(f"section {index} reads as other bytes")
        if is_model and not file.read_model(index).subgraphs:
            problems.append(f"section {index} has no subgraph")
    yield "read by litert-quantizer", problems


def main():
    options = arguments()
    failed = passed = 0
    with tempfile.TemporaryDirectory(prefix="containers-") as name:
        folder = pathlib.Path(name)
        groups = [("random_hands.task", judge_hands(options.optimize, folder))]
        for path in sorted(options.containers.glob("*.litertlm")):
            # The model of this one is too small to gain anything.
            if path.name != "tiny.litertlm":
                groups.append((path.name, judge_quantizer(path, options.optimize, folder)))
        for path, results in groups:
            for what, problems in results:
                passed, failed = (passed, failed + 1) if problems else (passed + 1, failed)
                for problem in problems or ["ok"]:
                    print(f"{'FAIL' if problems else '    '} {path} {what}: {problem}", flush=True)
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
