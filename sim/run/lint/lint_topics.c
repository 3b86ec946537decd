/* Rules about topics and those who subscribe to them. */
#include <math.h>
#include <string.h>

#include "lint.h"
#include "program.h"
#include "sim.h"
#include "subscription.h"

/* The first subscriber from `from` on; NULL: there are no more. */
static const struct subscription *next_subscriber(const struct lint *lint, uint32_t *from) {
  for (; *from < lint->spec->components; ++*from) {
    const struct subscription *s = subscription_of(&lint->spec->component[*from]);
    if (s) return s;
  }
  return NULL;
}

static bool has_subscriber(const struct lint *lint, uint32_t topic) {
  uint32_t i = 0;
  for (const struct subscription *s; (s = next_subscriber(lint, &i)) != NULL; i++) {
    if (s->topic == topic) return true;
  }
  return false;
}

static bool has_goal(const struct lint *lint, uint32_t component) {
  const char *name = lint->spec->component[component].name;
  size_t length = strlen(name);
  for (uint32_t i = 0; i < lint->scenario->goals; i++) {
    const char *metric = lint->scenario->goal[i].metric;
    if (!strncmp(metric, name, length) && metric[length] == '.') return true;
  }
  return false;
}

/* --- visibility ----------------------------------------------------------------------------- */

/* What one message in a thousand takes at least (q = 0.999), or half of them (0.5), with nobody in
 * front of it, of all operations the one that takes longest. */
static double longest_work(const struct lint *lint, uint32_t component, double q) {
  double most_ns = 0;
  for (uint32_t i = lint->graph->first[component]; i != NO_NODE; i = lint->graph->node[i].next) {
    struct call_bound bound = call_bound(lint->graph, i, q);
    double ns = bound.least_ns + bound.gain_ns;
    if (ns > most_ns) most_ns = ns;
  }
  return most_ns;
}

void lint_visibility_below_work(struct lint *lint) {
  uint32_t i = 0;
  for (const struct subscription *s; (s = next_subscriber(lint, &i)) != NULL; i++) {
    if (s->visibility_ns == PARAM_UNLIMITED || s->ack == ACK_BEFORE) continue;
    double work_ns = longest_work(lint, i, 0.999);
    if ((double)s->visibility_ns >= work_ns) continue;
    struct finding *f = lint_add_component(lint, i);
    f->what = lint_text(lint, "its visibility is %s, and one message in a thousand takes %s",
                        lint_ns(lint, (double)s->visibility_ns), lint_ns(lint, work_ns));
    f->why = lint_text(lint,
                       "%s delivers such a message again while the work on it goes on: it is done "
                       "twice",
                       lint->spec->component[s->topic].name);
    f->mend = lint_text(lint, "a visibility well above %s", lint_ns(lint, work_ns));
  }
}

/* What one that has its fill of messages takes for all of them, each worker so many of them. */
static double longest_fill(const struct lint *lint, uint32_t component,
                           const struct subscription *s) {
  const struct component_spec *self = &lint->spec->component[component];
  double workers = (double)self->kind->subscriber_workers(self->config);
  double rounds = s->prefetch > 0 ? ceil((double)s->prefetch / workers) : 1;
  double one_ns = longest_work(lint, component, 0.999);
  double all_ns = rounds * longest_work(lint, component, 0.5);
  return all_ns > one_ns ? all_ns : one_ns;
}

void lint_poll_below_work(struct lint *lint) {
  uint32_t i = 0;
  for (const struct subscription *s; (s = next_subscriber(lint, &i)) != NULL; i++) {
    if (s->poll_ns == TIME_NEVER) continue;
    double work_ns = longest_fill(lint, i, s);
    if ((double)s->poll_ns >= work_ns) continue;
    struct finding *f = lint_add_component(lint, i);
    f->what = lint_text(lint, "its poll is %s, and what an instance has at once may take %s",
                        lint_ns(lint, (double)s->poll_ns), lint_ns(lint, work_ns));
    f->why = lint_text(lint,
                       "whenever it has that much it leaves the group, and another one begins with "
                       "the same messages of %s",
                       lint->spec->component[s->topic].name);
    f->mend =
        lint_text(lint, "a poll well above %s, or a smaller prefetch", lint_ns(lint, work_ns));
  }
}

/* --- what is acknowledged too early ---------------------------------------------------------- */

static bool has_loss_goal(const struct lint *lint, const char *topic) {
  for (uint32_t i = 0; i < lint->scenario->goals; i++) {
    const struct goal *goal = &lint->scenario->goal[i];
    size_t length = strlen(topic);
    if (goal->op != GOAL_LT && goal->op != GOAL_LE) continue;
    if (!strncmp(goal->metric, topic, length) && !strcmp(goal->metric + length, ".lost")) {
      return true;
    }
  }
  return false;
}

static void look_at_publishers(struct lint *lint, uint32_t component,
                               const struct program *program) {
  for (uint32_t k = 0; k < program->calls; k++) {
    const struct program_call *call = &program->call[k];
    if (!call->publishes || call->acks.word != HOW_MANY_NUMBER) continue;
    const char *topic = lint->spec->component[call->component].name;
    if (!has_loss_goal(lint, topic)) continue;
    struct finding *f = lint_add_component(lint, component);
    f->what =
        lint_text(lint, "it publishes to %s with acks = %llu, and a goal limits what that loses",
                  topic, (unsigned long long)call->acks.number);
    return;
  }
}

void lint_acks_may_lose(struct lint *lint) {
  for (uint32_t c = 0; c < lint->spec->components; c++) {
    const struct handlers *handlers = lint_handlers(&lint->spec->component[c]);
    for (uint32_t i = 0; handlers && i < handlers->n; i++) {
      look_at_publishers(lint, c, &handlers->handler[i].program);
    }
  }
}

/* --- messages that nobody reads -------------------------------------------------------------- */

/* A batch saves what is paid once for all in it: a write, where the topic's writers are few. */
void lint_batch_saves_nothing(struct lint *lint) {
  for (uint32_t i = 0; i < lint->graph->nodes; i++) {
    const struct call_node *node = &lint->graph->node[i];
    for (uint32_t k = 0; k < node->outline.calls; k++) {
      const struct outline_call *call = &node->outline.call[k];
      if (!call->policy || !call->policy->batch.given) continue;
      const struct component_spec *topic = &lint->spec->component[call->to];
      if (kind_has_station(topic->kind, topic->config)) continue;
      lint_add_component(lint, node->component)->what =
          lint_text(lint, "its messages to %s wait up to %s for others", topic->name,
                    lint_ns(lint, (double)call->policy->batch.linger_ns));
    }
  }
}

void lint_dead_letters_unread(struct lint *lint) {
  uint32_t i = 0;
  for (const struct subscription *s; (s = next_subscriber(lint, &i)) != NULL; i++) {
    uint32_t to = s->dead_letter;
    if (to == REF_NONE || has_subscriber(lint, to) || has_goal(lint, to)) continue;
    struct finding *f = lint_add_component(lint, i);
    f->what = lint_text(lint, "its dead letters go to %s, which nobody reads and no goal watches",
                        lint->spec->component[to].name);
  }
}

static bool takes_dead_letters(const struct lint *lint, uint32_t topic) {
  uint32_t i = 0;
  for (const struct subscription *s; (s = next_subscriber(lint, &i)) != NULL; i++) {
    if (s->dead_letter == topic) return true;
  }
  return false;
}

void lint_topic_unread(struct lint *lint) {
  for (uint32_t i = 0; i < lint->spec->components; i++) {
    if (!lint->spec->component[i].kind->keeps_messages || has_subscriber(lint, i)) continue;
    if (takes_dead_letters(lint, i)) continue;
    lint_add_component(lint, i)->what = "nobody subscribes to it";
  }
}

/* --- partitions ----------------------------------------------------------------------------- */

void lint_idle_consumers(struct lint *lint) {
  uint32_t i = 0;
  for (const struct subscription *s; (s = next_subscriber(lint, &i)) != NULL; i++) {
    const struct component_spec *topic = &lint->spec->component[s->topic];
    uint64_t partitions = topic->kind->message_partitions(topic->config);
    const char *group = subscription_group(&lint->spec->component[i]);
    uint64_t instances = 0;
    bool first = true;
    for (uint32_t k = 0; k < lint->spec->components; k++) {
      const struct subscription *other = subscription_of(&lint->spec->component[k]);
      if (!other || other->topic != s->topic) continue;
      if (strcmp(subscription_group(&lint->spec->component[k]), group) != 0) continue;
      instances += lint->spec->component[k].instances;
      first &= k >= i;
    }
    if (!first || partitions == 0 || instances <= partitions) continue;
    struct finding *f = lint_add_component(lint, i);
    f->what = lint_text(lint, "group %s has %llu instances, and %s has %llu partition%s", group,
                        (unsigned long long)instances, topic->name, (unsigned long long)partitions,
                        partitions == 1 ? "" : "s");
  }
}

/* --- outages -------------------------------------------------------------------------------- */

/* How long a fault keeps all instances of a component from working; 0: it does not. */
static double outage_ns(const struct lint *lint, const struct fault_spec *fault,
                        uint32_t component) {
  if (fault->on_path || !(fault->type->refuses || fault->type->stalls)) return 0;
  if (!lint_hits_all(lint, fault->target, component)) return 0;
  if (!fault->recurring && fault->at_ns >= lint->scenario->run.duration_ns) return 0;
  double left_ns = (double)lint->scenario->run.duration_ns - (double)fault->at_ns;
  if (fault->recurring) return dist_mean(&fault->lasts);
  return fault->forever || dist_mean(&fault->lasts) > left_ns ? left_ns : dist_mean(&fault->lasts);
}

void lint_retention_below_outage(struct lint *lint) {
  uint32_t i = 0;
  for (const struct subscription *s; (s = next_subscriber(lint, &i)) != NULL; i++) {
    const struct component_spec *topic = &lint->spec->component[s->topic];
    uint64_t kept_ns = topic->kind->message_life_ns(topic->config);
    for (uint32_t k = 0; kept_ns != PARAM_UNLIMITED && k < lint->spec->faults; k++) {
      const struct fault_spec *fault = &lint->spec->fault[k];
      double out_ns = outage_ns(lint, fault, i);
      if (out_ns <= (double)kept_ns) continue;
      struct finding *f = lint_add_component(lint, s->topic);
      f->what = lint_text(lint, "it keeps messages for %s, and %s stops %s for %s",
                          lint_ns(lint, (double)kept_ns), fault->name,
                          lint->spec->component[i].name, lint_ns(lint, out_ns));
      f->mend = lint_text(lint, "a retention above %s", lint_ns(lint, out_ns));
      break;
    }
  }
}

/* --- outboxes ------------------------------------------------------------------------------- */

static bool anybody_remembers(const struct lint *lint) {
  for (uint32_t c = 0; c < lint->spec->components; c++) {
    uint32_t i = lint->graph->first[c];
    if (i != NO_NODE && lint->graph->node[i].outline.remembers) return true;
  }
  return false;
}

void lint_outbox_twice(struct lint *lint) {
  if (anybody_remembers(lint)) return;
  for (uint32_t c = 0; c < lint->spec->components; c++) {
    uint32_t node = lint->graph->first[c], k = 0;
    uint32_t to = node == NO_NODE ? 0 : lint->graph->node[node].outline.relays_to;
    if (to == 0) continue;
    for (const struct subscription *s; (s = next_subscriber(lint, &k)) != NULL; k++) {
      if (s->topic + 1 != to || s->dedup_ns > 0) continue;
      lint_add_component(lint, k)->what = lint_text(
          lint,
          "its messages come from the outbox of %s, and it does not remember which it has seen",
          lint->spec->component[c].name);
    }
  }
}
