"""How far int8 files are from float on both of LiteRT's paths: XNNPACK, which people run, and the reference kernels.

    .build-oracle/bin/python Tools/path_quality.py OPTIMIZE ZOO [MODEL_PATTERN ...] [--samples 32] [--limit N]

Quantizes each float model of the zoo that has samples, and prints the relative L2 error of all outputs together on both
paths; at the end the median and the worst, and those where XNNPACK is over 1.5 times as far.
"""

import argparse
import fnmatch
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
from ai_edge_litert.interpreter import Interpreter, OpResolverType

from oracle import samples

PATHS = {"XNNPACK": OpResolverType.BUILTIN, "reference": OpResolverType.BUILTIN_REF}


def outputs(path, given, resolver):
    interpreter = Interpreter(str(path), experimental_op_resolver_type=resolver, num_threads=2)
    found = []
    for feed in given:
        details = interpreter.get_input_details()
        for detail, value in zip(details, feed):
            if tuple(detail["shape"]) != value.shape:
                interpreter.resize_tensor_input(detail["index"], value.shape)
        interpreter.allocate_tensors()
        for detail, value in zip(details, feed):
            interpreter.set_tensor(detail["index"], value)
        interpreter.invoke()
        found.append(np.concatenate([interpreter.get_tensor(d["index"]).astype(np.float64).ravel()
                                     for d in interpreter.get_output_details()]))
    return np.concatenate(found)


def main(arguments):
    zoo, rows = pathlib.Path(arguments.zoo), []
    for path in sorted((zoo / "models").rglob("*.tflite")):
        name = str(path.relative_to(zoo))
        if arguments.patterns and not any(fnmatch.fnmatch(name, f"*{p}*") for p in arguments.patterns):
            continue
        given = samples.real(zoo, path)
        if not given or len(given) < 8:
            continue
        if path.stat().st_size > arguments.most:
            continue
        given = given[:arguments.samples]
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            half = max(4, len(given) // 2)
            for number, feed in enumerate(given[:half]):
                (folder / f"rep/{number:03}").mkdir(parents=True)
                for position, value in enumerate(feed):
                    np.save(folder / f"rep/{number:03}/{position}.npy", value)
            out = folder / "out.tflite"
            done = subprocess.run([arguments.tool, "quantize", path, "--mode", "int8", "--rep-data", folder / "rep", "-o",
                                   out], capture_output=True, text=True)
            if done.returncode:
                print(f"{name}: exit {done.returncode}: {done.stderr.splitlines()[-1] if done.stderr else ''}", flush=True)
                continue
            try:
                float_ = outputs(path, given[half:], OpResolverType.BUILTIN)
                errors = {key: np.linalg.norm(outputs(out, given[half:], resolver) - float_) / np.linalg.norm(float_)
                          for key, resolver in PATHS.items()}
            except Exception as error:
                print(f"{name}: {str(error)[:100]}", flush=True)
                continue
            rows.append((name, errors["XNNPACK"], errors["reference"]))
            print(f"{name:70} XNNPACK {100 * errors['XNNPACK']:7.3f} %  reference {100 * errors['reference']:7.3f} %",
                  flush=True)
        if arguments.limit and len(rows) >= arguments.limit:
            break
    if rows:
        for index, label in ((1, "XNNPACK"), (2, "reference")):
            values = [row[index] for row in rows]
            print(f"{label}: median {100 * np.median(values):.3f} %, worst {100 * max(values):.3f} % "
                  f"({max(rows, key=lambda r: r[index])[0]}), {len(rows)} models")
        for name, one, other in rows:
            if one > 1.5 * other and one > 0.01:
                print(f"farther with XNNPACK: {name}: {100 * one:.2f} % against {100 * other:.2f} %")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("tool")
    parser.add_argument("zoo")
    parser.add_argument("patterns", nargs="*")
    parser.add_argument("--samples", type=int, default=32)
    parser.add_argument("--limit", type=int, default=0)
    parser.add_argument("--most", type=int, default=6_000_000, help="bytes of a model")
    main(parser.parse_args(sys.argv[1:]))
