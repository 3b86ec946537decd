/* Random numbers that are named and keyed.
 *
 * Every draw is a pure function of (seed, replication, component name, purpose, entity key, draw
 * number). The first four name a stream and are folded into its 64-bit key once, at set-up. The
 * last two are the counter of a counter-based generator, so nothing is remembered between draws:
 * adding a server, a retry policy or a fault disturbs no draw of anything else, and two designs see
 * the same arrivals and the same work (common random numbers).
 *
 * The generator is Philox2x64 with 6 rounds, the smallest number of rounds for which its authors
 * report no failure in TestU01's BigCrush (Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as
 * easy as 1, 2, 3", SC 2011, table 2). One block gives two 64-bit words.
 *
 * Two simulations may be the halves of an antithetic pair: the second draws 1 - u wherever the
 * first draws u, so that what one draws short, the other draws long, and the mean of both varies
 * less than that of two independent ones (Law, "Simulation Modeling and Analysis", 11.3). This
 * works through monotone transformations of u alone; the streams of both halves therefore ask for
 * inversion where a law has one (ziggurat.h), and a simulation that is alone draws the same as if
 * halves did not exist. */
#ifndef RNG_H
#define RNG_H

#include <stdbool.h>
#include <stdint.h>

/* A simulation by itself, or a half of an antithetic pair. */
enum rng_half { HALF_NONE, HALF_FIRST, HALF_SECOND };

/* A named source of draws. */
struct stream {
  uint64_t key;
  uint64_t paired; /* 0: alone; else bit 63 is set, and in the second half bit 0 too */
};

/* Hash of a name, stable over versions and machines (used for component names and purposes). */
uint64_t rng_hash_name(const char *name);

/* The finalizer of splitmix64 (Steele, Lea, Flood 2014): a bijection of 64-bit words. */
static inline uint64_t rng_mix(uint64_t x) {
  x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
  return x ^ (x >> 31);
}

/* The key of attempt number `attempt` at what has this key; the first, number 0, has the key
 * itself, so that a design which tries again draws the same as one that does not until it does. */
static inline uint64_t key_attempt(uint64_t key, uint64_t attempt) {
  return attempt == 0 ? key : rng_mix(key + attempt * UINT64_C(0xd1342543de82ef95));
}

struct stream rng_stream(uint64_t seed, uint64_t replication, const char *component,
                         const char *purpose);

/* The same stream for a half of a pair. */
static inline struct stream stream_half(struct stream stream, enum rng_half half) {
  stream.paired = half == HALF_NONE ? 0 : UINT64_C(1) << 63 | (half == HALF_SECOND);
  return stream;
}

/* The draws of one entity from one stream, in order. Lives on the stack of the caller. */
struct draws {
  uint64_t key;    /* of the stream */
  uint64_t paired; /* as the stream */
  uint64_t entity; /* counter word 0 */
  uint64_t number; /* counter word 1: the next block */
  uint64_t spare;  /* second word of the last block */
  bool has_spare;
};

/* Each block that is drawn, for the test that none is drawn twice (tests/unit/draws.c). */
#ifdef RNG_RECORD
void rng_record(uint64_t stream_key, uint64_t entity, uint64_t block);
#else
static inline void rng_record(uint64_t stream_key, uint64_t entity, uint64_t block) {
  (void)stream_key, (void)entity, (void)block;
}
#endif

/* The multiplier of a round, and what the key grows by (the golden ratio): PHILOX_M2x64_0 and
 * PHILOX_W64_0 of Random123. Its headers bring every vector instruction of the processor along, two
 * megabytes of text and half of the time to compile, so that rng.c alone includes them and holds
 * these two against theirs. */
#define RNG_MULTIPLIER UINT64_C(0xD2B74407B1CE6E93)
#define RNG_KEY_STEP UINT64_C(0x9E3779B97F4A7C15)

static inline void philox_round(uint64_t *left, uint64_t *right, uint64_t *key) {
  __extension__ typedef unsigned __int128 u128;
  u128 product = (u128)RNG_MULTIPLIER * *left;
  *left = (uint64_t)(product >> 64) ^ *key ^ *right;
  *right = (uint64_t)product;
  *key += RNG_KEY_STEP;
  __asm__("" : "+r"(*key)); /* it is no constant plus the first key */
}

/* The first word of a block, and the second: philox2x64_R(6, ..) of Random123, written out so that
 * each round's key is made of the one before. Left to itself, a compiler holds five more constants,
 * for which a small function has no registers. The code that draws the block says so with
 * rng_record. */
static inline uint64_t rng_block(uint64_t stream_key, uint64_t entity, uint64_t number,
                                 uint64_t *second) {
  uint64_t left = entity, right = number, key = stream_key;
  philox_round(&left, &right, &key);
  philox_round(&left, &right, &key);
  philox_round(&left, &right, &key);
  philox_round(&left, &right, &key);
  philox_round(&left, &right, &key);
  philox_round(&left, &right, &key);
  *second = right;
  return left;
}

/* Begins at block `first` of (stream, entity). Users that draw for the same entity more than once
 * pass starts that are at least 2^32 apart. */
static inline struct draws draws_begin(struct stream stream, uint64_t entity, uint64_t first) {
  return (struct draws){
      .key = stream.key, .paired = stream.paired, .entity = entity, .number = first};
}

/* A word as it is, the same in both halves of a pair. */
static inline uint64_t draws_next(struct draws *d) {
  if (d->has_spare) {
    d->has_spare = false;
    return d->spare;
  }
  rng_record(d->key, d->entity, d->number);
  d->has_spare = true;
  return rng_block(d->key, d->entity, d->number++, &d->spare);
}

/* All bits of a word turned over for the second half, so that its uniform is 1 - u exactly. */
static inline uint64_t draws_turned(const struct draws *d, uint64_t word) {
  return word ^ (0 - (d->paired & 1));
}

/* The uniform on the open interval (0, 1) that a word stands for, 52 bits. */
static inline double rng_unit(uint64_t word) {
  return ((double)(word >> 12) + 0.5) * 0x1p-52;
}

/* Uniform on the open interval (0, 1), 52 bits. */
static inline double draws_unit(struct draws *d) {
  return rng_unit(draws_turned(d, draws_next(d)));
}

/* Uniform on 0 .. n-1 (n >= 1); the bias of Lemire's multiplication is below n / 2^64. */
static inline uint64_t draws_below(struct draws *d, uint64_t n) {
  __extension__ typedef unsigned __int128 u128;
  return (uint64_t)(((u128)draws_turned(d, draws_next(d)) * n) >> 64);
}

#endif
