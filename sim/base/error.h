/* One sentence that tells a user what is wrong and what to do about it.
 *
 * A user's mistake is reported by returning false (or NULL) with the sentence filled in; a
 * programmer's mistake is an assert; a simulated failure is data and never comes here. */
#ifndef ERROR_H
#define ERROR_H

#include <stdbool.h>

struct error {
  char text[1024];
};

/* Formats the sentence, cutting it at the buffer's end. Always returns false, so that a caller can
 * write `return error_set(err, ...)`. `err` may be NULL: then nothing is kept. */
bool error_set(struct error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
