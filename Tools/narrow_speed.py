"""Times files of int4 weights in LiteRT against the same models with int8 weights, by turns in one run.

For each model of bench_narrow the ratio of the medians of one run (default path, one thread): below 1 int4 is faster.
`dynamic`: int8 weights under float activations against int4, and against int4 in blocks of 32. `int8`: int8
activations, with weights of either. XNNPACK has kernels for int4 weights of FULLY_CONNECTED alone; other kinds that
read some are named behind the line. It reports and never gates.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import tempfile

import numpy as np
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter

import bench_fix
import bench_narrow
from oracle import files, process, runtime

# What the two files differ in, by the name of the line.
PAIRS = {
    "dynamic int4": (["--mode", "dynamic"], ["--mode", "dynamic", "--weights", "int4"]),
    "dynamic int4 blocks": (["--mode", "dynamic"], ["--mode", "dynamic", "--weights", "int4", "--block", "32"]),
    "int8 int4": (["--mode", "int8", "--effort", "0"], ["--mode", "int8", "--effort", "0", "--weights", "int4"]),
}

XNNPACK = "FULLY_CONNECTED"


def samples(path, folder):
    """A sample of random values, for ranges that need not be good."""
    folder.mkdir(parents=True)
    for number, detail in enumerate(Interpreter(str(path)).get_input_details()):
        np.save(folder / f"{number}.npy", runtime.make_input(detail, "random", 1))
    return folder


def made(options, path, words, target):
    ran = subprocess.run([options.optimize, "quantize", str(path), *words, "-o", str(target), "--force", "--quiet",
                          "--allow-larger"], capture_output=True, text=True)
    return ran.returncode in (0, 1) and target.exists()


def readers(path):
    """The kinds of operators that read int4 constants."""
    model, found = files.Model(path), set()
    for subgraph in model.tree.subgraphs:
        for operator in subgraph.operators:
            tensors = [subgraph.tensors[index] for index in files.indices(operator.inputs) if index >= 0]
            if any(tensor.type == schema.TensorType.INT4 for tensor in tensors):
                found.add(model.kind(operator))
    return sorted(found)


def ratios(options, name):
    place, _ = bench_narrow.CASES[name]
    path = (options.zoo if place.startswith(bench_narrow.MODELS) else options.zoo.parent / "cases") / place
    line = {"model": name, "readers": []}
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        data = ["--rep-data", str(samples(path, work / "samples" / "0").parent)]
        for pair, (wide, narrow) in PAIRS.items():
            pair_of = [work / "wide.tflite", work / "narrow.tflite"]
            given = data if "int8" in wide else []
            if not all(made(options, path, words + given, file) for words, file in zip((wide, narrow), pair_of)):
                continue
            if pair_of[0].read_bytes() == pair_of[1].read_bytes():
                continue
            try:
                before, after = process.isolated(bench_fix.times, pair_of, options.seconds, seconds=60 + 20 * options.seconds)
            except process.Crash:
                continue
            line[pair] = after / before
            line["readers"] = sorted({*line["readers"], *readers(pair_of[1])})
    return line


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--optimize", default=".build/release/optimize")
    parser.add_argument("--zoo", type=pathlib.Path, required=True)
    parser.add_argument("--only", default="", help="parts of models' names, separated by commas")
    parser.add_argument("--seconds", type=float, default=2, help="for a pair of files")
    parser.add_argument("--json", type=pathlib.Path, help="writes all lines")
    options = parser.parse_args()
    wanted = [part for part in options.only.split(",") if part]
    lines = []
    print("model             " + "".join(f"{pair:>22}" for pair in PAIRS))
    for name in bench_narrow.CASES:
        if wanted and not any(part in name for part in wanted):
            continue
        lines.append(ratios(options, name))
        cells = (f"{lines[-1][pair]:22.2f}" if pair in lines[-1] else " " * 22 for pair in PAIRS)
        others = ", ".join(kind for kind in lines[-1]["readers"] if kind != XNNPACK)
        print(f"{name:18}" + "".join(cells) + f"  {others}", flush=True)
    for pair in PAIRS:
        for words, chosen in (("", lines), (f" that {XNNPACK} alone reads", [l for l in lines if l["readers"] == [XNNPACK]])):
            found = {line["model"]: line[pair] for line in chosen if pair in line}
            if found:
                slow = ", ".join(f"{name} {ratio:.2f}" for name, ratio in found.items() if ratio > 1.1) or "none"
                print(f"{pair}{words}: {statistics.geometric_mean(found.values()):.2f} of the time with int8 weights in the "
                      f"geometric mean of {len(found)} models; above 1.1: {slow}")
    if options.json:
        options.json.write_text(json.dumps(lines, indent=1))


if __name__ == "__main__":
    main()
