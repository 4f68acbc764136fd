"""Judges `optimize check`: its verdicts are compared with what LiteRT gives to XNNPACK, what Vela places on Ethos-U, and
what loads and runs in TensorFlow Lite Micro; on models, and on their dynamic range and int8 forms. Exit 1 below 99 %.
With --rewritten: how many models Vela puts into one part, as int8 and as `quantize --target` makes them; with tflm, how
many run in TensorFlow Lite Micro with the bits of `optimize run`, and which operators differ in the others.

    .build-targets/bin/python Tools/oracle_targets.py --optimize .build/release/optimize --zoo ZOO
    .build-targets/bin/python Tools/oracle_targets.py --models Fixtures/Models --record Tests/TargetsTests/Vectors
"""

import argparse
import collections
import json
import pathlib
import sys
import tempfile

import numpy as np

from oracle import process
from targets import tflm, vectors, vela, xnnpack

ROOT = pathlib.Path(__file__).resolve().parent.parent
JUDGES = {"xnnpack": xnnpack, "tflm": tflm, "vela": vela}
LEAST = 0.99  # the share of verdicts that must agree
LARGEST = 9_000_000  # bytes of a model that forms are made of
TYPES = {"FLOAT32": np.float32, "INT32": np.int32, "INT64": np.int64, "UINT8": np.uint8, "INT8": np.int8}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--optimize", default=str(ROOT / ".build/release/optimize"))
    parser.add_argument("--models", nargs="*", default=[], help="folders of model files")
    parser.add_argument("--zoo", help="a folder with zoo.json")
    parser.add_argument("--forms", action="store_true", help="also the dynamic range and int8 forms of float models")
    parser.add_argument("--judges", default=",".join(JUDGES), help="some of: " + ",".join(JUDGES))
    parser.add_argument("--only", default="", help="only models whose path contains this")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--timeout", type=int, default=240, help="seconds for one model and judge")
    parser.add_argument("--misses", type=int, default=40, help="how many kinds of misses are listed")
    parser.add_argument("--rewritten", choices=(*vela.TARGETS, "tflm"),
                        help="judges quantize --target in place of verdicts")
    parser.add_argument("--record", help="writes what the judges say of --models into this folder, for the tests")
    return parser.parse_args()


def models(options):
    found = []
    if options.zoo:
        zoo = pathlib.Path(options.zoo).resolve()
        found += [zoo / r["path"] for r in json.loads((zoo / "zoo.json").read_text())]
    for folder in options.models:
        found += sorted(p for p in pathlib.Path(folder).resolve().rglob("*") if p.suffix in (".tflite", ".lite"))
    return [p for p in found if options.only in str(p)]


def samples(path, folder):
    """Two random samples for the model's inputs; False for inputs that have no such values."""
    from ai_edge_litert.interpreter import Interpreter
    details = Interpreter(model_path=str(path)).get_input_details()
    random = np.random.default_rng(1)
    if not details or any(d["dtype"] not in TYPES.values() for d in details):
        return False
    for number in range(2):
        values = {d["name"]: (random.uniform(-1, 1, d["shape"]) if d["dtype"] == np.float32
                              else random.integers(0, 2, d["shape"])).astype(d["dtype"]) for d in details}
        np.savez(folder / f"{number}.npz", **values)
    return True


def make_form(optimize, path, mode, folder):
    """The path of the model in a mode, or None where there is none."""
    if path.stat().st_size > LARGEST or "op_tests" in path.parts:
        return None
    target = folder / f"{path.parent.name}__{path.stem}.{mode}.tflite"
    chosen = ["--target", mode] if mode in (*vela.TARGETS, "tflm") else ["--mode", mode]
    command = [optimize, "quantize", path, *chosen, "-o", target, "--quiet", "--threads", "1"]
    with tempfile.TemporaryDirectory() as place:
        if mode != "dynamic":
            try:
                if not process.isolated(samples, path, pathlib.Path(place)):
                    return None
            except process.Crash:
                return None
            command += ["--rep-data", place, "--effort", "0", "--io", "int8", "--skip-bad"]
        process.call(command, seconds=240)
    return target if target.exists() else None


def verdicts(optimize, path, targets):
    """{target: the document of `check`}; a text if it fails."""
    ran = process.call([optimize, "check", path, "--target", ",".join(targets), "--json", "--quiet"])
    return {t["name"]: t for t in json.loads(ran.out)["targets"]} if ran.code == 0 else ran.said()


def compare(work):
    """[(target, total, misses)] of one model and judge; a miss is (words, place)."""
    optimize, judge, path, seconds = work
    try:
        truth = process.isolated(JUDGES[judge].judge, path, seconds=seconds)
    except process.Crash as crash:
        if judge != "tflm":
            return []
        truth = {"tflm": False, "why": str(crash)}
    ours = verdicts(optimize, path, JUDGES[judge].TARGETS)
    if isinstance(ours, str):
        return []
    rows = []
    for target, judged in truth.items():
        if target not in ours:
            continue
        if target == "tflm":
            full = ours[target]["isFull"]
            words = "says that it runs" if full else "says that it does not run"
            rows.append((target, 1, [] if full == judged else [(words, path.name)]))
            continue
        runs, places = set(judged[0]), judged[1]
        own = [v for v in ours[target]["verdicts"] if v["subgraph"] == 0]
        misses = [(f"{own[p]['kind']}: {'runs' if p in runs else 'does not run'}, "
                   f"but {own[p]['verdict']} {own[p].get('reason', '')}", f"{path.name} {p}")
                  for p in places if (own[p]["verdict"] == "runs") != (p in runs)]
        rows.append((target, len(places), misses))
    return rows


def record(options):
    """What the judges say of each model: numbers of operators that run, of those that were judged."""
    folder = pathlib.Path(options.record)
    folder.mkdir(parents=True, exist_ok=True)
    found = {}
    for path in models(options):
        row = {}
        for judge in JUDGES.values():
            try:
                row.update(process.isolated(judge.judge, path, seconds=options.timeout))
            except process.Crash:
                continue
        found[path.name] = {t: v if isinstance(v, bool) else {"runs": v[0], "judged": v[1]} for t, v in row.items()}
    operators = vectors.record(options.jobs)
    for name, table in ("models.json", found), ("operators.json", operators):
        text = ",\n".join(f" {json.dumps(key)}: {json.dumps(row)}" for key, row in sorted(table.items()))
        (folder / name).write_text("{\n" + text + "\n}\n")
    print(f"{len(found)} models and {len(operators)} operators recorded")


def compiled(work):
    """Vela's parts of a model as int8 and as `quantize --target` makes it; None where one is missing."""
    options, path = work
    with tempfile.TemporaryDirectory() as place:
        found = []
        for mode in ("int8", options.rewritten):
            form = make_form(options.optimize, path, mode, pathlib.Path(place))
            if form is None:
                return None
            found.append(process.isolated(vela.parts, form, options.rewritten, seconds=options.timeout))
        return None if None in found else found


def in_micro(work):
    """The operators that differ in TensorFlow Lite Micro after `quantize --target tflm`; a text where there is none."""
    options, path = work
    with tempfile.TemporaryDirectory() as place:
        form = make_form(options.optimize, path, "tflm", pathlib.Path(place))
        if form is None:
            return "not quantized"
        full = verdicts(options.optimize, form, ("tflm",))["tflm"]["isFull"]
        try:
            found = process.isolated(tflm.compare, form, options.optimize, seconds=options.timeout)
        except process.Crash:
            found = None
        if found is None:
            return "does not run, though check says so" if full else "does not run, as check says"
        return found


def micro(options):
    """Prints which models run in TensorFlow Lite Micro with our bits."""
    found = process.each([(options, path) for path in models(options)], in_micro, options.jobs, 900)
    rows = [(work[1].name, row) for work, row in found if row != "not quantized"]
    for name, row in rows:
        if row:
            print(f"{name}: {row if isinstance(row, str) else 'differs after ' + ', '.join(row)}")
    runs = [row for _, row in rows if isinstance(row, list)]
    print(f"tflm: {len(runs)} of {len(rows)} models run, {sum(not row for row in runs)} with our bits")


def rewritten(options):
    """Prints what rewriting for an Ethos-U changes in what Vela compiles."""
    found = process.each([(options, path) for path in models(options)], compiled, options.jobs, 900)
    rows = [(work[1].name, parts) for work, parts in found if isinstance(parts, list)]
    for name, (before, after) in rows:
        if before != after:
            print(f"{name}: {before[0]} parts and {before[1]} operators outside → {after[0]} and {after[1]}")
    whole = [sum(parts[side] == (1, 0) for _, parts in rows) for side in (0, 1)]
    print(f"{options.rewritten}: Vela makes one part of {whole[0]} → {whole[1]} of {len(rows)} models")


def report(totals, misses, most):
    worst = 1.0
    for target, total in sorted(totals.items()):
        right = total - len(misses[target])
        share = right / total if total else 1.0
        worst = min(worst, share)
        print(f"{target}: {right} of {total} {'models' if target == 'tflm' else 'operators'} agree ({100 * share:.2f} %)")
        kinds = collections.defaultdict(list)
        for words, place in misses[target]:
            kinds[words].append(place)
        for words, places in sorted(kinds.items(), key=lambda i: -len(i[1]))[:most]:
            print(f"  {len(places)} {words}: {', '.join(places[:3])}")
    return worst


def main():
    options = arguments()
    if options.record:
        return record(options)
    if options.rewritten:
        return micro(options) if options.rewritten == "tflm" else rewritten(options)
    paths = models(options)
    with tempfile.TemporaryDirectory() as place:
        if options.forms:
            work = [(path, mode) for path in paths for mode in ("dynamic", "int8")]
            made = process.each(work, lambda w: make_form(options.optimize, *w, pathlib.Path(place)), options.jobs, 600)
            paths = paths + sorted(p for _, p in made if isinstance(p, pathlib.Path))
        work = [(options.optimize, judge, path, options.timeout)
                for judge in options.judges.split(",") for path in paths]
        totals, misses = collections.Counter(), collections.defaultdict(list)
        for _, rows in process.each(work, compare, options.jobs, 3 * options.timeout + 60):
            for target, total, missed in [] if isinstance(rows, process.Crash) else rows:
                totals[target] += total
                misses[target] += missed
    worst = report(totals, misses, options.misses)
    sys.exit(0 if worst >= LEAST else 1)


if __name__ == "__main__":
    main()
