import KernelTable

/// Integers less their zero point, as int16.
enum WideningKernels {
  static let run: IntegerKernels.Widen = { kind, input, zeroPoint, output, count in
    switch kind {
    case .int8:
      let source = input.assumingMemoryBound(to: Int8.self)
      for index in 0..<count { output[index] = Int16(source[index]) &- zeroPoint }
    case .uint8:
      let source = input.assumingMemoryBound(to: UInt8.self)
      for index in 0..<count { output[index] = Int16(source[index]) &- zeroPoint }
    case .int16:
      let source = input.assumingMemoryBound(to: Int16.self)
      for index in 0..<count { output[index] = source[index] &- zeroPoint }
    }
  }
}
