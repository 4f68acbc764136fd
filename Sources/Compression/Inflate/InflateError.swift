/// The reason why a DEFLATE stream could not be decompressed.
package enum InflateError: Error, Equatable, Sendable {
  /// The input ends inside a block, or no block was marked as the last.
  case truncated
  case badBlockType
  /// A stored block's length and its complement differ.
  case badStoredLength
  /// A block's code lengths do not form a complete prefix code.
  case badCodeLengths
  /// A bit sequence is not a code word of its block.
  case badSymbol
  /// A match begins before the first byte of the output.
  case distanceTooFar
  case outputLimit
  /// The receiver of a stream stopped it.
  case stopped
}
