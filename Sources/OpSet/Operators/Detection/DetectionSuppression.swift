import Platform
import TFLite

/// Memory of TFLite_Detection_PostProcess while it runs.
struct DetectionMemory {
  private let corners: Scratch
  private let values: Scratch
  private let keptValues: Scratch
  private let keptBoxes: Scratch
  private let order: Scratch
  private let active: Scratch
  private let chosen: Scratch
  private let merged: Scratch
  private let boxes: Int

  init(_ preparation: Preparation, boxes: Int, _ options: DetectionOptions) {
    self.boxes = boxes
    corners = preparation.scratch(bytes: boxes * 16)
    values = preparation.scratch(bytes: boxes * 4)
    keptValues = preparation.scratch(bytes: boxes * 4)
    keptBoxes = preparation.scratch(bytes: boxes * 4)
    order = preparation.scratch(bytes: max(boxes, options.classes) * 4)
    active = preparation.scratch(bytes: boxes)
    chosen = preparation.scratch(bytes: (boxes + 1) * 4)
    merged = preparation.scratch(
      bytes: (options.detections + 1) * MemoryLayout<Detection>.stride)
  }

  /// y, x, y, x of each box.
  var box: UnsafeMutablePointer<Float> { corners.floats() }
  /// One score for each box.
  var score: UnsafeMutablePointer<Float> { values.floats() }
  var keptScore: UnsafeMutablePointer<Float> { keptValues.floats() }
  var kept: UnsafeMutablePointer<Int32> { keptBoxes.base.assumingMemoryBound(to: Int32.self) }
  var sorted: UnsafeMutablePointer<Int32> { order.base.assumingMemoryBound(to: Int32.self) }
  var isActive: UnsafeMutablePointer<Bool> { active.base.assumingMemoryBound(to: Bool.self) }
  var selected: UnsafeMutablePointer<Int32> { chosen.base.assumingMemoryBound(to: Int32.self) }
  var best: UnsafeMutablePointer<Detection> {
    merged.base.assumingMemoryBound(to: Detection.self)
  }

  /// Boxes from their centers and sizes relative to anchors.
  func decode(
    _ encodings: FloatReader, _ anchors: FloatReader, _ stride: Int, _ options: DetectionOptions
  ) throws {
    for index in 0..<boxes {
      func center(_ axis: Int) -> Float {
        Float(
          Double(encodings(index &* stride &+ axis)) / Double(options.scales[axis])
            * Double(anchors(index &* 4 &+ axis &+ 2)) + Double(anchors(index &* 4 &+ axis)))
      }
      func half(_ axis: Int) -> Float {
        let size =
          Double(encodings(index &* stride &+ axis &+ 2)) / Double(options.scales[axis &+ 2])
        return Float(
          0.5 * MathFunctions.exponential(size) * Double(anchors(index &* 4 &+ axis &+ 2)))
      }
      let place = box + 4 &* index
      for axis in 0..<2 {
        let (middle, extent) = (center(axis), half(axis))
        place[axis] = middle - extent
        place[axis &+ 2] = middle + extent
        guard !(place[axis] > place[axis &+ 2]) else {
          throw OperatorFault.invalid("box \(index) ends before it begins")
        }
      }
    }
  }
}

struct Detection {
  var box: Int32
  var label: Int32
  var score: Float
}

/// Selects boxes that do not overlap much, those with the best scores first.
struct BoxSuppression {
  private let options: DetectionOptions
  private let memory: DetectionMemory
  private let boxes: Int
  private let score: FloatReader
  /// Classes in the scores, and how many of the first are background.
  private let width: Int
  private let background: Int

  init(
    _ options: DetectionOptions, _ memory: DetectionMemory, boxes: Int, scores: Value
  ) throws {
    self.options = options
    self.memory = memory
    self.boxes = boxes
    score = FloatReader(scores)
    width = scores.shape[2]
    background = width - options.classes
  }

  private func score(_ box: Int, _ label: Int) -> Float {
    score(box &* width &+ background &+ label)
  }

  /// Selects boxes by the score of each box's best class.
  func fast(_ output: DetectionOutput) {
    for box in 0..<boxes {
      var best = score(box, 0)
      for label in 1..<max(options.classes, 1) { best = max(best, score(box, label)) }
      memory.score[box] = best
    }
    let labels = min(options.classesPerBox, options.classes)
    let count = select(limit: options.detections)
    // The selection no longer needs the scores.
    for place in 0..<count {
      let box = Int(memory.selected[place])
      for rank in 0..<labels {
        let label = label(box, rank)
        output.set(
          place &* options.classesPerBox &+ rank, box: memory.box + 4 &* box, label: label,
          score: score(box, label))
      }
    }
    output.count.floats[0] = Float(count)
  }

  /// Returns the class that comes after `rank` others by the box's score; of equal scores the
  /// earlier class comes first.
  private func label(_ box: Int, _ rank: Int) -> Int {
    for label in 0..<options.classes {
      let mine = score(box, label)
      var before = 0
      for other in 0..<options.classes where other != label {
        let theirs = score(box, other)
        if theirs > mine || (theirs == mine && other < label) { before &+= 1 }
      }
      if before == rank { return label }
    }
    return 0
  }

  /// Selects boxes of each class by itself, then the best of all.
  func regular(_ output: DetectionOutput) {
    let limit = min(options.detectionsPerClass, options.detections)
    var count = 0
    for label in 0..<options.classes {
      for box in 0..<boxes { memory.score[box] = score(box, label) }
      for place in 0..<select(limit: limit) {
        let box = memory.selected[place]
        insert(
          Detection(box: box, label: Int32(label), score: memory.score[Int(box)]), &count)
      }
    }
    for place in 0..<count {
      let detection = memory.best[place]
      output.set(
        place, box: memory.box + 4 &* Int(detection.box), label: Int(detection.label),
        score: detection.score)
    }
    output.count.floats[0] = Float(count)
  }

  /// Keeps the best detections; of equal scores the earlier one.
  private func insert(_ detection: Detection, _ count: inout Int) {
    var place = count
    while place > 0, memory.best[place &- 1].score < detection.score { place &-= 1 }
    guard place < options.detections else { return }
    var last = min(count, options.detections &- 1)
    while last > place {
      memory.best[last] = memory.best[last &- 1]
      last &-= 1
    }
    memory.best[place] = detection
    count = min(count &+ 1, options.detections)
  }

  /// Puts at most `limit` boxes into `memory.selected`, chosen by `memory.score`. Returns their
  /// number.
  private func select(limit: Int) -> Int {
    var kept = 0
    for box in 0..<boxes where memory.score[box] >= options.leastScore {
      memory.kept[kept] = Int32(truncatingIfNeeded: box)
      memory.keptScore[kept] = memory.score[box]
      memory.isActive[kept] = true
      kept &+= 1
    }
    GreatestElements.select(memory.keptScore, kept, memory.sorted, kept, Float.self)
    var count = 0
    for place in 0..<kept where memory.isActive[place] {
      guard count < min(limit, kept) else { break }
      let box = memory.kept[Int(memory.sorted[place])]
      memory.selected[count] = box
      count &+= 1
      let mine = Box(memory.box, Int(box))
      for other in place &+ 1..<max(kept, place &+ 1) where memory.isActive[other] {
        let theirs = Box(memory.box, Int(memory.kept[Int(memory.sorted[other])]))
        if mine.share(theirs) > options.greatestOverlap { memory.isActive[other] = false }
      }
    }
    return count
  }
}
