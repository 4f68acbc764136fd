"""Where XNNPACK's results differ from the reference kernels': each operator of an integer model alone, on what the
reference kernels give it.

    .build-oracle/bin/python Tools/path_distance.py MODEL.tflite SAMPLES_FOLDER

Prints a line for each operator whose integers differ: the share that differs, the greatest and the mean difference in
steps (a mean far from 0 adds up over layers), and its scales.
"""

import copy
import pathlib
import sys

import numpy as np
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter, OpResolverType

from oracle import writer

NAMES = {v: k for k, v in vars(schema.BuiltinOperator).items() if isinstance(v, int)}


def alone(model, index):
    """The file of one operator of the first subgraph, and the tensors that it reads in each run."""
    tree = copy.copy(model)
    main = copy.copy(model.subgraphs[0])
    operator = copy.copy(main.operators[index])
    used = [t for t in [*operator.inputs, *operator.outputs] if t >= 0]
    numbers = {t: n for n, t in enumerate(dict.fromkeys(used))}
    main.tensors = [main.tensors[t] for t in numbers]
    given = [t for t in dict.fromkeys(operator.inputs) if t >= 0
             and model.buffers[model.subgraphs[0].tensors[t].buffer].data is None]
    main.inputs = np.array([numbers[t] for t in given], np.int32)
    main.outputs = np.array([numbers[t] for t in operator.outputs], np.int32)
    operator.inputs = np.array([numbers.get(t, -1) for t in operator.inputs], np.int32)
    operator.outputs = np.array([numbers[t] for t in operator.outputs], np.int32)
    main.operators = [operator]
    tree.subgraphs, tree.signatureDefs, tree.metadata = [main], None, None
    return writer.packed(tree), given


def samples(folder):
    for path in sorted(pathlib.Path(folder).iterdir()):
        yield [np.load(p) for p in sorted(path.glob("*.npy"))] if path.is_dir() else [np.load(path)]


def main(path, folder, count=6):
    content = pathlib.Path(path).read_bytes()
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(content, 0))
    whole = Interpreter(model_content=content, experimental_op_resolver_type=OpResolverType.BUILTIN_REF,
                        experimental_preserve_all_tensors=True, num_threads=1)
    whole.allocate_tensors()
    runs = []
    for sample in list(samples(folder))[:count]:
        for detail, value in zip(whole.get_input_details(), sample):
            whole.set_tensor(detail["index"], value.reshape(detail["shape"]).astype(detail["dtype"]))
        whole.invoke()
        runs.append({t["index"]: whole.get_tensor(t["index"]).copy() for t in whole.get_tensor_details()
                     if 0 not in t["shape"] and t["name"]})
    tensors = model.subgraphs[0].tensors
    for index, operator in enumerate(model.subgraphs[0].operators):
        output = operator.outputs[0]
        if tensors[output].type not in (schema.TensorType.INT8, schema.TensorType.INT16):
            continue
        file, given = alone(model, index)
        one = Interpreter(model_content=file, num_threads=1)
        one.allocate_tensors()
        gaps = []
        for run in runs:
            for detail, tensor in zip(one.get_input_details(), given):
                one.set_tensor(detail["index"], run[tensor])
            one.invoke()
            gaps.append(one.get_tensor(one.get_output_details()[0]["index"]).astype(int) - run[output])
        gaps = np.concatenate([g.ravel() for g in gaps])
        if not gaps.any():
            continue
        code = model.operatorCodes[operator.opcodeIndex]
        scales = [f"{tensors[t].quantization.scale[0]:.4g}" for t in [*operator.inputs, output]
                  if t >= 0 and tensors[t].quantization is not None and tensors[t].quantization.scale is not None]
        print(f"{index:4} {NAMES[code.builtinCode]:20} {100 * np.mean(gaps != 0):6.2f} % differ, "
              f"greatest {np.abs(gaps).max()}, mean {gaps.mean():+.4f} steps, scales {' '.join(scales)}", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
