#include "first_check.h"

const char *const first_check_choices[] = {"random", "even", NULL};

uint64_t first_check_ns(enum first_check how, uint64_t interval_ns, uint32_t which, uint32_t n,
                        const struct stream *stream, uint64_t key, uint32_t start) {
  switch (how) {
    case FIRST_CHECK_RANDOM: {
      struct draws draws = draws_begin(*stream, key, (uint64_t)start << 32);
      return (uint64_t)((double)interval_ns * draws_unit(&draws));
    }
    case FIRST_CHECK_EVEN:
      break;
  }
  return (uint64_t)((double)interval_ns * ((double)(which + 1) / (double)n));
}
