// Built into a program that failed at an assertion, for its second run: writes down what the assertion compared, each
// operand at a place of its own in the report, so that the latest value is what stands there.
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { START = 33, ROOM = 512, SHOWN = 200 };

// An assertion begins: what an earlier one noted does not count.
int ocisandbox_note_begin(void) {
  return ftruncate(5, START) == 0 || 1;
}

// Text that is UTF-8 is cut between its characters.
static size_t cut(const char *text, size_t length) {
  while (length > 0 && ((unsigned char)text[length] & 0xC0) == 0x80) length--;
  return length;
}

void ocisandbox_write(int number, const char *text, const char *value) {
  char line[ROOM + 1];
  char shown[SHOWN + 8];
  size_t length = strlen(value);
  if (length > SHOWN) {
    length = cut(value, SHOWN - 4);
    snprintf(shown, sizeof shown, "%.*s ...", (int)length, value);
  } else {
    strcpy(shown, value);
  }
  for (char *at = shown; *at; at++)
    if (*at == '\n') *at = ' ';
  memset(line, ' ', ROOM);
  int written = snprintf(line, ROOM, "operand\t%.*s\t%s", (int)cut(text, strnlen(text, SHOWN)), text, shown);
  if (written < 0 || number < 0 || number > 7) return;
  if (written < ROOM) line[written] = ' ';
  line[ROOM - 1] = '\n';
  if (pwrite(5, line, ROOM, START + (off_t)number * ROOM) < 0) return;
}

void ocisandbox_integer(int number, const char *text, long long value) {
  char shown[32];
  snprintf(shown, sizeof shown, "%lld", value);
  ocisandbox_write(number, text, shown);
}

void ocisandbox_natural(int number, const char *text, unsigned long long value) {
  char shown[32];
  snprintf(shown, sizeof shown, "%llu", value);
  ocisandbox_write(number, text, shown);
}

void ocisandbox_truth(int number, const char *text, int value) {
  ocisandbox_write(number, text, value ? "true" : "false");
}

void ocisandbox_real(int number, const char *text, long double value) {
  char shown[64];
  // As short as it can be and still be the same double.
  for (int digits = 6; digits <= 17; digits++) {
    snprintf(shown, sizeof shown, "%.*Lg", digits, value);
    if (strtod(shown, NULL) == (double)value) break;
  }
  ocisandbox_write(number, text, shown);
}

static char *append(char *at, unsigned char byte, char quote) {
  static const char letters[] = "\aa\bb\ff\nn\rr\tt\vv";
  const char *known = byte ? strchr(letters, byte) : NULL;
  if (byte == quote || byte == '\\') return at + sprintf(at, "\\%c", byte);
  if (known && (known - letters) % 2 == 0) return at + sprintf(at, "\\%c", known[1]);
  if (byte < 0x20 || byte == 0x7F) return at + sprintf(at, "\\x%02X", byte);
  *at = (char)byte;
  return at + 1;
}

void ocisandbox_character(int number, const char *text, int value) {
  char shown[32] = "'";
  if (value < 0 || value > 0x7E) {
    snprintf(shown, sizeof shown, "%d", value);
  } else {
    char *end = append(shown + 1, (unsigned char)value, '\'');
    snprintf(end, 16, "' (%d)", value);
  }
  ocisandbox_write(number, text, shown);
}

void ocisandbox_pointer(int number, const char *text, const volatile void *value) {
  ocisandbox_write(number, text, value ? "a pointer, not NULL" : "NULL");
}

// The kernel reads it, so that a pointer to nowhere gives an error and no crash.
void ocisandbox_string(int number, const char *text, const char *value) {
  if (!value) return ocisandbox_write(number, text, "NULL");
  char shown[4 * SHOWN + 16] = "\"", *end = shown + 1;
  int ends[2], count = 0;
  if (pipe(ends) != 0) return;
  for (;; count++) {
    unsigned char byte;
    if (write(ends[1], value + count, 1) != 1) {
      if (count == 0) strcpy(shown, "a pointer that cannot be read");
      else strcpy(end, "\", then memory that cannot be read");
      break;
    }
    if (read(ends[0], &byte, 1) != 1) break;
    if (byte == 0 || count == SHOWN / 2) {
      if (byte) end = shown + cut(shown, (size_t)(end - shown));
      strcpy(end, byte ? "\" ..." : "\"");
      break;
    }
    end = append(end, byte, '"');
  }
  close(ends[0]);
  close(ends[1]);
  ocisandbox_write(number, text, shown);
}
