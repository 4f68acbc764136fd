import Report
import Samples

/// Counts how often the greatest outputs of a model are those of the right class.
package struct ClassTally {
  private var samples = 0
  private var first = 0
  private var firstFive = 0
  /// Values of the output that has one for each class.
  package private(set) var classes = 0

  package init() {}

  package var top1: Accuracy { Accuracy(correct: first, samples: samples) }
  package var top5: Accuracy { Accuracy(correct: firstFive, samples: samples) }

  /// `outputs` are those of a model on one sample. The first one that is a single row of several
  /// values has the classes. NaN is never right; of equal values the first counts, as in an argmax.
  package mutating func add(_ outputs: [Row?], label: Int, sample: String) throws {
    guard let values = outputs.lazy.compactMap(\.self).first(where: \.hasClasses)?.values else {
      throw Diagnostic(
        message: "the model has no output with a value for each class", exitCode: .input)
    }
    guard label < values.count else {
      throw LabelFault.beyondClasses(label: label, sample: sample, classes: values.count)
    }
    classes = values.count
    samples += 1
    let value = values[label]
    guard !value.isNaN else { return }
    var rank = 0
    for (index, other) in values.enumerated()
    where other > value || other == value && index < label || other.isNaN {
      rank += 1
    }
    first += rank == 0 ? 1 : 0
    firstFive += rank < 5 ? 1 : 0
  }

  /// An output's real values.
  package struct Row {
    let values: [Float]
    let shape: [Int]

    package init?(_ values: [Float]?, shape: [Int]) {
      guard let values else { return nil }
      (self.values, self.shape) = (values, shape)
    }

    var hasClasses: Bool {
      values.count > 1 && shape.filter { $0 != 1 }.count == 1
    }
  }
}
