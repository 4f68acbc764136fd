import Interpreter
import Report
import Samples
import TFLite

/// Counts how often the greatest outputs of a model are those of the right class.
package struct ClassTally {
  private var samples = 0
  private var first = 0
  private var firstFive = 0
  /// How often the greatest value is that of the class after the label, and before it.
  private var (after, before) = (0, 0)
  /// Values of the output that has one for each class.
  package private(set) var classes = 0

  package init() {}

  package static let noClasses = Diagnostic(
    message: "the model has no output with a value for each class", exitCode: .input)

  package var top1: Accuracy { Accuracy(correct: first, samples: samples) }
  package var top5: Accuracy { Accuracy(correct: firstFive, samples: samples) }

  /// `outputs` are those of a model on one sample. The first one that is a single row of several
  /// values has the classes. NaN is never right; of equal values the first counts, as in an argmax.
  package mutating func add(_ outputs: [Row?], label: Int, sample: String) throws {
    guard let values = outputs.lazy.compactMap(\.self).first(where: \.hasClasses)?.values else {
      throw Self.noClasses
    }
    guard label < values.count else {
      throw LabelFault.beyondClasses(label: label, sample: sample, classes: values.count)
    }
    classes = values.count
    samples += 1
    let value = values[label]
    let greatest = values.indices.max { values[$0] < values[$1] }
    after += greatest == label + 1 ? 1 : 0
    before += greatest == label - 1 ? 1 : 0
    guard !value.isNaN else { return }
    var rank = 0
    for (index, other) in values.enumerated()
    where other > value || other == value && index < label || other.isNaN {
      rank += 1
    }
    first += rank == 0 ? 1 : 0
    firstFive += rank < 5 ? 1 : 0
  }

  /// A warning if the labels seem to count classes from another number than the model; nil if they
  /// do not.
  package var shift: String? {
    let shifted = Accuracy(correct: max(after, before), samples: samples)
    guard shifted.interval.lowerBound > top1.interval.upperBound else { return nil }
    let way = after > before ? "one higher" : "one lower"
    return "with labels \(way), \(shifted.correct) of \(samples) would be right instead of "
      + "\(first): the labels seem to count classes from another number than the model (one of "
      + "both may have a class for the background)"
  }

  /// Returns the number of classes that a model's outputs have; nil if their shapes do not tell.
  package static func classCount(of outputs: [Port]) -> Int? {
    let port = outputs.first { Self.hasReals($0.type) && Row.hasClasses($0.shape) }
    guard let port, let axis = port.shape.firstIndex(where: { $0 != 1 }) else { return nil }
    let isFree = port.signature.count == port.shape.count && port.signature[axis] < 0
    return isFree ? nil : port.shape[axis]
  }

  private static func hasReals(_ type: TensorType) -> Bool {
    ![.string, .bool, .complex64, .complex128].contains(type)
  }

  /// An output's real values.
  package struct Row {
    package let values: [Float]
    let shape: [Int]

    package init?(_ values: [Float]?, shape: [Int]) {
      guard let values else { return nil }
      (self.values, self.shape) = (values, shape)
    }

    package var hasClasses: Bool { !values.isEmpty && Self.hasClasses(shape) }

    /// Whether an array of this shape is a single row of several values.
    static func hasClasses(_ shape: [Int]) -> Bool {
      let sizes = shape.filter { $0 != 1 }
      return sizes.count == 1 && sizes[0] > 1
    }
  }
}
