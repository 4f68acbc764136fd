// swift-tools-version: 6.2
import PackageDescription

/// Inner loops are optimised in debug builds too, or tests would run them a hundred times slower.
let hot: [SwiftSetting] = [.unsafeFlags(["-O"], .when(configuration: .debug))]

let package = Package(
  name: "optimize",
  products: [.executable(name: "optimize", targets: ["optimize"])],
  targets: [
    .target(name: "Platform"),
    .target(name: "FlatBuffers", swiftSettings: hot),
    .target(name: "TFLite", dependencies: ["Platform", "FlatBuffers"], swiftSettings: hot),
    .target(name: "Compression", swiftSettings: hot),
    .target(name: "Kernels", swiftSettings: hot),
    .target(name: "OpSet", dependencies: ["TFLite"]),
    .target(
      name: "Samples", dependencies: ["Platform", "TFLite", "Compression", "Kernels"],
      swiftSettings: hot),
    .target(
      name: "Optimizer",
      dependencies: ["Platform", "FlatBuffers", "TFLite", "Compression", "Kernels", "OpSet"]),
    .target(
      name: "Report",
      dependencies: ["Platform", "FlatBuffers", "TFLite", "Compression", "OpSet", "Optimizer"]),
    .target(
      name: "OptimizeCLI",
      dependencies: ["Platform", "FlatBuffers", "TFLite", "OpSet", "Optimizer", "Report"]),
    .testTarget(name: "CompressionTests", dependencies: ["Compression"], exclude: ["Vectors"]),
    .testTarget(
      name: "CommandLineTests", dependencies: ["OptimizeCLI", "Platform"],
      exclude: ["Snapshots"]),
    .testTarget(name: "FlatBuffersTests", dependencies: ["FlatBuffers"], exclude: ["Vectors"]),
    .testTarget(name: "KernelsTests", dependencies: ["Kernels"], exclude: ["Vectors"]),
    .testTarget(
      name: "MutationTests",
      dependencies: ["FlatBuffers", "Optimizer", "Platform", "Report", "TFLite"]),
    .testTarget(
      name: "OptimizerTests",
      dependencies: ["FlatBuffers", "Kernels", "OpSet", "Optimizer", "Platform", "TFLite"],
      exclude: ["Vectors"]),
    .testTarget(name: "ReportTests", dependencies: ["Report", "TFLite"]),
    .testTarget(
      name: "SamplesTests", dependencies: ["Platform", "Samples", "TFLite"],
      exclude: ["Vectors"]),
    .testTarget(
      name: "TFLiteTests", dependencies: ["Compression", "FlatBuffers", "Platform", "TFLite"],
      exclude: ["Vectors"]),
    .testTarget(
      name: "OpSetTests", dependencies: ["OpSet", "TFLite", "Platform"], exclude: ["Golden"]),
    .executableTarget(name: "optimize", dependencies: ["OptimizeCLI", "Platform"]),
  ]
)
