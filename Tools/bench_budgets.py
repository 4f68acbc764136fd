"""Judges `auto` by budgets: one command for each, against the best single recipe of the others.

For six models of the zoo `auto` gets `--max-download` at 40 %, 25 % and 15 % of the float file's download, and
`--min-sqnr` 20, 30 and 40. Its file and theirs run in LiteRT on samples that made none of them. The others are
litert-quantizer's recipes and the official converter's files: within a download the one that is best before SOFTMAX
counts, for quality the smallest download whose outputs have it in LiteRT. A line says whether the budget is met (a
download within 1 % from below) and whether some other file is as small and as good. It reports and never gates.
"""

import argparse
import json
import pathlib
import subprocess
import tempfile
import zlib

import bench_accuracy
import peer_static
from bench_narrow import BLIND, peer as narrow

NAMES = ("DS-CNN-L", "MLPerf KWS", "ResNet8", "VWW 96", "autoencoder", "MobileNetV1 0.25")
SHARES, DECIBELS = (0.40, 0.25, 0.15), (20, 30, 40)
NEAR = 0.99


def download(path):
    return len(zlib.compress(pathlib.Path(path).read_bytes(), 6))


def signals(path, tested, wanted):
    """dB by kind of budget: what the last SOFTMAX reads, or the outputs, for sizes; the outputs for --min-sqnr."""
    found = bench_accuracy.score(path, tested, None, wanted)
    return {"--min-sqnr": found["sqnr"], "--max-download": bench_accuracy.before_softmax(found)}


def others(path, given, official, work):
    """Files by their makers."""
    made = {f"official {mode}": file for mode, file in official.items() if file.exists()}
    for mode in peer_static.RECIPES:
        file = peer_static.quantize(path, given, mode, work / f"peer.{mode}.tflite")
        if file:
            made[f"peer {mode}"] = file
    for algorithm in BLIND:
        try:
            made[f"peer int4 {algorithm}"] = narrow(path, [[s] for s in given], algorithm, work / f"{algorithm}.tflite")
        except Exception as reason:  # whatever the peer raises is its answer
            print(f"{path.name}: litert-quantizer {algorithm}: {str(reason)[:100]}")
    from litert_quantizer import quantizer, recipe
    for key in ("dynamic_wi8_afp32", "weight_only_wi8_afp32"):
        target = work / f"{key}.tflite"
        source, _ = peer_static.source(path, target)
        quantizer.Quantizer(str(source), getattr(recipe, key)()).quantize().export_model(str(target), overwrite=True)
        made[f"peer {key}"] = target
    return made


def judge(options, name):
    place, official, kind = bench_accuracy.PAIRS[name]
    models = options.zoo / "models"
    path = models / f"{place}.tflite"
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        shape = tuple(bench_accuracy.Interpreter(str(path)).get_input_details()[0]["shape"])
        given, tested, _ = bench_accuracy.samples(options.zoo, shape, kind)
        tested = tested[:300]
        samples = bench_accuracy.folder_of(given[:100], work)
        wanted = bench_accuracy.run(path, tested)
        found = {maker: (download(file), signals(file, tested, wanted)) for maker, file in others(
            path, given[:100], {m: models / f"{f}.tflite" for m, f in official.items()}, work).items()}
        whole = download(path)
        budgets = [("--max-download", int(share * whole)) for share in SHARES]
        budgets += [("--min-sqnr", decibels) for decibels in DECIBELS]
        for option, limit in budgets:
            target = work / "auto.tflite"
            target.unlink(missing_ok=True)
            done = subprocess.run(
                [options.optimize, "auto", path, "--rep-data", samples, option, str(limit), "--time", options.time,
                 "-o", target, "--json", work / "auto.json", "--force", "--quiet"], capture_output=True, text=True)
            line = {"model": name, "budget": f"{option} {limit}", "exit": done.returncode}
            isSize = option == "--max-download"
            rivals = {maker: (size, by[option]) for maker, (size, by) in found.items()}
            fit = {m: r for m, r in rivals.items() if (r[0] <= limit if isSize else r[1] >= limit)}
            if fit:
                best = (max(fit, key=lambda m: fit[m][1]) if isSize else min(fit, key=lambda m: fit[m][0]))
                line |= {"other": best, "other's": fit[best]}
            if target.exists():
                own = (download(target), signals(target, tested, wanted)[option])
                line |= {"ours": own, "steps": next(
                    c["steps"] for c in json.loads((work / "auto.json").read_text())["choice"]["candidates"]
                    if c["isChosen"])}
                line["met"] = bool(NEAR * limit <= own[0] <= limit if isSize else own[1] >= limit)
                line["beaten by"] = [m for m, r in rivals.items() if r[0] <= own[0] and r[1] >= own[1]]
            yield line


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--optimize", default=".build/release/optimize")
    parser.add_argument("--zoo", type=pathlib.Path, required=True)
    parser.add_argument("--only", default=",".join(NAMES))
    parser.add_argument("--time", default="60s", help="of each call of auto")
    options = parser.parse_args()
    lines = []
    for name in options.only.split(","):
        for line in judge(options, name):
            print(json.dumps(line), flush=True)
            lines.append(line)
    made = [line for line in lines if "ours" in line]
    print(f"{sum(line['met'] for line in made)} of {len(lines)} budgets met, "
          f"{sum(not line['beaten by'] for line in made)} files as good as no other")


if __name__ == "__main__":
    main()
