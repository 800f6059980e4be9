// Built into a C program that failed, for its second run: the sanitizers report to the report's descriptor, and the
// place of a call of exit(3) with a status other than 0 is told too.
#define _DEFAULT_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

void __sanitizer_set_report_fd(void *descriptor);
void __sanitizer_print_stack_trace(void);

static void report_exit(int status, void *unused) {
  (void)unused;
  if (!status) return;
  dprintf(5, "==0==ERROR: Sanitizer: exit with status %d\n", status);
  __sanitizer_print_stack_trace();
}

__attribute__((constructor)) static void report_to_descriptor(void) {
  lseek(5, 0, SEEK_END);
  __sanitizer_set_report_fd((void *)5);
  on_exit(report_exit, 0);
}
