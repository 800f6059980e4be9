// Built into a C program that failed, for its second run: the sanitizers report to the report's descriptor.
void __sanitizer_set_report_fd(void *descriptor);

__attribute__((constructor)) static void report_to_descriptor(void) { __sanitizer_set_report_fd((void *)5); }
