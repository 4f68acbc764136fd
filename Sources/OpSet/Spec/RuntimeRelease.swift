/// The least runtime release that has a version of an operator.
package struct RuntimeRelease: Hashable, Sendable {
  package let version: Int32
  package let release: RuntimeVersion

  /// Parses an ascending list such as "1:1.5.0 2:1.14.0". Anything else is a programmer's error.
  ///
  /// It parses bytes: splitting all lists as text took 2 ms at every start.
  static func list(_ text: String) -> [RuntimeRelease] {
    var numbers = [0]
    for byte in text.utf8 {
      if (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
        numbers[numbers.count - 1] = numbers[numbers.count - 1] * 10 + Int(byte & 15)
      } else {
        numbers.append(0)
      }
    }
    precondition(numbers.count % 4 == 0, "not versions and releases: \(text)")
    return stride(from: 0, to: numbers.count, by: 4).map { i in
      RuntimeRelease(
        version: Int32(numbers[i]),
        release: RuntimeVersion(numbers[i + 1], numbers[i + 2], numbers[i + 3]))
    }
  }
}

/// The first release with a kernel that the operator's version does not tell of: versions are rules
/// of the converter, and some forms got a kernel without a new version.
///
/// Found by running the golden vectors in tflite-runtime 2.14, TensorFlow 2.15.1, 2.16.2 and 2.17.1, and
/// LiteRT 1.2 to 1.4, which stand for 2.19 to 2.21: a row has the first of them that runs the form.
/// Forms of int4 and int2 were run in the same way, in TensorFlow 2.18.1 and LiteRT 1.1 too; 2.22 is that of
/// LiteRT 2.2. There FULLY_CONNECTED with blocks crashed or was wrong up to 2.0, and had no int2 in 2.1.0.
struct KernelRelease: Sendable {
  private let release: RuntimeVersion
  private let row: VersionRow

  static func since(_ major: Int, _ minor: Int, if conditions: VersionCondition...) -> Self {
    Self(
      release: RuntimeVersion(major, minor, 0), row: VersionRow(version: 0, conditions: conditions))
  }

  /// Int16 activations over int8 weights came with CONV_2D 4, DEPTHWISE_CONV_2D 5 and
  /// FULLY_CONNECTED 7, which op_version.cc gives only to int16 weights.
  static func int16x8(activation: Int) -> Self {
    .since(2, 3, if: .input(activation, .int16), .input(1, .int8))
  }

  func applies(to signature: OperatorSignature) -> RuntimeVersion? {
    row.applies(to: signature) ? release : nil
  }
}

extension OpSpec {
  /// Whether operands may need a later release than the version.
  package var tellsKernels: Bool { !kernelReleases.isEmpty }

  /// Returns the least runtime release with the version and a kernel for the operands; nil if none
  /// has the version.
  package func release(
    ofVersion version: Int32, for signature: OperatorSignature
  ) -> RuntimeVersion? {
    guard let release = release(ofVersion: version) else { return nil }
    return kernelReleases.compactMap { $0.applies(to: signature) }.reduce(release, max)
  }
}
