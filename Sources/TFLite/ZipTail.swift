public struct ZipTail: Sendable {
  public let range: Range<Int>
  public static func find(in file: UnsafeRawBufferPointer) -> ZipTail? { nil }
  public func relocated(file: UnsafeRawBufferPointer, to newStart: Int) -> [UInt8] { [] }
}
