import Testing

@testable import TFLite

/// The schema's names judge the keys: an `OptionKey` that the schema lacks traps when it is made, and
/// the tables themselves are judged in `ModelReadingTests`.
@Suite struct OptionTests {
  private func check<Value>(_ key: OptionKey<Value>, _ table: String, _ field: String) {
    let options = Options(key.union, tag: key.tag)
    #expect(options?.table.name == table)
    #expect(options?.table.fields[key.slot].name == field)
  }

  @Test func `Every typed key leads to the field that it names`() {
    let asymmetric = "asymmetric_quantize_inputs"
    check(Conv2D.quantizedBiasType, "Conv2DOptions", "quantized_bias_type")
    check(DepthwiseConv2D.dilationW, "DepthwiseConv2DOptions", "dilation_w_factor")
    check(DepthwiseConv2D.dilationH, "DepthwiseConv2DOptions", "dilation_h_factor")
    check(TransposeConv.activation, "TransposeConvOptions", "fused_activation_function")
    check(TransposeConv.quantizedBiasType, "TransposeConvOptions", "quantized_bias_type")
    check(FullyConnected.weightsFormat, "FullyConnectedOptions", "weights_format")
    check(FullyConnected.keepNumDims, "FullyConnectedOptions", "keep_num_dims")
    check(FullyConnected.asymmetricInputs, "FullyConnectedOptions", asymmetric)
    check(FullyConnected.quantizedBiasType, "FullyConnectedOptions", "quantized_bias_type")
    check(BatchMatMul.adjointX, "BatchMatMulOptions", "adj_x")
    check(BatchMatMul.adjointY, "BatchMatMulOptions", "adj_y")
    check(BatchMatMul.asymmetricInputs, "BatchMatMulOptions", asymmetric)
    check(SVDF.asymmetricInputs, "SVDFOptions", asymmetric)
    check(RNN.asymmetricInputs, "RNNOptions", asymmetric)
    check(SequenceRNN.asymmetricInputs, "SequenceRNNOptions", asymmetric)
    check(BidirectionalSequenceRNN.asymmetricInputs, "BidirectionalSequenceRNNOptions", asymmetric)
    check(LSTM.kernelType, "LSTMOptions", "kernel_type")
    check(LSTM.asymmetricInputs, "LSTMOptions", asymmetric)
    check(
      UnidirectionalSequenceLSTM.asymmetricInputs, "UnidirectionalSequenceLSTMOptions", asymmetric)
    check(
      UnidirectionalSequenceLSTM.diagonalRecurrentTensors, "UnidirectionalSequenceLSTMOptions",
      "diagonal_recurrent_tensors")
    check(
      BidirectionalSequenceLSTM.asymmetricInputs, "BidirectionalSequenceLSTMOptions", asymmetric)
    check(AddOptions.potScaleInt16, "AddOptions", "pot_scale_int16")
    check(SubOptions.potScaleInt16, "SubOptions", "pot_scale_int16")
    check(Gather.axis, "GatherOptions", "axis")
    check(Gather.batchDims, "GatherOptions", "batch_dims")
    check(ResizeBilinear.halfPixelCenters, "ResizeBilinearOptions", "half_pixel_centers")
    check(ResizeNearestNeighbor.alignCorners, "ResizeNearestNeighborOptions", "align_corners")
    check(
      ResizeNearestNeighbor.halfPixelCenters, "ResizeNearestNeighborOptions", "half_pixel_centers")
  }

  @Test func `Keys of control flow name subgraphs`() {
    check(StridedSlice.ellipsisMask, "StridedSliceOptions", "ellipsis_mask")
    check(StridedSlice.newAxisMask, "StridedSliceOptions", "new_axis_mask")
    check(StridedSlice.offset, "StridedSliceOptions", "offset")
    check(FakeQuant.narrowRange, "FakeQuantOptions", "narrow_range")
    check(If.thenSubgraph, "IfOptions", "then_subgraph_index")
    check(If.elseSubgraph, "IfOptions", "else_subgraph_index")
    check(While.condition, "WhileOptions", "cond_subgraph_index")
    check(While.body, "WhileOptions", "body_subgraph_index")
    check(CallOnce.initializer, "CallOnceOptions", "init_subgraph_index")
    check(Call.subgraph, "CallOptions", "subgraph")
    check(
      StablehloComposite.decomposition, "StableHLOCompositeOptions",
      "decomposition_subgraph_index")
    check(StablehloWhile.condition, "StablehloWhileOptions", "cond_subgraph_index")
    check(StablehloWhile.body, "StablehloWhileOptions", "body_subgraph_index")
    for key in StablehloBodies.keys {
      let field = Options(key.union, tag: key.tag)?.table.fields[key.slot].name
      #expect(field?.hasSuffix("_subgraph_index") == true)
    }
  }

  @Test func `Values of the recorded file are read through typed keys`() throws {
    // Tools/record-model-dumps.py: int32 field n holds −70000 − n, int8 field n −2 − n, subgraphs
    // n + 1, bools not their default.
    let operators = try ModelFiles.open("every_option").model.subgraphs[0].operators
    func options<Value>(_ key: OptionKey<Value>) throws -> Options {
      let found = operators.compactMap(\.options).first { key.isHeld(by: $0) }
      return try #require(found)
    }
    #expect(try options(DepthwiseConv2D.dilationW)[DepthwiseConv2D.dilationW] == -70005)
    #expect(try options(FullyConnected.keepNumDims)[FullyConnected.keepNumDims] == true)
    #expect(try options(AddOptions.potScaleInt16)[AddOptions.potScaleInt16] == false)
    #expect(try options(TransposeConv.activation)[TransposeConv.activation] == -5)
    #expect(try options(Conv2D.quantizedBiasType)[Conv2D.quantizedBiasType]?.rawValue == -8)
    #expect(try options(While.body)[While.body] == 2)
    #expect(try options(While.body)[If.thenSubgraph] == nil)
  }

  @Test func `Setting one field changes that field alone`() throws {
    var options = try #require(
      Options(FullyConnected.asymmetricInputs.union, tag: FullyConnected.asymmetricInputs.tag))
    let before = options
    options[FullyConnected.asymmetricInputs] = true
    #expect(options[FullyConnected.asymmetricInputs] == true)
    let changed = zip(before.fields, options.fields).filter { $0.value != $1.value }
    #expect(changed.map(\.0.field.name) == ["asymmetric_quantize_inputs"])
    options[BatchMatMul.adjointX] = true
    options[FullyConnected.asymmetricInputs] = false
    #expect(options == before)
  }
}
