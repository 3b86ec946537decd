/* Fencing (fencing.h) where the store has copies: the greatest token of a lock is remembered with
 * what was done under it, as an entry of the log, so that who takes over knows the tokens that its
 * own log has. A read under a token that is new has an entry of its own and waits until as many
 * copies have that as of a write: its reader will write by what it saw. All calls under locks go to
 * the primary. */
#ifndef COPY_TOKENS_H
#define COPY_TOKENS_H

#include <stdbool.h>
#include <stdint.h>

struct copy;
struct copy_tokens;
struct frame;
struct group;
struct sim;

/* What the copies share. */
struct copy_tokens *copy_tokens_new(struct sim *sim);
void copy_tokens_free(struct copy_tokens *tokens);

/* How the token of a call compares with the greatest one that the log of a copy has. */
enum token_is { TOKEN_NONE, TOKEN_OLD, TOKEN_KNOWN, TOKEN_NEW };
enum token_is copy_tokens_look(const struct sim *sim, const struct copy *copy,
                               const struct frame *call);

/* The last entry of the log of the primary was made for this call. */
void copy_tokens_note(const struct sim *sim, const struct copy *copy, const struct frame *call,
                      uint32_t write);

/* The logs, which agree up to there, end to keep what is up to there. */
void copy_tokens_forget(const struct group *group, uint32_t until);

#endif
