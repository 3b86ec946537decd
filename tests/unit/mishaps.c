#include "mishaps.h"

#include <stdio.h>

#include "dist_make.h"

void mishaps_add(struct scene *scene, const struct mishaps *mishaps, uint64_t seed) {
  static const struct fault_def *const types[] = {&fault_crash, &fault_hang, &fault_partition};
  for (uint32_t f = 0; f < mishaps->n; f++) {
    uint64_t draw = rng_mix(seed * 100 + f), n = mishaps->members;
    uint64_t a = draw % n, b = (a + 1 + draw / n % (n - 1)) % n;
    char one[32], other[32];
    snprintf(one, sizeof one, "%s[%u]", mishaps->component, (unsigned)a + 1);
    snprintf(other, sizeof other, "%s[%u]", mishaps->component, (unsigned)b + 1);
    scene_fault(scene, one, f % 3 == 2 ? other : NULL,
                (struct fault_spec){
                    .type = types[f % 3],
                    .at_ns = draw / 64 % mishaps->within_ms * MS,
                    .lasts = dist_constant((double)(draw / 1024 % mishaps->longest_ms + 1) * 1e6)});
  }
}

void mishaps_shots(struct shot *shots, uint32_t n, const char *to, uint64_t timeout_ns,
                   uint64_t seed) {
  for (uint32_t i = 0; i < n; i++) {
    shots[i] = (struct shot){.at_ns = i * 10 * MS,
                             .to = to,
                             .op = rng_mix(seed + i) % 2 ? "read" : "write",
                             .item = 1 + i % 3,
                             .timeout_ns = timeout_ns};
  }
}
