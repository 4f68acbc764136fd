"""What official readers say of a container that `optimize` wrote, compared with the one it read."""

import io
import os
import zipfile

import numpy as np
from ai_edge_litert import interpreter as litert
from ai_edge_litert import schema_py_generated as schema
from litert_lm_builder import litertlm_peek

from . import process

MODEL = 3  # AnySectionDataType.TFLiteModel
BLOCK = 16384


def sections(path):
    """{name: (bytes, whether it is a model)} by the official reader, in its order."""
    if path.suffix == ".task":
        return archive(path.read_bytes())
    content = path.read_bytes()
    return {f"{index} {litertlm_peek.get_model_type(part)}": (
        content[part.BeginOffset():part.EndOffset()], part.DataType() == MODEL)
            for index, part in enumerate(objects(path))}


def header(path):
    with open(os.devnull, "w") as nowhere:
        return litertlm_peek.read_litertlm_header(str(path), nowhere)


def objects(path):
    """The sections of a LiteRT-LM file in the order of its header."""
    sections = header(path).SectionMetadata()
    return [sections.Objects(index) for index in range(sections.ObjectsLength())]


def pairs(table, name):
    """Keys and values of a table's metadata."""
    count = getattr(table, f"{name}Length")()
    return [litertlm_peek.kvp_to_dict(getattr(table, name)(index)) for index in range(count)]


def archive(content, prefix=""):
    found = {}
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        for entry in file.infolist():
            data = file.read(entry)
            if zipfile.is_zipfile(io.BytesIO(data)) and data[4:8] != b"TFL3":
                found |= archive(data, f"{prefix}{entry.filename}/")
            else:
                found[prefix + entry.filename] = data, data[4:8] == b"TFL3"
    return found


def form(path):
    """Problems of the container's own form."""
    return zip_form(path.read_bytes()) if path.suffix == ".task" else litertlm_form(path)


def zip_form(content, name=""):
    problems = []
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        if broken := file.testzip():
            problems.append(f"{name}{broken}: wrong CRC-32")
        for entry in file.infolist():
            start = entry.header_offset + 30 + sum(
                int.from_bytes(content[entry.header_offset + at:][:2], "little") for at in (26, 28))
            if entry.compress_type != zipfile.ZIP_STORED or start % 4:
                problems.append(f"{name}{entry.filename}: method {entry.compress_type}, data at {start}")
            data = content[start:start + entry.file_size]
            if data != file.read(entry):
                problems.append(f"{name}{entry.filename}: local header and directory differ")
            if entry.filename.endswith(".task"):
                problems += zip_form(data, f"{name}{entry.filename}/")
    return problems


def litertlm_form(path):
    problems, said = [], io.StringIO()
    litertlm_peek.peek_litertlm_file(str(path), None, said)
    if "TFLiteModel" not in said.getvalue():
        problems.append("litert-lm-peek names no model")
    ends = [0]
    for part in sorted(objects(path), key=lambda part: part.BeginOffset()):
        if part.BeginOffset() % BLOCK or part.BeginOffset() < ends[-1]:
            problems.append(f"a section begins at {part.BeginOffset()}")
        ends.append(part.EndOffset())
    if ends[-1] != path.stat().st_size:
        problems.append(f"{path.stat().st_size} bytes, the last section ends at {ends[-1]}")
    return problems


def facts(path):
    """What the container says of itself and its sections, apart from places."""
    if path.suffix == ".task":
        with zipfile.ZipFile(path) as file:
            return [(e.filename, e.date_time, e.extra, e.external_attr, e.comment) for e in file.infolist()]
    return [path.read_bytes()[:24], pairs(header(path).SystemMetadata(), "Entries"),
            [(part.DataType(), pairs(part, "Items")) for part in objects(path)]]


def outputs(model):
    """What LiteRT computes on fixed inputs; None where it does not load the file as it is."""
    try:
        runner = litert.Interpreter(model_content=model, num_threads=1)
        runner.allocate_tensors()
        random = np.random.default_rng(5)
        for entry in runner.get_input_details():
            whole = np.issubdtype(entry["dtype"], np.integer)
            shape = entry["shape"]
            values = random.integers(0, 3, shape) if whole else random.normal(0, 1, shape)
            runner.set_tensor(entry["index"], np.asarray(values).astype(entry["dtype"]))
        runner.invoke()
        return [runner.get_tensor(entry["index"]) for entry in runner.get_output_details()]
    except (ValueError, RuntimeError):
        return None


def distance(before, after):
    """The greatest error of an output, relative to the output's size."""
    return max(float(np.linalg.norm(a.astype(float) - b.astype(float)) / max(np.linalg.norm(a.astype(float)), 1e-9))
               for a, b in zip(before, after))


def has_external_weights(model):
    tree = schema.Model.GetRootAs(model, 0)
    return tree.ExternalBuffersLength() > 0


def compare(source, result, optimize, mode, limit, folder):
    """Problems of a result whose models were changed by the command `mode`; `limit` is that of outputs' errors."""
    problems = form(result)
    if facts(source) != facts(result):
        problems.append("names or metadata differ")
    before, after = sections(source), sections(result)
    if list(before) != list(after):
        return problems + [f"sections {list(before)} became {list(after)}"]
    changed = 0
    for name, (old, is_model) in before.items():
        new = after[name][0]
        changed += old != new
        if not is_model:
            problems += [f"{name}: bytes differ"] if old != new else []
            continue
        reference = None if has_external_weights(old) else alone(old, optimize, mode, folder)
        if new != (reference or old):
            problems.append(f"{name}: not the bytes that the model alone becomes")
        plain, result_values = outputs(old), outputs(new)
        if plain is None or old == new:
            continue
        if result_values is None:
            problems.append(f"{name}: LiteRT does not load it")
        elif not distance(plain, result_values) <= limit:
            problems.append(f"{name}: outputs are {distance(plain, result_values):.3f} away")
    return problems + ([] if changed else ["nothing changed"])


def alone(model, optimize, mode, folder):
    """The file that the model becomes outside the container; None if it stays as it is."""
    source, result = folder / "alone.tflite", folder / "alone.out.tflite"
    source.write_bytes(model)
    result.unlink(missing_ok=True)
    process.call([optimize, mode[0], source, *mode[1:], "-o", result, "--quiet"])
    return result.read_bytes() if result.exists() else None
