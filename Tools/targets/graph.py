"""The operators of a model file, read with the official schema parser."""

import collections

from ai_edge_litert import schema_py_generated as schema

KINDS = {v: k for k, v in vars(schema.BuiltinOperator).items() if isinstance(v, int)}
TYPES = {v: k for k, v in vars(schema.TensorType).items() if isinstance(v, int)}
FLOATS = ("FLOAT32", "FLOAT16")


def ints(vector):
    return [] if vector is None else [int(i) for i in vector]


class Graph:
    """A subgraph: `kinds`, `inputs` and `results` of its operators, and the `names` and `types` of its tensors."""

    def __init__(self, model, subgraph):
        entries = subgraph.operators if subgraph.operators is not None else []
        codes = [model.operatorCodes[e.opcodeIndex] for e in entries]
        self.kinds = [KINDS[max(c.builtinCode, c.deprecatedBuiltinCode)] for c in codes]
        self.custom = [(c.customCode or b"").decode(errors="replace") for c in codes]
        self.inputs = [[t for t in ints(e.inputs) if t >= 0] for e in entries]
        self.results = [[t for t in ints(e.outputs) if t >= 0] for e in entries]
        self.outputs = set(ints(subgraph.outputs))
        self.names = [(t.name or b"").decode(errors="replace") for t in subgraph.tensors]
        self.types = [TYPES[t.type] for t in subgraph.tensors]

    def unseen(self):
        """Operators that only operators without results depend on: delegation does not show in them."""
        readers = collections.defaultdict(list)
        for position, tensors in enumerate(self.inputs):
            for tensor in tensors:
                readers[tensor].append(position)
        found = set()
        for position in reversed(range(len(self.kinds))):
            if not any(t in self.outputs or any(r not in found for r in readers[t]) for t in self.results[position]):
                found.add(position)
        return found


def graphs(data):
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAsModel(data, 0))
    return [Graph(model, s) for s in model.subgraphs]
