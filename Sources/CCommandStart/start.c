// Before main(): starts a worker for the subcommands that run a program, and where it can be told which, that too.
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command_start.h"
#include "sandbox_launcher.h"

int command_only_shows(const char *word) {
  static const char *const words[] = {"--json", "--quiet", "-q", "--verbose", "-v", "--no-cache"};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (strcmp(word, words[i]) == 0) return 1;
  return 0;
}

// A stream that the caller closed would be the next file that is opened, and what is meant for the terminal go into that.
static void open_standard_streams(void) {
  int descriptor;
  do descriptor = open("/dev/null", O_RDWR);
  while (descriptor >= 0 && descriptor <= 2);
  if (descriptor > 2) close(descriptor);
}

// The only file that is named; NULL where there are more, or something else is asked for than to run it.
static const char *only_file(char *const *arguments) {
  const char *file = NULL;
  for (; *arguments; arguments++) {
    if (command_only_shows(*arguments)) continue;
    if (**arguments == '-' || file) return NULL;
    file = *arguments;
  }
  return file;
}

// What runs of files of this extension were like: FirstRun.swift keeps it. XDG Base Directory Specification.
static int make_path(char *path, size_t size, const char *subcommand, const char *file) {
  const char *name = strrchr(file, '/');
  const char *extension = strrchr(name ? name + 1 : file, '.');
  if (!extension || extension == (name ? name + 1 : file)) return 0;
  size_t length = strlen(++extension);
  if (length == 0 || length > 16 || strspn(extension, "abcdefghijklmnopqrstuvwxyz0123456789") != length) return 0;
  const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
  int count = cache && *cache == '/'  ? snprintf(path, size, "%s/ocisandbox/first-%s.%s", cache, subcommand, extension)
              : home && *home == '/' ? snprintf(path, size, "%s/.cache/ocisandbox/first-%s.%s", home, subcommand, extension)
                                      : -1;
  return count > 0 && (size_t)count < size;
}

// After what takes a worker over, and before all other constructors.
__attribute__((constructor(102))) static void start(int argc, char **argv, char **environment) {
  char path[4096];
  open_standard_streams();
  if (argc < 2) return;
  const char *subcommand = argv[1];
  int begins = strcmp(subcommand, "run") == 0 || strcmp(subcommand, "check") == 0;
  if (!begins && strcmp(subcommand, "solve") != 0) return;
  for (int i = 2; i < argc; i++)
    if (strcmp(argv[i], "--help") == 0) return;
  const char *file = begins ? only_file(argv + 2) : NULL;
  int is_known = file && make_path(path, sizeof path, subcommand, file);
  if (sandbox_fork_worker(argv, environment) == 0 && is_known) sandbox_begin_run(path, file);
}
