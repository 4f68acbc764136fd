"""litert-quantizer's static modes on any model: the signature and operator codes it asks for are added."""

import pathlib
import time

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from oracle import writer

RECIPES = {"int8": "static_wi8_ai8", "int16x8": "static_wi8_ai16"}


def with_signature(path):
    """The model's bytes with codes where it reads them and a signature over subgraph 0."""
    tree = schema.ModelT.InitFromObj(schema.Model.GetRootAs(pathlib.Path(path).read_bytes(), 0))
    for code in tree.operatorCodes:
        code.builtinCode = max(code.builtinCode, code.deprecatedBuiltinCode)
    if not tree.signatureDefs:
        graph, made = tree.subgraphs[0], schema.SignatureDefT()
        made.signatureKey, made.subgraphIndex = b"serving_default", 0

        def mapping(tensors, prefix):
            entries = []
            for number, tensor in enumerate(tensors):
                entry = schema.TensorMapT()
                entry.name, entry.tensorIndex = f"{prefix}{number}".encode(), int(tensor)
                entries.append(entry)
            return entries

        made.inputs, made.outputs = mapping(graph.inputs, "in"), mapping(graph.outputs, "out")
        tree.signatureDefs = [made]
    return writer.packed(tree), tree.signatureDefs[0]


def source(path, target):
    """A file beside `target` that the peer reads, and its signature."""
    data, signature = with_signature(path)
    file = pathlib.Path(target).with_suffix(".signature.tflite")
    file.write_bytes(data)
    return file, signature


def quantize(path, samples, mode, target, profiler=False, times=None):
    """`target` with the peer's file, or None with a printed reason; samples are arrays of one input."""
    from litert_quantizer import calibrator, quantizer, recipe
    file, signature = source(path, target)
    key, name = signature.signatureKey.decode(), signature.inputs[0].name.decode()
    try:
        work = quantizer.Quantizer(str(file), getattr(recipe, RECIPES[mode])())
        start = time.perf_counter()
        chosen = calibrator.CalibrationMode
        result = work.calibrate(
            {key: [{name: np.asarray(s, np.float32)} for s in samples]},
            mode=chosen.CALIBRATION_PROFILER_BASED if profiler else chosen.CALIBRATION_PRESERVE_ALL_TENSORS)
        if times is not None:
            times.append(time.perf_counter() - start)
        work.quantize(result).export_model(str(target), overwrite=True)
        return pathlib.Path(target)
    except Exception as error:  # whatever the peer raises is its answer
        print(f"{pathlib.Path(path).name}: litert-quantizer: {type(error).__name__}: {str(error)[:100]}")
        return None
