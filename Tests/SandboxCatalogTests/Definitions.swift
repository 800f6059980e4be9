/// A manifest with nothing but what is required.
func manifest(
  id: String = "lua", aliases: String = "[]", extensions: String = "[lua]", rest: String = ""
) -> String {
  """
  schema: 1
  id: \(id)
  name: Lua
  aliases: \(aliases)
  extensions: \(extensions)
  source: main.lua
  toolchain: { executables: [lua] }
  run: { command: ["{toolchain}", "{source}"] }
  \(rest)
  """
}

/// A policy with nothing but what is required.
func policy(id: String = "mine", rest: String = "") -> String {
  """
  schema: 1
  id: \(id)
  description: Mine.
  \(rest)
  """
}
