import KernelTable

/// This module's kernels. The same sources are compiled twice: as `Kernels` for every processor, and
/// as `KernelsV3` for those with AVX2 and FMA.
package enum FloatKernels {
  #if V3 && arch(x86_64)
    private static let name = "v3"
  #else
    private static let name = "base"
  #endif

  // Computed, not stored: a stored table would be copied by a weak function.
  package static var table: KernelTable {
    KernelTable(
      name: name,
      product: ProductKernels.run,
      depthwise: DepthwiseKernels.run,
      averagePool: PoolKernels.average,
      maxPool: PoolKernels.max,
      binary: ElementwiseKernels.binary,
      unary: ElementwiseKernels.unary,
      softmax: RowKernels.softmax,
      sum: RowKernels.sum,
      dot: RowKernels.dot,
      accumulate: RowKernels.accumulate,
      accumulateProducts: RowKernels.accumulateProducts,
      blend: RowKernels.blend,
      integers: IntegerKernels(
        product: IntegerProductKernels.run,
        depthwise: IntegerDepthwiseKernels.run,
        widen: WideningKernels.run),
      observation: ObservationKernels(
        range: HistogramKernels.range,
        count: HistogramKernels.count,
        round: RoundingKernels.round,
        sumRows: RowKernels.sumRows),
      storage: StorageKernels(
        magnitude: MagnitudeKernels.maximum,
        raise: MagnitudeKernels.raise,
        laneSum: MagnitudeKernels.laneSum,
        quantize: QuantizeKernels.quantize,
        quantizeRow: QuantizeKernels.quantizeRow))
  }
}
