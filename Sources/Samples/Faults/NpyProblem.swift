/// The reason why bytes are not an npy array that a tensor can hold.
package enum NpyProblem: Error, Equatable, Sendable {
  /// The first bytes are not npy's signature.
  case notNpy
  /// Only format versions 1, 2 and 3 exist.
  case unknownVersion(Int)
  /// The bytes end inside the header.
  case headerCutOff
  /// The header is not the dictionary that the format asks for.
  case badHeader
  /// Python objects, which only Python can read.
  case objects
  /// A record of several fields.
  case structured
  /// An element type that no tensor has.
  case unsupportedType(String)
  /// The array has more elements than can be counted.
  case tooLarge(shape: [Int])
  case dataCutOff(expected: Int, found: Int)
  /// An element of a `U` array is not Unicode.
  case badText(element: Int)
}
