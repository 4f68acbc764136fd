"""`cluster` with a shared codebook: distinct values in every form of the model, counted by the official parser."""

import json

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from . import check_integer, check_modes, constants, files

CLUSTERS = 16
FORMS = {"float": [], "float16": ["quantize:mode=float16"], "dynamic": ["quantize:mode=dynamic"],
         "int8": ["quantize:mode=int8,effort=1"], "int16x8": ["quantize:mode=int16x8,effort=1"]}
FLOATS = (schema.TensorType.FLOAT32, schema.TensorType.FLOAT16)
# Operators whose weights the official schema has at input 1, with an output channel for each index of axis 0.
KINDS = ("CONV_2D", "FULLY_CONNECTED", "TRANSPOSE_CONV")


def distinct(constant):
    """Distinct stored values: of the tensor, or of a float tensor's fullest channel."""
    values = constant.stored()
    if constant.type not in FLOATS:
        return np.unique(values).size
    return max(np.unique(row).size for row in values.reshape(values.shape[0], -1))


def weights(model):
    """Every constant at input 1 of an operator of KINDS."""
    found = {}
    for index, subgraph in enumerate(model.tree.subgraphs or []):
        made_by = constants.producers(model, index)
        for operator in subgraph.operators or []:
            inputs = files.indices(operator.inputs)
            if model.kind(operator) in KINDS and len(inputs) > 1:
                weight = constants.constant(model, index, inputs[1], made_by)
                if weight is not None and weight.stored() is not None:
                    found[index, weight.index] = weight
    return list(found.values())


def form(subject, name, steps, folder, originals):
    target, report = subject.out(f"cluster-{name}.tflite"), subject.out(f"cluster-{name}.json")
    given = ["--rep-data", str(folder)] if folder is not None else []
    call = subject.call("pipeline", str(subject.path), f"cluster:clusters={CLUSTERS},shared-codebook=true", *steps,
                        *given, "-o", str(target), "--force", "--allow-larger", f"--json={report}", seconds=600)
    if call.code == 3:
        return ["exit 3 but a file was written"] if target.exists() else []
    if call.code != 0:
        return [f"exit {call.code}: {call.said()}"]
    rows = json.loads(report.read_text())["tensors"]
    clustered = {(row["subgraph"], row["index"]) for row in rows if row.get("clusters")}
    problems = [f"the report says that '{row['name']}' has {row['clusters']['found']} values"
                for row in rows if row.get("clusters") and not row["clusters"]["kept"]]
    names = set()  # of the tensors that operators read, and of those that hold the data
    for weight in weights(subject.model):
        if (weight.subgraph, weight.index) in clustered:
            tensors = subject.model.tree.subgraphs[weight.subgraph].tensors
            names |= {files.text(tensors[index].name) for index in weight.chain}
    names.discard("")  # tells nothing where several tensors have no name
    counted = 0
    for weight in weights(files.Model(target)):
        base = weight.name
        for suffix in ("_int8", "_float16"):
            base = base.removesuffix(suffix)
        if base not in names:
            continue
        counted += 1
        found = distinct(weight)
        if found > CLUSTERS:
            problems.append(f"'{weight.name}' has {found} distinct values as {files.TYPE_NAMES[weight.type]}")
    if names and not counted:
        problems.append("none of the clustered weights was found in the output")
    subject.figures[f"clustered weights {name}"] = counted
    return problems + check_modes.running(target, originals)


def check(subject):
    if not subject.wants("cluster") or not subject.is_float or subject.version != 3 or subject.model is None \
            or subject.rejected or not subject.runs:
        return
    originals = check_modes.Originals(subject)
    for name, steps in FORMS.items():
        given, _, folder = (check_integer.sample_folder(subject) if name.startswith("int")
                            else ([], None, None))
        if given is not None:
            subject.found(f"cluster {name}", form(subject, name, steps, folder, originals))
