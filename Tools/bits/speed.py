"""How long LiteRT takes for files that `optimize` made with weights of fewer bits.

    .build-oracle/bin/python Tools/bits_forms.py speed .build/release/optimize MODEL ...

A line for each model and path: bytes and microseconds of the int8 file of mode dynamic, then of int4, of blocks of 32
and of int2, with the ratios to int8. Files are run in turns, one thread, the least of many runs counts.
"""

import os
import pathlib
import subprocess
import tempfile

import numpy as np
from ai_edge_litert.interpreter import Interpreter

from oracle import runtime
from vectors.recorder import RESOLVERS

from .child import isolated
from .times import fastest

FORMS = {"int8": [], "int4": ["--weights", "int4"], "blocks of 32": ["--weights", "int4", "--block", "32"],
         "int2": ["--weights", "int2"]}
SECONDS, ROUNDS = 0.3, 4


def least(path, resolver):
    """Microseconds of the fastest run."""
    interpreter = Interpreter(model_path=str(path), experimental_op_resolver_type=RESOLVERS[resolver], num_threads=1)
    interpreter.allocate_tensors()
    for detail in interpreter.get_input_details():
        interpreter.set_tensor(detail["index"], runtime.make_input(detail, "random", 1))
    interpreter.invoke()
    return fastest(interpreter, SECONDS)


def speed(arguments):
    optimize, *models = arguments
    for model in map(pathlib.Path, models):
        with tempfile.TemporaryDirectory() as folder:
            files = {}
            for label, options in FORMS.items():
                out = pathlib.Path(folder) / f"{len(files)}.tflite"
                ran = subprocess.run([optimize, "quantize", model, "--mode", "dynamic", *options, "-q", "-o", out])
                if ran.returncode == 0:
                    files[label] = out
            for resolver in ("XNNPACK", "optimized"):
                found = {}
                for _ in range(ROUNDS):
                    for label, path in files.items():
                        kind, value = isolated(least, path, resolver)
                        if kind == "ok":
                            found[label] = min(found.get(label, np.inf), value)
                base = found.get("int8", np.nan)
                print(f"{model.stem:34} {resolver:10}", "; ".join(
                    f"{label} {os.path.getsize(files[label]):,} bytes {value:.0f} us" +
                    ("" if label == "int8" else f" ({value / base:.2f})") for label, value in found.items()), flush=True)
