#pragma once

/// vfork(2), execve(2) and waitpid(2) of a program without arguments; returns its wait status.
int bare_spawn(const char *_Nonnull path);

/// Writes a static program that only exits to `path`; returns 0, or -1.
int bare_write_empty_program(const char *_Nonnull path);

/// Runs a command, whose words end with NULL, with vfork+exec+wait, its output to /dev/null. Returns the wait status.
int bare_run(char *_Nullable const *_Nonnull words);
