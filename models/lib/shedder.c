#include "shedder.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "quantity.h"

static const char *after_word(const char *text, const char *word) {
  size_t n = strlen(word);
  if (strncmp(text, word, n) != 0) return NULL;
  for (text += n; *text == ' '; text++) continue;
  if (*text != '>') return NULL;
  for (text++; *text == ' '; text++) continue;
  return text;
}

static bool parse_queue(const char *text, struct shed_when *out, struct error *err) {
  out->rule = strchr(text, '%') ? SHED_QUEUE_SHARE : SHED_QUEUE_CALLS;
  if (out->rule == SHED_QUEUE_SHARE) {
    if (!quantity_parse(QUANTITY_RATIO, text, &out->limit, err)) return false;
    return out->limit <= 1 || error_set(err, "a queue is never fuller than 100%%");
  }
  const char *end = quantity_number_end(text);
  if (end == NULL || *end != '\0') {
    return error_set(err, "write \"queue > 50%%\" or \"queue > 40\", not \"queue > %.40s\"", text);
  }
  out->limit = strtod(text, NULL);
  return true;
}

bool shed_parse(const char *text, struct shed_when *out, struct error *err) {
  const char *queue = after_word(text, "queue"), *wait = after_word(text, "wait");
  if (queue) return parse_queue(queue, out, err);
  if (wait == NULL) {
    return error_set(
        err, "write \"queue > 50%%\", \"queue > 40\" or \"wait > 20ms\", not \"%.40s\"", text);
  }
  out->rule = SHED_WAIT;
  return quantity_parse(QUANTITY_TIME, wait, &out->limit, err);
}

/* How far up a class is kept: 0 for those that go first, 1 for the first of those named. */
static double kept(const struct shed_config *config, uint32_t class) {
  uint32_t n = config->keep.n;
  if (class == n) return 0;
  return n == 1 ? 1 : (double)(n - 1 - class) / (double)(n - 1);
}

bool shed_by_queue(const struct shed_config *config, uint32_t class, uint64_t waiting,
                   uint64_t queue) {
  double limit = config->parsed.limit, full = (double)queue;
  if (config->parsed.rule == SHED_QUEUE_SHARE) limit *= full;
  double up_to = kept(config, class);
  if (up_to > 0) limit += up_to * (full > limit ? full - limit : 0); /* endless: never */
  return (double)waiting > limit;
}

/* --- CoDel ---------------------------------------------------------------------------------- */

/* Whether all have waited too long for an interval. */
static bool is_standing(const struct shed_config *config, struct shedder *s, uint64_t wait_ns,
                        bool more, uint64_t now_ns) {
  if ((double)wait_ns < config->parsed.limit || !more) {
    s->above = false;
    return false;
  }
  if (!s->above) {
    s->above = true;
    s->above_ns = now_ns + config->interval_ns;
    return false;
  }
  return now_ns >= s->above_ns;
}

static uint64_t law(const struct shed_config *config, const struct shedder *s, uint64_t from_ns) {
  return from_ns + (uint64_t)((double)config->interval_ns / sqrt((double)s->count) + 0.5);
}

/* Classes that go before it, each of which it is spared an interval for. */
static uint64_t spared_ns(const struct shed_config *config, uint32_t class) {
  uint32_t last = config->keep.n > 1 ? config->keep.n - 1 : config->keep.n;
  return class < last ? (last - class) * config->interval_ns : 0;
}

bool shed_by_wait(const struct shed_config *config, struct shedder *s, uint32_t class,
                  uint64_t wait_ns, bool more, uint64_t now_ns) {
  bool standing = is_standing(config, s, wait_ns, more, now_ns);
  uint64_t spared = spared_ns(config, class);
  if (!standing) {
    s->dropping = s->turned_away = false;
    return false;
  }
  if (s->turned_away) s->next_ns = law(config, s, s->next_ns);
  s->turned_away = false;
  if (s->dropping) {
    if (now_ns < s->next_ns + spared) return false;
    s->count++;
    s->turned_away = true;
    return true;
  }
  if (now_ns < s->above_ns + spared) return false;
  /* Soon after the last time it goes on nearly where it was. */
  uint64_t delta = s->count - s->before;
  bool again = delta > 1 && now_ns < s->next_ns + 16 * config->interval_ns;
  s->dropping = true;
  s->count = again ? delta : 1;
  s->next_ns = law(config, s, now_ns);
  s->before = s->count;
  return true;
}
