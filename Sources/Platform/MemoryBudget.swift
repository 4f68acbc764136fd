/// What searches may keep in memory at once; matrices, samples and all that is kept between runs draw
/// on it.
///
/// What does not fit is done in rounds, or left out with a reason. The standard is 2 GiB on every
/// machine, not a share of what is free: what is left out must not depend on the machine.
package struct MemoryBudget: Sendable {
  package let bytes: Int

  /// `limit` is the user's, in bytes.
  package init(limit: Int? = nil) { bytes = limit ?? 2 << 30 }

  /// Gram matrices of one round over the samples: an eighth, as solving takes up to three times as much
  /// again for each, in floats.
  package var matrices: Int { bytes / 8 }

  /// Rows of inputs that matrices are made from at once.
  package var rows: Int { bytes / 64 }

  /// Samples that were read. A hundred photos of 224 × 224 pixels take 60 MB as floats.
  package var samples: Int { bytes / 8 }
}
