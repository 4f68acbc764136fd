"""Judges every rule of `optimize fix` by LiteRT: the models of InterpreterTests, whose outputs LiteRT computed, are
rewritten, without a target and for several; LiteRT must then give the same outputs, in every bit for integers. Prints how many models each rule changed. Exit 1 where outputs differ.

    .build-oracle/bin/python Tools/rule_vectors.py --optimize .build/release/optimize
"""

import argparse
import collections
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

from oracle import process
from vectors import recorder

ROOT = pathlib.Path(__file__).resolve().parent.parent
FOLDER = ROOT / "Tests" / "InterpreterTests" / "Vectors"
TARGETS = ("none", "gpu", "edgetpu", "ethos-u55")
# Kernels add up in another order, and functions in pieces round more often. Of the greatest value of an output.
ROUNDING = 2e-6


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("operators", nargs="*", help="only the models of these operators")
    parser.add_argument("--optimize", default=str(ROOT / ".build/release/optimize"))
    parser.add_argument("--targets", default=",".join(TARGETS))
    parser.add_argument("--jobs", type=int, default=2)
    return parser.parse_args()


def runs(case):
    """[(inputs, outputs)] of a case."""
    found, place = [], ""
    while f"{place}out0" in case:
        found.append([[case[f"{place}{side}{i}"] for i in range(len(case)) if f"{place}{side}{i}" in case]
                      for side in ("in", "out")])
        place = f"run{len(found)}/"
    return found


def difference(expected, found):
    """Why two outputs differ; None if they do not."""
    if expected.shape != found.shape or expected.dtype != found.dtype:
        return f"{expected.dtype}{expected.shape} became {found.dtype}{found.shape}"
    if expected.dtype.kind not in "fc":
        return None if np.array_equal(expected, found) else f"{np.sum(expected != found)} integers"
    usable = np.isfinite(expected) & np.isfinite(found)
    if not np.array_equal(np.isfinite(expected), np.isfinite(found)):
        return "other values are finite"
    off = np.abs(expected - found)[usable].max(initial=0)
    return None if off <= ROUNDING * max(1e-6, np.abs(expected[usable]).max(initial=0)) else f"off by {off:.1e}"


def judge(work):
    """(rules that changed the model, why LiteRT's outputs differ or None); None where nothing was changed."""
    optimize, target, case = work
    with tempfile.TemporaryDirectory() as place:
        before, after, report = (pathlib.Path(place) / name for name in ("a.tflite", "b.tflite", "r.json"))
        before.write_bytes(case["model"].tobytes())
        aimed = [] if target == "none" else ["--target", target]
        ran = subprocess.run([optimize, "fix", before, "-o", after, f"--json={report}", "--threads", "1", *aimed],
                             capture_output=True, text=True)
        if ran.returncode != 0:
            return None
        rules = [rule["name"] for rule in json.loads(report.read_text())["fix"]["rules"]]
        expected = runs(case)
        results = computed(after.read_bytes(), [inputs for inputs, _ in expected])
        for (_, outputs), found in zip(expected, results):
            for a, b in zip(outputs, found):
                if why := difference(a, b):
                    return rules, why
        return rules, None


def computed(model, feeds):
    """LiteRT's outputs, of the reference kernels unless these lack an operator's version."""
    try:
        return recorder.run(model, feeds, recorder.RESOLVERS["reference"])[0]
    except ValueError as error:
        if "Didn't find op" not in str(error):
            raise
        return recorder.run(model, feeds, recorder.RESOLVERS["optimized"])[0]


def is_moderate(case):
    """Whether no square of an input is infinite: what functions in pieces make of infinities is not promised."""
    return all((np.abs(value) < 1e18).all() for name, value in case.items()
               if name.split("/")[-1].startswith("in") and value.dtype.kind in "fc")


def cases(options):
    for path in sorted(FOLDER.glob("*.npz")):
        if options.operators and path.stem not in options.operators:
            continue
        archive, table = np.load(path), collections.defaultdict(dict)
        for key in archive.files:
            name, rest = key.split("/", 1)
            table[name][rest] = archive[key]
        yield from ((path.stem, name, case) for name, case in table.items()
                   if "model" in case and is_moderate(case))


def main():
    options = arguments()
    changed, failed = collections.defaultdict(collections.Counter), 0
    work = [(options.optimize, target, case, f"{operator} {name}") for operator, name, case in cases(options)
            for target in options.targets.split(",")]
    for (_, target, _, name), answer in process.each(work, lambda w: judge(w[:3]), options.jobs, 120):
        if answer is None:
            continue
        rules, why = ([], str(answer)) if isinstance(answer, process.Crash) else answer
        for rule in rules:
            changed[target][rule] += 1
        if why:
            failed += 1
            print(f"FAIL {name} for {target} after {', '.join(rules)}: {why}", flush=True)
    for target, rules in changed.items():
        print(f"{target}: " + ", ".join(f"{rule} {count}" for rule, count in rules.most_common()))
    print(f"{sum(sum(rules.values()) for rules in changed.values())} rewrites, {failed} with other outputs in LiteRT")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
