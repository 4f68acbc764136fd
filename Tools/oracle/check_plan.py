"""`quantize --plan`: operators of one model in different forms load, run, and compute the interpreter's bits;
a saved plan gives the same bytes again."""

import collections
import json

from . import check_integer, check_interpreter, files, process, runtime

# Each operator has the next form, where it can have it: of all, or of those that compute with integers.
PLANS = {"mixed": ("int8", "int16x8", "dynamic", "int8", "float", "weights-only", "float16"),
         "islands": ("int8", "int16x8", "int16x8")}
RESULTS = {"int8": "INT8", "int16x8": "INT16"}
CONVERSIONS = ("QUANTIZE", "DEQUANTIZE", "DENSIFY")


def _operators(path):
    """(kind, name, type of the first output) of each operator that is no conversion."""
    model = files.Model(path)
    for subgraph in model.tree.subgraphs:
        for operator in subgraph.operators:
            kind = model.kind(operator)
            outputs = [t for t in (operator.outputs if operator.outputs is not None else []) if t >= 0]
            if kind not in CONVERSIONS and outputs:
                tensor = subgraph.tensors[outputs[0]]
                name = tensor.name.decode() if isinstance(tensor.name, bytes) else tensor.name
                yield kind, name or "", files.TYPE_NAMES.get(tensor.type)


def _plan(subject, forms):
    entries = [{"output": name, "encoding": forms[number % len(forms)]}
               for number, (_, name, _) in enumerate(_operators(subject.path)) if name]
    path = subject.out("plan.json")
    path.write_text(json.dumps({"version": 1, "step": {"mode": "int8", "effort": 1}, "operators": entries}))
    return path


def _types(subject, saved, target):
    """Problems where operators whose results were floats do not have the types that the plan says."""
    planned = collections.Counter()
    floats = {(kind, name) for kind, name, type in _operators(subject.path) if type == "FLOAT32"}
    for operator in json.loads(saved.read_text())["operators"]:
        if (operator["kind"], operator["output"]) not in floats:
            continue  # SHAPE, EQUAL: results that are no floats stay what they are
        # An int16x8 PRELU becomes a product and a MAXIMUM.
        if operator["encoding"] in RESULTS and (operator["kind"], operator["encoding"]) != ("PRELU", "int16x8"):
            planned[operator["kind"], RESULTS[operator["encoding"]]] += 1
    found = collections.Counter((kind, type) for kind, _, type in _operators(target)
                                if type in RESULTS.values())
    return [f"planned {count} {kind} with {type}, found {found[kind, type]}"
            for (kind, type), count in planned.items() if found[kind, type] < count]


def _again(subject, saved, target, folder):
    """Problems of a second run, with the plan that the first one saved."""
    second = subject.out("again.tflite")
    call = subject.call("quantize", str(subject.path), "--plan", str(saved), "--rep-data", str(folder), "-o",
                        str(second), "--force", "--allow-larger", seconds=300)
    if call.code != 0:
        return [f"again: exit {call.code}: {call.said()}"]
    return [] if second.read_bytes() == target.read_bytes() else ["the saved plan gives other bytes"]


def _follow(subject, options, folder, original, given):
    target, saved = subject.out("planned.tflite"), subject.out("saved.json")
    call = subject.call("quantize", str(subject.path), *options, "--rep-data", str(folder), "-o", str(target),
                        "--force", "--allow-larger", "--save-plan", str(saved), seconds=300)
    if call.code == 3:
        return [] if not target.exists() else ["exit 3 but a file was written"]
    if call.code != 0:
        return [f"exit {call.code}: {call.said()}"]
    problems = _types(subject, saved, target) + _again(subject, saved, target, folder)
    for resolver in ("default", "reference"):
        after = runtime.Run(target, resolver, samples=given[:1])
        if after.runs:
            problems += [f"{resolver}: {p}" for p in runtime.unlike(original, after)]
        elif runtime.Run(subject.path, resolver, samples=given[:1]).runs:
            problems.append(f"{resolver} kernels: {after.error}")
    if not problems and "--plan" in options:
        inputs = process.isolated(check_integer.wide, target, 3, seconds=60)
        problems += check_integer.equal_bits(subject, target, inputs, mixed=_spread(target, inputs))
    return problems[:2]


def _spread(path, inputs):
    """How far the runtime's own kernels are from one another: between floats, roundings tip over."""
    runs = [runtime.Run(path, resolver, samples=[inputs]) for resolver in ("plain", "reference")]
    if not all(run.runs for run in runs):
        return 0
    return 2 * check_interpreter.distance(runs[0].results[0], runs[1].results[0])


def check(subject):
    if not subject.wants("plan") or not subject.runs or subject.rejected or not subject.is_float:
        return
    given, _, folder = check_integer.sample_folder(subject)
    if given is None:
        return
    original = runtime.Run(subject.path, "plain", samples=given[:1])
    for name, forms in PLANS.items():
        options = ["--plan", str(_plan(subject, forms))]
        subject.found(f"plan {name}", _follow(subject, options, folder, original, given))
    for mode in check_integer.MODES:
        effort = "1" if subject.zoo else "2"
        subject.found(f"plan {mode}", _follow(
            subject, ["--mode", mode, "--effort", effort], folder, original, given))
