"""Reports, refusals, determinism, and files that are already quantized."""

import hashlib
import json
import os
import zlib

import numpy as np

from . import constants, files, runtime
from .subject import json_of

KEYS = ("schemaVersion", "tool", "command", "input", "output", "minRuntime", "steps", "tensors", "operators",
        "coverage", "compressibility", "gates", "warnings", "exitCode")
VENDOR = ("edgetpu-custom-op", "ethos-u", "DISPATCH_OP")


def report_file(path, ran, source, out):
    """Problems of the JSON that `quantize --json FILE` wrote."""
    report, problem = json_of(path)
    if problem:
        return [problem]
    problems = [f"report: no key {k}" for k in KEYS if k not in report]
    if problems:
        return problems
    if report["schemaVersion"] != 1:
        problems.append(f"report: schemaVersion {report['schemaVersion']}")
    if report["exitCode"] != ran.code:
        problems.append(f"report: exitCode {report['exitCode']}, was {ran.code}")
    for key, file in (("input", source), ("output", out)):
        side = report[key] or {}
        if side.get("sha256") != hashlib.sha256(open(file, "rb").read()).hexdigest():
            problems.append(f"report: {key}.sha256 is wrong")
        if side.get("bytes") != os.path.getsize(file):
            problems.append(f"report: {key}.bytes {side.get('bytes')}, is {os.path.getsize(file)}")
    return problems


def check_report(subject):
    """`optimize report MODEL --json` against zlib and numpy."""
    if not subject.wants("report") or subject.version != 3:
        return
    ran = subject.call("report", subject.path, "--json")
    if ran.code != 0:
        subject.found("report", [f"exit {ran.code}: {ran.said()}"])
        return
    try:
        report = json.loads(ran.out)
    except ValueError as error:
        subject.found("report", [f"not JSON: {error}"])
        return
    raw, problems = subject.path.read_bytes(), []
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    expected = len(packer.compress(raw) + packer.flush())
    got = ((report.get("compressibility") or {}).get("before") or {}).get("deflate6")
    # 16 bytes are more than 1 % of the tiniest files: another block split is enough for that.
    if not isinstance(got, (int, float)) or abs(got - expected) > max(0.01 * expected, 16):
        problems.append(f"compressibility.before.deflate6 is {got}, zlib gives {expected}")
    if subject.model is not None:
        problems += statistics(subject, report.get("tensors") or [])
    subject.found("report", problems)


def statistics(subject, rows):
    problems, compared = [], 0
    for row in rows:
        if row.get("zeros") is None and row.get("distinct") is None:
            continue
        try:
            made_by = constants.producers(subject.model, row["subgraph"])
            tensor = constants.constant(subject.model, row["subgraph"], row["index"], made_by)
        except (IndexError, KeyError, TypeError):
            problems.append(f"report row {row.get('subgraph')}:{row.get('index')} names no tensor")
            continue
        if tensor is None or tensor.type not in files.TYPES:
            continue
        width = np.dtype(files.TYPES[tensor.type]).itemsize
        count = min(len(tensor.raw) // width, tensor.elements)
        if tensor.tensor.sparsity is not None:
            count = len(tensor.raw) // width
        values = np.frombuffer(tensor.raw, files.TYPES[tensor.type], count)
        bits = values.view({1: np.uint8, 2: np.uint16, 4: np.uint32, 8: np.uint64}[width])
        numbers = np.unique(bits, return_counts=True)[1]
        share = numbers / max(count, 1)
        entropy = float(-(share * np.log2(share)).sum()) + 0.0 if count else 0.0
        compared += 1
        dense = tensor.stored() if tensor.tensor.sparsity is not None else None
        zeros = {int((values == 0).sum())} | ({int((dense == 0).sum())} if dense is not None else set())
        if row.get("zeros") is not None and row["zeros"] not in zeros:
            problems.append(f"{tensor.name}: zeros {row['zeros']}, numpy {sorted(zeros)}")
        if dense is None and row.get("distinct") not in (None, len(numbers)):
            problems.append(f"{tensor.name}: distinct {row['distinct']}, numpy {len(numbers)}")
        if (dense is None and row.get("entropyBits") is not None
                and abs(row["entropyBits"] - entropy) > 1e-3 * max(entropy, 1)):
            problems.append(f"{tensor.name}: entropyBits {row['entropyBits']}, numpy {entropy:.5f}")
    subject.figures["statistics"] = compared
    has_data = any(operand_constants(subject.model))
    if has_data and not compared:
        problems.append("no statistics for any constant")
    return problems[:4]


def operand_constants(model):
    """Constants of a type that numpy knows and that an operator reads."""
    for number, subgraph in enumerate(model.tree.subgraphs or []):
        made_by = constants.producers(model, number)
        for operator in subgraph.operators or []:
            for index in files.indices(operator.inputs):
                found = constants.constant(model, number, index, made_by)
                if found is not None and found.type in files.TYPES and found.raw:
                    yield found


def check_integer(subject):
    """Files that are already quantized: readable, reported, and refused or made smaller."""
    if subject.is_float or not subject.wants("integer") or subject.version != 3 or subject.rejected:
        return
    problems = []
    for command in ("inspect", "report"):
        ran = subject.call(command, subject.path, "--json")
        if ran.code != 0:
            problems.append(f"{command}: exit {ran.code}: {ran.said()}")
            continue
        try:
            json.loads(ran.out)
        except ValueError:
            problems.append(f"{command} --json is not JSON")
    out = subject.out("integer.tflite")
    ran = subject.call("quantize", subject.path, "--mode", "dynamic", "-o", out)
    if ran.code not in ((0, 3) if subject.runs else (0, 2, 3)):
        problems.append(f"quantize: exit {ran.code}: {ran.said()}")
    elif ran.code:
        problems += ([] if ran.err.strip() else ["quantize: no reason on stderr"])
        problems += ["quantize: an output was written"] if out.exists() else []
    elif not out.exists() or os.path.getsize(out) >= os.path.getsize(subject.path):
        problems.append("quantize: exit 0 without a smaller output")
    else:
        original, kind = runtime.first_that_runs(subject.path, "plain", (1,))
        result = runtime.Run(out, "plain", kind or "zeros")
        if kind:
            problems += [result.error] if not result.runs else runtime.unlike(original, result)
    subject.found("integer", problems)


def check_refusal(subject):
    """Custom and vendor operators: passed through or refused by name."""
    if not subject.rejected or not subject.wants("reject") or subject.version != 3:
        return
    problems = []
    customs = list(subject.record.get("customOperators") or {})
    for mode in ("dynamic", "float16"):
        out = subject.out(f"reject-{mode}.tflite")
        ran = subject.call("quantize", subject.path, "--mode", mode, "-o", out)
        if ran.code not in (0, 2, 3):
            problems.append(f"{mode}: exit {ran.code}: {ran.said()}")
        vendor = any(v in c for c in customs for v in VENDOR)
        if ran.code and not ran.err.strip():
            problems.append(f"{mode}: exit {ran.code} in silence")
        elif customs and (ran.code == 2 or (ran.code and vendor)):
            if not any(c in ran.err for c in customs):
                problems.append(f"{mode}: {ran.said()!r} does not name {customs[0]}")
        if (ran.code == 0) != out.exists():
            problems.append(f"{mode}: exit {ran.code}, output {'written' if out.exists() else 'missing'}")
    for command in ("inspect", "report"):
        ran = subject.call(command, subject.path, "--json")
        if ran.code:
            problems.append(f"{command}: exit {ran.code}: {ran.said()}")
    subject.found("reject", problems)


def check_determinism(subject):
    """Same bytes from different folders and thread counts."""
    if not subject.wants("determinism") or subject.version != 3:
        return
    problems = []
    calls = [["quantize", subject.path, "--mode", "dynamic"], ["quantize", subject.path, "--mode", "float16"],
             ["pipeline", subject.path, "rewrite", "--allow-larger"]]
    for call in calls if subject.is_float else calls[2:]:
        digests = set()
        for number, (folder, threads) in enumerate((("a", "1"), ("b", "2"), ("b", "1"))):
            (subject.folder / folder).mkdir(exist_ok=True)
            out = subject.out(f"same-{number}.tflite")
            ran = subject.call(*call, "-o", out, "--threads", threads, folder=subject.folder / folder)
            digests.add((ran.code, hashlib.sha256(out.read_bytes()).hexdigest() if out.exists() else None))
        codes = sorted({code for code, _ in digests})
        if len(digests) != 1:
            problems.append(f"{call[0]} {call[-1]}: {len(digests)} different results, exits {codes}")
        elif codes[0] not in (0, 2, 3):
            problems.append(f"{call[0]} {call[-1]}: exit {codes[0]}: {ran.said()}")
    subject.found("determinism", problems)
