#include "workers.h"

#include <glib.h>

#define TICK_US 100000

struct workers {
  const struct workers_task *task;
  GMutex lock; /* guards all below */
  GCond changed;
  uint32_t next, running;
  uint32_t failed; /* lowest number of a piece that failed; UINT32_MAX: none */
  struct error failure;
};

/* The next piece, or UINT32_MAX. */
static uint32_t take(struct workers *w) {
  g_mutex_lock(&w->lock);
  bool any = w->next < w->task->n && w->failed == UINT32_MAX;
  uint32_t number = any ? w->next++ : UINT32_MAX;
  g_mutex_unlock(&w->lock);
  return number;
}

static void note_failure(struct workers *w, uint32_t number, const struct error *err) {
  g_mutex_lock(&w->lock);
  if (number < w->failed) {
    w->failed = number;
    w->failure = *err;
  }
  g_mutex_unlock(&w->lock);
}

static gpointer work(gpointer data) {
  struct workers *w = data;
  uint32_t number;
  while ((number = take(w)) != UINT32_MAX) {
    struct error err = {0};
    if (!w->task->piece(w->task->data, number, &err)) note_failure(w, number, &err);
  }
  g_mutex_lock(&w->lock);
  w->running--;
  g_cond_signal(&w->changed);
  g_mutex_unlock(&w->lock);
  return NULL;
}

static void wait_for_all(struct workers *w) {
  g_mutex_lock(&w->lock);
  while (w->running > 0) {
    g_cond_wait_until(&w->changed, &w->lock, g_get_monotonic_time() + TICK_US);
    if (w->task->tick == NULL) continue;
    g_mutex_unlock(&w->lock);
    w->task->tick(w->task->data);
    g_mutex_lock(&w->lock);
  }
  g_mutex_unlock(&w->lock);
}

bool workers_run(const struct workers_task *task, struct error *err) {
  struct workers w = {.task = task, .running = task->threads, .failed = UINT32_MAX};
  g_mutex_init(&w.lock);
  g_cond_init(&w.changed);
  GThread **thread = g_new(GThread *, task->threads);
  for (uint32_t i = 0; i < task->threads; i++) thread[i] = g_thread_new("point", work, &w);
  wait_for_all(&w);
  for (uint32_t i = 0; i < task->threads; i++) g_thread_join(thread[i]);
  g_free(thread);
  g_cond_clear(&w.changed);
  g_mutex_clear(&w.lock);
  if (w.failed == UINT32_MAX) return true;
  return error_set(err, "%s", w.failure.text);
}

uint32_t workers_count(uint32_t jobs, uint32_t pieces) {
  uint32_t n = jobs != 0 ? jobs : g_get_num_processors();
  if (n > pieces) n = pieces;
  return n > 0 ? n : 1;
}
