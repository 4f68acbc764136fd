"""The page beside the archives."""

import importlib.metadata

from . import catalog

TEXT = """# What LiteRT computes

Golden vectors for `InterpreterTests`: small models of one operator (a few of them of several), inputs from a seeded
generator, and the outputs of ai-edge-litert {version}. Recorded by

    python Tools/record-vectors.py [OPERATOR …]

in the environment of `make oracle`; without arguments it records everything again, to the same bytes. It exits with 1
when LiteRT refuses a case, crashes, or gives two different answers: such a case is repaired or deleted.

`OPERATOR.npz` is a ZIP archive of `.npy` files (deflated, version 1.0, C order, little-endian):

| name | content |
|---|---|
| `case/model` | the bytes of a `.tflite` file |
| `case/in0`, `case/in1` … | the inputs, in the order of the model's inputs |
| `case/out0` … | the outputs, in the order of the model's outputs |
| `case/run1/in0`, `case/run1/out0`, `case/run2/…` | further invocations of the same interpreter: variables and \
states are kept |

- An input whose shape is not the one in the model asks for a resize before the run; states do not survive that.
- Strings are `|S` arrays: bytes, padded with zeros at the end, which are no part of the string.
- Tensors without elements have a 0 in their shape. Scalars have the shape `()`.
- Outputs whose shape is known only at run time are declared as ones with -1 in `shape_signature`.

Kernels: the reference resolver (`BUILTIN_REF`), one thread, except where the last column names another, because that
one has no kernel or is known to be wrong: *optimized* is `BUILTIN_WITHOUT_DEFAULT_DELEGATES`, *XNNPACK* is `BUILTIN`.

Operator versions are mostly 1, also where a converter would write more; LiteRT's kernels look at types instead.

Tolerance: integers, booleans, strings and whatever only moves values are equal bit by bit, NaN standing for any NaN.
Float results agree within 1e-5 of the largest finite magnitude of the output (LiteRT's two sets of kernels differ by at
most {gap} in these cases). Hybrid operators (cases `hybrid-…`: integer weights, float activations) quantize their inputs on
the fly, where one rounding turned around moves an output by input scale × weight scale: within 1e-3 of the largest
magnitude.

Where LiteRT's own kernels do not agree with each other or with XNNPACK:

- Kernels with a fused activation clamp to ±3.4028235e38 even without one: ADD of infinity gives 3.4028235e38 here, and
  infinity in XNNPACK.
- QUANTIZE rounds halves away from zero here; the optimized kernels differ by one in `ties` and rarely elsewhere.
- REDUCE_MAX and REDUCE_MIN of NaN, HARD_SWISH of infinity differ; no case has them.
- LOCAL_RESPONSE_NORMALIZATION of the reference kernel leaves out the last channel of its window.
- BIDIRECTIONAL_SEQUENCE_LSTM with merged outputs that are not time-major, and TFLite_Detection_PostProcess with fewer
  boxes than `max_detections`, leave outputs uninitialised; no case does that.
- ATAN2 does not broadcast; CONV_2D and DEPTHWISE_CONV_2D without a bias, BATCH_MATMUL of int32 and FAKE_QUANT with
  `narrow_range` are refused.

| operator | cases | other kernels |
|---|--:|---|
"""


def text():
    rows = []
    for operator in sorted(catalog.MAKERS):
        cases = catalog.cases(operator)
        listed = []
        for kernels in ("optimized", "XNNPACK"):
            names = [c.name for c in cases if c.kernels == kernels]
            if names:
                listed.append(kernels + (": " + ", ".join(names) if len(names) < len(cases) else ""))
        rows.append(f"| {operator} | {len(cases)} | {'; '.join(listed)} |\n")
    return TEXT.format(version=importlib.metadata.version("ai-edge-litert"), gap="6e-7") + "".join(rows)
