/* Aim: whatever happens a second time, to another member or on another way draws numbers of its
 * own: in no run is a block of a stream drawn twice.
 *
 * Built apart from the other tests, with RNG_RECORD, by tests/cli/test_draws.sh. The one thing that
 * is asked again on each hop, and must be the same there, is the size of a message. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "storm.h"

struct drawn {
  uint64_t stream, entity, number;
};

static struct {
  struct drawn *list; /* open addressing; a stream of 0 is an empty place */
  uint64_t n, size;
  uint64_t allowed[64];
  uint32_t allowed_n;
  uint64_t twice;
  struct drawn first_twice;
  bool on;
} seen;

static bool is_allowed(uint64_t stream) {
  for (uint32_t i = 0; i < seen.allowed_n; i++) {
    if (seen.allowed[i] == stream) return true;
  }
  return false;
}

static struct drawn *place_of(const struct drawn *block) {
  uint64_t at = rng_mix(block->stream ^ rng_mix(block->entity ^ rng_mix(block->number)));
  for (at &= seen.size - 1; seen.list[at].stream; at = (at + 1) & (seen.size - 1)) {
    if (!memcmp(&seen.list[at], block, sizeof *block)) break;
  }
  return &seen.list[at];
}

static void make_room(void) {
  struct drawn *old = seen.list;
  uint64_t old_size = seen.size;
  seen.size = old_size ? 2 * old_size : 1024;
  seen.list = mem_zeroed(seen.size, sizeof *seen.list);
  for (uint64_t i = 0; i < old_size; i++) {
    if (old[i].stream) *place_of(&old[i]) = old[i];
  }
  free(old);
}

void rng_record(uint64_t stream_key, uint64_t entity, uint64_t number) {
  if (!seen.on || is_allowed(stream_key)) return;
  if (2 * seen.n >= seen.size) make_room();
  struct drawn block = {stream_key, entity, number}, *place = place_of(&block);
  if (place->stream) {
    if (seen.twice++ == 0) seen.first_twice = block;
    return;
  }
  seen.n++;
  *place = block;
}

static const char *const purposes[] = {
    "arrivals", "think",   "mix",  "keys",        "backoff",       "work",
    "sleep",    "branch",  "pick", "member",      "hit_time",      "read",
    "write",    "latency", "loss", "fault times", "fault verdicts"};

/* What a stream is called, for the message. */
static void describe(const struct sim *sim, const struct spec *spec, uint64_t key, char *out,
                     size_t size) {
  snprintf(out, size, "an unknown stream");
  for (uint32_t p = 0; p < sizeof purposes / sizeof *purposes; p++) {
    for (uint32_t c = 0; c < spec->components + spec->faults; c++) {
      const char *name =
          c < spec->components ? spec->component[c].name : spec->fault[c - spec->components].name;
      if (sim_named_stream(sim, name, purposes[p]).key == key) {
        snprintf(out, size, "%s of \"%s\"", purposes[p], name);
      }
    }
  }
}

static void test_no_block_twice(void **state) {
  (void)state;
  uint64_t blocks = 0;
  for (uint64_t number = 0; number < 60; number++) {
    struct scene *scene = storm(number);
    const struct spec *spec = scene_spec(scene);
    struct run run = run_begin(scene, 1, 0, 6 * S);
    memset(&seen, 0, sizeof seen);
    for (uint32_t c = 0; c < spec->components; c++) {
      const char *name = spec->component[c].name;
      seen.allowed[seen.allowed_n++] = sim_named_stream(run.sim, name, "request").key;
      seen.allowed[seen.allowed_n++] = sim_named_stream(run.sim, name, "response").key;
    }
    seen.on = true;
    assert_true(sim_run(run.sim, 6 * S));
    seen.on = false;
    blocks += seen.n;
    if (seen.twice) {
      char stream[128];
      describe(run.sim, spec, seen.first_twice.stream, stream, sizeof stream);
      print_message(
          "storm %llu: %llu blocks drawn again, the first by %s (entity %llx, block %llx)\n",
          (unsigned long long)number, (unsigned long long)seen.twice, stream,
          (unsigned long long)seen.first_twice.entity, (unsigned long long)seen.first_twice.number);
    }
    bool ok = seen.twice == 0;
    free(seen.list);
    run_free(&run);
    scene_free(scene);
    if (!getenv("DRAWS_GO_ON")) assert_true(ok);
  }
  print_message("  %llu blocks\n", (unsigned long long)blocks);
  assert_true(blocks > 1000000);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_no_block_twice)};
  return cmocka_run_group_tests_name("draws", tests, NULL, NULL);
}
