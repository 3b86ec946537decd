#include "error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool error_set(struct error *err, const char *format, ...) {
  if (err == NULL) return false;
  /* Formatted aside first, because a caller may wrap the sentence that `err` holds already:
   * error_set(err, "web.lua:3: %s", err->text). */
  char text[sizeof err->text];
  va_list args;
  va_start(args, format);
  vsnprintf(text, sizeof text, format, args);
  va_end(args);
  memcpy(err->text, text, strlen(text) + 1);
  return false;
}
