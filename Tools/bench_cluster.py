"""Measures `optimize cluster` and `prune`: download against plain int8, weight error, time and memory of k-means.

Prints JSON lines, then a table. Ratios are of the written files under zlib level 6, for the float models of the
zoo from 500 kB on; int8 weights are made by `--mode dynamic`, which needs no samples.
"""

import argparse
import json
import math
import pathlib
import subprocess
import sys
import tempfile
import zlib

from bench import run

ROOT = pathlib.Path(__file__).resolve().parent.parent
INT8 = "quantize:mode=dynamic"
CLUSTER = "cluster:clusters=16,shared-codebook=true"
FORMS = {  # name: (steps, greatest ratio to plain int8)
    "prune 50 %": (["prune:sparsity=0.5"], 0.75),
    "prune 70 %": (["prune:sparsity=0.7"], 0.55),
    "cluster 16": ([CLUSTER], 0.68),
    "cluster 16, entropy": ([CLUSTER + ",entropy=true"], 0.60),
}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--optimize", default=str(ROOT / ".build/release/optimize"))
    parser.add_argument("--zoo", required=True)
    parser.add_argument("--least", type=int, default=500_000, help="bytes of a model")
    return parser.parse_args()


def download(path):
    return len(zlib.compress(path.read_bytes(), 6))


def pipeline(options, model, steps, folder):
    """(written file, report) or (None, None)."""
    target, report = folder / "out.tflite", folder / "out.json"
    for path in (target, report):
        path.unlink(missing_ok=True)
    command = [options.optimize, "pipeline", str(model), *steps, "-o", str(target), "--quiet", f"--json={report}"]
    if subprocess.run(command, capture_output=True).returncode:
        return None, None
    return target, json.loads(report.read_text())


def coverage(report):
    """Share of the float weight bytes that were clustered or pruned."""
    weights = [t for t in report["tensors"] if t["role"] == "weight"]
    total = sum(t["bytesBefore"] for t in weights)
    return sum(t["bytesBefore"] for t in weights if t.get("clusters")) / total if total else 0


def ratios(options, folder):
    zoo = pathlib.Path(options.zoo)
    rows = {}
    for record in json.loads((zoo / "zoo.json").read_text()):
        path = zoo / record["path"]
        if record.get("kind") not in ("float32", "float16-weights") or not record.get("runs", True) \
                or path.stat().st_size < options.least:
            continue
        plain, _ = pipeline(options, path, [INT8], folder)
        if plain is None:
            continue
        base = download(plain)
        for name, (steps, _) in FORMS.items():
            target, report = pipeline(options, path, [*steps, INT8], folder)
            if target is None:
                continue
            ratio = download(target) / base
            errors = [t["clusters"]["weightError"] for t in report["tensors"] if t.get("clusters")]
            row = {"model": record["path"], "form": name, "plain": base, "ratio": round(ratio, 4),
                   "coverage": round(coverage(report), 3),
                   "weightError": round(math.sqrt(sum(e * e for e in errors) / len(errors)), 4) if errors else None}
            print(json.dumps(row), flush=True)
            rows.setdefault(name, []).append(row)
    return rows


def kmeans(options, folder):
    """25 M weights, 32 values, one thread: seconds of the step, and peak memory against the tensor."""
    path = folder / "dense.tflite"
    code = ("from oracle import big_models as b; m = b._Builder([1, 5000]); m.dense(5000); "
            f"open({str(path)!r}, 'wb').write(m.bytes())")
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT / "Tools")
    for scope in ([], ["--shared-codebook"]):
        target, report = folder / "out.tflite", folder / "out.json"
        command = [options.optimize, "cluster", str(path), "--clusters", "32", "--threads", "1", *scope, "--force",
                   "-o", str(target), "--quiet"]
        seconds, memory, _ = run(command)
        subprocess.run([*command, f"--json={report}"], capture_output=True)
        step = json.loads(report.read_text())["steps"][0]["seconds"]
        print(json.dumps({"k-means": "shared" if scope else "tensor", "weights": 25_000_000, "clusters": 32,
                          "seconds": round(step, 3), "wall": round(seconds, 3),
                          "memory": round(memory / 100e6, 2)}), flush=True)


def main():
    options = arguments()
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        kmeans(options, folder)
        rows = ratios(options, folder)
    print(f"{'form':22}{'models':>8}{'geo. mean':>11}{'worst':>8}{'limit':>8}")
    for name, found in rows.items():
        mean = math.exp(sum(math.log(r["ratio"]) for r in found) / len(found))
        print(f"{name:22}{len(found):8}{mean:11.3f}{max(r['ratio'] for r in found):8.3f}{FORMS[name][1]:8.2f}")


if __name__ == "__main__":
    main()
