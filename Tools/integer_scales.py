"""Integer activations over input scales from 1e-30 to 1e30: our interpreter's bits against LiteRT's reference kernels.

    .build-oracle/bin/python Tools/integer_scales.py .build/debug/optimize [OPERATOR ...]

Prints each operator and type with the scales at which bits differ, and those that only one side refuses.
"""

import pathlib
import subprocess
import sys
import tempfile

import numpy as np

import runtime_limits
from vectors.case import case
from vectors.recorder import RESOLVERS, run

SCALES = [m * 10.0 ** e for e in range(-30, 31) for m in (1.0, 2.37)] + [2.0 ** e for e in range(-30, 31, 3)]
OUTPUTS = {("SOFTMAX", "int8"): (1 / 256, -128), ("SOFTMAX", "int16"): (1 / 32768, 0),
           ("LOG_SOFTMAX", "int8"): (1 / 16, 127),
           ("LOGISTIC", "int8"): (1 / 256, -128), ("LOGISTIC", "int16"): (1 / 32768, 0),
           ("TANH", "int8"): (1 / 128, 0), ("TANH", "int16"): (1 / 32768, 0)}


def built(name, kind, scale):
    high = 127 if kind == "int8" else 32767
    random = np.random.default_rng(5)
    rows = random.integers(-high - 1, high + 1, (8, 12))
    rows[1] = np.clip(rows[1] // 50, -high, high)
    rows[2] = np.arange(12) - 6
    rows[3] = np.array([0, 0, 0, -high, -high, 0, 0, 0, 0, 0, 0, 1])
    rows[4], rows[5] = high, -high - 1
    zero = {"int8": 3, "int16": 0}[kind]
    y, yz = OUTPUTS[name, kind]
    one = case(name).input(rows.astype(kind), scale=scale, zero=zero)
    options = dict(beta=1.0) if name == "SOFTMAX" else {}
    one.op(name, out=dict(kind=kind, scale=y, zero=yz), version=1, **options)
    one.shapes = [{1: [8, 12]}]
    return one


def ours(tool, one, folder):
    (folder / "m.tflite").write_bytes(one.model(one.shapes))
    np.save(folder / "x.npy", one.feeds[0])
    done = subprocess.run([tool, "run", folder / "m.tflite", "--input", folder / "x.npy", "--output", folder / "out",
                           "--force"], capture_output=True, text=True)
    return np.load(folder / "out" / "0.npy") if done.returncode == 0 else done.stderr.split("\n")[0]


def theirs(one):
    state = runtime_limits.outcome(lambda: one, "reference")
    return run(one.model(one.shapes), [one.feeds], RESOLVERS["reference"])[0][0][0] if state == "ok" else state


def main(tool, names):
    with tempfile.TemporaryDirectory() as folder:
        for name, kind in OUTPUTS:
            if names and name not in names:
                continue
            wrong, refused, equal = [], [], 0
            for scale in SCALES:
                one = built(name, kind, np.float32(scale))
                a, b = ours(tool, one, pathlib.Path(folder)), theirs(one)
                if isinstance(a, str) or isinstance(b, str):
                    if isinstance(a, str) != isinstance(b, str):
                        refused.append(f"{scale:.3g} ({'LiteRT: ' + b if isinstance(b, str) else a[-60:]})")
                elif np.array_equal(a, b):
                    equal += 1
                else:
                    wrong.append(f"{scale:.3g} (by {np.abs(a.astype(int) - b).max()})")
            print(f"{name} {kind}: {equal} equal; differ: {', '.join(wrong) or 'none'}; "
                  f"one side refuses: {', '.join(refused) or 'none'}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
