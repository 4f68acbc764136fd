import Evaluation
import Samples
import TFLite

extension SampleSource {
  /// Returns the same samples for `model`, some of whose float inputs are integers in `file`, the
  /// model that the samples are for.
  func fitting(_ model: Model, from file: Model, signature key: String?) -> SampleSource {
    let signature =
      file.signatures.first { $0.key?.description == key }
      ?? file.signatures.first { $0.subgraphIndex == 0 }
    let index = Int(signature?.subgraphIndex ?? 0)
    guard file.subgraphs.indices.contains(index) else { return self }
    let encodings = (file.subgraphs[index].inputs ?? []).filter { $0 >= 0 }
      .map { tensor -> Affine? in
        let id = TensorID(index, tensor)
        return model[id].type == .float32 ? Affine(file[id]) : nil
      }
    guard encodings.contains(where: { $0 != nil }) else { return self }
    return mapping { arrays in
      arrays.enumerated().map { position, array in
        guard encodings.indices.contains(position), let encoding = encodings[position],
          array.type == encoding.type
        else { return array }
        return encoding.reals(of: array)
      }
    }
  }
}

extension Affine {
  /// Returns the real values that the integers stand for.
  func reals(of array: DenseArray) -> DenseArray {
    let count = array.bytes.count / (type == .int16 ? 2 : 1)
    var bytes = [UInt8](repeating: 0, count: count * 4)
    bytes.withUnsafeMutableBytes { target in
      array.bytes.withUnsafeBytes { source in
        guard let target = target.baseAddress, let source = source.baseAddress else { return }
        FromIntegers.convert(
          source, as: type, target, count: count, scale: scale, zeroPoint: zeroPoint)
      }
    }
    return DenseArray(.float32, shape: array.shape, bytes: bytes)
  }
}
