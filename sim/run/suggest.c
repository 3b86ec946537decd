#include "suggest.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define LONGEST 40u

static uint32_t least(uint32_t a, uint32_t b) {
  return a < b ? a : b;
}

/* Optimal string alignment distance (Damerau 1964, each letter edited at most once). */
static uint32_t distance(const char *a, const char *b) {
  uint32_t row[3][LONGEST + 1];
  size_t n = strlen(a), m = strlen(b);
  if (n > LONGEST || m > LONGEST) return UINT32_MAX;
  for (uint32_t j = 0; j <= m; j++) row[0][j] = j;
  for (uint32_t i = 1; i <= n; i++) {
    uint32_t *now = row[i % 3], *last = row[(i + 2) % 3], *before = row[(i + 1) % 3];
    now[0] = i;
    for (uint32_t j = 1; j <= m; j++) {
      now[j] = least(least(last[j], now[j - 1]) + 1, last[j - 1] + (a[i - 1] != b[j - 1]));
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        now[j] = least(now[j], before[j - 2] + 1);
      }
    }
  }
  return row[n % 3][m];
}

const char *suggest_nearest(const char *word, const char *const *list) {
  const char *nearest = NULL;
  uint32_t best = UINT32_MAX;
  for (; *list != NULL; list++) {
    uint32_t d = distance(word, *list);
    size_t letters = strlen(*list);
    if (d >= best || d > (letters < 3 ? 1 : letters / 3 + 1) || d >= letters) continue;
    best = d;
    nearest = *list;
  }
  return nearest;
}
