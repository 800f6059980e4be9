// Takes the judge's mark before any code of the program runs, and writes it where the tests' `main` returns 0.
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int tests_main();
static char mark[64] = "\n";
static size_t length = 1;

static void begin(int argc, char **argv, char **environment) {
  ssize_t count;
  (void)argc, (void)argv, (void)environment;
  while (length < sizeof mark && (count = read(0, mark + length, sizeof mark - length)) > 0) length += count;
  close(0);
  if (open("/dev/null", O_RDONLY) < 0) _exit(1);
}

// Before all constructors.
__attribute__((section(".preinit_array"), used)) static void (*const first)(int, char **, char **) = begin;

int main(int argc, char **argv) {
  int status = tests_main(argc, argv);
  if (status == 0) {
    fflush(NULL);
    if (write(1, mark, length) < 0) return 1;
  }
  return status;
}
