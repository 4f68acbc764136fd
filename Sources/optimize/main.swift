import OptimizeCLI
import Platform

Process.exit(CommandLineTool.run(Array(CommandLine.arguments.dropFirst())))
