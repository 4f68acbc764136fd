import TFLite

/// The conversion of sound to the values of one input.
///
/// The first values fill the input; longer sound is cut, shorter sound is padded with zeros. An
/// input with one channel gets the mean of all channels. The rate is never changed.
struct SoundForm {
  let input: SampleInput
  let numbers: NumberForm
  /// The number of values; nil: as many as the sound has.
  let length: Int?
  let channels: Int
  private let timeAxis: Int

  init(_ input: SampleInput) throws(Unfit) {
    self.input = input
    let sizes = input.sizes
    var axes = sizes.indices.filter { sizes[$0] != 1 }
    if axes.count > 1, let first = axes.first, first == 0, sizes[first] < 0 { axes.removeFirst() }
    let isStereo = axes.count == 2 && axes.last.map { sizes[$0] == 2 } ?? false
    guard let axis = axes.first, axes.count == 1 || isStereo else {
      throw Unfit.noTimeAxis
    }
    timeAxis = axis
    channels = isStereo ? 2 : 1
    length = sizes[axis] < 0 ? nil : sizes[axis]
    guard let numbers = NumberForm(soundFor: input), numbers.fits(channels: channels) else {
      throw Unfit.sound(input.type)
    }
    self.numbers = numbers
  }

  func array(of sound: Sound) throws(Unfit) -> DenseArray {
    if case .sound(let rate, _)? = input.preparation.info?.content, rate > 0, rate != sound.rate {
      throw Unfit.rate(found: sound.rate, asked: rate)
    }
    let frames = sound.values.count / sound.channels
    let length = length ?? frames
    var values = [Float](repeating: 0, count: length * channels)
    for frame in 0..<min(length, frames) {
      let start = frame * sound.channels
      if channels == 2 {
        values[2 * frame] = sound.values[start]
        values[2 * frame + 1] = sound.values[start + min(1, sound.channels - 1)]
      } else {
        var sum: Float = 0
        for channel in 0..<sound.channels { sum += sound.values[start + channel] }
        values[frame] = sum / Float(sound.channels)
      }
    }
    var shape = input.sizes.map { max($0, 1) }
    shape[timeAxis] = length
    return DenseArray(
      input.type, shape: shape, bytes: numbers.bytes(of: values, channels: channels))
  }

  var sentence: String {
    let size =
      length.map { "the first \($0) values of sound, zeros after its end" } ?? "sound of any length"
    let mix = channels == 1 ? ", the mean of all channels" : ", two channels"
    return "input '\(input.name)': \(size)\(mix), \(numbers.text(ofPixels: false))"
  }
}
