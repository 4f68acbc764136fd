import TFLite

/// The conversion of sound to the values of one input.
///
/// The first values fill the input; longer sound is cut, shorter sound is padded with zeros. An
/// input with one channel gets the mean of all channels. Sound of another rate than the model's is
/// resampled; if that rate is not known, sound is taken as it is.
struct SoundForm {
  let input: SampleInput
  let numbers: NumberForm
  /// The number of values; nil: as many as the sound has.
  let length: Int?
  let channels: Int
  /// The values a second that the model takes; nil if nobody says.
  let rate: Int?
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
    var rate = input.preparation.options.rate
    if rate == nil, case .sound(let known, _)? = input.preparation.info?.content, known > 0 {
      rate = known
    }
    self.rate = rate
  }

  /// Returns how many values of each channel of a file matter.
  func needed(ofRate found: Int) -> Int {
    guard let length else { return .max }
    guard let rate, Self.areRates(found, rate) else { return length }
    return found == rate ? length : Resampler.needed(for: length, from: found, to: rate)
  }

  /// Returns the input's values. `source` names the sound in notes.
  func array(of sound: Sound, source: String) throws(Unfit) -> DenseArray {
    var planes = planes(of: sound)
    if let rate, rate != sound.rate {
      let count = sound.values.count / sound.channels
      guard Self.areRates(sound.rate, rate),
        Resampler.count(count, from: sound.rate, to: rate) <= Self.mostValues
      else { throw Unfit.rate(found: sound.rate, asked: rate) }
      planes = planes.map {
        Resampler.resample($0, from: sound.rate, to: rate, limit: self.length ?? .max)
      }
      input.preparation.notes.add(.resampled(from: sound.rate, to: rate), source)
    } else if rate == nil {
      input.preparation.notes.add(.unknownRate(sound.rate))
    }
    let length = length ?? planes[0].count
    var values = [Float](repeating: 0, count: length * channels)
    for (channel, plane) in planes.enumerated() {
      for frame in 0..<min(length, plane.count) {
        values[channels * frame + channel] = plane[frame]
      }
    }
    var shape = input.sizes.map { max($0, 1) }
    shape[timeAxis] = length
    return DenseArray(
      input.type, shape: shape, bytes: numbers.bytes(of: values, channels: channels))
  }

  /// The most values that sound of any length may have after resampling.
  private static let mostValues = 1 << 27

  private static func areRates(_ found: Int, _ asked: Int) -> Bool {
    Resampler.rates.contains(found) && Resampler.rates.contains(asked)
  }

  /// Returns the input's channels, one array for each.
  private func planes(of sound: Sound) -> [[Float]] {
    let frames = sound.values.count / sound.channels
    guard channels == 1 else {
      return (0..<channels).map { channel in
        let channel = min(channel, sound.channels - 1)
        return (0..<frames).map { sound.values[$0 * sound.channels + channel] }
      }
    }
    return [
      (0..<frames).map { frame in
        var sum: Float = 0
        for channel in 0..<sound.channels {
          sum += sound.values[frame * sound.channels + channel]
        }
        return sum / Float(sound.channels)
      }
    ]
  }

  var sentence: String {
    let size =
      length.map { "the first \($0) values of sound, zeros after its end" } ?? "sound of any length"
    let mix = channels == 1 ? ", the mean of all channels" : ", two channels"
    return "input '\(input.name)': \(size)\(mix), \(numbers.text(ofPixels: false))"
  }
}
