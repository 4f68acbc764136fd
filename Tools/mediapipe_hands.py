"""A hand landmarker of random weights that MediaPipe's own reader takes, and its answers."""

import numpy as np

from bundles import bundle
from make_fixtures_built import B, Graph, schema
from oracle import writer

ANCHORS, COORDINATES = 2016, 18


def network(size, pool, outputs, seed):
    """An image → average pool → one dense layer for each output, in MediaPipe's shapes."""
    random = np.random.default_rng(seed)
    graph = Graph("random hands")
    image = graph.input("image", [1, size, size, 3])
    options = schema.Pool2DOptionsT()
    options.padding = schema.Padding.VALID
    options.strideW = options.strideH = options.filterWidth = options.filterHeight = pool
    side = size // pool
    pooled = graph.operator(
        B.AVERAGE_POOL_2D, 1, [image], [graph.tensor("pooled", [1, side, side, 3])], options)
    count = side * side * 3
    shape = graph.constant("flat/shape", np.array([1, count], np.int32))
    flat = graph.operator(B.RESHAPE, 1, [pooled, shape], [graph.tensor("flat", [1, count])], schema.ReshapeOptionsT())
    for name, form in outputs.items():
        units = int(np.prod(form))
        weight = graph.constant(f"{name}/weight", random.normal(0, 0.1, (units, count)).astype(np.float32))
        bias = graph.constant(f"{name}/bias", random.normal(0, 1, units).astype(np.float32))
        last = graph.dense(flat, weight, bias, graph.tensor(f"{name}/dense", [1, units]))
        if name == "presence" or name == "handedness":
            last = graph.operator(B.LOGISTIC, 1, [last], [graph.tensor(f"{name}/share", [1, units])])
        if len(form) > 2:
            shape = graph.constant(f"{name}/shape", np.array(form, np.int32))
            last = graph.operator(B.RESHAPE, 1, [last, shape], [graph.tensor(name, form)], schema.ReshapeOptionsT())
        graph.main.outputs.append(last)
    graph.metadata("TFLITE_METADATA", metadata(outputs))
    return writer.packed(graph.tree)


def metadata(outputs):
    """TFLITE_METADATA that say how pixels become numbers."""
    import flatbuffers
    from mediapipe.tasks.metadata import metadata_schema_py_generated as facts
    image, unit = facts.TensorMetadataT(name="image"), facts.ProcessUnitT()
    image.content = facts.ContentT(contentPropertiesType=facts.ContentProperties.ImageProperties,
                                   contentProperties=facts.ImagePropertiesT(colorSpace=facts.ColorSpaceType.RGB))
    unit.optionsType = facts.ProcessUnitOptions.NormalizationOptions
    unit.options = facts.NormalizationOptionsT(mean=[0.0], std=[255.0])
    image.processUnits, image.stats = [unit], facts.StatsT(max=[1.0], min=[0.0])
    graph = facts.SubGraphMetadataT(
        inputTensorMetadata=[image], outputTensorMetadata=[facts.TensorMetadataT(name=name) for name in outputs])
    packer = flatbuffers.Builder(1024)
    packer.Finish(facts.ModelMetadataT(name="random hands", subgraphMetadata=[graph]).Pack(packer), b"M001")
    return bytes(packer.Output())


def made():
    detector = network(192, 32, {"boxes": [1, ANCHORS, COORDINATES], "scores": [1, ANCHORS, 1]}, 1)
    landmarks = network(
        224, 32, {"points": [1, 63], "presence": [1, 1], "handedness": [1, 1], "world": [1, 63]}, 2)
    return bundle({"hand_detector.tflite": detector, "hand_landmarks_detector.tflite": landmarks})


def answers(path):
    """The landmarks that MediaPipe finds in a picture of noise."""
    import mediapipe
    from mediapipe.tasks.python import BaseOptions, vision
    pixels = np.random.default_rng(3).integers(0, 256, (240, 320, 3), np.uint8)
    options = vision.HandLandmarkerOptions(
        base_options=BaseOptions(model_asset_path=str(path)), num_hands=1, min_hand_detection_confidence=0.0,
        min_hand_presence_confidence=0.0)
    with vision.HandLandmarker.create_from_options(options) as landmarker:
        found = landmarker.detect(mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=pixels))
    return np.array([[p.x, p.y, p.z] for hand in found.hand_landmarks for p in hand])
