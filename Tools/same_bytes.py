#!/usr/bin/env python3
"""Runs two builds of `optimize` on every model and tells where they write other bytes.

Exit codes and output bytes decide, with --text also what they print. Exit 1 where something
differs that same_bytes_expected.txt does not list. What OLD gave is kept in a file, so that a
second comparison runs NEW alone; without NEW only that file is filled. One thread a run: that
threads change nothing is the oracle's to check.
"""

import argparse
import collections
import concurrent.futures
import fnmatch
import hashlib
import json
import math
import os
import pathlib
import re
import resource
import signal
import subprocess
import sys
import tempfile
import time

import same_bytes_models

ROOT = same_bytes_models.ROOT
EXPECTED = ROOT / "Tools/same_bytes_expected.txt"
SAMPLES = ["--rep-data", "SAMPLES"]
CLUSTER = ["cluster", "MODEL", "--clusters", "16", "--shared-codebook"]
CASES = {
    "rewrite": ["pipeline", "MODEL", "rewrite"],
    "float16": ["quantize", "MODEL", "--mode", "float16"],
    "dynamic": ["quantize", "MODEL", "--mode", "dynamic"],
    "weights-only": ["quantize", "MODEL", "--mode", "dynamic", "--weights-only"],
    "int8-0": ["quantize", "MODEL", "--mode", "int8", "--effort", "0", *SAMPLES],
    "int8-2": ["quantize", "MODEL", "--mode", "int8", "--effort", "2", *SAMPLES],
    "int16x8": ["quantize", "MODEL", "--mode", "int16x8", *SAMPLES],
    "prune": ["prune", "MODEL", "--sparsity", "0.5"],
    "prune-samples": ["prune", "MODEL", "--sparsity", "0.5", *SAMPLES],
    "prune-2:4": ["prune", "MODEL", "--pattern", "2:4"],
    "cluster": CLUSTER,
    "cluster-entropy": [*CLUSTER, "--entropy"],
    "pipeline": ["pipeline", "MODEL", "prune:sparsity=0.5",
                 "cluster:clusters=16,shared-codebook=true", "quantize:mode=int8", *SAMPLES],
    "sparse": ["prune", "MODEL", "--sparsity", "0.8", "--encode-sparse"],
}
# Cases that run a model hundreds of times, with the most multiplications of a model that has them.
COSTLY = {"int8-2": 60_000_000, "prune-samples": 20_000_000, "pipeline": 20_000_000}
QUICK_COSTLY = 2_000_000
QUICK_EVERY = 12
WALL = 10  # a run may take so many times its limit of processor time: others use the machine too
_SECONDS = re.compile(r"\d+(?:\.\d+)? (?:ms|s|min)\b")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("old")
    parser.add_argument("new", nargs="?")
    parser.add_argument("--zoo", help="a folder with zoo.json; the fixtures are always compared on")
    parser.add_argument("--only", default="*", metavar="GLOB", help="models whose name matches")
    parser.add_argument("--cases", default="*", metavar="GLOB", help="of " + ", ".join(CASES))
    parser.add_argument("--every", type=int, default=1, metavar="N", help="each Nth model only")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--timeout", type=float, default=120, help="processor seconds of one run")
    parser.add_argument("--quick", action="store_true", help=f"each {QUICK_EVERY}th model, and "
                        "costly cases of small models only: about three minutes of one core")
    parser.add_argument("--all", action="store_true", help="costly cases for large models too")
    parser.add_argument("--text", action="store_true", help="count other texts on stderr too")
    parser.add_argument("--cache", default=str(ROOT / ".build-same-bytes/old.json"))
    return parser.parse_args()


class Cache:
    """What OLD gave: model, case, digest of samples → result."""

    def __init__(self, path, binary):
        self.path, self.binary = pathlib.Path(path), binary
        self.results = self._stored().get(binary, {})

    def _stored(self):
        try:
            return json.loads(self.path.read_text())
        except FileNotFoundError:
            return {}

    def save(self):
        """Keeps what another comparison has stored since; a half-written file is never seen."""
        stored = self._stored()
        self.results = stored[self.binary] = {**stored.get(self.binary, {}), **self.results}
        self.path.parent.mkdir(parents=True, exist_ok=True)
        part = self.path.with_suffix(f".{os.getpid()}")
        part.write_text(json.dumps(stored))
        part.replace(self.path)


class Comparison:
    def __init__(self, options):
        self.options = options
        self.old = pathlib.Path(options.old).resolve()
        self.new = pathlib.Path(options.new).resolve() if options.new else None
        self.cache = Cache(options.cache, hashlib.sha256(self.old.read_bytes()).hexdigest())
        self.expected = expected()
        self.counts, self.left_out = collections.Counter(), collections.Counter()
        self.seconds = {case: [0.0, 0.0, 0] for case in CASES}  # OLD's, NEW's, runs

    def model(self, model):
        """A model and, of each case, (case, OLD's result, NEW's, key) or (case, why left out)."""
        model.read(self.old)
        found = []
        with tempfile.TemporaryDirectory(prefix="same-bytes-") as folder:
            folder = pathlib.Path(folder)
            given = model.write_samples(folder / "samples")
            for case, command in CASES.items():
                if not fnmatch.fnmatch(case, self.options.cases):
                    continue
                reason = self._spared(case, model) or (
                    "no samples" if "SAMPLES" in command and given is None else None)
                if reason:
                    found.append((case, reason))
                    continue
                key = " ".join([model.digest, *command, given if "SAMPLES" in command else ""])
                old = self.cache.results.get(key)
                if old is None or old["code"] is None and old["seconds"] < self.options.timeout:
                    old = run(self.old, command, model, folder, self.options.timeout)
                new = self.new and run(self.new, command, model, folder, self.options.timeout)
                found.append((case, old, new, key))
        return model, found

    def _spared(self, case, model):
        limit = COSTLY.get(case)
        if limit is None or self.options.all:
            return None
        limit = QUICK_COSTLY if self.options.quick else limit
        if model.multiplications <= limit:
            return None
        return f"costly, more than {limit // 1_000_000} M multiplications"

    def take(self, model, found):
        for case, *rest in found:
            if len(rest) == 1:
                self.left_out[f"{case}: {rest[0]}"] += 1
                continue
            old, new, key = rest
            self.cache.results[key] = old
            times = self.seconds[case]
            times[0] += old["seconds"]
            times[1] += new["seconds"] if new else 0
            times[2] += 1
            if new:
                self._judge(model.name, case, old, new)
        self.cache.save()

    def _judge(self, model, case, old, new):
        if old["code"] is None or new["code"] is None:
            late = " and ".join(n for n, r in (("OLD", old), ("NEW", new)) if r["code"] is None)
            self.counts["late"] += 1
            print(f"not compared {model} {case}: {late}: no end within the time", flush=True)
            return
        text = old["text"] != new["text"]
        if (old["code"], old["bytes"]) == (new["code"], new["bytes"]):
            self.counts["refused" if old["code"] else "same"] += 1
            if text:
                self.counts["text"] += 1
                if self.options.text:
                    print(f"text {model} {case}: another stderr", flush=True)
            return
        reason = next((r for m, c, r in self.expected
                       if fnmatch.fnmatch(model, m) and fnmatch.fnmatch(case, c)), None)
        self.counts["expected" if reason else "different"] += 1
        what = (f"exit {old['code']} became {new['code']}: {new['said']}"
                if old["code"] != new["code"] else f"{old['size']} bytes became {new['size']}")
        print(f"{'expected' if reason else 'DIFFERENT'} {model} {case}: {what}"
              + (f" ({reason})" if reason else ""), flush=True)

    def show(self):
        print(f"{'case':16} {'runs':>5} {'OLD s':>8} {'NEW s':>8}")
        for case, (old, new, runs) in self.seconds.items():
            print(f"{case:16} {runs:5} {old:8.1f} {new:8.1f}")
        for reason, count in sorted(self.left_out.items()):
            print(f"left out {reason}: {count}")
        if not self.new:
            return
        counts = self.counts
        print(f"{counts['same']} same, {counts['different']} different, "
              f"{counts['refused']} both refused, "
              f"{counts['expected']} different as expected, "
              f"{counts['late']} not compared (time)"
              + (f", {counts['text']} with another text" if self.options.text else ""))


def expected():
    """(model glob, case glob, reason) of each line of EXPECTED."""
    lines = EXPECTED.read_text().splitlines() if EXPECTED.exists() else []
    rows = [line.split(None, 2) for line in lines if line.strip() and not line.startswith("#")]
    wrong = next((row for row in rows if len(row) != 3), None)
    if wrong:
        sys.exit(f"error: {EXPECTED.name}: '{' '.join(wrong)}' is not: model case reason")
    return rows


def run(binary, command, model, folder, timeout):
    """What one call gave; its code is None where it did not end in time."""
    out = folder / "out.tflite"
    out.unlink(missing_ok=True)
    places = {"MODEL": str(model.path), "SAMPLES": str(folder / "samples")}
    start, late = time.monotonic(), {"code": None, "seconds": timeout}
    try:
        done = subprocess.run(
            ["sh", "-c", f'ulimit -S -t {math.ceil(timeout)}; exec "$@"', "sh", str(binary),
             *(places.get(word, word) for word in command), "-o", str(out), "--allow-larger",
             "--threads", "1"],
            capture_output=True, timeout=timeout * WALL, stdin=subprocess.DEVNULL)
    except subprocess.TimeoutExpired:
        return late
    if done.returncode in (-signal.SIGXCPU, 128 + signal.SIGXCPU):  # the latter from a script
        return late
    text = done.stderr.decode("utf-8", "replace")
    for name, place in (*places.items(), ("FOLDER", str(folder))):
        text = text.replace(place, name)
    text = _SECONDS.sub("some time", text)
    written = out.read_bytes() if out.exists() else None
    said = next((line for line in text.splitlines() if line.startswith("error")), "")
    return {"code": done.returncode, "seconds": round(time.monotonic() - start, 3),
            "bytes": written and hashlib.sha256(written).hexdigest(),
            "size": len(written or b""), "said": said[:160],
            "text": hashlib.sha256(text.encode()).hexdigest()}


def main():
    options = arguments()
    zoo = pathlib.Path(options.zoo).resolve() if options.zoo else None
    every = QUICK_EVERY if options.quick else options.every
    chosen = [m for m in same_bytes_models.models(zoo)[::every]
              if fnmatch.fnmatch(m.name, options.only)]
    if not chosen:
        sys.exit("error: no models found")
    comparison, start = Comparison(options), time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for model, found in pool.map(comparison.model, chosen):
            comparison.take(model, found)
    comparison.show()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"{len(chosen)} models, {time.monotonic() - start:.0f} s, of processors "
          f"{used.ru_utime + used.ru_stime:.0f} s")
    sys.exit(1 if comparison.counts["different"] else 0)


if __name__ == "__main__":
    main()
