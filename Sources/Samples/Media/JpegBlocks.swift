/// The memory of an image while its scans are decoded: samples of a sequential image, coefficients of
/// a progressive one.
final class JpegBlocks {
  let frame: JpegFrame
  /// 64 coefficients in natural order for each block; one block if the image is sequential.
  private let coefficients: UnsafeMutablePointer<Int16>
  private let samples: UnsafeMutablePointer<UInt8>
  private let workspace: UnsafeMutablePointer<Int32>
  /// 64 factors in natural order for each component.
  private let quantizers: UnsafeMutablePointer<Int32>
  /// Components that a scan has begun.
  private(set) var begun: Set<Int> = []

  init(_ frame: JpegFrame) {
    self.frame = frame
    let count = frame.isProgressive ? 64 * frame.blocks : 64
    coefficients = .allocate(capacity: count)
    coefficients.initialize(repeating: 0, count: count)
    samples = .allocate(capacity: 64 * frame.blocks)
    samples.initialize(repeating: 0, count: 64 * frame.blocks)
    workspace = .allocate(capacity: 64)
    workspace.initialize(repeating: 0, count: 64)
    quantizers = .allocate(capacity: 64 * frame.components.count)
    quantizers.initialize(repeating: 0, count: 64 * frame.components.count)
  }

  deinit {
    coefficients.deallocate()
    samples.deallocate()
    workspace.deallocate()
    quantizers.deallocate()
  }

  /// Sets the factors of a component at its first scan; later scans do not change them.
  func begin(_ component: Int, quantizer: [Int32]) {
    guard begun.insert(component).inserted else { return }
    for index in 0..<64 { quantizers[64 * component + index] = quantizer[index] }
  }

  /// Returns the coefficients that a scan decodes into; all zero for a sequential image.
  @inline(__always)
  func block(_ component: JpegFrame.Component, _ x: Int, _ y: Int) -> UnsafeMutablePointer<Int16> {
    guard frame.isProgressive else {
      coefficients.update(repeating: 0, count: 64)
      return coefficients
    }
    return coefficients + 64 &* (component.firstBlock &+ y &* component.blocksAcross &+ x)
  }

  /// Computes the samples of a block from its coefficients.
  func transform(_ block: UnsafePointer<Int16>, _ component: Int, _ x: Int, _ y: Int) {
    let facts = frame.components[component]
    let stride = 8 * facts.blocksAcross
    JpegTransform.run(
      block, quantizers + 64 * component, workspace,
      into: samples + 64 * facts.firstBlock + 8 * y * stride + 8 * x, stride: stride)
  }

  /// `isYCbCr` tells whether the first three components are YCbCr.
  func picture(isYCbCr: Bool) -> Picture {
    if frame.isProgressive {
      for (index, component) in frame.components.enumerated() {
        for y in 0..<component.ownDown {
          for x in 0..<component.ownAcross { transform(block(component, x, y), index, x, y) }
        }
      }
    }
    let planes = frame.components.map { component in
      JpegColor.Plane(
        samples: UnsafePointer(samples + 64 * component.firstBlock),
        stride: 8 * component.blocksAcross, width: component.width, height: component.height,
        across: frame.maxHorizontal / component.horizontal,
        down: frame.maxVertical / component.vertical)
    }
    return JpegColor(
      width: frame.width, height: frame.height, planes: planes, isYCbCr: isYCbCr
    ).picture()
  }
}
