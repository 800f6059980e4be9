@_exported public import SandboxCatalog
@_exported public import SandboxDiagnostics
@_exported public import SandboxExecution
@_exported public import SandboxLanguages
