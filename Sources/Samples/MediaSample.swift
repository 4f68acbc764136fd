import Platform
import TFLite

/// A file that is a sample of one input: an image, sound, or a table of numbers.
package enum MediaSample {
  /// Whether the file's name is that of such a file.
  package static func isMedia(_ path: String) -> Bool {
    FileKind(path, inFolder: false).isPrepared
  }

  /// Reads the file and prepares it for the input.
  package static func array(
    _ path: String, for input: SampleInput
  ) throws(SampleFault) -> DenseArray {
    guard let array = try array(path, FileKind(path, inFolder: false), for: input) else {
      throw .noArrays(path: path)
    }
    return array
  }

  /// Says how the file becomes values; nil for tables.
  package static func preparation(
    _ path: String, for input: SampleInput
  ) throws(SampleFault) -> String? {
    do throws(Unfit) {
      switch FileKind(path, inFolder: false) {
      case .image: return try ImageForm(input).sentence
      case .sound: return try SoundForm(input).sentence
      default: return nil
      }
    } catch {
      throw .unfit(input, source: path, why: error.why)
    }
  }

  /// Reads the file and prepares it; nil for a file of another kind.
  static func array(
    _ path: String, _ kind: FileKind, for input: SampleInput
  ) throws(SampleFault) -> DenseArray? {
    switch kind {
    case .image: try image(try open(path), for: input)
    case .sound: try sound(try open(path), for: input)
    case .table: try whole(table(path), for: input)
    default: nil
    }
  }

  private static func image(
    _ file: MappedFile, for input: SampleInput
  ) throws(SampleFault) -> DenseArray {
    defer { withExtendedLifetime(file) {} }
    let picture = try media(file.path) { () throws(MediaProblem) in
      try Picture.decode(file.bytes)
    }
    do throws(Unfit) {
      return try ImageForm(input).array(of: picture)
    } catch {
      throw .unfit(input, source: file.path, why: error.why)
    }
  }

  private static func sound(
    _ file: MappedFile, for input: SampleInput
  ) throws(SampleFault) -> DenseArray {
    defer { withExtendedLifetime(file) {} }
    let form: SoundForm
    do throws(Unfit) {
      form = try SoundForm(input)
    } catch {
      throw .unfit(input, source: file.path, why: error.why)
    }
    let sound = try media(file.path) { () throws(MediaProblem) in
      try Sound.decode(file.bytes, maxFrames: form.length)
    }
    let array: DenseArray
    do throws(Unfit) {
      array = try form.array(of: sound)
    } catch {
      throw .unfit(input, source: file.path, why: error.why)
    }
    // Floats in a file may be NaN.
    return try input.convert(array, source: file.path)
  }

  // MARK: Tables

  static func table(_ path: String) throws(SampleFault) -> TableFile {
    let file = try open(path)
    return try media(path) { () throws(MediaProblem) in try TableFile(file) }
  }

  /// A file that is one sample.
  private static func whole(
    _ table: TableFile, for input: SampleInput
  ) throws(SampleFault) -> DenseArray {
    let numbers = try media(table.path) { () throws(MediaProblem) in try table.all() }
    guard let shape = input.shape(forCount: numbers.count) else {
      throw .wrongShape(input, source: table.path, found: [table.rows, table.columns])
    }
    return try array(numbers, shape, for: input, source: table.path)
  }

  /// A line that is one sample.
  static func row(
    _ index: Int, of table: TableFile, for input: SampleInput, source: String
  ) throws(SampleFault) -> DenseArray {
    let numbers = try media(table.path) { () throws(MediaProblem) in try table.row(index) }
    guard let shape = input.shape(forCount: numbers.count) else {
      throw .wrongShape(input, source: source, found: [numbers.count])
    }
    return try array(numbers, shape, for: input, source: source)
  }

  private static func array(
    _ numbers: [Double], _ shape: [Int], for input: SampleInput, source: String
  ) throws(SampleFault) -> DenseArray {
    let array = DenseArray(.float64, shape: shape, bytes: numbers.withUnsafeBytes { [UInt8]($0) })
    return try input.convert(array, source: source)
  }

  // MARK: Files

  static func open(_ path: String) throws(SampleFault) -> MappedFile {
    do throws(SystemError) {
      return try MappedFile(path: path)
    } catch {
      throw .unreadable(error)
    }
  }

  static func media<Result>(
    _ source: String, _ body: () throws(MediaProblem) -> Result
  ) throws(SampleFault) -> Result {
    do throws(MediaProblem) {
      return try body()
    } catch {
      throw .badMedia(source: source, error)
    }
  }
}
