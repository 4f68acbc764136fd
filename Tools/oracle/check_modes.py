"""float16, dynamic, weights-only, symmetric: what `optimize quantize` writes for float models."""

import os

from . import accuracy, check_reports, check_rewrite, files, runtime, structure, weights

MODES = {
    "float16": ["--mode", "float16"],
    "dynamic": ["--mode", "dynamic"],
    "weights-only": ["--mode", "dynamic", "--weights-only"],
    "symmetric": ["--mode", "dynamic", "--symmetric-activations"],
}
SEEDS = (1, 2, 3)


class Originals:
    """Runs of the unchanged model, each resolver once."""

    def __init__(self, subject):
        self.subject, self.known = subject, {}

    def get(self, resolver):
        if resolver not in self.known:
            self.known[resolver] = runtime.first_that_runs(self.subject.path, resolver, SEEDS)
        return self.known[resolver]


def check(subject):
    if not subject.is_float or subject.version != 3 or subject.model is None or subject.rejected:
        return
    originals = Originals(subject)
    for mode, options in MODES.items():
        if subject.wants(mode) or subject.wants("accuracy") or subject.wants("second"):
            one(subject, mode, options, originals)
    second_generation(subject)


def one(subject, mode, options, originals):
    out, report = subject.out(f"{mode}.tflite"), subject.out(f"{mode}.json")
    ran = subject.call("quantize", subject.path, *options, "-o", out, "--json", report)
    allowed = (0, 3) if subject.runs else (0, 2, 3)
    if ran.code not in allowed:
        subject.found(mode, [f"exit {ran.code}: {ran.said()}"])
        return
    if ran.code != 0:
        problems = [] if ran.err.strip() else [f"exit {ran.code} without a reason on stderr"]
        subject.found(mode, problems + (["an output was written"] if out.exists() else []))
        return
    if not out.exists():
        subject.found(mode, ["exit 0 without an output"])
        return
    problems = []
    if os.path.getsize(out) >= os.path.getsize(subject.path):
        problems.append(f"{os.path.getsize(subject.path)} bytes became {os.path.getsize(out)}")
    try:
        after = files.Model(out)
    except Exception as error:
        subject.found(mode, [f"not readable: {type(error).__name__}: {error}"])
        return
    outcome = None
    before = subject.model
    problems += structure.layout(after) + structure.operator_codes(after)
    problems += structure.kept_metadata(before, after) + structure.interface(before, after)
    problems += structure.quantized_tensors(after) + check_rewrite.tail(subject, after, out)
    changed, pairs = structure.same_operators(before, after)
    problems += changed
    outcome = weights.judge(before, after, pairs, mode)
    problems += outcome.problems[:5]
    problems += check_reports.report_file(report, ran, subject.path, out)
    if mode != "float16":
        problems += coverage(subject, mode, outcome, report)
    elif not outcome.float16:
        problems.append("no float16 constant in the output")
    problems += running(out, originals)
    subject.found(mode, problems)
    subject.figures[mode] = os.path.getsize(out) / os.path.getsize(subject.path)
    if subject.wants("accuracy"):
        quality(subject, mode, out, outcome, originals)


def coverage(subject, mode, outcome, report):
    """Weights left float need a reason; quantized ones must be 3.6 times smaller."""
    if outcome.eligible:
        subject.figures[mode + " coverage"] = outcome.converted / outcome.eligible
    problems = []
    content, _ = check_reports.json_of(report)
    rows = (content or {}).get("tensors") or []
    explained = {(r.get("subgraph"), r.get("index")) for r in rows if r.get("reason")}
    for weight in outcome.left:  # a row may name the constant or what DEQUANTIZE and DENSIFY make of it
        if not any((weight.subgraph, index) in explained for index in weight.chain):
            problems.append(f"eligible weight {weight.subgraph}:{weight.index} {weight.name} left float, "
                            "no reason reported")
    # Channels of a few elements cannot reach 3.6: there the least bytes that the format allows count.
    allowed = max(outcome.floats / 3.6, 1.02 * outcome.least)
    if outcome.eligible >= 500_000 and outcome.stored > allowed:
        problems.append(f"quantized weights only {outcome.floats / outcome.stored:.2f} times smaller")
    return problems[:4]


def running(out, originals):
    problems = []
    for resolver in ("default", "reference"):
        original, kind = originals.get(resolver)
        if kind is None:
            continue
        result = runtime.Run(out, resolver, kind, SEEDS[:len(original.results)])
        if not result.runs:
            problems.append(f"does not run ({resolver}): {result.error}")
        else:
            problems += [f"{p} ({resolver})" for p in runtime.unlike(original, result)]
    return problems


def random_operators(model):
    return any(w in model.kind(o) for s in model.tree.subgraphs for o in s.operators or []
               for w in ("RANDOM", "MULTINOMIAL", "RNG"))


def quality(subject, mode, out, outcome, originals):
    if random_operators(subject.model):
        return
    if mode == "float16":
        resolver = "plain" if originals.get("plain")[1] else "default"
        original, kind = originals.get(resolver)
        if kind is None:
            return
        ours, reference, problem = accuracy.float16(subject.model, out, outcome.float16, original, resolver,
                                                    kind, SEEDS, None, subject.folder)
        subject.figures["float16 error"], subject.figures["rounding error"] = ours, reference
        subject.found("accuracy float16", [problem] if problem else [])
        return
    original, kind = originals.get("reference")
    if kind is not None and mode in ("dynamic", "weights-only"):
        result = runtime.Run(out, "reference", kind, SEEDS)
        if result.runs:
            subject.figures[mode + " error"] = runtime.relative_error(original, result)
    if mode == "dynamic" and subject.zoo is not None:
        for official in accuracy.official_pairs(subject.zoo).get(subject.name, []):
            for resolver in ("reference", "plain"):
                ours, theirs, problem = accuracy.against_official(
                    subject.path, out, subject.zoo / official, subject.zoo, resolver,
                    subject.folder)
                subject.found(f"accuracy dynamic {resolver}", [problem] if problem else [])
                subject.figures[f"official {resolver}"] = (ours, theirs)


def second_generation(subject):
    """Outputs of one mode as inputs of the other."""
    if not subject.wants("second"):
        return
    for first, second in (("float16", "dynamic"), ("dynamic", "float16")):
        source = subject.folder / f"{first}.tflite"
        if not source.exists():
            continue
        out = subject.out(f"{first}-{second}.tflite")
        ran = subject.call("quantize", source, *MODES[second], "-o", out)
        if ran.code not in (0, 3):
            subject.found("second", [f"{first} then {second}: exit {ran.code}: {ran.said()}"])
            continue
        problems = []
        if ran.code == 0:
            if not out.exists():
                subject.found("second", [f"{first} then {second}: exit 0 without an output"])
                continue
            base, kind = runtime.first_that_runs(source, "plain", (1,))
            result = runtime.Run(out, "plain", kind or "zeros")
            if kind and not result.runs:
                problems.append(f"{first} then {second}: {result.error}")
            elif kind:
                problems += [f"{first} then {second}: {p}" for p in runtime.unlike(base, result)]
        subject.found("second", problems)
