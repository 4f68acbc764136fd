import TFLite

/// The reason why an input cannot take images or sound.
package enum Unfit: Error, Equatable, Sendable {
  // MARK: Images

  /// The first of four axes is not 1.
  case severalImages(Int)
  /// A number of axes that no image has.
  case axes(Int)
  /// A number of channels that no image has.
  case channels(Int)
  /// A number of channels that the requested color does not have; nil if no color was requested.
  case otherChannels(Int, color: Preprocessing.Color?)
  /// A size of 0.
  case empty
  /// A flat input whose number of values differs from the image's.
  case otherSize(values: Int, width: Int, height: Int, channels: Int)
  case pixels(TensorType)
  /// Numbers of values of mean and std; each must be one, or one for each channel.
  case numbers(mean: Int, std: Int, channels: Int)

  // MARK: Sound

  case noTimeAxis
  case sound(TensorType)
  /// Values a second that cannot be resampled to those that the model takes.
  case rate(found: Int, asked: Int)
}
