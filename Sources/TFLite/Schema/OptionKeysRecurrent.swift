/// Options of recurrent operators, control flow and resources.

extension LSTM {
  public static let activation = OptionKey<Int8>("LSTMOptions", "fused_activation_function")
  public static let cellClip = OptionKey<Float>("LSTMOptions", "cell_clip")
  public static let projectionClip = OptionKey<Float>("LSTMOptions", "proj_clip")
}

extension UnidirectionalSequenceLSTM {
  public static let activation = OptionKey<Int8>(
    "UnidirectionalSequenceLSTMOptions", "fused_activation_function")
  public static let cellClip = OptionKey<Float>("UnidirectionalSequenceLSTMOptions", "cell_clip")
  public static let projectionClip = OptionKey<Float>(
    "UnidirectionalSequenceLSTMOptions", "proj_clip")
  public static let timeMajor = OptionKey<Bool>("UnidirectionalSequenceLSTMOptions", "time_major")
}

extension BidirectionalSequenceLSTM {
  public static let activation = OptionKey<Int8>(
    "BidirectionalSequenceLSTMOptions", "fused_activation_function")
  public static let cellClip = OptionKey<Float>("BidirectionalSequenceLSTMOptions", "cell_clip")
  public static let projectionClip = OptionKey<Float>(
    "BidirectionalSequenceLSTMOptions", "proj_clip")
  public static let timeMajor = OptionKey<Bool>("BidirectionalSequenceLSTMOptions", "time_major")
  public static let mergeOutputs = OptionKey<Bool>(
    "BidirectionalSequenceLSTMOptions", "merge_outputs")
}

extension RNN {
  public static let activation = OptionKey<Int8>("RNNOptions", "fused_activation_function")
}

extension SequenceRNN {
  public static let activation = OptionKey<Int8>("SequenceRNNOptions", "fused_activation_function")
  public static let timeMajor = OptionKey<Bool>("SequenceRNNOptions", "time_major")
}

extension BidirectionalSequenceRNN {
  public static let activation = OptionKey<Int8>(
    "BidirectionalSequenceRNNOptions", "fused_activation_function")
  public static let timeMajor = OptionKey<Bool>("BidirectionalSequenceRNNOptions", "time_major")
  public static let mergeOutputs = OptionKey<Bool>(
    "BidirectionalSequenceRNNOptions", "merge_outputs")
}

extension SVDF {
  public static let rank = OptionKey<Int32>("SVDFOptions", "rank")
  public static let activation = OptionKey<Int8>("SVDFOptions", "fused_activation_function")
}

public enum StablehloCase {
  public static let branches = OptionKey<[Int32]>(
    "StablehloCaseOptions", "branch_subgraph_indices")
}

public enum VarHandle {
  public static let container = OptionKey<String>("VarHandleOptions", "container")
  public static let sharedName = OptionKey<String>("VarHandleOptions", "shared_name")
}

public enum Hashtable {
  public static let identifier = OptionKey<Int32>("HashtableOptions", "table_id")
  public static let keyType = OptionKey<TensorType>("HashtableOptions", "key_dtype")
  public static let valueType = OptionKey<TensorType>("HashtableOptions", "value_dtype")
}

public enum EmbeddingLookupSparse {
  public static let combiner = OptionKey<Int8>("EmbeddingLookupSparseOptions", "combiner")
}

public enum Conv3D {
  public static let padding = OptionKey<Int8>("Conv3DOptions", "padding")
  public static let strideD = OptionKey<Int32>("Conv3DOptions", "stride_d")
  public static let strideH = OptionKey<Int32>("Conv3DOptions", "stride_h")
  public static let strideW = OptionKey<Int32>("Conv3DOptions", "stride_w")
  public static let dilationD = OptionKey<Int32>("Conv3DOptions", "dilation_d_factor")
  public static let dilationH = OptionKey<Int32>("Conv3DOptions", "dilation_h_factor")
  public static let dilationW = OptionKey<Int32>("Conv3DOptions", "dilation_w_factor")
  public static let activation = OptionKey<Int8>("Conv3DOptions", "fused_activation_function")
}
