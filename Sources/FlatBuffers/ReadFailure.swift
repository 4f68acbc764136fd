/// The reason why a FlatBuffer cannot be read, and the place in the file.
package struct ReadFailure: Error, Equatable, Sendable {
  package enum Reason: Equatable, Sendable {
    /// `what` (an offset, vtable, vector, …) reaches outside the file.
    case outOfBounds(what: String)
    /// A field that this version does not know holds a value.
    case unknownField(slot: Int)
    /// A union holds a member that this version does not know.
    case unknownUnionMember(tag: Int)
    /// Decoding would take more memory than allowed.
    case tooLarge(limit: Int)
  }

  package var reason: Reason
  /// The field's path from the root, such as `subgraphs[0].operators[3].inputs`.
  package var path: String
  /// The file offset in bytes at which reading failed.
  package var offset: Int
}

/// The limits of a reader: what it tolerates and how much it may use.
package struct ReadLimits: Sendable {
  /// Bytes of memory that decoded tables and vectors may take.
  package var memory: Int
  /// Unknown fields and union members are dropped and listed instead of refused.
  package var dropsUnknown: Bool
  /// `FlatBuffer.Reading.extents` is filled.
  package var recordsExtents: Bool

  package init(memory: Int, dropsUnknown: Bool = false, recordsExtents: Bool = false) {
    self.memory = memory
    self.dropsUnknown = dropsUnknown
    self.recordsExtents = recordsExtents
  }
}

/// A part of a file and the field that it belongs to: a vector's or string's name, "table" or
/// "vtable".
package struct Extent: Equatable, Sendable {
  package var range: Range<Int>
  package var field: String

  package init(range: Range<Int>, field: String) {
    self.range = range
    self.field = field
  }
}
