#include "roff.h"

#include <stdbool.h>

static void put(const char *text, bool prose, FILE *out) {
  bool line_begins = true, bold = false;
  for (; *text != '\0'; text++) {
    if (line_begins && (*text == '.' || *text == '\'')) fputs("\\&", out);
    line_begins = *text == '\n';
    if (prose && *text == '`') {
      bold = !bold;
      fputs(bold ? "\\fB" : "\\fR", out);
    } else if (*text == '\\') {
      fputs("\\e", out);
    } else if (*text == '-') {
      fputs("\\-", out);
    } else if (*text == '\'') {
      fputs("\\(aq", out);
    } else {
      fputc(*text, out);
    }
  }
}

void roff_text(const char *text, FILE *out) {
  put(text, false, out);
}

void roff_prose(const char *text, FILE *out) {
  put(text, true, out);
}
