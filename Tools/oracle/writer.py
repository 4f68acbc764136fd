"""Writing an unpacked tree with the official schema's object API, data 16-aligned as the format asks."""

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema


class Builder(flatbuffers.Builder):
    """A builder whose byte vectors begin at multiples of 16."""

    def CreateNumpyVector(self, x):
        if x.dtype != np.uint8 or not x.size:
            return super().CreateNumpyVector(x)
        self.StartVector(1, x.size, 16)
        self.head = self.head - x.size
        self.Bytes[self.head:self.head + x.size] = x.tobytes()
        return self.EndVector(x.size)


def packed(tree):
    """The bytes of the file that holds `tree`, a ModelT."""
    size = sum(len(b.data) for b in tree.buffers or [] if b.data is not None)
    builder = Builder(size + 65536)
    builder.Finish(tree.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def buffer_with(tree, content):
    """Appends a buffer and gives its index."""
    buffer = schema.BufferT()
    buffer.data = np.frombuffer(bytes(content), np.uint8)
    tree.buffers.append(buffer)
    return len(tree.buffers) - 1
