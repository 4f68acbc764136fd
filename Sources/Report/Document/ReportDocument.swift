import Fixes
import Optimizer
import TFLite

/// The full report of a command; rendered as text, JSON and HTML.
package struct ReportDocument: Sendable {
  package struct File: Sendable {
    package var path: String
    package var bytes: Int
    /// Nil if no digest was asked for.
    package var sha256: String?

    package init(path: String, bytes: Int, sha256: String? = nil) {
      self.path = path
      self.bytes = bytes
      self.sha256 = sha256
    }
  }

  package struct Change<Value: Sendable>: Sendable {
    package var before: Value
    package var after: Value

    package init(before: Value, after: Value) {
      self.before = before
      self.after = after
    }
  }

  package struct Step: Sendable {
    package var name: String
    package var options: [(key: String, value: String)]
    package var seconds: Double
    package var bytesBefore: Int
    package var bytesAfter: Int
    package var changes: Int

    package init(
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

  /// The files that have a constant or an operator. Steps keep all in both; two files of other
  /// origin need not.
  package enum Presence: String, Sendable { case both, removed, added }

  /// A constant, by the tensor that holds its data in the file before; in the file after if it was
  /// added.
  package struct Constant: Sendable {
    package var subgraph: Int
    package var index: Int
    package var name: String
    package var role: ConstantRole
    package var shape: [Int]
    package var elements: Int
    package var before: Encoding
    package var after: Encoding
    package var bytesBefore: Int
    package var bytesAfter: Int
    package var statistics: Statistics?
    package var reason: Reason?
    /// Whether its values changed but not its encoding.
    package var hasOtherValues = false
    /// The share of zeros that pruning reached; nil if it was not pruned.
    package var sparsity: Double?
    package var clusters: Clusters?
    /// The greatest integer if it is below 127, since steps are wider.
    package var greatestInteger: Int?
    /// √ of the relative squared error of its integers; nil if it was not measured.
    package var weightError: Double?
    /// If it is in one file alone, `before` and `after` are its one encoding.
    var presence = Presence.both
    /// The tensor of the result that replaces it; nil if it was removed.
    var reader: TensorID?
  }

  /// Compressibility of one tensor's stored data.
  package struct Statistics: Sendable {
    package var zeros: Int
    /// Nil when there are too many to count.
    package var distinct: Int?
    /// Order-0 entropy of an element.
    package var entropyBits: Double
    package var deflate: Int
  }

  package struct Operator: Sendable {
    package var subgraph: Int
    package var index: Int
    package var kind: String
    package var before: OperatorEncoding
    package var after: OperatorEncoding
    package var reason: Reason?
    /// The name of its first result.
    var output = ""
    /// The tensor with the data of its largest weight.
    var weight: TensorID?
    /// If it is in one file alone, `before` and `after` are its one encoding.
    var presence = Presence.both
  }

  /// The share of weights that changed, and the conversions in the graph.
  package struct Coverage: Sendable {
    /// Bytes of float weights before, and of those whose encoding changed.
    package var weightBytesTotal = 0
    package var weightBytesChanged = 0
    package var operatorsTotal = 0
    package var operatorsChanged = 0
    package var quantizeOps = Change(before: 0, after: 0)
    package var dequantizeOps = Change(before: 0, after: 0)
  }

  /// The size of a file under deflate, and a bound for it.
  package struct Compressibility: Sendable {
    package var raw: Int
    package var deflate6: Int
    package var deflate9: Int?
    /// Bytes that no order-0 code of the tensors' elements can go below, with everything else
    /// uncompressed.
    package var entropyBound: Int
  }

  package struct Gate: Sendable {
    package var name: String
    package var limit: String
    package var value: String
    package var passed: Bool

    package init(name: String, limit: String, value: String, passed: Bool) {
      self.name = name
      self.limit = limit
      self.value = value
      self.passed = passed
    }
  }

  package let toolVersion: String
  package let command: [String]
  package var input: File
  package var output: File?
  package var minRuntime: Change<String?>
  /// Nil if no older runtime was asked for.
  package var runtimeCost: RuntimeCost?
  package var steps: [Step] = []
  package var tensors: [Constant] = []
  package var operators: [Operator] = []
  /// The inputs and outputs of the file before, with what became of them.
  package var ports: [Port] = []
  package var coverage = Coverage()
  /// Bytes by category, the same categories in both.
  package var anatomy: Change<[(category: String, bytes: Int)]>?
  package var compressibility: Change<Compressibility?>?
  /// The deflate that was used: "libz 1.2.13" or "built-in".
  package var deflateBy: String?
  /// Nil if nothing was compared.
  package var quality: Quality?
  /// How often a single model is right; nil if that was not asked.
  package var accuracy: ClassAccuracy?
  /// Nil if nothing was pruned.
  package var pruning: Pruning?
  /// What rules did to the graph; nil if none was asked to.
  package var fix: FixResult?
  /// The estimated savings of removing channels; nil if not asked for.
  package var channels: ChannelEstimate?
  /// The results of other choices; empty if not asked for.
  package var whatIf: [WhatIf] = []
  /// What `auto` tried and chose; nil for other commands.
  package var choice: Choice?
  /// What the file says about itself; empty if nobody asked.
  package var facts: [(label: String, text: String)] = []
  package var gates: [Gate] = []
  package var warnings: [String] = []
  package var exitCode: Int32 = 0

  package init(
    toolVersion: String, command: [String], input: File, minRuntime: Change<String?>
  ) {
    self.toolVersion = toolVersion
    self.command = command
    self.input = input
    self.minRuntime = minRuntime
  }
}

extension ReportDocument {
  /// Whether the report has a state after: an output was written, or a constant would change.
  var hasAfter: Bool {
    output != nil
      || tensors.contains {
        $0.before != $0.after || $0.bytesBefore != $0.bytesAfter || $0.hasOtherValues
      }
  }

  /// Largest first; equal ones in the order of the file.
  var tensorsBySize: [Constant] {
    tensors.greatestFirst(by: \.largerBytes)
  }
}

extension ReportDocument.Constant {
  var largerBytes: Int { max(bytesBefore, bytesAfter) }

  /// Whether its reason says why it has more bits than asked for, or no blocks.
  var isWider: Bool {
    before != after && !after.isFloat && reason != nil && presence == .both
  }

  /// Whether a step could have made its encoding smaller.
  var isFloat: Bool { before.isFloat }

  /// Whether steps look at it: a float, or a weight in integers that changed or has its own reason not
  /// to.
  var isConsidered: Bool {
    guard presence == .both else { return false }
    return isFloat || role == .weight && (hasOtherValues || reason?.isAboutMoreThanType == true)
  }
}
