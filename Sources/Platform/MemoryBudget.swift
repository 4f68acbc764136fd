/// The memory limit of searches, in bytes: matrices, samples and everything else that stays in
/// memory between runs count against it.
///
/// Work that does not fit is done in rounds, or left out with a reason. The default is 2 GiB on
/// every machine, not a share of the free memory, since the work that is left out must not depend
/// on the machine.
package struct MemoryBudget: Sendable {
  package let bytes: Int

  /// `limit` is the user's, in bytes.
  package init(limit: Int? = nil) { bytes = limit ?? 2 << 30 }

  /// A Gram matrix: an eighth, as solving takes up to three times as much again, in floats.
  package var matrix: Int { bytes / 8 }

  /// Gram matrices of one round over the samples.
  package var matrices: Int { bytes / 64 }

  /// Rows of inputs that matrices are made from at once; they are copied twice.
  package var rows: Int { bytes / 128 }

  /// Activations of the interpreters that run samples at once, and as much again for copies of what
  /// their trials have in common.
  package var lanes: Int { bytes / 16 }

  /// Weights that gradients move, with all that is kept for each: half, beside lanes and samples.
  package var gradients: Int { bytes / 2 }

  /// Samples that were read. A hundred photos of 224 × 224 pixels take 60 MB as floats.
  package var samples: Int { bytes / 8 }
}
