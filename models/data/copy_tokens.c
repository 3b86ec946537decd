#include "copy_tokens.h"

#include <stdlib.h>

#include "arena.h"
#include "column.h"
#include "copies.h"
#include "lease.h"

enum { BUCKETS = 1024 };
#define NO_ENTRY UINT32_MAX

struct raise {
  uint64_t scope, number;
  uint32_t write, position;
  uint32_t before; /* the one before it in its bucket */
  bool everywhere; /* all copies have it, and have dropped it from their logs */
};

struct copy_tokens {
  struct raise *raise;
  uint32_t n, capacity;
  uint32_t bucket[BUCKETS]; /* by scope: the last one */
};

static void empty_buckets(struct copy_tokens *tokens) {
  for (int i = 0; i < BUCKETS; i++) tokens->bucket[i] = NO_ENTRY;
}

struct copy_tokens *copy_tokens_new(struct sim *sim) {
  column_want(sim, COLUMN_TOKEN);
  struct copy_tokens *tokens = mem_zeroed(1, sizeof *tokens);
  empty_buckets(tokens);
  return tokens;
}

void copy_tokens_free(struct copy_tokens *tokens) {
  if (!tokens) return;
  free(tokens->raise);
  free(tokens);
}

static uint32_t *bucket_of(struct copy_tokens *tokens, uint64_t scope) {
  return &tokens->bucket[rng_mix(scope) % BUCKETS];
}

static void put(struct copy_tokens *tokens, uint32_t i, struct raise raise) {
  uint32_t *bucket = bucket_of(tokens, raise.scope);
  raise.before = *bucket;
  tokens->raise[i] = raise;
  *bucket = i;
}

static bool has(const struct copy *copy, const struct raise *r) {
  if (r->everywhere) return true;
  if (r->position <= copy->log.dropped || r->position > copy->log.end) return false;
  return log_at(&copy->log, r->position).write == r->write;
}

/* In one log later entries have greater tokens. */
static uint64_t greatest(const struct copy *copy, uint64_t scope) {
  struct copy_tokens *tokens = copy->group->tokens;
  uint64_t most = 0;
  for (uint32_t i = *bucket_of(tokens, scope); i != NO_ENTRY; i = tokens->raise[i].before) {
    const struct raise *r = &tokens->raise[i];
    if (r->scope == scope && r->number > most && has(copy, r)) most = r->number;
  }
  return most;
}

enum token_is copy_tokens_look(const struct sim *sim, const struct copy *copy,
                               const struct frame *call) {
  uint64_t token = column_get(sim, call, COLUMN_TOKEN);
  if (token == 0) return TOKEN_NONE;
  uint64_t known = greatest(copy, token_scope(token, call->item));
  if (token_number(token) == known) return TOKEN_KNOWN;
  return token_number(token) < known ? TOKEN_OLD : TOKEN_NEW;
}

void copy_tokens_note(const struct sim *sim, const struct copy *copy, const struct frame *call,
                      uint32_t write) {
  struct copy_tokens *tokens = copy->group->tokens;
  if (copy_tokens_look(sim, copy, call) != TOKEN_NEW) return;
  if (tokens->n == tokens->capacity) {
    tokens->capacity = tokens->capacity ? 2 * tokens->capacity : 64;
    tokens->raise = mem_resize(tokens->raise, tokens->capacity * sizeof *tokens->raise);
  }
  uint64_t token = column_get(sim, call, COLUMN_TOKEN);
  put(tokens, tokens->n++,
      (struct raise){.scope = token_scope(token, call->item),
                     .number = token_number(token),
                     .write = write,
                     .position = copy->log.end});
}

/* Of what all copies have the greatest of each lock is left. */
void copy_tokens_forget(const struct group *group, uint32_t until) {
  struct copy_tokens *tokens = group->tokens;
  if (!tokens) return;
  const struct copy *any = &group->copy[0];
  bool *stays = mem_zeroed(tokens->n + 1, sizeof *stays);
  for (uint32_t i = 0; i < tokens->n; i++) {
    const struct raise *r = &tokens->raise[i];
    stays[i] = r->position > until || has(any, r);
    for (uint32_t k = *bucket_of(tokens, r->scope); stays[i] && r->position <= until && k != i;) {
      const struct raise *later = &tokens->raise[k];
      bool covers = later->scope == r->scope && later->position <= until && has(any, later);
      stays[i] = !covers;
      k = later->before;
    }
  }
  uint32_t n = 0;
  empty_buckets(tokens);
  for (uint32_t i = 0; i < tokens->n; i++) {
    if (!stays[i]) continue;
    struct raise r = tokens->raise[i];
    r.everywhere |= r.position <= until;
    put(tokens, n++, r);
  }
  tokens->n = n;
  free(stays);
}
