#include "users.h"

#include <string.h>

#include "arena.h"

static size_t words(const struct users *users) {
  return (size_t)(users->law.keys->n / 64 + 1);
}

void users_init(struct sim *sim, struct member *member, struct users *users,
                const struct keys *keys, const struct mix *tier, uint64_t base) {
  users->tier = tier;
  users->client = member->component->name_hash;
  users->base = rng_mix(base ^ rng_hash_name("user"));
  users->draw = sim_stream(sim, member->component, "users");
  users->tiers = sim_stream(sim, member->component, "tiers");
  key_law_init(&users->law, keys);
  if (keys->kind != KEYS_NONE) {
    users->seen = arena_lines(sim->arena, words(users), sizeof *users->seen);
  }
  for (uint32_t i = 0; i < tier->n; i++) users->part[tier->part[i].op] = (uint8_t)i;
  bool any = users->are_closed || keys->kind != KEYS_NONE;
  if (any && sim->ledger) column_want(sim, COLUMN_USER); /* it follows what each has read */
  if (tier->n) column_want(sim, COLUMN_TIER);            /* read again when the answer comes */
}

bool users_start(struct sim *sim, struct users *users) {
  bool any = users->are_closed || users->law.keys->kind != KEYS_NONE;
  users->to_user = any && column_wanted(sim, COLUMN_USER);
  users->to_tier = users->tier->n > 0;
  users->to_client = column_wanted(sim, COLUMN_CLIENT);
  return users->to_user || users->to_client || users->to_tier || users->law.keys->kind != KEYS_NONE;
}

static uint64_t draw_user(const struct users *users, uint64_t key) {
  struct draws draws = draws_begin(users->draw, key, 0);
  return key_law_draw(&users->law, &draws);
}

static void note_user(struct users *users, uint64_t user) {
  uint64_t bit = UINT64_C(1) << (user % 64);
  users->distinct += !(users->seen[user / 64] & bit);
  users->seen[user / 64] |= bit;
}

static uint32_t draw_tier(const struct users *users, uint64_t identity) {
  struct draws draws = draws_begin(users->tiers, identity, 0);
  double u = draws_unit(&draws);
  for (uint32_t i = 0; i + 1 < users->tier->n; i++) {
    u -= users->tier->part[i].share;
    if (u < 0) return i;
  }
  return users->tier->n - 1;
}

uint32_t users_give(struct sim *sim, struct users *users, struct frame *call, uint64_t key,
                    uint64_t sender) {
  bool drawn = users->law.keys->kind != KEYS_NONE && !users->are_told;
  uint64_t user = drawn ? draw_user(users, key) : sender;
  if (users->seen) note_user(users, user);
  uint64_t identity = rng_mix(users->base + user);
  if (identity == 0) identity = 1; /* 0 is nobody */
  if (users->to_user) column_set(sim, call, COLUMN_USER, identity);
  if (users->to_client) column_set(sim, call, COLUMN_CLIENT, users->client);
  if (!users->to_tier) return USERS_NO_TIER;
  uint32_t tier = draw_tier(users, identity);
  column_set(sim, call, COLUMN_TIER, 1u + users->tier->part[tier].op);
  return tier;
}

uint32_t users_tier(const struct sim *sim, const struct users *users, const struct frame *call) {
  if (!users->to_tier) return USERS_NO_TIER;
  uint64_t tier = column_get(sim, call, COLUMN_TIER);
  return tier ? users->part[tier - 1] : USERS_NO_TIER;
}

void users_reset(struct users *users) {
  users->distinct = 0;
  if (users->seen) memset(users->seen, 0, words(users) * sizeof *users->seen);
}
