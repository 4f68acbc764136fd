"""Measures `optimize fix`: operators, bytes and LiteRT's time (XNNPACK, one thread) before and after.

Prints a line for each model of the zoo without its tests of single operators, and of further folders; then
totals: operators gone, the geometric mean of the times' ratios and the worst ones. Runs of both files take turns;
a ratio is that of the medians, which of a slower model are measured anew. With --target: how many models are one part
for each target before and after, and what still stands in the way of the others.
"""

import argparse
import json
import math
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

from oracle import check_fix, files, process, runtime
from targets import rewritten

ROOT = pathlib.Path(__file__).resolve().parent.parent
LEFT_OUT = ("op_tests", "custom_reject")
SLOWER = 1.02  # the ratio from which a model is measured anew, ten times as long


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--optimize", default=str(ROOT / ".build/release/optimize"))
    parser.add_argument("--zoo", help="a folder with zoo.json")
    parser.add_argument("--models", nargs="*", default=[], help="further folders of models")
    parser.add_argument("--only", default="", help="only models whose path contains this")
    parser.add_argument("--seconds", type=float, default=2, help="of measuring a model; 0 measures no time")
    parser.add_argument("--rules", help="as in optimize fix --rules")
    parser.add_argument("--target", help="targets, separated by commas")
    parser.add_argument("--json", help="writes the rows here")
    return parser.parse_args()


def models(options):
    found = []
    if options.zoo:
        zoo = pathlib.Path(options.zoo)
        records = json.loads((zoo / "zoo.json").read_text())
        found = [zoo / r["path"] for r in records if not any(f"/{part}/" in r["path"] for part in LEFT_OUT)]
    for folder in options.models:
        found += sorted(pathlib.Path(folder).rglob("*.tflite"))
    return [path for path in found if options.only in str(path)]


def times(paths, seconds):
    """Medians of the times of one run, of models that take turns."""
    interpreters = []
    for path in paths:
        interpreter = runtime.Interpreter(model_path=str(path), num_threads=1)
        interpreter.allocate_tensors()
        for detail in interpreter.get_input_details():
            interpreter.set_tensor(detail["index"], runtime.make_input(detail, "random", 1))
        interpreter.invoke()
        interpreters.append(interpreter)
    results = [[] for _ in paths]
    start, turn = time.perf_counter(), 0
    # A single run of a small model is shorter than the clock is good for.
    least = min(timed(interpreters[0], 1) for _ in range(3))
    batch = max(1, int(2e-4 / max(least, 1e-7)))
    while time.perf_counter() - start < seconds or turn < 20:
        for place in range(len(paths)) if turn % 2 else reversed(range(len(paths))):
            results[place].append(timed(interpreters[place], batch) / batch)
        turn += 1
        if time.perf_counter() - start > 10 * seconds + 10:
            break
    return [statistics.median(values) for values in results]


def timed(interpreter, count):
    start = time.perf_counter()
    for _ in range(count):
        interpreter.invoke()
    return time.perf_counter() - start


def row(path, options, folder):
    target, report = folder / "fixed.tflite", folder / "fixed.json"
    for old in (target, report):
        old.unlink(missing_ok=True)
    rules = ["--rules", options.rules] if options.rules else []
    start = time.perf_counter()
    ran = subprocess.run([options.optimize, "fix", str(path), "-o", str(target), f"--json={report}", *rules],
                         capture_output=True, text=True)
    found = {"model": path.name, "exit": ran.returncode, "seconds": time.perf_counter() - start}
    try:
        found["operators"] = [check_fix.operators(files.Model(path))] * 2
    except Exception:  # the parser has no error type of its own
        return None
    if report.exists():
        fix = json.loads(report.read_text()).get("fix") or {}
        found["rules"] = {rule["name"]: rule["gone"] for rule in fix.get("rules", [])}
        found["takenBack"] = [f"{rule['name']}: {rule['reason']}" for rule in fix.get("takenBack", [])]
    if ran.returncode != 0:
        found["said"] = " ".join(ran.stderr.split("error:")[-1].split())[:120]
        return found
    found["operators"][1] = check_fix.operators(files.Model(target))
    found["bytes"] = [path.stat().st_size, target.stat().st_size]
    if options.seconds > 0:
        try:
            for seconds in (options.seconds, 10 * options.seconds):
                found["times"] = process.isolated(times, [path, target], seconds, seconds=60 + 20 * seconds)
                if found["times"][1] <= SLOWER * found["times"][0]:
                    break
        except process.Crash as crash:
            found["notTimed"] = " ".join(str(crash).split())[:120]
    return found


def show(found):
    before, after = found["operators"]
    parts = [f"{found['model'][:52]:52} {before:5} → {after:5}"]
    if "bytes" in found:
        parts.append(f"{found['bytes'][1] / found['bytes'][0]:6.3f} bytes")
    if "times" in found:
        parts.append(f"{found['times'][1] / found['times'][0]:6.3f} time ({found['times'][0] * 1e3:.3f} ms)")
    parts += [found.get("notTimed", ""), f"exit {found['exit']}: {found['said']}" if "said" in found else ""]
    parts += found.get("takenBack", [])
    print("  ".join(part for part in parts if part), flush=True)


def for_targets(options):
    targets = options.target.split(",")
    with tempfile.TemporaryDirectory(prefix="bench-fix-") as folder:
        found = [rewritten.row(path, options, target, pathlib.Path(folder))
                 for path in models(options) for target in targets]
    rows = [entry for entry in found if entry]
    for target in targets:
        rewritten.show(rows, target)
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(rows, indent=1))


def main():
    options = arguments()
    if options.target:
        return for_targets(options)
    rows, rules = [], {}
    with tempfile.TemporaryDirectory(prefix="bench-fix-") as folder:
        for path in models(options):
            found = row(path, options, pathlib.Path(folder))
            if found is None:
                continue
            rows.append(found)
            for name, gone in found.get("rules", {}).items():
                if found["exit"] == 0:
                    rules[name] = rules.get(name, 0) + gone
            show(found)
    if not rows:
        sys.exit("error: no models found")
    total = [sum(r["operators"][side] for r in rows) for side in (0, 1)]
    print(f"{len(rows)} models, {total[0]} → {total[1]} operators, {total[0] - total[1]} gone")
    print("by rule: " + ", ".join(f"{name} {gone}" for name, gone in sorted(rules.items(), key=lambda r: -r[1])))
    timed_rows = sorted((r["times"][1] / r["times"][0], r["model"]) for r in rows if "times" in r)
    if timed_rows:
        mean = math.exp(sum(math.log(ratio) for ratio, _ in timed_rows) / len(timed_rows))
        print(f"time: {len(timed_rows)} models, geometric mean {mean:.4f}")
        print("slowest: " + ", ".join(f"{name} {ratio:.3f}" for ratio, name in timed_rows[:-9:-1]))
        print("fastest: " + ", ".join(f"{name} {ratio:.3f}" for ratio, name in timed_rows[:8]))
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(rows, indent=1))


if __name__ == "__main__":
    main()
