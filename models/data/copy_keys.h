/* Idempotency keys of a database that has copies: a write and its key are one entry of the log, so
 * that a copy knows the keys of the writes that its log has, and of no others. A primary that takes
 * over and lacks a write does it when it is sent again; one whose log has it does not, even if
 * nobody had an answer yet.
 *
 * Invariant: the set of copies of an entry is that of the logs which have its write. */
#ifndef COPY_KEYS_H
#define COPY_KEYS_H

#include <stdbool.h>
#include <stdint.h>

struct copy;
struct copy_keys;
struct frame;
struct idempotency_config;
struct idempotency_meters;
struct sim;

struct copy_keys *copy_keys_new(struct sim *sim, const struct idempotency_config *config);
void copy_keys_free(struct copy_keys *keys);

/* The primary has made a write for this call. */
void copy_keys_made(struct copy_keys *keys, uint32_t copy, uint32_t write, uint64_t identity,
                    uint64_t now_ns);
/* A log gets a write, or has it no more. */
void copy_keys_note(struct copy_keys *keys, uint32_t copy, uint32_t write, bool has);

/* The write of that key which the copy's log has and remembers; 0: there is none, and it is to be
 * done. */
uint32_t copy_keys_done(struct copy_keys *keys, uint32_t copy, uint64_t identity, uint64_t now_ns,
                        struct idempotency_meters *meters);

/* How many writes of the copy's log have a key that an earlier one of it has, and how many were
 * done on purpose that way. */
uint64_t copy_keys_twice(const struct copy_keys *keys, uint32_t copy);
uint64_t copy_keys_duplicates(const struct copy_keys *keys);

#endif
