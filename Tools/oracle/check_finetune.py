"""`finetune`: what a few steps train loads and runs, with one thread or two the same bytes; zeros and clusters stay."""

import numpy as np

from . import check_cluster, check_integer, check_modes, check_prune, files, runtime, structure

STEPS = "4"
FIRST = {"prune": "prune:sparsity=0.5", "cluster": "cluster:clusters=16,shared-codebook=true"}
MOST_BYTES = 500_000
FEWEST = 64  # elements of a weight whose clusters are compared


def check(subject):
    if not subject.wants("finetune") or not subject.is_float or subject.rejected or not subject.runs:
        return
    given, kind, folder = check_integer.sample_folder(subject)
    # A test of one operator has little to train.
    if given is None or len(subject.model.bytes) > MOST_BYTES or len(check_prune.weights(subject.model)) < 2:
        return
    original = runtime.Run(subject.path, "plain", samples=given[:1])
    subject.found("finetune int8", check_integer.mode(
        subject, "int8", folder, original, kind, given, command=("finetune", "--steps", STEPS)))
    originals = check_modes.Originals(subject)
    if subject.version == 3:
        subject.found("cluster, finetune int8", check_cluster.form(
            subject, "trained", [f"finetune:mode=int8,steps={STEPS}"], folder, originals))
    for name, step in FIRST.items():
        threads = ("1", "2") if name == "cluster" else ("2",)
        subject.found(f"{name}, finetune", trained(subject, name, step, folder, originals, threads))


def trained(subject, name, step, folder, originals, thread_counts):
    before = subject.out(f"{name}.tflite")
    ran = subject.call("pipeline", subject.path, step, "--rep-data", folder, "-o", before, "--force", "--allow-larger",
                       seconds=300)
    if ran.code != 0:
        return [] if ran.code == 3 else [f"exit {ran.code}: {ran.said()}"]
    outs = []
    for threads in thread_counts:
        out = subject.out(f"{name}-tuned{threads}.tflite")
        ran = subject.call("pipeline", subject.path, step, f"finetune:mode=float,steps={STEPS}", "--rep-data", folder,
                           "--threads", threads, "-o", out, "--force", "--allow-larger", seconds=300)
        if ran.code != 0:
            return [f"exit {ran.code}: {ran.said()}"]
        outs.append(out)
    problems = [] if outs[0].read_bytes() == outs[-1].read_bytes() else ["one thread and two: other bytes"]
    after = files.Model(outs[0])
    problems += structure.layout(after) + check_modes.running(outs[0], originals)
    return problems + kept(files.Model(before), after)


def kept(before, after):
    """Zeros stay where they are, and values do not become more, where clusters have many."""
    problems, new = [], check_prune.weights(after)
    for place, constant in check_prune.weights(before).items():
        old, found = constant.floats(), new[place].floats() if place in new else None
        if old is None or found is None or old.shape != found.shape:
            problems.append(f"{place}: the weight is gone")
            continue
        if np.any(found[old == 0] != 0):
            problems.append(f"{place}: {int((found[old == 0] != 0).sum())} zeros are gone")
        values = np.unique(old).size
        if old.size >= FEWEST and 4 * values <= np.count_nonzero(old) and np.unique(found).size > values:
            problems.append(f"{place}: {values} values became {np.unique(found).size}")
    return problems[:4]
