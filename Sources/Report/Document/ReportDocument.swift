import Optimizer
import TFLite

/// Everything that a command has to say about what it did; rendered as text, JSON and HTML.
public struct ReportDocument: Sendable {
  public struct File: Sendable {
    public var path: String
    public var bytes: Int
    /// Nil where no digest was asked for.
    public var sha256: String?

    public init(path: String, bytes: Int, sha256: String? = nil) {
      self.path = path
      self.bytes = bytes
      self.sha256 = sha256
    }
  }

  public struct Change<Value: Sendable>: Sendable {
    public var before: Value
    public var after: Value

    public init(before: Value, after: Value) {
      self.before = before
      self.after = after
    }
  }

  public struct Step: Sendable {
    public var name: String
    public var options: [(key: String, value: String)]
    public var seconds: Double
    public var bytesBefore: Int
    public var bytesAfter: Int
    public var changes: Int

    public init(
      name: String, options: [(key: String, value: String)], seconds: Double, bytesBefore: Int,
      bytesAfter: Int, changes: Int
    ) {
      self.name = name
      self.options = options
      self.seconds = seconds
      self.bytesBefore = bytesBefore
      self.bytesAfter = bytesAfter
      self.changes = changes
    }
  }

  /// A constant, by the tensor that holds its data in the file before.
  public struct Constant: Sendable {
    public var subgraph: Int
    public var index: Int
    public var name: String
    public var role: String
    public var shape: [Int]
    public var elements: Int
    public var before: String
    public var after: String
    public var bytesBefore: Int
    public var bytesAfter: Int
    public var statistics: Statistics?
    public var reason: String?
    /// Whether it has other values in the same encoding.
    public var hasOtherValues = false
    /// The share of zeros that pruning reached; nil where it did not prune.
    public var sparsity: Double?
    public var clusters: Clusters?
    /// The greatest integer where its steps are wider than 127 allow.
    public var greatestInteger: Int?
    /// The tensor of the file after that stands for it.
    var reader: TensorID
  }

  /// Compressibility of one tensor's stored data.
  public struct Statistics: Sendable {
    public var zeros: Int
    /// Nil when there are too many to count.
    public var distinct: Int?
    /// Order-0 entropy of an element.
    public var entropyBits: Double
    public var deflate: Int
  }

  public struct Operator: Sendable {
    public var subgraph: Int
    public var index: Int
    public var kind: String
    public var before: String
    public var after: String
    public var reason: String?
  }

  /// Shares of what could change, and the conversions in the graph.
  public struct Coverage: Sendable {
    /// Float weight bytes that were there, and how many of them changed their encoding.
    public var weightBytesTotal = 0
    public var weightBytesChanged = 0
    public var operatorsTotal = 0
    public var operatorsChanged = 0
    public var quantizeOps = Change(before: 0, after: 0)
    public var dequantizeOps = Change(before: 0, after: 0)
  }

  /// How far a file shrinks under deflate.
  public struct Compressibility: Sendable {
    public var raw: Int
    public var deflate6: Int
    public var deflate9: Int?
    /// Bytes that no order-0 code of the tensors' elements can go below, all else counted raw.
    public var entropyBound: Int
  }

  public struct Gate: Sendable {
    public var name: String
    public var limit: String
    public var value: String
    public var passed: Bool

    public init(name: String, limit: String, value: String, passed: Bool) {
      self.name = name
      self.limit = limit
      self.value = value
      self.passed = passed
    }
  }

  public let toolVersion: String
  public let command: [String]
  public var input: File
  public var output: File?
  public var minRuntime: Change<String?>
  public var steps: [Step] = []
  public var tensors: [Constant] = []
  public var operators: [Operator] = []
  public var coverage = Coverage()
  /// Bytes by category, the same categories in both.
  public var anatomy: Change<[(category: String, bytes: Int)]>?
  public var compressibility: Change<Compressibility?>?
  /// Which deflate was used: "libz 1.2.13" or "built-in".
  public var deflateBy: String?
  /// Nil where nothing was compared.
  public var quality: Quality?
  /// Nil where nothing was pruned.
  public var pruning: Pruning?
  /// What leaving out channels would save; nil where nobody asked.
  public var channels: ChannelEstimate?
  /// What other choices would give; empty where nobody asked.
  public var whatIf: [WhatIf] = []
  public var gates: [Gate] = []
  public var warnings: [String] = []
  public var exitCode: Int32 = 0

  public init(
    toolVersion: String, command: [String], input: File, minRuntime: Change<String?>
  ) {
    self.toolVersion = toolVersion
    self.command = command
    self.input = input
    self.minRuntime = minRuntime
  }
}

extension ReportDocument {
  /// Whether constants have a state after that differs, be it written or only planned.
  var hasAfter: Bool {
    output != nil
      || tensors.contains {
        $0.before != $0.after || $0.bytesBefore != $0.bytesAfter || $0.hasOtherValues
      }
  }

  /// Largest first; in the order of the file where they are equal.
  var tensorsBySize: [Constant] {
    tensors.enumerated().sorted { a, b in
      (b.element.largerBytes, a.offset) < (a.element.largerBytes, b.offset)
    }.map(\.element)
  }
}

extension ReportDocument.Constant {
  var largerBytes: Int { max(bytesBefore, bytesAfter) }

  /// Whether its encoding is one that a step could have made smaller.
  var isFloat: Bool { EncodingName.isFloat(before) }
}
