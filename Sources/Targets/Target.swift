import OpSet
import TFLite

/// A chip or runtime, and what it accepts.
package struct Target: Sendable {
  /// How operators that it runs become parts.
  package enum Partitions: Sendable {
    /// Any number of parts.
    case any
    /// The largest part alone.
    case largest
    /// Everything up to the first operator that it does not run.
    case prefix
    /// All operators, or the model does not load.
    case whole
  }

  package let name: String
  package let title: String
  package let partitions: Partitions
  /// Whether it computes with integers alone.
  package let needsIntegers: Bool
  /// Bytes of constants that stay on the chip; more are read anew in each run.
  package let cache: Int?
  /// Whether subgraphs that control flow calls are judged too; delegates take the main one alone.
  package let seesAllSubgraphs: Bool
  /// What `quantize --target` chooses.
  package let forms: QuantizedForms
  /// The kernels that compute what it runs; the delegates' own are not known.
  package let reference: ReferenceKernels
  let followers: Followers
  let book: RuleBook

  init(
    name: String, title: String, partitions: Partitions, needsIntegers: Bool = false,
    forms: QuantizedForms = .all, cache: Int? = nil, seesAllSubgraphs: Bool = false,
    reference: ReferenceKernels = .litert, followers: Followers = .none,
    book: RuleBook
  ) {
    self.name = name
    self.title = title
    self.partitions = partitions
    self.needsIntegers = needsIntegers
    self.cache = cache
    self.forms = forms
    self.seesAllSubgraphs = seesAllSubgraphs
    self.reference = reference
    self.followers = followers
    self.book = book
  }

  /// How a model is seen when the target's verdicts decide how to rewrite it.
  package var lens: Lens { needsIntegers ? .int8 : .stored }

  /// Returns why it does not run an operator, whatever runs around it; nil if it does.
  package func obstacle(to view: OperatorView) -> Obstacle? { book.verdict(of: view).obstacle }

  /// How well its rules are known, the most frequent first.
  package var marks: [(mark: Mark, rules: Int)] {
    [Mark.verified, .read, .documented, .remembered].compactMap { mark in
      let count = book.evidence.count { $0.mark == mark }
      return count > 0 ? (mark, count) : nil
    }
  }
}

extension Target {
  package static let all: [Target] = [
    .litert, .xnnpack, .gpu, .edgetpu, .hexagon, .nnapi, .ethosU55, .ethosU65, .ethosU85, .tflm,
  ]

  package static func named(_ name: String) -> Target? { all.first { $0.name == name } }
}

extension Target: Equatable {
  package static func == (a: Target, b: Target) -> Bool { a.name == b.name }
}
