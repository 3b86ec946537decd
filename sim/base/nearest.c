#include "nearest.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "known_as.h"

#define LONGEST 191u /* letters; longer words are not guessed at */

static unsigned min2(unsigned a, unsigned b) {
  return a < b ? a : b;
}

static bool same(char a, char b) {
  return tolower((unsigned char)a) == tolower((unsigned char)b);
}

/* Optimal string alignment distance (Levenshtein's with swaps of neighbours), by three rows. Gives
 * up with limit + 1 as soon as a whole row exceeds the limit. */
static unsigned distance(const char *a, unsigned a_length, const char *b, unsigned b_length,
                         unsigned limit) {
  unsigned row[3][LONGEST + 1];
  unsigned *before = row[0], *last = row[1], *now = row[2];
  for (unsigned j = 0; j <= b_length; j++) before[j] = last[j] = j;
  for (unsigned i = 1; i <= a_length; i++) {
    unsigned least = now[0] = i;
    for (unsigned j = 1; j <= b_length; j++) {
      unsigned cost = same(a[i - 1], b[j - 1]) ? 0 : 1;
      now[j] = min2(min2(last[j] + 1, now[j - 1] + 1), last[j - 1] + cost);
      if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1])) {
        now[j] = min2(now[j], before[j - 2] + 1);
      }
      least = min2(least, now[j]);
    }
    if (least > limit) return limit + 1;
    unsigned *free_row = before;
    before = last;
    last = now;
    now = free_row;
  }
  return last[b_length];
}

const char *nearest_word(const char *word, const char *const *list, uint32_t n) {
  size_t length = strlen(word);
  if (length == 0 || length > LONGEST) return NULL;
  const char *meant = known_as(word, list, n);
  if (meant != NULL) return meant;
  unsigned limit = length < 3 ? 1 : (unsigned)length / 3;
  const char *best = NULL;
  for (uint32_t i = 0; i < n; i++) {
    size_t other = strlen(list[i]);
    if (other > LONGEST || other > length + limit || length > other + limit) continue;
    unsigned d = distance(word, (unsigned)length, list[i], (unsigned)other, limit);
    /* Of a word of one or two letters another one may be missing, but a wrong one is too much. */
    if (d > limit || (length < 3 && d > 0 && other <= length)) continue;
    best = list[i];
    if (d == 0) break;
    limit = d - 1; /* a later one must be nearer */
  }
  return best;
}

struct hint nearest_hint(const char *word, const char *const *list, uint32_t n, const char *what) {
  struct hint hint = {""};
  const char *near = nearest_word(word, list, n);
  if (near) {
    snprintf(hint.text, sizeof hint.text, "; did you mean '%s'?", near);
    return hint;
  }
  if (n == 0) return hint;
  size_t used = (size_t)snprintf(hint.text, sizeof hint.text, "; %s ", what);
  for (uint32_t i = 0; i < n; i++) {
    size_t length = strlen(list[i]) + 2;
    if (used + length + 8 > sizeof hint.text) {
      snprintf(hint.text + used, sizeof hint.text - used, ", ...");
      break;
    }
    used +=
        (size_t)snprintf(hint.text + used, sizeof hint.text - used, "%s%s", i ? ", " : "", list[i]);
  }
  return hint;
}
