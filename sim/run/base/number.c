#include "number.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct number number_shortest(double value) {
  struct number n;
  if (value == 0) value = 0; /* no -0.0 */
  for (int digits = 15; digits <= 17; digits++) {
    snprintf(n.text, sizeof n.text, "%.*g", digits, value);
    if (strtod(n.text, NULL) == value) break;
  }
  /* As jansson does, a real is told from an integer. */
  size_t length = strlen(n.text);
  if (strpbrk(n.text, ".e") == NULL) snprintf(n.text + length, sizeof n.text - length, ".0");
  return n;
}
