"""How a file holds weights of few bits."""

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from oracle import writer
from vectors import case as cases

KINDS = {8: "int8", 4: "int4", 2: "int2"}
TABLES = ("EMBEDDING_LOOKUP", "GATHER")


def pack(values, bits):
    """Low bits first, the whole tensor one run of bits; int8 as it is."""
    flat = values.astype(np.int8).reshape(-1)
    if bits == 8:
        return values.astype(np.int8)
    each = 8 // bits
    flat = np.concatenate([flat, np.zeros(-len(flat) % each, np.int8)]).astype(np.uint8) & (2**bits - 1)
    return sum(flat[k::each].astype(np.uint8) << (bits * k) for k in range(each)).astype(np.uint8)


def with_weight(built, spec, values, scale, axis):
    """Leaves the weight on the list of operands and gives the indices of (weight, scales) for block-wise ones."""
    kind = KINDS[spec.bits]
    blocks = spec.per not in ("channel", "equal", "tensor")
    held = None
    if blocks:
        stored = scale.astype(
            spec.scale_type) if spec.scale_type != "bfloat16" else (scale.view(np.uint32) >> 16).astype(np.uint16)
        built.const(stored, spec.scale_type)
        held = len(built.tensors) - 1
        built.drop()
    quantization = {} if blocks or spec.form == "cast" else dict(scale=scale, axis=axis, zero=spec.zero)
    built.const(pack(values, spec.bits), kind, values.shape, **quantization)
    index = len(built.tensors) - 1
    if spec.form in ("decoded", "cast") and spec.name not in TABLES:
        taken, built.operands = built.operands[:-1], built.operands[-1:]
        if spec.form == "cast":
            built.op("CAST",
                     out="float32",
                     version=6 if spec.bits == 4 else 8,
                     in_data_type=kind,
                     out_data_type="float32")
        else:
            built.op("DEQUANTIZE", out="float32", version={8: 5, 4: 6, 2: 7}[spec.bits])
        built.shapes[0][built.operands[-1]] = list(values.shape)
        built.operands = taken + built.operands
    return (index, held, int(spec.per)) if blocks else None


def in_blocks(content, places):
    """The file with `details` for block-wise weights."""
    tree = schema.ModelT.InitFromPackedBuf(content, 0)
    for tensor, scales, size in places:
        details = schema.BlockwiseQuantizationT()
        details.scales, details.zeroPoints, details.blockSize = scales, -1, size
        quantization = schema.QuantizationParametersT()
        quantization.detailsType, quantization.details = schema.QuantizationDetails.BlockwiseQuantization, details
        tree.subgraphs[0].tensors[tensor].quantization = quantization
    for buffer in tree.buffers:
        if buffer.data is not None:
            buffer.data = np.asarray(buffer.data, np.uint8)
    return writer.packed(tree)
