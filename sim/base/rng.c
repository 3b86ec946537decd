#include "rng.h"

#include <Random123/philox.h>
#include <assert.h>

static_assert(RNG_MULTIPLIER == PHILOX_M2x64_0, "the multiplier is that of Random123");
static_assert(RNG_KEY_STEP == PHILOX_W64_0, "the key's step is that of Random123");

uint64_t rng_hash_name(const char *name) {
  /* FNV-1a (Fowler, Noll, Vo), byte by byte. Its low bits are weak, so the finalizer follows. */
  uint64_t hash = UINT64_C(0xcbf29ce484222325);
  for (const char *c = name; *c != '\0'; c++) {
    hash = (hash ^ (unsigned char)*c) * UINT64_C(0x100000001b3);
  }
  return rng_mix(hash);
}

struct stream rng_stream(uint64_t seed, uint64_t replication, const char *component,
                         const char *purpose) {
  /* Two blocks of Philox with the full ten rounds, the result of the first being the key of the
   * second. Each of the four parts passes through a cipher before it meets the next, so no
   * relation between them (equal names, seed + 1 with replication - 1, swapped names) cancels. */
  philox2x64_ctr_t run = {{replication, 0}};
  philox2x64_key_t run_key = {{seed}};
  run = philox2x64_R(10, run, run_key);

  philox2x64_ctr_t name = {{rng_hash_name(component), rng_hash_name(purpose)}};
  philox2x64_key_t name_key = {{run.v[0]}};
  name = philox2x64_R(10, name, name_key);
  return (struct stream){.key = name.v[0] ^ run.v[1]};
}
