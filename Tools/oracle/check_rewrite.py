"""roundtrip: a rewritten file holds the identical tree and the same bytes after it."""

from . import files, runtime, tree


def check(subject):
    if not subject.wants("roundtrip"):
        return
    out = subject.out("rewrite.tflite")
    ran = subject.call("pipeline", subject.path, "rewrite", "-o", out, "--allow-larger")
    if subject.version != 3:
        problems = []
        if ran.code != 2:
            problems.append(f"version {subject.version} file: exit {ran.code}, expected 2")
        if "error" not in ran.err:
            problems.append("no error message")
        if out.exists():
            problems.append("an output was written")
        subject.found("roundtrip", problems)
        return
    if ran.code != 0 or not out.exists():
        subject.found("roundtrip", [f"exit {ran.code}: {ran.said()}"])
        return
    problems = compare(subject, out)
    subject.found("roundtrip", problems)
    subject.figures["rewrite"] = out.stat().st_size / max(len(subject.path.read_bytes()), 1)


def compare(subject, out):
    if subject.model is None:
        return []
    try:
        after = files.Model(out)
    except Exception as error:
        return [f"the official parser does not read the output: {type(error).__name__}: {error}"]
    problems = tree.differences(subject.model, after)
    problems += tail(subject, after, out)
    off = [f"{i} at {p}" for i, p in files.data_positions(after.bytes) if p % 16]
    if off:
        problems.append(f"data not 16-aligned: buffers {', '.join(off[:3])}")
    if subject.runs and not problems:
        original = runtime.Run(subject.path, "plain", "zeros")
        if original.runs:
            result = runtime.Run(out, "plain", "zeros")
            problems += [result.error] if not result.runs else runtime.unlike(original, result)
    return problems


def tail(subject, after, out):
    """The appended ZIP: same entries, offsets that need no adjusting."""
    before = subject.model
    problems = files.compare_zips(before.bytes, after.bytes)
    for (old, size), (new, _) in zip(files.bytecode_spans(before), files.bytecode_spans(after)):
        if before.bytes[old:old + size] != after.bytes[new:new + size]:
            problems.append(f"vendor bytecode at {old} ({size} bytes) is not at {new} of the output")
    if files.zip_listing(after.bytes)[0] and files.unzip_complaint(out):  # unzip refuses empty ones
        problems.append("unzip: " + files.unzip_complaint(out))
    return problems
