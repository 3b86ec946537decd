/* Three sentences on a run, each with its numbers: where the time goes, what saturates first, what
 * failed and why. They are those of the diagnosis; older files lack it, for which they are made up
 * from the metrics. */
#include <math.h>
#include <string.h>

#include "format.h"
#include "html.h"
#include "page.h"
#include "results_tree.h"

#define FAULTS_NAMED 3u

/* Whom the diagnosis speaks of; in older files the client of the first goal that is not met, else
 * the one with the most requests; "" if none. */
static char *main_client(const struct page *p) {
  const json_t *answer = json_object_get(json_object_get(p->run, "diagnosis"), "answer");
  if (tree_has_text(answer, "client")) return g_strdup(tree_text(answer, "client"));
  char **clients = page_clients(p);
  const char *chosen = "";
  double most = -1;
  for (char **c = clients; *c != NULL; c++) {
    double offered = tree_metric(p->metrics, *c, "offered");
    if (offered > most) {
      most = offered;
      chosen = *c;
    }
  }
  const json_t *goals = json_object_get(p->run, "goals");
  for (size_t i = 0; i < json_array_size(goals); i++) {
    const json_t *goal = json_array_get(goals, i);
    if (tree_true(goal, "pass")) continue;
    const char *own;
    char *owner = page_owner(tree_text(goal, "goal"), &own);
    bool found = g_strv_contains((const gchar *const *)clients, owner);
    for (char **c = clients; found && *c != NULL; c++) {
      if (strcmp(*c, owner) == 0) chosen = *c;
    }
    g_free(owner);
    if (found) break;
  }
  char *name = g_strdup(chosen);
  g_strfreev(clients);
  return name;
}

/* --- where the time goes -------------------------------------------------------------------- */

static void say_part(GString *out, const json_t *part, double latency_s) {
  char *said = page_part_said(part);
  page_say(out, UNIT_RATIO, tree_number(part, "s") / latency_s);
  g_string_append_printf(out, " is %s", said);
  g_free(said);
}

/* Of "at": the entry of this quantile, else the last one that has one. */
static const json_t *blame_at(const json_t *blame, double q) {
  const json_t *at = json_object_get(blame, "at"), *found = NULL;
  for (size_t i = 0; i < json_array_size(at); i++) {
    const json_t *entry = json_array_get(at, i);
    double here = tree_number(entry, "q");
    if (isnan(here) || json_array_size(json_object_get(entry, "parts")) == 0) continue;
    found = entry;
    if (here == q) return entry;
  }
  return found;
}

static bool say_blame(const struct page *p, GString *out, const char *client) {
  const json_t *blame = json_object_get(json_object_get(p->run, "blame"), client);
  const json_t *entry = blame_at(blame, 0.99), *parts = json_object_get(entry, "parts");
  double latency_s = tree_number(entry, "latency_s"), q = tree_number(entry, "q");
  if (entry == NULL || !(latency_s > 0)) return false;
  g_string_append_printf(out, "Where the time goes: at the %.4g %% quantile a request of %s takes ",
                         q * 100, client);
  page_say(out, UNIT_SECONDS, latency_s);
  size_t n = MIN(json_array_size(parts), 3);
  for (size_t i = 0; i < n; i++) {
    g_string_append(out, i == 0 ? ", of which " : i + 1 == n ? " and " : ", ");
    say_part(out, json_array_get(parts, i), latency_s);
  }
  g_string_append_printf(out, " (from %.0f sampled requests).", tree_number(entry, "requests"));
  return true;
}

/* The member or component where this metric is largest; to be freed with g_free, NULL: nowhere. */
static char *largest(const struct page *p, const char *metric, double *value) {
  const char **names = tree_keys(p->metrics);
  char *found = NULL;
  *value = 0;
  for (const char **name = names; *name != NULL; name++) {
    const char *own;
    char *owner = page_owner(*name, &own);
    double here = tree_number(json_object_get(p->metrics, *name), "value");
    if (strcmp(own, metric) == 0 && strchr(owner, '[') == NULL && here > *value) {
      *value = here;
      g_free(found);
      found = g_strdup(owner);
    }
    g_free(owner);
  }
  g_free(names);
  return found;
}

static void say_stay(const struct page *p, GString *out, const char *client) {
  double service_s, wait_s;
  char *slow = largest(p, "service.mean", &service_s), *queue = largest(p, "wait.mean", &wait_s);
  g_string_append_printf(out, "Where the time goes: a request of %s takes ", client);
  page_say(out, UNIT_SECONDS, tree_metric(p->metrics, client, "latency.mean"));
  g_string_append(out, " on average and ");
  page_say(out, UNIT_SECONDS, tree_metric(p->metrics, client, "latency.p99"));
  g_string_append(out, " at the 99 % quantile");
  double failed = 1 - tree_metric(p->metrics, client, "availability");
  if (failed > FAILED_NEGLIGIBLE) {
    g_string_append(out, ", the ");
    page_say(out, UNIT_RATIO, failed);
    g_string_append(out, " that failed left out");
  }
  if (page_unfinished(p, client) > 0) {
    g_string_append(out, ", the ");
    page_say(out, UNIT_RATIO, page_unfinished(p, client));
    g_string_append(out, " that had not ended when the run did left out");
  }
  if (slow != NULL) {
    g_string_append_printf(out, "; a call holds a worker longest at %s (mean ", slow);
    page_say(out, UNIT_SECONDS, service_s);
    g_string_append(out, ", calls it waits for included)");
  }
  if (queue != NULL) {
    g_string_append_printf(out, " and waits for one longest at %s (mean ", queue);
    page_say(out, UNIT_SECONDS, wait_s);
    g_string_append_c(out, ')');
  } else if (slow != NULL) {
    g_string_append(out, " and waits for one nowhere");
  }
  g_string_append_c(out, '.');
  g_free(slow);
  g_free(queue);
}

/* --- what saturates first ------------------------------------------------------------------- */

static void say_busiest(const struct page *p, GString *out) {
  double utilization;
  char *busiest = largest(p, "utilization", &utilization);
  g_string_append(out, "What saturates first: ");
  if (busiest == NULL) {
    g_string_append(out, "no component has a limited number of workers.");
  } else {
    g_string_append_printf(out, "%s, whose workers are busy ", busiest);
    page_say(out, UNIT_RATIO, utilization);
    g_string_append(out, " of the time");
    g_string_append_c(out, '.');
  }
  g_free(busiest);
}

/* --- what failed and why -------------------------------------------------------------------- */

struct cause {
  char *name;
  double share;
};

static int by_share(const void *left, const void *right) {
  const struct cause *a = left, *b = right;
  if (a->share != b->share) return a->share < b->share ? 1 : -1;
  return strcmp(a->name, b->name);
}

static GArray *causes_of(const struct page *p, const char *client) {
  GArray *list = g_array_new(FALSE, FALSE, sizeof(struct cause));
  char *prefix = g_strconcat(client, ".errors.", NULL);
  const char **names = tree_keys(p->metrics);
  double requests = tree_metric(p->metrics, client, "requests");
  for (const char **name = names; *name != NULL; name++) {
    double count = tree_number(json_object_get(p->metrics, *name), "value");
    if (!g_str_has_prefix(*name, prefix) || !(count > 0)) continue;
    struct cause cause = {g_strdup(*name + strlen(prefix)), count / requests};
    g_array_append_val(list, cause);
  }
  g_free(names);
  g_free(prefix);
  if (list->len > 0) qsort(list->data, list->len, sizeof(struct cause), by_share);
  return list;
}

/* The component that was up for the smallest share of the time. */
static void say_downtime(const struct page *p, GString *out) {
  const char **names = tree_keys(p->metrics);
  double least = 1;
  char *worst = NULL;
  for (const char **name = names; *name != NULL; name++) {
    const char *own;
    char *owner = page_owner(*name, &own);
    double uptime = tree_number(json_object_get(p->metrics, *name), "value");
    if (strcmp(own, "uptime") == 0 && strchr(owner, '[') == NULL && uptime < least) {
      least = uptime;
      g_free(worst);
      worst = g_strdup(owner);
    }
    g_free(owner);
  }
  g_free(names);
  if (worst == NULL) return;
  g_string_append_printf(out, " Of the components %s was down longest: up ", worst);
  page_say(out, UNIT_RATIO, least);
  g_string_append(out, " of the time.");
  g_free(worst);
}

static void say_failures(const struct page *p, GString *out, const char *client) {
  double availability = tree_metric(p->metrics, client, "availability");
  GArray *causes = causes_of(p, client);
  g_string_append(out, "What failed and why: ");
  if (isnan(availability)) {
    g_string_append_printf(out, "no request of %s ended in the measured time.", client);
  } else if (availability == 1) {
    if (page_unfinished(p, client) > 0) {
      page_say(out, UNIT_RATIO, page_unfinished(p, client));
      g_string_append_printf(out, " of the requests of %s had not ended when the run did.", client);
    } else {
      g_string_append_printf(out, "nothing that %s saw; all its requests were answered.", client);
    }
  } else {
    page_say(out, UNIT_RATIO, 1 - availability);
    g_string_append_printf(out, " of the requests of %s ended badly", client);
    for (guint i = 0; i < causes->len; i++) {
      const struct cause *cause = &g_array_index(causes, struct cause, i);
      g_string_append_printf(out, "%s%s ", i == 0 ? ": " : ", ", cause->name);
      page_say(out, UNIT_RATIO, cause->share);
    }
    g_string_append_c(out, '.');
    say_downtime(p, out);
  }
  for (guint i = 0; i < causes->len; i++) g_free(g_array_index(causes, struct cause, i).name);
  g_array_free(causes, TRUE);
}

/* Members that fail one by one have one name: "crash web[*], member 3" is "crash web[*]". */
static char *fault_name(const json_t *fault) {
  const char *name = tree_text(fault, "name"), *member = strstr(name, ", member ");
  return member != NULL ? g_strndup(name, (gsize)(member - name)) : g_strdup(name);
}

/* Many, in the order in which each was there first: "crash web[*] 122 times, slow db". */
static void count_faults(GString *out, const json_t *faults) {
  GHashTable *times = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  GPtrArray *names = g_ptr_array_new();
  for (size_t i = 0; i < json_array_size(faults); i++) {
    char *name = fault_name(json_array_get(faults, i));
    guint n = GPOINTER_TO_UINT(g_hash_table_lookup(times, name)) + 1;
    if (n == 1) g_ptr_array_add(names, g_strdup(name));
    g_hash_table_insert(times, name, GUINT_TO_POINTER(n));
  }
  for (guint i = 0; i < names->len; i++) {
    char *name = names->pdata[i];
    guint n = GPOINTER_TO_UINT(g_hash_table_lookup(times, name));
    if (i < FAULTS_NAMED) {
      g_string_append_printf(out, "%s%s", i > 0 ? ", " : "", name);
      if (n > 1) g_string_append_printf(out, " %u times", n);
    }
    g_free(name);
  }
  if (names->len > FAULTS_NAMED) {
    g_string_append_printf(out, " and %u other%s", names->len - FAULTS_NAMED,
                           names->len - FAULTS_NAMED == 1 ? "" : "s");
  }
  g_ptr_array_free(names, TRUE);
  g_hash_table_destroy(times);
}

static void say_faults(const struct page *p, GString *out) {
  const json_t *faults = json_object_get(json_object_get(p->run, "timeline"), "faults");
  size_t n = json_array_size(faults);
  if (n == 0) return;
  g_string_append(out, " Injected: ");
  for (size_t i = 0; i < n && n <= FAULTS_NAMED; i++) {
    const json_t *fault = json_array_get(faults, i);
    double from_s = tree_number(fault, "from_s"), to_s = tree_number(fault, "to_s");
    if (i > 0) g_string_append(out, ", ");
    g_string_append_printf(out, "%s at %.4g s", tree_text(fault, "name"), from_s);
    if (to_s > from_s) g_string_append_printf(out, " for %.4g s", to_s - from_s);
  }
  if (n > FAULTS_NAMED) count_faults(out, faults);
  g_string_append_c(out, '.');
}

/* Without sentences of its own a diagnosis may have findings: the worst about a limit. */
static void say_saturation(const struct page *p, GString *out) {
  const json_t *findings = json_object_get(json_object_get(p->run, "diagnosis"), "findings");
  const json_t *first = json_array_get(findings, 0);
  if (!tree_has_text(first, "sentence") || strcmp(tree_text(first, "severity"), "fault") == 0 ||
      strcmp(tree_text(first, "severity"), "stale") == 0) {
    say_busiest(p, out);
  } else {
    g_string_append_printf(out, "What saturates first: %s", tree_text(first, "sentence"));
  }
}

static void put_sentence(const struct page *p, GString *sentence) {
  html_sentence(p->out, sentence->str);
  g_string_truncate(sentence, 0);
}

/* The diagnosis's own sentence on one of the three; false where an older file has none. */
static bool say_diagnosed(const struct page *p, GString *out, const char *heading,
                          const char *about) {
  const json_t *diagnosis = json_object_get(p->run, "diagnosis");
  const char *sentence = tree_text(json_object_get(diagnosis, "answer"), about);
  if (sentence[0] == '\0') return false;
  g_string_append_printf(out, "%s: %s", heading, sentence);
  return true;
}

static void put_failed(const struct page *p, GString *sentence, const char *client) {
  bool known = client[0] != '\0',
       diagnosed = say_diagnosed(p, sentence, "What failed and why", "failed");
  if (!diagnosed && known) say_failures(p, sentence, client);
  if (!diagnosed && !known) return;
  say_faults(p, sentence);
  put_sentence(p, sentence);
}

void page_answer(const struct page *p) {
  char *client = main_client(p);
  bool known = client[0] != '\0';
  const json_t *answer = json_object_get(json_object_get(p->run, "diagnosis"), "answer");
  bool failed_first = json_is_true(json_object_get(answer, "failed_first"));
  GString *sentence = g_string_new(NULL);
  g_string_append(p->out, "<ul class=\"answer\">\n");
  if (failed_first) put_failed(p, sentence, client);
  if (say_diagnosed(p, sentence, "Where the time goes", "time")) {
    put_sentence(p, sentence);
  } else if (known && json_object_get(answer, "time") == NULL) {
    if (!say_blame(p, sentence, client)) say_stay(p, sentence, client);
    put_sentence(p, sentence);
  }
  if (known && page_fix_first(p, sentence, client)) put_sentence(p, sentence);
  if (!say_diagnosed(p, sentence, "What saturates first", "saturates")) {
    say_saturation(p, sentence);
  }
  put_sentence(p, sentence);
  if (!failed_first) put_failed(p, sentence, client);
  if (say_diagnosed(p, sentence, "What scaling did", "scaled")) put_sentence(p, sentence);
  g_string_append(p->out, "</ul>\n");
  g_string_free(sentence, TRUE);
  g_free(client);
}
