/* How fast could it be? The three loads of the speed table as hand-written loops that know nothing
 * but their one system: a 4-ary heap, a pool of requests, a log-linear histogram, a sequential
 * generator (xoshiro256**), exponentials by ziggurat. No names, no keys, no faults, no checks, no
 * metrics beyond the latency histogram.
 *
 * usage: limit mm1|chain|thousand REQUESTS */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "hist.h"
#include "ziggurat.h"

/* --- random numbers ------------------------------------------------------------------------- */

static uint64_t state[4] = {1, 2, 3, 4};

static inline uint64_t rotate(uint64_t x, int k) {
  return x << k | x >> (64 - k);
}

static inline uint64_t next_word(void) {
  uint64_t result = rotate(state[1] * 5, 7) * 9, t = state[1] << 17;
  state[2] ^= state[0];
  state[3] ^= state[1];
  state[1] ^= state[2];
  state[0] ^= state[3];
  state[2] ^= t;
  state[3] = rotate(state[3], 45);
  return result;
}

/* Rounded to whole nanoseconds; one draw in a hundred leaves the fast path. */
static inline uint64_t exponential(double mean) {
  uint64_t word = next_word(), abscissa = word >> 11;
  const struct zig_layer *layer = &zig_exponential_layers[word & (ZIG_LAYERS - 1)];
  if (__builtin_expect(abscissa < layer->inside, 1)) {
    return (uint64_t)((double)(int64_t)abscissa * layer->scale * mean + 0.5);
  }
  struct draws draws = draws_begin((struct stream){.key = 1}, next_word(), 0);
  return (uint64_t)(zig_exponential_slow(&draws, word) * mean + 0.5);
}

/* --- event list ----------------------------------------------------------------------------- */

struct event {
  uint64_t time, order;
  uint32_t what, id;
};

static struct event *heap;
static uint32_t pending, room;
static uint64_t order;

static inline int before(const struct event *a, const struct event *b) {
  return a->time < b->time || (a->time == b->time && a->order < b->order);
}

static inline void push(uint64_t time, uint32_t what, uint32_t id) {
  if (pending == room) heap = realloc(heap, (room = room ? 2 * room : 1024) * sizeof *heap);
  struct event event = {time, order++, what, id};
  uint32_t i = pending++;
  for (; i > 0 && before(&event, &heap[(i - 1) / 4]); i = (i - 1) / 4) heap[i] = heap[(i - 1) / 4];
  heap[i] = event;
}

static inline struct event pop(void) {
  struct event top = heap[0], last = heap[--pending];
  uint32_t i = 0;
  for (uint32_t child; (child = 4 * i + 1) < pending; i = child) {
    uint32_t end = child + 4 < pending ? child + 4 : pending, best = child;
    for (uint32_t k = child + 1; k < end; k++) best = before(&heap[k], &heap[best]) ? k : best;
    if (!before(&heap[best], &last)) break;
    heap[i] = heap[best];
    child = best;
  }
  heap[i] = last;
  return top;
}

/* --- requests ------------------------------------------------------------------------------- */

struct request {
  uint64_t sent;
  uint32_t next, system, server;
};

static struct request *pool;
static uint32_t pool_size, free_list = UINT32_MAX;

static uint32_t request_new(void) {
  if (free_list == UINT32_MAX) {
    uint32_t old = pool_size;
    pool_size = old ? 2 * old : 1024;
    pool = realloc(pool, pool_size * sizeof *pool);
    for (uint32_t i = pool_size; i-- > old;) {
      pool[i].next = free_list;
      free_list = i;
    }
  }
  uint32_t r = free_list;
  free_list = pool[r].next;
  return r;
}

static void request_free(uint32_t r) {
  pool[r].next = free_list;
  free_list = r;
}

struct server {
  uint32_t workers, busy, head, tail, outstanding;
};

static inline void server_init(struct server *s, uint32_t workers) {
  *s = (struct server){.workers = workers, .head = UINT32_MAX, .tail = UINT32_MAX};
}

/* 1: the request may start. */
static inline int server_enter(struct server *s, uint32_t r) {
  if (s->busy < s->workers) {
    s->busy++;
    return 1;
  }
  pool[r].next = UINT32_MAX;
  if (s->tail == UINT32_MAX) {
    s->head = r;
  } else {
    pool[s->tail].next = r;
  }
  s->tail = r;
  return 0;
}

static inline uint32_t server_leave(struct server *s) {
  uint32_t r = s->head;
  if (r == UINT32_MAX) {
    s->busy--;
    return r;
  }
  s->head = pool[r].next;
  if (s->head == UINT32_MAX) s->tail = UINT32_MAX;
  return r;
}

/* --- M/M/1 ---------------------------------------------------------------------------------- */

static void mm1(uint64_t requests) {
  enum { ARRIVE, DONE };
  struct hist hist;
  struct server server;
  uint64_t done = 0;
  hist_init(&hist, 0, NULL);
  server_init(&server, 1);
  push(0, ARRIVE, 0);
  while (done < requests) {
    struct event event = pop();
    if (event.what == ARRIVE) {
      push(event.time + exponential(11111111.1), ARRIVE, 0);
      uint32_t r = request_new();
      pool[r].sent = event.time;
      if (server_enter(&server, r)) push(event.time + exponential(1e7), DONE, r);
    } else {
      uint32_t next = server_leave(&server);
      if (next != UINT32_MAX) push(event.time + exponential(1e7), DONE, next);
      hist_add(&hist, event.time - pool[event.id].sent);
      request_free(event.id);
      done++;
    }
  }
  printf("mean %.3f ms\n", hist_mean(&hist) / 1e6);
  hist_free(&hist);
}

/* --- client -> load balancer -> 3 servers -> database ----------------------------------------- */

struct chain {
  struct server web[3], database;
  struct hist hist;
};

enum {
  SEND,
  AT_BALANCER,
  AT_WEB,
  WEB_WORKED,
  AT_DATABASE,
  DATABASE_WORKED,
  BACK_AT_WEB,
  BACK_AT_BALANCER,
  BACK_AT_CLIENT
};

static const uint64_t hop_ns = 500000;

static void web_start(uint64_t now, uint32_t r) {
  push(now + exponential(1e7), WEB_WORKED, r);
}

static void database_start(uint64_t now, uint32_t r) {
  push(now + exponential(2e6), DATABASE_WORKED, r);
}

static uint32_t least_busy(const struct chain *c) {
  uint32_t best = 0;
  for (uint32_t i = 1; i < 3; i++) {
    if (c->web[i].outstanding < c->web[best].outstanding) best = i;
  }
  return best;
}

static void chains(uint32_t n, uint64_t requests) {
  struct chain *chain = calloc(n, sizeof *chain);
  uint64_t done = 0;
  for (uint32_t i = 0; i < n; i++) {
    for (int k = 0; k < 3; k++) server_init(&chain[i].web[k], 1);
    server_init(&chain[i].database, 2);
    hist_init(&chain[i].hist, 0, NULL);
    push(exponential(5e6), SEND, i);
  }
  while (done < requests) {
    struct event event = pop();
    uint64_t now = event.time;
    if (event.what == SEND) {
      push(now + exponential(5e6), SEND, event.id);
      uint32_t r = request_new();
      pool[r].sent = now;
      pool[r].system = event.id;
      pool[r].server = 0; /* none yet */
      push(now + hop_ns, AT_BALANCER, r);
      continue;
    }
    uint32_t r = event.id, next;
    struct chain *c = &chain[pool[r].system];
    struct server *web = &c->web[pool[r].server];
    switch (event.what) {
      case AT_BALANCER:
        pool[r].server = least_busy(c);
        c->web[pool[r].server].outstanding++;
        push(now + hop_ns, AT_WEB, r);
        break;
      case AT_WEB:
        if (server_enter(web, r)) web_start(now, r);
        break;
      case WEB_WORKED:
        push(now + hop_ns, AT_DATABASE, r);
        break;
      case AT_DATABASE:
        if (server_enter(&c->database, r)) database_start(now, r);
        break;
      case DATABASE_WORKED:
        next = server_leave(&c->database);
        if (next != UINT32_MAX) database_start(now, next);
        push(now + hop_ns, BACK_AT_WEB, r);
        break;
      case BACK_AT_WEB:
        next = server_leave(web);
        if (next != UINT32_MAX) web_start(now, next);
        push(now + hop_ns, BACK_AT_BALANCER, r);
        break;
      case BACK_AT_BALANCER:
        web->outstanding--;
        push(now + hop_ns, BACK_AT_CLIENT, r);
        break;
      case BACK_AT_CLIENT:
        hist_add(&c->hist, now - pool[r].sent);
        request_free(r);
        done++;
        break;
    }
  }
  printf("mean %.3f ms\n", hist_mean(&chain[0].hist) / 1e6);
  for (uint32_t i = 0; i < n; i++) hist_free(&chain[i].hist);
  free(chain);
}

int main(int argc, char **argv) {
  if (argc != 3) return fprintf(stderr, "usage: limit mm1|chain|thousand REQUESTS\n"), 2;
  uint64_t requests = strtoull(argv[2], NULL, 10);
  clock_t begin = clock();
  if (!strcmp(argv[1], "mm1")) mm1(requests);
  if (!strcmp(argv[1], "chain")) chains(1, requests);
  if (!strcmp(argv[1], "thousand")) chains(1000, requests);
  double ns = (double)(clock() - begin) / CLOCKS_PER_SEC * 1e9 / (double)requests;
  printf("%.1f ns a request\n", ns);
  return 0;
}
