"""Which operators LiteRT gives to XNNPACK: those that end in DELEGATE nodes."""

import pathlib

from ai_edge_litert.interpreter import Interpreter

from . import graph

TARGETS = ("xnnpack",)


def judge(path):
    """{target: (positions of operators that run, positions that were judged)} of the first subgraph."""
    interpreter = Interpreter(model_path=str(path), num_threads=1)
    interpreter.allocate_tensors()
    nodes = interpreter._get_ops_details()
    operators = [n for n in nodes if n["op_name"] != "DELEGATE"]
    producer = {}
    for node in operators:
        for tensor in node["outputs"]:
            producer.setdefault(int(tensor), node["index"])
    taken = set()
    for node in nodes:
        if node["op_name"] != "DELEGATE":
            continue
        borders, todo = {int(t) for t in node["inputs"]}, [int(t) for t in node["outputs"]]
        seen = set()
        while todo:
            tensor = todo.pop()
            place = producer.get(tensor)
            if tensor in borders or place is None or place in seen:
                continue
            seen.add(place)
            todo += [int(t) for t in operators[place]["inputs"]]
        taken |= seen
    main = graph.graphs(pathlib.Path(path).read_bytes())[0]
    if len(main.kinds) != len(operators):
        return {}
    unseen = main.unseen()
    return {"xnnpack": (sorted(taken - unseen), [p for p in range(len(operators)) if p not in unseen])}
