#!/usr/bin/env python3
"""Records what LiteRT computes for small models of one operator, for InterpreterTests. Exit 1 when a case failed."""

import argparse
import pathlib
import sys

from oracle import process
from vectors import archive, catalog, readme, recorder

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "Tests" / "InterpreterTests" / "Vectors"


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("operators", nargs="*", help="only these operators")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--timeout", type=int, default=60, help="seconds for one case")
    parser.add_argument("--differences", action="store_true", help="lists where the optimized kernels differ")
    chosen = parser.parse_args()
    unknown = set(chosen.operators) - set(catalog.MAKERS)
    if unknown:
        parser.error("unknown operators: " + ", ".join(sorted(unknown)))
    return chosen


def main():
    catalog.load()
    options = arguments()
    FOLDER.mkdir(parents=True, exist_ok=True)
    made = {name: catalog.cases(name) for name in options.operators or sorted(catalog.MAKERS)}
    work = [(name, case) for name, cases in made.items() for case in cases]
    found, failed = {}, 0
    for (name, case), answer in process.each(work, lambda w: recorder.record(w[1]), options.jobs, options.timeout):
        if isinstance(answer, process.Crash):
            print(f"FAIL {name}: {case.name}: {answer}", flush=True)
            failed += 1
            continue
        found[name, case.name], other = answer
        if options.differences and other and other > 1e-5:
            print(f"note {name}: {case.name}: the optimized kernels differ by {other:.1e}")
    for name, cases in made.items():
        archive.write(FOLDER / f"{name}.npz", [(f"{case.name}/{key}", array) for case in cases
                                               for key, array in found.get((name, case.name), [])])
    if not options.operators:
        for stale in {p.stem for p in FOLDER.glob("*.npz")} - set(made):
            (FOLDER / f"{stale}.npz").unlink()
    (FOLDER / "README.md").write_text(readme.text())
    size = sum(p.stat().st_size for p in FOLDER.iterdir())
    print(f"{len(made)} operators, {len(work)} cases, {failed} failed; the folder has {size} bytes")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
