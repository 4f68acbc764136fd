"""What `optimize fix --target` makes of models: how many are one part for a target before and after, whether
`check` said so beforehand, how far LiteRT's outputs are from those of the model before, and what still stands in the
way."""

import collections
import json
import subprocess

import numpy as np

from oracle import process, runtime

# Conversions at the borders of integer models stay with the processor: inputs and outputs keep their types.
BORDERS = ("QUANTIZE", "DEQUANTIZE")


def run(options, *words):
    return subprocess.run([options.optimize, *words], capture_output=True, text=True)


def judged(options, path, target, folder):
    """The target's part of what `check` says; None if it refuses the model."""
    report = folder / "check.json"
    report.unlink(missing_ok=True)
    run(options, "check", str(path), "--target", target, "--json", str(report), "--quiet")
    return json.loads(report.read_text())["targets"][0] if report.exists() else None


INTEGERS = ("edgetpu", "ethos-u55", "ethos-u65", "ethos-u85", "hexagon")


def standing(found):
    """Verdicts as stored, or after quantization where the target computes with integers alone."""
    if found.get("afterInt8") and found["name"] in INTEGERS:
        return found["afterInt8"]
    left = [row for row in found["verdicts"] if row["verdict"] != "runs"]
    return {"runs": found["runs"], "operators": found["operators"], "parts": found["parts"],
            "left": [{**row, "operators": 1} for row in left]}


def is_whole(judgement):
    return len(judgement["parts"]) <= 1 and all(row["kind"] in BORDERS for row in judgement["left"])


def own(judgement):
    """What stands in the way by itself, and not for what runs around it."""
    return [(row["kind"], row["reason"]) for row in judgement["left"]
            if row.get("reason") and not row["reason"].startswith(("comes after", "outside the", "what reads"))
            and row["kind"] not in BORDERS]


def row(path, options, target, folder):
    found = judged(options, path, target, folder)
    if found is None:
        return None
    before = standing(found)
    result = {"model": path.name, "target": target, "before": before, "after": before, "promised": True}
    promised = found.get("afterFix")
    if promised is None:
        return result
    fixed, report = folder / "fixed.tflite", folder / "fixed.json"
    for old in (fixed, report):
        old.unlink(missing_ok=True)
    words = ["fix", str(path), "--target", target, "-o", str(fixed), f"--json={report}", "--quiet"]
    ran = run(options, *words)
    result["fixed"] = ran.returncode == 0
    part = json.loads(report.read_text()).get("fix", {}) if report.exists() else {}
    if "target" not in part:
        result["said"] = ran.stderr.strip()[-200:]
        return result
    result["after"] = part["target"]["after"]
    result["promised"] = promised == part["target"]["after"]
    result["grown"] = part["target"]["grownBytes"]
    result["bytes"] = path.stat().st_size
    result["rules"] = {rule["name"]: rule["gone"] for rule in part["rules"]}
    result["takenBack"] = [f"{rule['name']}: {rule['reason']}" for rule in part["takenBack"]]
    if not result["promised"] and found_batch(options, path, target):
        run(options, *words, "--batch", "1", "--force")
        part = json.loads(report.read_text()).get("fix", {}) if report.exists() else {}
        result["after"] = part["target"]["after"]
        result["promised"] = promised == part["target"]["after"]
        result["batch"] = True
    if ran.returncode == 0:
        result["difference"] = difference(path, fixed)
    return result


def inputs(path, kind):
    """Two samples for the inputs of a model, whose tensors can have other indices in the one that is compared."""
    interpreter = runtime.Interpreter(model_path=str(path))
    return [[runtime.make_input(detail, kind, seed) for detail in interpreter.get_input_details()] for seed in (1, 2)]


def difference(before, after):
    """The greatest difference of an output in LiteRT as a share of its range; None where a model does not run."""
    first, kind = runtime.first_that_runs(before, "reference", (1, 2))
    if kind is None:
        return None
    second = runtime.Run(after, "reference", samples=process.isolated(inputs, before, kind))
    if not second.runs:
        return second.error[:80]
    worst = 0.0
    for expected, found in zip(first.results, second.results):
        for a, b in zip(expected, found):
            if a.dtype.kind not in "fiu" or not a.size:
                continue
            if a.shape != b.shape:
                return f"shape {a.shape} became {b.shape}"
            usable = np.isfinite(a) & np.isfinite(b)
            if not np.array_equal(np.isfinite(a), np.isfinite(b)):
                return "other values are finite"
            a, b = a[usable].astype(np.float64), b[usable].astype(np.float64)
            wide = max(a.max(initial=0), 0) - min(a.min(initial=0), 0)
            off = np.abs(a - b).max(initial=0)
            worst = max(worst, 0.0 if off == 0 else off / wide if wide > 0 else np.inf)
    return float(worst)


def found_batch(options, path, target):
    return "--batch 1" in run(options, "check", str(path), "--target", target).stdout


def show(rows, target):
    rows = [row for row in rows if row["target"] == target]
    for entry in rows:
        if entry["before"] == entry["after"]:
            continue
        before, after = entry["before"], entry["after"]
        note = f"  +{entry['grown']} B" if entry.get("grown") else ""
        note += "" if entry["promised"] else "  NOT AS CHECK SAID"
        note += "  with --batch 1" if entry.get("batch") else ""
        print(f"{target:10} {entry['model'][:44]:44} {before['runs']:4}/{before['operators']:4} in "
              f"{len(before['parts']):2} → {after['runs']:4}/{after['operators']:4} in "
              f"{len(after['parts']):2}{note}  {' '.join(entry.get('takenBack', []))}")
    whole = [sum(is_whole(entry[side]) for entry in rows) for side in ("before", "after")]
    print(f"{target}: {whole[0]} → {whole[1]} of {len(rows)} models are one part; "
          f"{sum(not entry['promised'] for entry in rows)} not as check said")
    compared = [(entry["difference"], entry["model"]) for entry in rows if entry.get("difference") is not None]
    words = [f"{model}: {off}" for off, model in compared if isinstance(off, str)]
    worst = max(((off, model) for off, model in compared if not isinstance(off, str)), default=(0, "none"))
    print(f"  outputs in LiteRT: {len(compared)} compared, {sum(off == 0 for off, _ in compared)} equal in every bit, "
          f"the worst {worst[0]:.1e} of the range ({worst[1]}){'; '.join(['', *words])}")
    left = collections.Counter()
    models = collections.defaultdict(list)
    for entry in rows:
        if is_whole(entry["after"]):
            continue
        for reason in set(own(entry["after"])):
            left[reason] += 1
            models[reason].append(entry["model"])
    for reason, count in left.most_common(30):
        print(f"  {count:3} {reason[0]}: {reason[1]} ({', '.join(models[reason][:2])})")
