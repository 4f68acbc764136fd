import FlatBuffers
import Platform
import TFLite

extension OpKernel {
  /// TFLite_Detection_PostProcess: decodes boxes against anchors and selects the best per class.
  /// LiteRT leaves the outputs after the last detection undefined; here they are 0.
  static let detectionPostProcess = OpKernel { preparation in
    let options = try DetectionOptions(preparation.customOptions)
    let (encodings, scores) = (try preparation.input(0), try preparation.input(1))
    let anchors = try preparation.input(2)
    for value in [encodings, scores, anchors] {
      try preparation.requireType(value, .float32, .uint8, what: "detections")
    }
    try preparation.require(
      encodings.rank == 3 && scores.rank == 3 && anchors.rank == 2 && encodings.shape[0] == 1
        && encodings.shape[2] >= 4 && scores.shape[0] == 1
        && scores.shape[1] == encodings.shape[1] && anchors.shape[1] == 4
        && anchors.shape[0] >= encodings.shape[1],
      "boxes \(encodings.shape), scores \(scores.shape) and anchors \(anchors.shape) do not match")
    let background = scores.shape[2] - options.classes
    try preparation.require(
      background == 0 || background == 1,
      "the scores have \(scores.shape[2]) classes, expected \(options.classes)")
    let places = options.detections * options.classesPerBox
    try preparation.setShape([1, places, 4], ofOutput: 0)
    try preparation.setShape([1, places], ofOutput: 1)
    try preparation.setShape([1, places], ofOutput: 2)
    try preparation.setShape([1], ofOutput: 3)
    for output in 0..<4 {
      try preparation.requireType(
        try preparation.output(output), .float32, what: "detections")
    }
    let count = encodings.shape[1]
    let work = DetectionMemory(preparation, boxes: count, options)
    let suppression = try BoxSuppression(options, work, boxes: count, scores: scores)
    let output = DetectionOutput(
      boxes: try preparation.output(0), classes: try preparation.output(1),
      scores: try preparation.output(2), count: try preparation.output(3))
    return .once {
      try work.decode(FloatReader(encodings), FloatReader(anchors), encodings.shape[2], options)
      output.clear()
      options.isRegular ? suppression.regular(output) : suppression.fast(output)
    }
  }
}

/// The FlexBuffers map in the operator's custom options.
struct DetectionOptions {
  let detections: Int
  let classesPerBox: Int
  let detectionsPerClass: Int
  let isRegular: Bool
  let leastScore: Float
  let greatestOverlap: Float
  let classes: Int
  /// The scales of y, x, height and width.
  let scales: SIMD4<Float>

  init(_ bytes: [UInt8]) throws {
    guard let map = FlexBuffer(bytes) else {
      throw OperatorFault.invalid("the custom options are not a FlexBuffer")
    }
    func float(_ name: String) -> Float { Float(map[name]?.number ?? 0) }
    detections = map["max_detections"]?.integer ?? 0
    classesPerBox = map["max_classes_per_detection"]?.integer ?? 0
    detectionsPerClass = map["detections_per_class"]?.integer ?? 100
    isRegular = map["use_regular_nms"]?.boolean ?? false
    leastScore = float("nms_score_threshold")
    greatestOverlap = float("nms_iou_threshold")
    classes = map["num_classes"]?.integer ?? 0
    scales = SIMD4(float("y_scale"), float("x_scale"), float("h_scale"), float("w_scale"))
    let bound = 1 << 20
    guard (0..<bound).contains(detections), (0..<bound).contains(classesPerBox),
      (0..<bound).contains(detectionsPerClass), (1..<bound).contains(classes),
      isRegular ? detectionsPerClass > 0 : classesPerBox > 0,
      greatestOverlap > 0, greatestOverlap <= 1
    else {
      throw OperatorFault.invalid(
        "\(detections) detections, \(classesPerBox) classes each, overlap \(greatestOverlap)")
    }
  }
}

/// Elements of a float tensor, or of a uint8 tensor as it is quantized.
struct FloatReader {
  private let value: Value
  private let scale: Float
  private let zero: Float

  init(_ value: Value) {
    self.value = value
    scale = value.tensor.quantization?.scale?.first ?? 1
    zero = Float(value.tensor.quantization?.zeroPoint?.first ?? 0)
  }

  func callAsFunction(_ index: Int) -> Float {
    value.type == .float32
      ? value.floats[index] : (Float(value.pointer(UInt8.self)[index]) - zero) * scale
  }
}

/// The four outputs.
struct DetectionOutput {
  let boxes: Value
  let classes: Value
  let scores: Value
  let count: Value

  func clear() {
    for value in [boxes, classes, scores, count] {
      value.floats.update(repeating: 0, count: value.count)
    }
  }

  func set(_ place: Int, box: UnsafePointer<Float>, label: Int, score: Float) {
    (boxes.floats + 4 &* place).update(from: box, count: 4)
    classes.floats[place] = Float(label)
    scores.floats[place] = score
  }
}
