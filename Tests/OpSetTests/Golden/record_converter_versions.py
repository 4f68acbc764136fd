"""Records which operator versions TensorFlow 2.21's converter wrote, read by LiteRT's own parser.

Usage: record_converter_versions.py ZOO > converter_versions.csv

int16x8 models are left out: their versions come from another table (op_versions.md, 1.3).
"""
import pathlib
import sys

from ai_edge_litert import schema_py_generated as schema

names = {v: k for k, v in vars(schema.BuiltinOperator).items() if isinstance(v, int)}
zoo = pathlib.Path(sys.argv[1])
print("path,operator,version")
for path in sorted(zoo.glob("models/ref_tf_converter_2.21/*.tflite")):
    if path.stem.endswith("int16x8"):
        continue
    model = schema.Model.GetRootAs(path.read_bytes(), 0)
    rows = set()
    for i in range(model.OperatorCodesLength()):
        code = model.OperatorCodes(i)
        kind = max(code.BuiltinCode(), code.DeprecatedBuiltinCode())
        rows.add((names[kind], code.Version()))
    for name, version in sorted(rows):
        print(f"{path.relative_to(zoo)},{name},{version}")
