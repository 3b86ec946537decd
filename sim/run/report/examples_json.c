#include "examples_json.h"

#include <glib.h>

#include "json_write.h"
#include "trace_keep.h"

#define SPANS_MOST 40u /* of a request; the first ones */

static char *member_name(const struct results *results, uint32_t member) {
  const struct kept_member *m = &results->traces->member[member];
  const char *name = results->scenario->spec.component[m->component].name;
  return m->index > 0 ? g_strdup_printf("%s[%u]", name, m->index) : g_strdup(name);
}

static json_t *since(const struct kept_request *r, uint64_t ns) {
  return json_real((double)(ns - r->from_ns) / 1e9);
}

static json_t *parts_tree(const struct kept_request *r, const struct kept_span *span) {
  json_t *list = json_array();
  for (uint32_t i = 0; i < span->n; i++) {
    const struct kept_segment *s = &r->segment[span->first + i];
    json_t *part = json_object();
    json_object_set_new(part, "part",
                        json_text(s->part == PART_WAIT ? "wait" : part_defs[s->part].name));
    json_object_set_new(part, "from_s", since(r, s->from_ns));
    json_object_set_new(part, "to_s", since(r, s->until_ns));
    json_array_append_new(list, part);
  }
  return list;
}

static uint32_t depth_of(const struct kept_request *r, uint32_t index) {
  uint32_t depth = 0;
  for (; index > 0; index = r->span[index].parent) depth++;
  return depth;
}

static json_t *span_tree(const struct results *results, const struct kept_request *r,
                         uint32_t index) {
  const struct kept_span *span = &r->span[index];
  json_t *tree = json_object();
  char *name = member_name(results, span->callee);
  json_object_set_new(tree, "component", json_text(name));
  json_object_set_new(tree, "op", json_text(results->scenario->spec.op[span->op]));
  json_object_set_new(tree, "depth", json_integer(depth_of(r, index)));
  json_object_set_new(tree, "from_s", since(r, span->from_ns));
  json_object_set_new(tree, "to_s", since(r, span->until_ns));
  json_object_set_new(tree, "outcome",
                      json_text(span->ended ? outcome_name[span->outcome] : "unanswered"));
  json_object_set_new(tree, "parts", parts_tree(r, span));
  g_free(name);
  return tree;
}

static json_t *request_tree(const struct results *results, const struct kept_request *r,
                            const char *which) {
  json_t *tree = json_object(), *spans = json_array();
  for (uint32_t i = 0; i < r->spans && i < SPANS_MOST; i++) {
    json_array_append_new(spans, span_tree(results, r, i));
  }
  char *client = member_name(results, r->span[0].callee);
  json_object_set_new(tree, "which", json_text(which));
  json_object_set_new(tree, "client", json_text(client));
  json_object_set_new(tree, "at_s", json_real((double)r->from_ns / 1e9));
  json_object_set_new(tree, "latency_s", json_real((double)r->latency_ns / 1e9));
  json_object_set_new(tree, "outcome", json_text(outcome_name[r->span[0].outcome]));
  json_object_set_new(tree, "left_out",
                      json_integer(r->spans > SPANS_MOST ? r->spans - SPANS_MOST : 0));
  json_object_set_new(tree, "spans", spans);
  g_free(client);
  return tree;
}

/* Of the sample the one with the median latency; of an even number the lower. */
static const struct kept_request *typical(const struct trace_keep *keep) {
  const struct kept_request *list = keep->request[KEEP_SAMPLE];
  uint32_t n = keep->n[KEEP_SAMPLE];
  for (uint32_t i = 0; i < n; i++) {
    uint32_t before = 0;
    for (uint32_t k = 0; k < n; k++) {
      before += list[k].latency_ns < list[i].latency_ns ||
                (list[k].latency_ns == list[i].latency_ns && k < i);
    }
    if (before == (n - 1) / 2) return &list[i];
  }
  return NULL;
}

json_t *examples_json(const struct results *results) {
  json_t *list = json_array();
  const struct trace_keep *keep = results->traces;
  if (keep == NULL) return list;
  const struct kept_request *chosen = typical(keep);
  if (keep->n[KEEP_SLOWEST] > 0) {
    json_array_append_new(list, request_tree(results, keep->request[KEEP_SLOWEST], "slowest"));
  }
  if (chosen != NULL) json_array_append_new(list, request_tree(results, chosen, "typical"));
  if (keep->n[KEEP_FAILED] > 0) {
    json_array_append_new(list, request_tree(results, keep->request[KEEP_FAILED], "failed"));
  }
  return list;
}
