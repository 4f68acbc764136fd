import OptimizeCLI
import Platform

Process.exit(CommandLineTool.main(ProgramArguments.afterName))
