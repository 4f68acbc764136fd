"""How long LiteRT takes with weights of 8, 4 and 2 bits, and what memory they take.

A line for each shape, form and path: the least of many runs with one thread, in microseconds, for int8, int4 and int2
and for blocks of 32, and the ratios to int8; `slow` where a ratio is above 1.1, X where XNNPACK took the operator.
"""

import os
import subprocess
import sys
import tempfile
import time

import numpy as np
from ai_edge_litert.interpreter import Interpreter

from .child import isolated
from .models import Spec, made
from vectors.recorder import RESOLVERS

SECONDS, ROUNDS = 0.06, 4
SHAPES = {
    "CONV_2D": [(64, 64, 14, 1), (32, 64, 56, 1), (256, 256, 7, 1), (32, 32, 28, 3), (128, 128, 14, 3),
                (512, 512, 1, 1), (8, 16, 56, 5)],
    "DEPTHWISE_CONV_2D": [(0, 32, 56, 3), (0, 128, 14, 3), (0, 512, 7, 3), (0, 64, 28, 5), (0, 960, 7, 7)],
    "FULLY_CONNECTED": [(64, 64, 1), (1024, 1024, 1), (4096, 256, 1), (4096, 4096, 1), (256, 256, 16), (512, 512, 128),
                        (1024, 1024, 8)],
}
FORMS = {
    "CONV_2D": ("hybrid", "decoded", "int8", "int16"),
    "DEPTHWISE_CONV_2D": ("decoded", "int8"),
    "FULLY_CONNECTED": ("hybrid", "decoded", "int8", "int16")
}


def fastest(interpreter, seconds):
    """Microseconds of the fastest of many runs."""
    best, end, runs = np.inf, time.perf_counter() + seconds, 0
    while time.perf_counter() < end or runs < 3:
        start = time.perf_counter()
        interpreter.invoke()
        best, runs = min(best, time.perf_counter() - start), runs + 1
    return best * 1e6


def least(one, path):
    """Microseconds of the fastest of many runs, and whether XNNPACK took the operator."""
    interpreter = Interpreter(model_content=one.model, experimental_op_resolver_type=RESOLVERS[path], num_threads=1)
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], one.feeds[0])
    for _ in range(2):
        interpreter.invoke()
    return fastest(interpreter, SECONDS), any("delegate" in o["op_name"].lower() for o in interpreter._get_ops_details())


def spec_of(name, form, bits, per, shape):
    if name == "FULLY_CONNECTED":
        return Spec(name, form, bits, per, shape[:2], batch=shape[2])
    return Spec(name, form, bits, per, shape, batch=1)


def times(name):
    for shape in SHAPES[name]:
        for form in FORMS[name]:
            for path in ("XNNPACK", "optimized"):
                found, taken = {}, {}
                models = {}
                for bits, per in ((8, "channel"), (4, "channel"), (2, "channel"), (4, 32)):
                    if per == 32 and (name != "FULLY_CONNECTED" or form != "hybrid"):
                        continue
                    if bits == 2 and name != "FULLY_CONNECTED" and form != "decoded":
                        continue
                    models[f"int{bits}" + ("/32" if per == 32 else "")] = made(spec_of(name, form, bits, per, shape))
                for _ in range(ROUNDS):  # in turns, so that what else the machine does is shared
                    for label, one in models.items():
                        kind, value = isolated(least, one, path)
                        if kind == "ok":
                            found[label], taken[label] = min(found.get(label, np.inf), value[0]), value[1]
                base = found["int8"]
                line = " ".join(f"{k} {v:9.1f}{' X' if taken[k] else ''}" +
                                ("" if k == "int8" else f" ({v / base:4.2f}{' slow' if v > 1.1 * base else ''})")
                                for k, v in found.items())
                print(f"{name:18} {str(shape):20} {form:8} {path:10} {line}", flush=True)


def resident(what="VmRSS"):
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) / 1024 for line in file if line.startswith(what))


def grown(file, path):
    """In a fresh process: MiB of resident memory that loading takes, that the first run takes, and at the most."""
    start = resident()
    interpreter = Interpreter(model_path=file, experimental_op_resolver_type=RESOLVERS[path], num_threads=1)
    interpreter.allocate_tensors()
    loaded = resident()
    detail = interpreter.get_input_details()[0]
    interpreter.set_tensor(detail["index"], np.ones(detail["shape"], detail["dtype"]))
    interpreter.invoke()
    ran = resident()
    interpreter.invoke()
    print(
        f"load +{loaded - start:.0f}, first run +{ran - loaded:.0f}, at the most +{resident('VmHWM') - start:.0f} MiB",
        flush=True)


def memory():
    for name, form, shape in (("FULLY_CONNECTED", "hybrid",
                               (8192, 8192, 1)), ("FULLY_CONNECTED", "int8",
                                                  (8192, 8192, 1)), ("FULLY_CONNECTED", "decoded", (8192, 8192, 1)),
                              ("CONV_2D", "hybrid", (2048, 2048, 1, 3)), ("CONV_2D", "int8", (2048, 2048, 1, 3)),
                              ("CONV_2D", "decoded", (2048, 2048, 1, 3))):
        for bits, per in ((8, "channel"), (4, "channel"), (4, 32)):
            if per == 32 and (name, form) != ("FULLY_CONNECTED", "hybrid"):
                continue
            with tempfile.NamedTemporaryFile(suffix=".tflite") as file:
                file.write(made(spec_of(name, form, bits, per, shape)).model)
                file.flush()
                size = os.path.getsize(file.name) / 2**20
                for path in ("XNNPACK", "optimized", "reference"):
                    ran = subprocess.run([sys.executable, sys.argv[0], "grown", file.name, path],
                                         capture_output=True,
                                         text=True)
                    print(
                        f"memory {name} {form} {shape} int{bits} {per} {path}, file {size:.0f} MiB:",
                        ran.stdout.strip() or ran.stderr[-120:],
                        flush=True)


def grown_of(arguments):
    grown(*arguments)


def all_times(names):
    for name in names or SHAPES:
        times(name)
