#include "percentile.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define DIGITS_MOST 12u

double percentile_parse(const char *word) {
  size_t whole = word[0] == 'p' ? strspn(word + 1, "0123456789") : 0;
  bool point = whole > 0 && word[1 + whole] == '.';
  if (whole < (point ? 1 : 2) || strlen(word) > DIGITS_MOST) return NAN;
  const char *rest = word + 1 + whole;
  /* Divided once, so that it is the double nearest to the decimal fraction. */
  double digits = 0, scale = 1;
  for (const char *at = word + 1; at < rest; at++, scale *= 10) digits = 10 * digits + (*at - '0');
  if (*rest == '.') {
    if (whole > 2 || rest[1] == '\0' || rest[1 + strspn(rest + 1, "0123456789")] != '\0')
      return NAN;
    scale = 100;
    for (rest++; *rest != '\0'; rest++, scale *= 10) digits = 10 * digits + (*rest - '0');
  } else if (*rest != '\0') {
    return NAN;
  }
  if (whole > 2 && word[1] != '9') return NAN; /* p100 is no tenth */
  double q = digits / scale;
  return q > 0 && q < 1 ? q : NAN;
}

const char *percentile_in(const char *metric) {
  for (const char *dot = strchr(metric, '.'); dot != NULL; dot = strchr(dot + 1, '.')) {
    if (!isnan(percentile_parse(dot + 1))) return dot + 1;
  }
  return NULL;
}
