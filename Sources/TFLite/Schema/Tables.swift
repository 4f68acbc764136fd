import FlatBuffers

/// The root table: a whole model. Slots and defaults: schema.fbs revision 3d of LiteRT.
package struct Model: Table, Equatable, Sendable {
  package var version: UInt32 = 0
  package var operatorCodes: [OperatorCode] = []
  package var subgraphs: [Subgraph] = []
  package var description: Text?
  package var buffers: [Buffer] = []
  /// The deprecated predecessor of `metadata`.
  package var metadataBuffers: [Int32]?
  package var metadata: [Metadata] = []
  package var signatures: [Signature] = []
  package var externalBufferGroups: [ExternalBufferGroup] = []
  package var externalBuffers: [ExternalBuffer] = []
  var absent: UInt16 = 0

  package init() {}

  package mutating func visit(_ v: inout Visitor) {
    v.scalar(0, "version", &version)
    v.tables(1, "operator_codes", &operatorCodes, absent: &absent)
    v.tables(2, "subgraphs", &subgraphs, absent: &absent)
    v.string(3, "description", &description)
    v.tables(4, "buffers", &buffers, absent: &absent)
    v.vector(5, "metadata_buffer", &metadataBuffers)
    v.tables(6, "metadata", &metadata, absent: &absent)
    v.tables(7, "signature_defs", &signatures, absent: &absent)
    v.tables(8, "external_buffer_groups", &externalBufferGroups, absent: &absent)
    v.tables(9, "external_buffers", &externalBuffers, absent: &absent)
  }
}

package struct OperatorCode: Table, Hashable, Sendable {
  /// The only code in files before schema 3a; 127 for operators above 126.
  package var deprecatedBuiltinCode: Int8 = 0
  package var customCode: Text?
  package var version: Int32 = 1
  package var builtinCode = BuiltinOperator(rawValue: 0)

  package init() {}

  package mutating func visit(_ v: inout Visitor) {
    v.scalar(0, "deprecated_builtin_code", &deprecatedBuiltinCode)
    v.string(1, "custom_code", &customCode)
    v.scalar(2, "version", &version, default: 1)
    v.scalar(3, "builtin_code", &builtinCode, BuiltinOperator(rawValue: 0))
  }
}

package struct Subgraph: Table, Equatable, Sendable {
  package var tensors: [Tensor] = []
  package var inputs: [Int32]?
  package var outputs: [Int32]?
  package var operators: [Operator] = []
  package var name: Text?
  package var debugMetadataIndex: Int32 = -1
  var absent: UInt16 = 0

  package init() {}

  package mutating func visit(_ v: inout Visitor) {
    v.tables(0, "tensors", &tensors, absent: &absent)
    v.vector(1, "inputs", &inputs)
    v.vector(2, "outputs", &outputs)
    v.tables(3, "operators", &operators, absent: &absent)
    v.string(4, "name", &name)
    v.scalar(5, "debug_metadata_index", &debugMetadataIndex, default: -1)
  }
}

package struct Tensor: Table, Equatable, Sendable {
  package var shape: [Int32]?
  package var type = TensorType.float32
  package var buffer: UInt32 = 0
  package var name: Text?
  package var quantization: Quantization?
  package var isVariable = false
  package var sparsity: Sparsity?
  package var shapeSignature: [Int32]?
  package var hasRank = false
  package var variantTensors: [VariantSubType] = []
  package var externalBuffer: UInt32 = 0
  var absent: UInt16 = 0

  package init() {}

  package mutating func visit(_ v: inout Visitor) {
    v.vector(0, "shape", &shape)
    v.scalar(1, "type", &type, .float32)
    v.scalar(2, "buffer", &buffer)
    v.string(3, "name", &name)
    v.table(4, "quantization", &quantization)
    v.scalar(5, "is_variable", &isVariable)
    v.table(6, "sparsity", &sparsity)
    v.vector(7, "shape_signature", &shapeSignature)
    v.scalar(8, "has_rank", &hasRank)
    v.tables(9, "variant_tensors", &variantTensors, absent: &absent)
    v.scalar(10, "external_buffer", &externalBuffer)
  }
}

package struct Operator: Table, Equatable, Sendable {
  package var opcodeIndex: UInt32 = 0
  package var inputs: [Int32]?
  package var outputs: [Int32]?
  /// The tag as stored; it can stand without a value.
  package var builtinOptionsType: UInt8 = 0
  package var builtinOptions: Options?
  package var customOptions: [UInt8]?
  package var customOptionsFormat: Int8 = 0
  package var mutatingVariableInputs: [UInt8]?
  package var intermediates: [Int32]?
  var largeCustomOptionsOffset: UInt64 = 0
  var largeCustomOptionsSize: UInt64 = 0
  /// The range of custom options that the input file holds outside the FlatBuffer.
  package internal(set) var largeCustomOptions: Range<Int>?
  package var builtinOptions2Type: UInt8 = 0
  package var builtinOptions2: Options?
  package var debugMetadataIndex: Int32 = -1

  package init() {}

  package mutating func visit(_ v: inout Visitor) {
    v.scalar(0, "opcode_index", &opcodeIndex)
    v.vector(1, "inputs", &inputs)
    v.vector(2, "outputs", &outputs)
    v.scalar(3, "builtin_options_type", &builtinOptionsType)
    v.options(4, "builtin_options", &builtinOptions, .builtinOptions, builtinOptionsType)
    v.vector(5, "custom_options", &customOptions)
    v.scalar(6, "custom_options_format", &customOptionsFormat)
    v.vector(7, "mutating_variable_inputs", &mutatingVariableInputs)
    v.vector(8, "intermediates", &intermediates)
    v.scalar(9, "large_custom_options_offset", &largeCustomOptionsOffset)
    v.scalar(10, "large_custom_options_size", &largeCustomOptionsSize)
    v.scalar(11, "builtin_options_2_type", &builtinOptions2Type)
    v.options(12, "builtin_options_2", &builtinOptions2, .builtinOptions2, builtinOptions2Type)
    v.scalar(13, "debug_metadata_index", &debugMetadataIndex, default: -1)
  }
}

package struct Metadata: Table, Equatable, Sendable {
  package var name: Text?
  package var buffer: UInt32 = 0

  package init() {}

  package mutating func visit(_ v: inout Visitor) {
    v.string(0, "name", &name)
    v.scalar(1, "buffer", &buffer)
  }
}

package struct Signature: Table, Equatable, Sendable {
  package var inputs: [TensorMap] = []
  package var outputs: [TensorMap] = []
  package var key: Text?
  package var deprecatedTag: Text?
  package var subgraphIndex: UInt32 = 0
  var absent: UInt16 = 0

  package init() {}

  package mutating func visit(_ v: inout Visitor) {
    v.tables(0, "inputs", &inputs, absent: &absent)
    v.tables(1, "outputs", &outputs, absent: &absent)
    v.string(2, "signature_key", &key)
    v.string(3, "deprecated_tag", &deprecatedTag)
    v.scalar(4, "subgraph_index", &subgraphIndex)
  }
}

package struct TensorMap: Table, Equatable, Sendable {
  package var name: Text?
  package var tensorIndex: UInt32 = 0

  package init() {}

  package mutating func visit(_ v: inout Visitor) {
    v.string(0, "name", &name)
    v.scalar(1, "tensor_index", &tensorIndex)
  }
}

package struct VariantSubType: Table, Equatable, Sendable {
  package var shape: [Int32]?
  package var type = TensorType.float32
  package var hasRank = false

  package init() {}

  package mutating func visit(_ v: inout Visitor) {
    v.vector(0, "shape", &shape)
    v.scalar(1, "type", &type, .float32)
    v.scalar(2, "has_rank", &hasRank)
  }
}

package struct ExternalBufferGroup: Table, Equatable, Sendable {
  package var name: Text?

  package init() {}

  package mutating func visit(_ v: inout Visitor) { v.string(0, "name", &name) }
}

package struct ExternalBuffer: Table, Equatable, Sendable {
  package var id: UInt32 = 0
  package var group: UInt32 = 0
  package var offset: UInt64 = 0
  package var length: UInt64 = 0
  package var packing: Text?

  package init() {}

  package mutating func visit(_ v: inout Visitor) {
    v.scalar(0, "id", &id)
    v.scalar(1, "group", &group)
    v.scalar(2, "offset", &offset)
    v.scalar(3, "length", &length)
    v.string(4, "packing", &packing)
  }
}

extension Visitor {
  /// The value of an option union whose tag was visited before it.
  mutating func options(
    _ slot: Int, _ name: StaticString, _ options: inout Options?, _ union: OptionsUnion,
    _ tag: UInt8
  ) {
    let table = union.table(tag)
    if isReading { options = Options(union, tag: tag) }
    guard let table else { return refuseUnionMember(slot, name, tag: tag) }
    let isPresent = self.union(slot, name, isPresent: options != nil) { visitor in
      options?.visit(&visitor, table)
    }
    if !isPresent { options = nil }
  }
}
