import Samples
import TFLite

/// An array in memory: one input of one sample.
public struct SampleArray: Sendable {
  let dense: DenseArray

  /// Numbers in row-major order. A leading size 1 may be left out of the shape.
  public init(_ values: [Float], shape: [Int]) { self.init(values, .float32, shape) }
  public init(_ values: [Double], shape: [Int]) { self.init(values, .float64, shape) }
  public init(_ values: [Int8], shape: [Int]) { self.init(values, .int8, shape) }
  public init(_ values: [UInt8], shape: [Int]) { self.init(values, .uint8, shape) }
  public init(_ values: [Int16], shape: [Int]) { self.init(values, .int16, shape) }
  public init(_ values: [Int32], shape: [Int]) { self.init(values, .int32, shape) }
  public init(_ values: [Int64], shape: [Int]) { self.init(values, .int64, shape) }

  private init<Element>(_ values: [Element], _ type: TensorType, _ shape: [Int]) {
    dense = DenseArray(type, shape: shape, bytes: values.withUnsafeBytes { Array($0) })
  }
}

/// Representative inputs of a model: they give the ranges of activations, show which weights
/// matter, and judge results.
///
/// Of 20 or more samples, about a fifth, chosen by content, is held out: the others make ranges,
/// these judge the result.
public struct SampleData: Sendable {
  /// The source of the samples' classes.
  public enum Labels: Sendable {
    /// The names of the samples' folders are the classes.
    case folders
    /// An array, a text file with one label on each line, or a CSV with files and their labels.
    case file(String)
    /// The number of each sample's class.
    case classes([Int])
  }

  /// The order of an image input's axes.
  public enum Layout: String, Sendable { case nhwc, nchw }

  /// The color channels of an image input.
  public enum Color: String, Sendable { case rgb, bgr, gray }

  /// The share that is held out to judge the result, from 0 to below 1; nil for the default.
  public var holdout: Double?
  /// The most samples to use, evenly spread over all; nil for all.
  public var maxCount: Int?
  /// A pixel x, 0 to 255, becomes (x · scale − mean) ÷ std; one number, or one for each channel. If
  /// empty and nil, the model's metadata decide, else float inputs get −1 to 1.
  public var mean: [Float] = []
  public var std: [Float] = []
  public var scale: Float?
  /// Nil: the layout follows from the input's shape.
  public var layout: Layout?
  public var color: Color?
  /// A file with the names of the classes, for labels that are names.
  public var labelNames: String?
  private let origin: SampleRequest.Origin
  private let labels: Labels?

  private init(_ origin: SampleRequest.Origin, _ labels: Labels?) {
    self.origin = origin
    self.labels = labels
  }

  /// Samples in files: npy, npz, images, sound, CSV or raw bytes, in the layouts that `--rep-data`
  /// takes: a folder, or one file whose first axis counts the samples (`FILE.npz:ARRAY`).
  public static func files(_ path: String, labels: Labels? = nil) -> Self {
    Self(.paths([path]), labels)
  }

  /// Samples for a model with one input.
  public static func arrays(_ samples: [SampleArray], labels: [Int]? = nil) -> Self {
    Self(.arrays(samples.map { [$0.dense] }), labels.map { .classes($0) })
  }

  /// Samples for a model with several inputs: for each an array for each input, in the model's order.
  public static func inputs(_ samples: [[SampleArray]], labels: [Int]? = nil) -> Self {
    Self(.arrays(samples.map { $0.map(\.dense) }), labels.map { .classes($0) })
  }

  var request: SampleRequest {
    var request = SampleRequest()
    request.origin = origin
    request.most = maxCount
    request.holdout = holdout
    request.preprocessing.mean = mean
    request.preprocessing.std = std
    request.preprocessing.scale = scale
    request.preprocessing.layout = layout.flatMap { .init(rawValue: $0.rawValue) }
    request.preprocessing.color = color.flatMap { .init(rawValue: $0.rawValue) }
    request.labels = labels.map { labels in
      switch labels {
      case .folders: .source(.folders, names: labelNames)
      case .file(let path): .source(.file(path), names: labelNames)
      case .classes(let classes): .classes(classes)
      }
    }
    return request
  }

  /// Returns the request with the options for running the model. Throws `UsageFault` for impossible
  /// numbers.
  func request(_ options: OptimizationOptions) throws(UsageFault) -> SampleRequest {
    if let holdout, !(0..<1).contains(holdout) {
      throw UsageFault("'\(holdout)' is not a share of samples: at least 0, below 1")
    }
    guard !std.contains(0) else { throw UsageFault("std cannot be 0") }
    var request = request
    request.options = options.interpreter
    return request
  }
}
