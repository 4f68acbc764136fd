"""Peak memory of one `optimize run` against weights, activations and a constant; one JSON line a model.

The limit is 1.1 × the file + 1.3 × the largest set of activations that live at once + 16 MiB.
"""

import argparse
import json
import pathlib
import subprocess
import tempfile

import numpy as np

from bench_run import MODELS
from oracle import runtime

LIMIT = (1.1, 1.3, 16 << 20)


def live_bytes(interpreter):
    """The largest sum of tensors that operators made and later ones, or the caller, still need."""
    details = {d["index"]: d for d in interpreter.get_tensor_details()}
    operators = interpreter._get_ops_details()
    end = len(operators)

    def size(tensor):
        detail = details[tensor]
        return int(np.prod(detail["shape"])) * np.dtype(detail["dtype"]).itemsize

    life = {d["index"]: [-1, end] for d in interpreter.get_input_details()}
    for place, operator in enumerate(operators):
        for tensor in operator["outputs"]:
            life.setdefault(int(tensor), [place, place])
        for tensor in operator["inputs"]:
            if int(tensor) in life:
                life[int(tensor)][1] = max(life[int(tensor)][1], place)
    for detail in interpreter.get_output_details():
        if detail["index"] in life:
            life[detail["index"]][1] = end
    return max(sum(size(t) for t, (first, last) in life.items() if first <= place <= last and t in details)
               for place in range(end))


def measure(optimize, path, folder):
    interpreter = runtime.Interpreter(str(path), experimental_op_resolver_type=runtime.RESOLVERS["plain"])
    interpreter.allocate_tensors()
    flags = []
    for number, detail in enumerate(interpreter.get_input_details()):
        file = folder / f"{number}.npy"
        np.save(file, runtime.make_input(detail, "random", 1))
        flags += ["--input", str(file)]
    # A child of this process would be charged for Python's memory before it becomes the command.
    done = subprocess.run(["/usr/bin/time", "-f", "%M", optimize, "run", str(path), *flags, "--output",
                           str(folder / "out"), "--force"], capture_output=True, text=True, check=True)
    peak = int(done.stderr.strip().split("\n")[-1]) * 1024
    weights, live = path.stat().st_size, live_bytes(interpreter)
    return weights, live, peak, int(LIMIT[0] * weights + LIMIT[1] * live + LIMIT[2])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--optimize", default=".build/release/optimize")
    parser.add_argument("--zoo", required=True, help="the folder with zoo.json")
    options = parser.parse_args()
    for name, relative in MODELS.items():
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(options.zoo) / "models" / relative
            weights, live, peak, limit = measure(options.optimize, path, pathlib.Path(folder))
        print(json.dumps({"model": name, "fileMiB": round(weights / 2**20, 2), "liveMiB": round(live / 2**20, 2),
                          "peakMiB": round(peak / 2**20, 1), "limitMiB": round(limit / 2**20, 1)}), flush=True)


if __name__ == "__main__":
    main()
