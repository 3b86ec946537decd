#include "copy_tokens.h"

#include <stdlib.h>

#include "arena.h"
#include "column.h"
#include "copies.h"
#include "lease.h"
#include "log_notes.h"

/* Of a note: its key is the lock, its value the token's number. */
struct copy_tokens {
  struct log_notes notes;
};

struct copy_tokens *copy_tokens_new(struct sim *sim) {
  column_want(sim, COLUMN_TOKEN);
  struct copy_tokens *tokens = mem_alloc(sizeof *tokens);
  log_notes_init(&tokens->notes);
  return tokens;
}

void copy_tokens_free(struct copy_tokens *tokens) {
  if (!tokens) return;
  log_notes_free(&tokens->notes);
  free(tokens);
}

/* In one log later entries have greater tokens. */
static uint64_t greatest(const struct copy *copy, uint64_t scope) {
  const struct log_notes *notes = &copy->group->tokens->notes;
  uint64_t most = 0;
  for (const struct log_note *note = log_notes_last(notes, scope); note;) {
    if (note->value > most && log_notes_has(&copy->log, note)) most = note->value;
    note = log_notes_before(notes, note);
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
  if (copy_tokens_look(sim, copy, call) != TOKEN_NEW) return;
  uint64_t token = column_get(sim, call, COLUMN_TOKEN);
  struct log_note note = {.key = token_scope(token, call->item),
                          .value = token_number(token),
                          .write = write,
                          .position = copy->log.end};
  log_notes_add(&copy->group->tokens->notes, &note);
}

/* Of what all copies have the greatest of each lock is left. */
void copy_tokens_forget(const struct group *group, uint32_t until) {
  if (!group->tokens) return;
  struct log_notes *notes = &group->tokens->notes;
  const struct copy *any = &group->copy[0];
  bool *stays = mem_zeroed(notes->n + 1, sizeof *stays);
  for (uint32_t i = 0; i < notes->n; i++) {
    const struct log_note *note = &notes->note[i];
    stays[i] = note->position > until || (log_notes_has(&any->log, note) &&
                                          !log_notes_replaced(notes, &any->log, note, until));
  }
  log_notes_keep(notes, stays, until);
  free(stays);
}
