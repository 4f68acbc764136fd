"""Judges `optimize` with LiteRT's own parser and runtime; see --help. Exit 1 when a check failed."""

import argparse
import json
import pathlib
import shutil
import sys
import tempfile
import time

from oracle import (check_cases, check_cluster, check_containers, check_finetune, check_fix, check_integer, check_interpreter,
                    check_malformed, check_modes, check_narrow, check_plan, check_prune, check_reports, check_rewrite,
                    check_stored, figures, process)
from oracle.subject import Subject, guess_kind

ROOT = pathlib.Path(__file__).resolve().parent.parent
CHECKS = ["roundtrip", *check_modes.MODES, "int4", "accuracy", "second", "prune", "integer", "report", "determinism", "reject",
          "malformed", "containers", "interpret", "static", "plan", "cluster", "stored", "finetune", "fix"]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--optimize", default=str(ROOT / ".build/release/optimize"))
    parser.add_argument("--models", nargs="*", default=[str(ROOT / "Fixtures/Models")],
                        help="folders of model files")
    parser.add_argument("--malformed", default=str(ROOT / "Fixtures/Malformed"), help="a folder of wrong files")
    parser.add_argument("--containers", default=str(ROOT / "Fixtures/Containers"), help="a folder of containers")
    parser.add_argument("--zoo", help="a folder with zoo.json: all its models, and its data")
    parser.add_argument("--cases", nargs="?", const="", help="judges Fixtures/Cases alone, and a folder of reported cases")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--only", default="", help="only models whose path contains this")
    parser.add_argument("--checks", default="", help="some of: " + ",".join(CHECKS))
    parser.add_argument("--timeout", type=int, default=1800, help="seconds for one model")
    parser.add_argument("--json", help="writes results and figures here")
    chosen = parser.parse_args()
    unknown = set(filter(None, chosen.checks.split(","))) - set(CHECKS)
    if unknown:
        parser.error("unknown checks: " + ", ".join(sorted(unknown)))
    return chosen


def models(options):
    """(path, zoo record) of every model to judge, large ones first, so that all jobs end together."""
    found = []
    if options.zoo:
        zoo = pathlib.Path(options.zoo).resolve()
        for record in json.loads((zoo / "zoo.json").read_text()):
            found.append((zoo / record["path"], record))
    for folder in options.models:
        for path in sorted(pathlib.Path(folder).resolve().rglob("*")):
            if path.suffix in (".tflite", ".bin", ".lite"):
                found.append((path, {}))
    if not options.checks or "malformed" in options.checks:
        for path in sorted(pathlib.Path(options.malformed).resolve().glob("*")):
            if path.name != "README.md":
                found.append((path, {"kind": "malformed"}))
    if not options.checks or "containers" in options.checks:
        for path in sorted(pathlib.Path(options.containers).resolve().glob("*")):
            if path.suffix in (".task", ".litertlm"):
                found.append((path, {"kind": "container"}))
    wanted = [f for f in found if options.only in str(f[0])]
    return sorted(wanted, key=lambda f: -f[0].stat().st_size)


def judge(path, record, number, options):
    """Everything about one model; runs in a child."""
    folder = tempfile.mkdtemp(prefix="oracle-")
    try:
        checks = set(filter(None, options.checks.split(",")))
        zoo = pathlib.Path(options.zoo).resolve() if options.zoo else None
        optimize = str(pathlib.Path(options.optimize).resolve())
        if record.get("kind") == "malformed":
            return path.name, "malformed", check_malformed.check(path, optimize, folder), {}
        if record.get("kind") == "container":
            return path.name, "container", check_containers.check(path, optimize, folder), {}
        subject = Subject(path, record, zoo, optimize, folder, checks)
        if not record and subject.model is not None:
            subject.record = {"kind": guess_kind(subject.model)}
        steps = [check_rewrite.check, check_modes.check, check_reports.check_integer,
                 check_reports.check_report, check_reports.check_refusal, check_interpreter.check]
        # Unless they are asked for, a zoo's models share the checks that take longest: every second one has the
        # integer modes, every third rewrites, every tenth pruning, clusters and training, every fifth plans and every fifth few bits.
        if options.checks or not record or number % 2 == 0:
            steps.append(check_integer.check)
        if options.checks or not record or number % 3 == 1:
            steps.append(check_fix.check)
        if options.checks or not record or number % 10 == 0:
            steps += [check_prune.check, check_cluster.check, check_stored.check, check_finetune.check]
        if options.checks or not record or number % 5 == 2:
            steps.append(check_plan.check)
        if options.checks or not record or number % 5 == 4:
            steps.append(check_narrow.check)
        if number % 12 == 0 or not record:
            steps.append(check_reports.check_determinism)
        seconds = subject.figures["seconds"] = {}
        for step in steps:
            name, start = f"{step.__module__.split('.')[-1]}.{step.__name__}", time.monotonic()
            try:
                step(subject)
            except Exception as error:  # a fault of the judge must not hide the other checks
                import traceback
                place = traceback.extract_tb(error.__traceback__)[-1]
                subject.found(step.__module__.split(".")[-1], [
                    f"the judge failed: {type(error).__name__}: {error} ({place.name}:{place.lineno})"])
            seconds[name] = time.monotonic() - start
        return subject.name, subject.kind, subject.results, subject.figures
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def judge_cases(options):
    passed, failed = 0, 0
    with tempfile.TemporaryDirectory(prefix="oracle-") as folder:
        optimize = str(pathlib.Path(options.optimize).resolve())
        for name, problems in check_cases.check(ROOT / "Fixtures/Cases", options.cases, optimize, options.only, folder):
            passed, failed = (passed, failed + 1) if problems else (passed + 1, failed)
            for problem in problems:
                print(f"FAIL {name}: {problem}", flush=True)
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


def main():
    options = arguments()
    start = time.monotonic()
    if options.cases is not None:
        return judge_cases(options)
    chosen = models(options)
    if not chosen:
        sys.exit("error: no models found")
    passed, failed, rows = 0, 0, []
    items = [(path, record, number) for number, (path, record) in enumerate(chosen)]
    for item, answer in process.each(items, lambda i: judge(*i, options), options.jobs, options.timeout):
        if isinstance(answer, process.Crash):
            print(f"FAIL {item[0].name}: all: {answer}", flush=True)
            rows.append({"model": str(item[0].name), "kind": "", "results": [["all", [str(answer)]]],
                         "figures": {}})
            failed += 1
            continue
        name, kind, results, numbers = answer
        for check, problems in results:
            passed, failed = (passed, failed + 1) if problems else (passed + 1, failed)
            for problem in problems:
                print(f"FAIL {name}: {check}: {problem}", flush=True)
        rows.append({"model": name, "kind": kind, "results": results, "figures": numbers})
    rows.sort(key=lambda r: r["model"])
    figures.show(rows)
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(
            {"passed": passed, "failed": failed, "seconds": time.monotonic() - start, "models": rows}, indent=1))
    print(f"{len(chosen)} models, {time.monotonic() - start:.0f} s")
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
