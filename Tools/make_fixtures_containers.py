"""Makes Fixtures/Containers by the official builders: LiteRT-LM files and MediaPipe bundles.

Needs Tools/requirements-containers.txt. The same packages give the same bytes: the builder's random number
and time are replaced.
"""

import argparse
import pathlib
import struct
import tempfile
import zipfile

from litert_lm_builder import litertlm_builder as builder
from litert_lm_builder import litertlm_peek
from litert_lm_builder.runtime.proto import llm_metadata_pb2

from bundles import bundle

ROOT = pathlib.Path(__file__).resolve().parent.parent
MODELS = ROOT / "Fixtures/Models"
Type = builder.TfLiteModelType


def model(name):
    return (MODELS / f"{name}.tflite").read_bytes()


def fixed(metadata):
    """In place of a random number and the time."""
    text = builder.DType.STRING
    return [*metadata, builder.Metadata("uuid", "00000000-0000-4000-8000-000000000000", text),
            builder.Metadata("creation_timestamp", "2026-01-01T00:00:00+00:00", text)]


def language_model(path, folder):
    """Two models, tokenizers, metadata, data: sections of six types."""
    metadata = llm_metadata_pb2.LlmMetadata(max_num_tokens=128)
    metadata.start_token.token_str = "<bos>"
    (folder / "metadata.pb").write_bytes(metadata.SerializeToString())
    (folder / "tokenizer.spm").write_bytes(bytes(range(256)) * 9)
    (folder / "tokenizer.json").write_text('{"model": {"type": "BPE"}}')
    (folder / "data.bin").write_bytes(b"any data\n" * 40)
    made = builder.LitertLmFileBuilder()
    made.add_system_metadata(builder.Metadata("Authors", "optimize", builder.DType.STRING))
    made.add_system_metadata(builder.Metadata("edition", 3, builder.DType.INT32))
    made.add_llm_metadata(str(folder / "metadata.pb"))
    made.add_tflite_model(str(MODELS / "embedding_gather.tflite"), Type.EMBEDDER)
    made.add_sentencepiece_tokenizer(str(folder / "tokenizer.spm"))
    made.add_tflite_model(str(MODELS / "keyword_1d.tflite"), Type.PREFILL_DECODE, backend_constraint="cpu")
    made.add_hf_tokenizer(str(folder / "tokenizer.json"), Type.TEXT_ENCODER)
    made.add_generic_binary_data(str(folder / "data.bin"))
    with open(path, "wb") as stream:
        made.build(stream)


def external_weights(path, folder):
    """A model whose weights are in a section of their own, and one that has its own."""
    from ai_edge_litert import schema_py_generated as schema
    import flatbuffers
    tree = schema.ModelT.InitFromPackedBuf(bytearray(model("transpose_conv_prelu")), 0)
    weights = bytearray()
    tree.externalBufferGroups = [schema.ExternalBufferGroupT(name=b"weights.bin")]
    tree.externalBuffers = []
    for graph in tree.subgraphs:
        for tensor in graph.tensors:
            data = tree.buffers[tensor.buffer].data
            if data is None or len(data) < 64 or tensor.type != schema.TensorType.FLOAT32:
                continue
            entry = schema.ExternalBufferT(
                id=len(tree.externalBuffers) + 1, group=0, offset=len(weights), length=len(data))
            weights += bytes(data) + bytes(-len(data) % 64)
            tree.externalBuffers.append(entry)
            tensor.externalBuffer, tensor.buffer = entry.id, 0
    packer = flatbuffers.Builder(4096)
    packer.Finish(tree.Pack(packer), b"TFL3")
    (folder / "external.tflite").write_bytes(bytes(packer.Output()))
    (folder / "weights.bin").write_bytes(bytes(weights))
    made = builder.LitertLmFileBuilder()
    made.add_tflite_model(str(folder / "external.tflite"), Type.PREFILL_DECODE)
    made.add_tflite_weights(str(folder / "weights.bin"), Type.PREFILL_DECODE)
    made.add_tflite_model(str(MODELS / "embedding_gather.tflite"), Type.EMBEDDER)
    with open(path, "wb") as stream:
        made.build(stream)


def tiny(path, folder):
    """A model and data, for files that are wrong in one place."""
    (folder / "data.bin").write_bytes(b"any data\n")
    made = builder.LitertLmFileBuilder()
    made.add_tflite_model(str(MODELS / "blockwise.tflite"), Type.AUX)
    made.add_generic_binary_data(str(folder / "data.bin"))
    with open(path, "wb") as stream:
        made.build(stream)


def listing(path):
    """A line for each section as the official readers see it: file, name or type, begin, end."""
    content = path.read_bytes()
    if path.suffix == ".task":
        with zipfile.ZipFile(path) as archive:
            for entry in archive.infolist():
                name, extra = struct.unpack_from("<HH", content, entry.header_offset + 26)
                begin = entry.header_offset + 30 + name + extra
                yield f"{path.name} {entry.filename} {begin} {begin + entry.file_size}"
        return
    with open("/dev/null", "w") as nowhere:
        sections = litertlm_peek.read_litertlm_header(str(path), nowhere).SectionMetadata()
    for index in range(sections.ObjectsLength()):
        section = sections.Objects(index)
        yield f"{path.name} {section.DataType()} {section.BeginOffset()} {section.EndOffset()}"


def make(output):
    output.mkdir(parents=True, exist_ok=True)
    builder.populate_system_metadata = fixed
    with tempfile.TemporaryDirectory() as name:
        language_model(output / "language.litertlm", pathlib.Path(name))
        external_weights(output / "external_weights.litertlm", pathlib.Path(name))
        tiny(output / "tiny.litertlm", pathlib.Path(name))
    hands = bundle({"hand_detector.tflite": model("transpose_conv_prelu"),
                    "hand_landmarks_detector.tflite": model("bmm")})
    (output / "hands.task").write_bytes(hands)
    (output / "gestures.task").write_bytes(bundle({
        "hand_landmarker.task": hands, "gesture_embedder.tflite": model("embedding_gather"),
        "labels.txt": b"none\nfist\n", "canned_gesture_classifier.tflite": model("keyword_1d")}))
    # A language model's entries have no endings.
    (output / "language.task").write_bytes(bundle({
        "TF_LITE_PREFILL_DECODE": model("keyword_1d"), "TOKENIZER_MODEL": bytes(range(256)) * 5,
        "METADATA": b"\x0a\x05<bos>"}, alignment=4096))
    paths = [path for path in sorted(output.iterdir()) if path.suffix in (".task", ".litertlm")]
    (output / "sections.txt").write_text("".join(f"{line}\n" for path in paths for line in listing(path)))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=pathlib.Path, default=ROOT / "Fixtures/Containers")
    make(parser.parse_args().output)
