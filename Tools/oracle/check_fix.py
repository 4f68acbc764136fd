"""`fix`: the rewritten model gives LiteRT's outputs of the model before, loads, and is no larger."""

import os

import numpy as np

from . import check_rewrite, files, process, runtime

SEEDS = (1, 2, 3)
# LiteRT's kernels add up in another order than ours; both orders are as good. Relative L2 of an output.
ROUNDING = 2e-6


def differences(before, after):
    """Problems of outputs: integers must be equal, floats equal but for roundings."""
    problems = []
    for first, second in zip(before.results, after.results):
        for (name, _, _), x, y in zip(before.outputs, first, second):
            if x.shape != y.shape:
                problems.append(f"output {name}: shape {x.shape} became {y.shape}")
            elif x.dtype.kind not in "fc":
                if not np.array_equal(x, y):
                    problems.append(f"output {name}: {np.mean(x != y):.2%} of the integers differ")
            else:
                usable = np.isfinite(x) & np.isfinite(y)
                if not np.array_equal(np.isfinite(x), np.isfinite(y)):
                    problems.append(f"output {name}: other values are finite")
                norm, off = np.linalg.norm(x[usable]), np.linalg.norm((x - y)[usable])
                if off > ROUNDING * norm:
                    problems.append(f"output {name}: off by {off / norm if norm else np.inf:.2e}")
    return sorted(set(problems))


def _inputs(path, kind):
    interpreter = runtime.Interpreter(model_path=str(path))
    return [[runtime.make_input(detail, kind, seed) for detail in interpreter.get_input_details()] for seed in SEEDS]


def operators(model):
    return sum(len(subgraph.operators or []) for subgraph in model.tree.subgraphs or [])


def check(subject):
    if not subject.wants("fix") or subject.version != 3 or subject.model is None or subject.rejected:
        return
    out = subject.out("fix.tflite")
    ran = subject.call("fix", subject.path, "-o", out)
    if ran.code != 0:
        allowed = (3,) if subject.runs else (2, 3)
        problems = [] if ran.code in allowed else [f"exit {ran.code}: {ran.said()}"]
        subject.found("fix", problems + (["an output was written"] if out.exists() else []))
        return
    after = files.Model(out)
    problems = check_rewrite.tail(subject, after, out)
    grown = os.path.getsize(out) - os.path.getsize(subject.path)
    if grown > 0:
        problems.append(f"the file is {grown} bytes larger")
    subject.figures["fix"] = [operators(subject.model), operators(after)]
    for resolver in ("default", "reference"):
        original, kind = runtime.first_that_runs(subject.path, resolver, SEEDS)
        if kind is None:
            continue
        # Seeded inputs depend on the tensors' indices, which change.
        result = runtime.Run(out, resolver, samples=process.isolated(_inputs, subject.path, kind, seconds=60))
        if not result.runs:
            problems.append(f"{resolver}: {result.error}")
            continue
        problems += [f"{resolver}: {p}" for p in runtime.unlike(original, result) + differences(original, result)]
    subject.found("fix", problems)
