import TFLite

/// The reason why an input takes no images or no sound.
package enum Unfit: Error, Equatable, Sendable {
  // MARK: Images

  /// The first of four axes is not 1.
  case severalImages(Int)
  /// A number of axes that no image has.
  case axes(Int)
  /// A number of channels that no image has.
  case channels(Int)
  /// Channels that the color that was asked for has not; nil: no color was asked for.
  case otherChannels(Int, color: Preprocessing.Color?)
  /// A size of 0.
  case empty
  /// A flat input of another number of values than this image has.
  case otherSize(values: Int, width: Int, height: Int, channels: Int)
  case pixels(TensorType)
  /// Values of mean and std, which must be one, or one for each channel.
  case numbers(mean: Int, std: Int, channels: Int)

  // MARK: Sound

  case noTimeAxis
  case sound(TensorType)
  /// Samples a second.
  case rate(found: Int, asked: Int)
}
