/// The axes of an input that are an image's rows, columns and channels.
struct ImageGeometry: Equatable {
  private enum Axis { case one, height, width, channels, flat }

  private let axes: [Axis]
  private let sizes: [Int]
  let channels: Int

  /// Whether channels come before rows and columns.
  var isPlanar: Bool {
    guard let channels = axes.firstIndex(of: .channels) else { return false }
    return axes.last != .channels && channels < axes.count
  }

  private static let counts = [1, 3, 4]

  /// `sizes` is the input's shape, with −1 for free sizes. The channels are the last axis unless
  /// only the first can be.
  init(
    _ sizes: [Int], layout: Preprocessing.Layout?, color: Preprocessing.Color?
  ) throws(Unfit) {
    self.sizes = sizes
    func canBeChannels(_ index: Int) -> Bool {
      sizes.indices.contains(index) && Self.counts.contains(sizes[index])
    }
    func isOne(_ index: Int) -> Bool { sizes[index] == 1 || sizes[index] < 0 }
    switch sizes.count {
    case 4:
      guard isOne(0) else { throw Unfit.severalImages(sizes[0]) }
      let isPlanar = layout.map { $0 == .nchw } ?? (!canBeChannels(3) && [1, 3].contains(sizes[1]))
      axes = isPlanar ? [.one, .channels, .height, .width] : [.one, .height, .width, .channels]
    case 3 where layout == nil && !canBeChannels(2) && isOne(0):
      axes = [.one, .height, .width]
    case 3:
      let isPlanar = layout.map { $0 == .nchw } ?? (!canBeChannels(2) && [1, 3].contains(sizes[0]))
      axes = isPlanar ? [.channels, .height, .width] : [.height, .width, .channels]
    case 2 where !isOne(0): axes = [.height, .width]
    case 2: axes = [.one, .flat]
    case 1: axes = [.flat]
    default: throw Unfit.axes(sizes.count)
    }
    let index = axes.firstIndex(of: .channels)
    let standard = color == nil ? (axes.contains(.channels) ? 3 : 1) : color == .gray ? 1 : 3
    channels =
      index.map { sizes[$0] < 0 ? standard : sizes[$0] } ?? (axes.contains(.flat) ? standard : 1)
    guard Self.counts.contains(channels) else {
      throw Unfit.channels(channels)
    }
    guard !sizes.contains(0) else { throw Unfit.empty }
  }

  private func size(of axis: Axis) -> Int? {
    axes.firstIndex(of: axis).flatMap { sizes[$0] < 0 ? nil : sizes[$0] }
  }

  /// Returns the size to which a picture is scaled; its own size where the input takes any.
  func size(for picture: Picture) throws(Unfit) -> (width: Int, height: Int) {
    if axes.contains(.flat) {
      let count = picture.width * picture.height * channels
      guard let flat = size(of: .flat), flat != count else {
        return (picture.width, picture.height)
      }
      throw Unfit.otherSize(
        values: flat, width: picture.width, height: picture.height, channels: channels)
    }
    let (width, height) = (size(of: .width), size(of: .height))
    return (width ?? picture.width, height ?? picture.height)
  }

  func shape(width: Int, height: Int) -> [Int] {
    axes.map { axis in
      switch axis {
      case .one: 1
      case .height: height
      case .width: width
      case .channels: channels
      case .flat: width * height * channels
      }
    }
  }

  /// " 224 × 224, squeezed bilinearly", width first.
  var sizeText: String {
    guard !axes.contains(.flat) else { return "" }
    let (width, height) = (size(of: .width), size(of: .height))
    let layout = isPlanar && channels > 1 ? ", channels first" : ""
    guard width != nil || height != nil else { return " of their own size\(layout)" }
    func text(_ size: Int?) -> String { size.map(String.init) ?? "any" }
    return " \(text(width)) × \(text(height)) (bilinear, the whole image)\(layout)"
  }
}
