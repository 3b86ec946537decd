#include "shard.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

/* What the environment says; n = 0: it tells no count. */
struct hint {
  const char *variable, *value;
  uint32_t i, n;
};

static bool parse_number(const char *text, const char **end, uint32_t *out) {
  if (!g_ascii_isdigit(text[0])) return false;
  char *stop;
  uint64_t value = strtoull(text, &stop, 10);
  if (value > SHARDS_MAX) return false;
  *end = stop;
  *out = (uint32_t)value;
  return true;
}

static bool parse_pair(const char *text, uint32_t *i, uint32_t *n) {
  const char *at;
  return parse_number(text, &at, i) && *at == '/' && parse_number(at + 1, &at, n) && *at == '\0';
}

static bool check(const char *what, const struct shard *shard, struct error *err) {
  if (shard->n == 0)
    return error_set(err, "%s: there is no part of 0 parts; write I/N, such as 2/7", what);
  if (shard->i >= 1 && shard->i <= shard->n) return true;
  return error_set(err, "%s: part %u of %u does not exist; parts are counted from 1 to %u", what,
                   shard->i, shard->n, shard->n);
}

/* --- the environment ------------------------------------------------------------------------ */

static bool whole_number(const char *variable, const char *value, uint32_t *out,
                         struct error *err) {
  const char *end;
  if (parse_number(value, &end, out) && *end == '\0') return true;
  return error_set(err, "--shard auto: %s is to be a whole number, not '%.40s'", variable, value);
}

static bool ask_own(struct hint *hint, struct error *err) {
  hint->variable = "ARCHSIM_SHARD";
  hint->value = getenv(hint->variable);
  if (hint->value == NULL || parse_pair(hint->value, &hint->i, &hint->n)) return true;
  return error_set(err, "--shard auto: ARCHSIM_SHARD is to be I/N, such as 2/7, not '%.40s'",
                   hint->value);
}

static bool ask_gitlab(struct hint *hint, struct error *err) {
  hint->variable = "CI_NODE_INDEX";
  hint->value = getenv(hint->variable);
  if (hint->value == NULL) return true;
  const char *total = getenv("CI_NODE_TOTAL");
  if (total == NULL) {
    return error_set(
        err,
        "--shard auto: CI_NODE_INDEX is set and CI_NODE_TOTAL is not; set both, or write "
        "--shard I/N");
  }
  return whole_number("CI_NODE_INDEX", hint->value, &hint->i, err) &&
         whole_number("CI_NODE_TOTAL", total, &hint->n, err);
}

static bool ask_slurm(struct hint *hint, struct error *err) {
  hint->variable = "SLURM_ARRAY_TASK_ID";
  hint->value = getenv(hint->variable);
  return hint->value == NULL || whole_number(hint->variable, hint->value, &hint->i, err);
}

static bool ask_kubernetes(struct hint *hint, struct error *err) {
  hint->variable = "JOB_COMPLETION_INDEX";
  hint->value = getenv(hint->variable);
  if (hint->value == NULL) return true;
  if (!whole_number(hint->variable, hint->value, &hint->i, err)) return false;
  hint->i++;
  return true;
}

#define HINTS 4

static bool ask_all(struct hint hint[HINTS], struct error *err) {
  return ask_own(&hint[0], err) && ask_gitlab(&hint[1], err) && ask_slurm(&hint[2], err) &&
         ask_kubernetes(&hint[3], err);
}

static bool contradict(const struct hint *a, const struct hint *b, struct error *err) {
  return error_set(err,
                   "--shard auto: %s=%s and %s=%s contradict each other; unset one or write "
                   "--shard I/N",
                   a->variable, a->value, b->variable, b->value);
}

/* All that are set must agree; `n` is the stated count or 0. */
static bool combine(const struct hint hint[HINTS], uint32_t n, struct shard *out,
                    struct error *err) {
  const struct hint *first = NULL, *counted = NULL;
  for (int k = 0; k < HINTS; k++) {
    const struct hint *h = &hint[k];
    if (h->value == NULL) continue;
    if (first != NULL && first->i != h->i) return contradict(first, h, err);
    if (counted != NULL && h->n != 0 && counted->n != h->n) return contradict(counted, h, err);
    if (first == NULL) first = h;
    if (h->n != 0) counted = h;
  }
  if (first == NULL) {
    return error_set(err,
                     "--shard auto: none of ARCHSIM_SHARD, CI_NODE_INDEX, SLURM_ARRAY_TASK_ID and "
                     "JOB_COMPLETION_INDEX is set; write --shard I/N");
  }
  if (counted != NULL && n != 0 && counted->n != n) {
    return error_set(err,
                     "--shard auto/%u contradicts %s=%s, which says %u parts; write --shard auto",
                     n, counted->variable, counted->value, counted->n);
  }
  *out = (struct shard){first->i, counted != NULL ? counted->n : n};
  if (out->n != 0) return check(first->variable, out, err);
  return error_set(err, "--shard auto: %s does not tell how many parts there are; write auto/N",
                   first->variable);
}

static bool parse_auto(const char *text, struct shard *out, struct error *err) {
  uint32_t n = 0;
  const char *at = text + strlen("auto");
  if (*at != '\0' && (!parse_number(at + 1, &at, &n) || *at != '\0' || n == 0)) {
    return error_set(err, "--shard wants auto/N with N from 1 to %u, not '%.40s'", SHARDS_MAX,
                     text);
  }
  struct hint hint[HINTS] = {0};
  return ask_all(hint, err) && combine(hint, n, out, err);
}

/* --- the option ----------------------------------------------------------------------------- */

bool shard_parse(const char *text, struct shard *out, struct error *err) {
  *out = (struct shard){1, 1};
  if (text == NULL) return true;
  if (strcmp(text, "auto") == 0 || g_str_has_prefix(text, "auto/")) {
    return parse_auto(text, out, err);
  }
  if (!parse_pair(text, &out->i, &out->n)) {
    return error_set(err, "--shard wants I/N, such as 2/7, or auto, not '%.40s'", text);
  }
  return check("--shard", out, err);
}

uint32_t shard_of(uint32_t point, uint32_t n) {
  return (point - 1) % n + 1;
}
