import OptimizeCLI
import Platform

Process.exit(CommandLineTool.main(Array(CommandLine.arguments.dropFirst())))
