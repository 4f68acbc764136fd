import Platform

/// A kind of container: how its files are recognised, read, and laid out around other sections.
///
/// A format is a file of this folder and an entry of `all`.
package protocol ContainerFormat: Sendable {
  /// Such as "ZIP bundle (.task)".
  static var name: String { get }
  /// Whether a file is meant to be one, by its first bytes.
  static func recognizes(_ bytes: UnsafeRawBufferPointer) -> Bool

  /// Reads and checks everything but the sections' own bytes.
  init(_ bytes: UnsafeRawBufferPointer) throws(ContainerFault)

  /// The sections in the order in which the container names them.
  var sections: [ContainerSection] { get }
  /// What the container says of itself, in its order.
  var facts: [(key: String, value: String)] { get }
  /// Whether the frame has the CRC-32 of each section.
  var hasChecksums: Bool { get }

  /// Returns where sections of these sizes go. Sections before the first changed one keep their place.
  func placement(
    of sections: [ContainerPlacement.Section]
  ) throws(ContainerFault) -> ContainerPlacement

  /// Returns all bytes outside the sections. `checksums` are those of changed sections, nil for others.
  func frame(
    _ bytes: UnsafeRawBufferPointer, _ placement: ContainerPlacement, checksums: [UInt32?]
  ) -> [ContainerPlacement.Part]
}

/// A section as its container describes it.
package struct ContainerSection: Sendable {
  /// How a section's bytes may be looked at.
  package enum Content: Sendable {
    case model
    /// Anything; its first bytes tell whether it is a container or a model.
    case any
    /// Only copied.
    case opaque
  }

  package let name: String
  /// Such as "TFLite model", or nil if only the content tells.
  package let kind: String?
  package let content: Content
  /// Its bytes in the container.
  package let range: Range<Int>
  package var facts: [(key: String, value: String)] = []
}

/// Where the sections of a container that is written anew go.
package struct ContainerPlacement: Sendable {
  /// A section that is to be placed.
  package struct Section: Sendable {
    package let count: Int
    package let isChanged: Bool
  }

  /// Bytes at a place of the container.
  package struct Part: Sendable {
    package let position: Int
    package let bytes: [UInt8]
  }

  package let ranges: [Range<Int>]
  /// Bytes of the whole container.
  package let count: Int
}

/// All formats, in the order in which files are tried.
package enum ContainerFormats {
  package static let all: [any ContainerFormat.Type] = [TaskBundle.self, LiteRTLMFile.self]

  /// Returns the format of a file, or nil for anything but a container.
  package static func of(_ bytes: UnsafeRawBufferPointer) -> (any ContainerFormat.Type)? {
    all.first { $0.recognizes(bytes) }
  }
}

/// What both formats share.
enum ContainerPadding {
  /// More zeros than this between sections are no padding.
  static let limit = 1 << 20

  /// Throws unless all bytes of `range` are zero and few.
  static func check(
    _ range: Range<Int>, of bytes: UnsafeRawBufferPointer
  ) throws(ContainerFault) {
    let padding = bytes[range].prefix(limit)
    let other = padding.firstIndex { $0 != 0 } ?? padding.endIndex
    if other < range.upperBound { throw ContainerFault(.unclaimed, at: .byte(other)) }
  }

  /// Returns the greatest power of two, at most `most`, that all positions are multiples of.
  static func alignment(of positions: [Int], most: Int) -> Int {
    let bits = positions.reduce(most) { $0 | $1 }
    return bits & -bits
  }
}
