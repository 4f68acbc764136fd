"""malformed: files that are wrong are refused with a message, quickly, and never crash the command."""

import pathlib

from . import process

CALLS = {
    "inspect": lambda path, out: ["inspect", path, "--json"],
    "report": lambda path, out: ["report", path, "--json"],
    "quantize": lambda path, out: ["quantize", path, "--mode", "dynamic", "-o", out],
    "rewrite": lambda path, out: ["pipeline", path, "rewrite", "-o", out, "--allow-larger"],
}
# Broken beyond reading: every command must refuse them.
UNREADABLE = ("empty", "three_bytes", "eight_bytes", "image", "text", "zeros", "identifier", "version_2",
              "version_4", "root_", "vtable_", "truncated", "vector_length", "data_length", "string_length",
              "external_", "unknown_field", "bundle", "header", "buffer_index", "opcode_index", "operator_input",
              "operator_output", "graph_", "while_subgraph", "litertlm_", "task_")
# Their sections can be listed, but nothing in them can be changed.
LISTED = ("task_no_model",)
# LiteRT does not look at what is wrong: it is left out, with a warning.
LEFT_OUT = ("signature_tensor", "signature_subgraph", "metadata_buffer")
# Readable, but not to be run or changed.
UNFIT = ("data_too_small", "shape_overflow", "negative_dimension", "operator_order", "scale_count",
         "quantized_dimension", "zero_point_count", "block_size", "block_count", "sparse_")


def check(path, optimize, folder):
    """[(check, problems)] for one malformed file."""
    problems = []
    for name, arguments in CALLS.items():
        out = pathlib.Path(folder) / "malformed.tflite"
        out.unlink(missing_ok=True)
        ran = process.call([optimize, *arguments(path, out)], seconds=20)
        if ran.code not in (0, 2, 3):
            problems.append(f"{name}: exit {ran.code}: {ran.said()}")
        elif ran.code == 2 and "error:" not in ran.err:
            problems.append(f"{name}: exit 2 without an error message")
        elif name == "inspect" and path.name.startswith(LISTED) and ran.code == 0:
            continue
        elif ran.code != 2 and path.name.startswith(UNREADABLE):
            problems.append(f"{name}: exit {ran.code}, expected 2")
        elif path.name.startswith(LEFT_OUT) and (ran.code == 2 or "warning" not in ran.err + ran.out):
            problems.append(f"{name}: exit {ran.code}, expected a file with a warning")
        elif name == "quantize" and ran.code == 0 and path.name.startswith(UNFIT):
            problems.append(f"{name}: exit 0, expected 2")
        elif ran.code != 0 and out.exists():
            problems.append(f"{name}: exit {ran.code}, but an output was written")
        if ran.seconds > 5:
            problems.append(f"{name}: took {ran.seconds:.0f} s")
    return [("malformed", problems)]
