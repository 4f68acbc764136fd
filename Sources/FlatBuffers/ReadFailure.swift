/// Why a FlatBuffer cannot be read, and where.
public struct ReadFailure: Error, Equatable, Sendable {
  public enum Reason: Equatable, Sendable {
    /// `what` (an offset, vtable, vector, …) reaches outside the file.
    case outOfBounds(what: String)
    /// A field that this version does not know holds a value.
    case unknownField(slot: Int)
    /// A union holds a member that this version does not know.
    case unknownUnionMember(tag: Int)
    /// Decoding would take more memory than allowed.
    case tooLarge(limit: Int)
  }

  public var reason: Reason
  /// The field's path from the root, such as `subgraphs[0].operators[3].inputs`.
  public var path: String
  /// The file offset in bytes at which reading failed.
  public var offset: Int
}

/// What a reader tolerates and how much it may use.
public struct ReadLimits: Sendable {
  /// Bytes of memory that decoded tables and vectors may take.
  public var memory: Int
  /// Unknown fields and union members are dropped and listed instead of refused.
  public var dropsUnknown: Bool
  /// `FlatBuffer.Reading.extents` is filled.
  public var recordsExtents: Bool

  public init(memory: Int, dropsUnknown: Bool = false, recordsExtents: Bool = false) {
    self.memory = memory
    self.dropsUnknown = dropsUnknown
    self.recordsExtents = recordsExtents
  }
}

/// A part of a file and the field that it belongs to: a vector's or string's name, "table" or
/// "vtable".
public struct Extent: Equatable, Sendable {
  public var range: Range<Int>
  public var field: String

  public init(range: Range<Int>, field: String) {
    self.range = range
    self.field = field
  }
}
