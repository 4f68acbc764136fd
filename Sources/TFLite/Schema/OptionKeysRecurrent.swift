/// Options of recurrent operators, control flow and resources.

package enum LSTM {
  package static let activation = OptionKey<Int8>("LSTMOptions", "fused_activation_function")
  package static let cellClip = OptionKey<Float>("LSTMOptions", "cell_clip")
  package static let projectionClip = OptionKey<Float>("LSTMOptions", "proj_clip")
  package static let kernelType = OptionKey<Int8>("LSTMOptions", "kernel_type")
  package static let asymmetricInputs = OptionKey<Bool>("LSTMOptions", "asymmetric_quantize_inputs")
}

package enum UnidirectionalSequenceLSTM {
  package static let activation = OptionKey<Int8>(
    "UnidirectionalSequenceLSTMOptions", "fused_activation_function")
  package static let cellClip = OptionKey<Float>("UnidirectionalSequenceLSTMOptions", "cell_clip")
  package static let projectionClip = OptionKey<Float>(
    "UnidirectionalSequenceLSTMOptions", "proj_clip")
  package static let timeMajor = OptionKey<Bool>("UnidirectionalSequenceLSTMOptions", "time_major")
  package static let asymmetricInputs = OptionKey<Bool>(
    "UnidirectionalSequenceLSTMOptions", "asymmetric_quantize_inputs")
  package static let diagonalRecurrentTensors = OptionKey<Bool>(
    "UnidirectionalSequenceLSTMOptions", "diagonal_recurrent_tensors")
}

package enum BidirectionalSequenceLSTM {
  package static let activation = OptionKey<Int8>(
    "BidirectionalSequenceLSTMOptions", "fused_activation_function")
  package static let cellClip = OptionKey<Float>("BidirectionalSequenceLSTMOptions", "cell_clip")
  package static let projectionClip = OptionKey<Float>(
    "BidirectionalSequenceLSTMOptions", "proj_clip")
  package static let timeMajor = OptionKey<Bool>("BidirectionalSequenceLSTMOptions", "time_major")
  package static let mergeOutputs = OptionKey<Bool>(
    "BidirectionalSequenceLSTMOptions", "merge_outputs")
  package static let asymmetricInputs = OptionKey<Bool>(
    "BidirectionalSequenceLSTMOptions", "asymmetric_quantize_inputs")
}

package enum RNN {
  package static let activation = OptionKey<Int8>("RNNOptions", "fused_activation_function")
  package static let asymmetricInputs = OptionKey<Bool>("RNNOptions", "asymmetric_quantize_inputs")
}

package enum SequenceRNN {
  package static let activation = OptionKey<Int8>("SequenceRNNOptions", "fused_activation_function")
  package static let timeMajor = OptionKey<Bool>("SequenceRNNOptions", "time_major")
  package static let asymmetricInputs = OptionKey<Bool>(
    "SequenceRNNOptions", "asymmetric_quantize_inputs")
}

package enum BidirectionalSequenceRNN {
  package static let activation = OptionKey<Int8>(
    "BidirectionalSequenceRNNOptions", "fused_activation_function")
  package static let timeMajor = OptionKey<Bool>("BidirectionalSequenceRNNOptions", "time_major")
  package static let mergeOutputs = OptionKey<Bool>(
    "BidirectionalSequenceRNNOptions", "merge_outputs")
  package static let asymmetricInputs = OptionKey<Bool>(
    "BidirectionalSequenceRNNOptions", "asymmetric_quantize_inputs")
}

package enum SVDF {
  package static let rank = OptionKey<Int32>("SVDFOptions", "rank")
  package static let activation = OptionKey<Int8>("SVDFOptions", "fused_activation_function")
  package static let asymmetricInputs = OptionKey<Bool>("SVDFOptions", "asymmetric_quantize_inputs")
}

package enum StablehloCase {
  package static let branches = OptionKey<[Int32]>(
    "StablehloCaseOptions", "branch_subgraph_indices")
}

package enum VarHandle {
  package static let container = OptionKey<String>("VarHandleOptions", "container")
  package static let sharedName = OptionKey<String>("VarHandleOptions", "shared_name")
}

package enum Hashtable {
  package static let identifier = OptionKey<Int32>("HashtableOptions", "table_id")
  package static let keyType = OptionKey<TensorType>("HashtableOptions", "key_dtype")
  package static let valueType = OptionKey<TensorType>("HashtableOptions", "value_dtype")
}

package enum EmbeddingLookupSparse {
  package static let combiner = OptionKey<Int8>("EmbeddingLookupSparseOptions", "combiner")
}

package enum Conv3D {
  package static let padding = OptionKey<Int8>("Conv3DOptions", "padding")
  package static let strideD = OptionKey<Int32>("Conv3DOptions", "stride_d")
  package static let strideH = OptionKey<Int32>("Conv3DOptions", "stride_h")
  package static let strideW = OptionKey<Int32>("Conv3DOptions", "stride_w")
  package static let dilationD = OptionKey<Int32>("Conv3DOptions", "dilation_d_factor")
  package static let dilationH = OptionKey<Int32>("Conv3DOptions", "dilation_h_factor")
  package static let dilationW = OptionKey<Int32>("Conv3DOptions", "dilation_w_factor")
  package static let activation = OptionKey<Int8>("Conv3DOptions", "fused_activation_function")
}
