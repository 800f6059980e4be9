// What the command `ocisandbox` does before anything of Swift's runtime: that takes longer to start than a worker.
#pragma once

/// Whether a word among the arguments of `run` or `check` only says how the result is shown. With nothing but such beside it,
/// what is to be run is a file, and begun.
int command_only_shows(const char *_Nonnull word);
