/* What is doubtful in a scenario that is valid, found without running it.
 *
 * A table of rules (lint.c) looks at the scenario and at what follows from its stated numbers
 * (call_graph.h). A rule reports facts: what, where, why with the numbers, and how to mend it. It
 * is silent where it would have to guess. */
#ifndef LINT_H
#define LINT_H

#include <stdio.h>

#include "call_patience.h"
#include "fault_def.h"
#include "scenario.h"

struct lint;
struct term;

struct lint_rule {
  const char *id;      /* stable: people switch on it */
  const char *summary; /* what it finds, in one sentence */
  const char *why;     /* what comes of it, or why it is certain */
  const char *mend;
  void (*look)(struct lint *lint);
};

/* Ended by an id of NULL; in the order of the manual. */
extern const struct lint_rule lint_rules[];

struct finding {
  const struct lint_rule *rule;
  const char *file; /* "" and 0: of the whole scenario */
  int line;
  const char *component; /* or fault, or "run"; what the finding is about */
  const char *what, *why, *mend;
};

/* The scenario under the rules; texts and findings live in the graph's arena. */
struct lint {
  const struct scenario *scenario;
  const struct spec *spec;
  struct call_graph *graph;
  struct arena *arena;
  const double *patience;       /* by node, ns; see call_patience */
  const struct lint_rule *rule; /* that is looking */
  uint32_t findings, capacity;
  struct finding *finding; /* by place when complete */
};

/* Looks at the scenario, which must outlive the result. */
struct lint *lint_scenario(const struct scenario *scenario);
void lint_free(struct lint *lint);

/* The rules, for people: id, what, why, how to mend it. */
void lint_print_rules(FILE *out);

/* The findings, for people. */
void lint_print(const struct lint *lint, FILE *out);

/* The findings by rule and what they are about, wherever these stand in the file; in the arena. */
const struct finding **lint_by_rule(const struct lint *lint);

/* Which rules found something and how often, in one sentence for the end of a report; nothing where
 * none did. */
void lint_print_short(const struct lint *lint, const struct term *term);

/* --- for rules ------------------------------------------------------------------------------ */

/* What a component does by operation; NULL: its kind has no handlers. */
const struct handlers *lint_handlers(const struct component_spec *component);

/* Called for each pair of components of which one may call the other, or whose members may send
 * each other messages; false: that is enough. */
typedef bool lint_meet_fn(void *context, uint32_t caller, uint32_t called);
/* Whether somebody opens connections with TLS to what a fault hits, or that with mutual TLS to
 * others. */
bool lint_meets_tls(const struct lint *lint, struct fault_target target);

/* Whether it is asked about certificates, which is no call. */
bool lint_is_responder(const struct spec *spec, uint32_t component);

void lint_meetings(const struct lint *lint, lint_meet_fn *meet, void *context);

/* The places in which members of a component live, and the i-th of them. */
uint32_t lint_sites_of(const struct spec *spec, uint32_t component);
struct site lint_site_of(const struct spec *spec, uint32_t component, uint32_t i);

/* Adds a finding whose texts are filled in by the caller. */
struct finding *lint_add(struct lint *lint, const char *file, int line, const char *subject);
struct finding *lint_add_component(struct lint *lint, uint32_t component);

/* As arena_format, into the lint's arena. */
const char *lint_text(struct lint *lint, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* "500 ms", "120/s", "12": texts in the lint's arena. */
const char *lint_ns(struct lint *lint, double ns);
const char *lint_rate(struct lint *lint, double per_s);
const char *lint_number(struct lint *lint, double number);

/* Whether something that a source's requests reach asks whose they are. */
bool lint_asks_users(const struct lint *lint, uint32_t source);

/* What a goal is about: a source, one of its operations or -1, and the rest of the metric's name,
 * such as "latency.p99"; and the fault while which that is measured, or from which it recovers.
 * False: something else. */
struct goal_subject {
  uint32_t source;
  int op;
  const char *metric;
  const struct fault_spec *during; /* or NULL */
  const struct fault_spec *after;  /* or NULL; `metric` is "recovers.crash_db.goodput" then */
  uint64_t within_ns;              /* after: the time that it may take */
};
bool lint_goal(const struct lint *lint, const struct goal *goal, struct goal_subject *out);

/* The quantile that "latency.p99" names: 0.99; 0: none. */
double lint_quantile(const char *metric);

/* Whether a target of a fault includes some of a component's members, or all of them. */
bool lint_hits(const struct lint *lint, struct fault_target target, uint32_t component);
/* Whether some client says which datum its requests are about. */
bool lint_any_keys(const struct lint *lint);
/* What a parameter of its kind says; NULL: its kind has none. */
const void *lint_said(const struct component_spec *component, const char *name,
                      enum param_type type);
bool lint_hits_all(const struct lint *lint, struct fault_target target, uint32_t component);

/* Whether some control probes it by this operation. */
bool lint_probes(const struct lint *lint, uint32_t component, int op);

/* Measured time of one replication at most (a warm-up that is found in the run may shorten it). */
double lint_measured_ns(const struct lint *lint);

/* The part of it in which what the goal is about is measured: all, or while the fault holds. */
double lint_subject_ns(const struct lint *lint, const struct goal_subject *subject);

void lint_copies_too_far(struct lint *lint);
void lint_snapshot_too_late(struct lint *lint);
void lint_loss_unmended(struct lint *lint);
void lint_timeout_inverted(struct lint *lint);
void lint_timeout_below_work(struct lint *lint);
void lint_timeout_beyond_run(struct lint *lint);
void lint_no_timeout(struct lint *lint);
void lint_retries_multiply(struct lint *lint);
void lint_calls_explode(struct lint *lint);
void lint_hedge_too_late(struct lint *lint);
void lint_deadline_inverted(struct lint *lint);
void lint_breaker_blind(struct lint *lint);
void lint_slow_never_seen(struct lint *lint);
void lint_checks_busy(struct lint *lint);
void lint_gray_unseen(struct lint *lint);
void lint_calls_itself(struct lint *lint);
void lint_times_draws_members(struct lint *lint);
void lint_balanced_shards(struct lint *lint);
void lint_join_moves_most(struct lint *lint);
void lint_one_shard(struct lint *lint);
void lint_waits_for_ever(struct lint *lint);
void lint_instances_of_copies(struct lint *lint);
void lint_commits_alone(struct lint *lint);
void lint_lease_below_work(struct lint *lint);
void lint_lock_unfenced(struct lint *lint);
void lint_locks_no_row(struct lint *lint);
void lint_deadlock_order(struct lint *lint);
void lint_zone_takes_group(struct lint *lint);
void lint_quorums_miss(struct lint *lint);
void lint_ttl_above_goal(struct lint *lint);
void lint_last_write_wins(struct lint *lint);
void lint_even_quorum(struct lint *lint);
void lint_election_too_soon(struct lint *lint);
void lint_unfenced(struct lint *lint);
void lint_scales_never_up(struct lint *lint);
void lint_scale_too_low(struct lint *lint);
void lint_starts_after_cooldown(struct lint *lint);
void lint_scale_out_of_reach(struct lint *lint);
void lint_gossip_leaves_out(struct lint *lint);
void lint_restarts_too_soon(struct lint *lint);
void lint_restarts_busy(struct lint *lint);
void lint_rollout_unseen(struct lint *lint);
void lint_never_called(struct lint *lint);
void lint_unused_handler(struct lint *lint);
void lint_no_keys(struct lint *lint);
void lint_no_users(struct lint *lint);
void lint_hash_of_few(struct lint *lint);
void lint_zones_of_few(struct lint *lint);
void lint_reports_old(struct lint *lint);
void lint_past_the_peak(struct lint *lint);
void lint_swaps_when_full(struct lint *lint);
void lint_killed_when_full(struct lint *lint);
void lint_pauses_feed_themselves(struct lint *lint);
void lint_burst_above_room(struct lint *lint);
void lint_untold_operation(struct lint *lint);
void lint_cache_mixes(struct lint *lint);
void lint_layer_unmet(struct lint *lint);
void lint_pool_exceeds_connections(struct lint *lint);
void lint_pool_exceeds_accept(struct lint *lint);
void lint_sessions_exceed_places(struct lint *lint);
void lint_retries_what_changed(struct lint *lint);
void lint_check_outlasts_timeout(struct lint *lint);
void lint_overload_unbounded(struct lint *lint);
void lint_overload_bounded(struct lint *lint);
void lint_overload_at_peak(struct lint *lint);
void lint_trace_ends_early(struct lint *lint);
void lint_closed_without_think(struct lint *lint);
void lint_goal_out_of_reach(struct lint *lint);
void lint_buffer_above_goal(struct lint *lint);
void lint_costs_nothing(struct lint *lint);
void lint_no_bytes(struct lint *lint);
void lint_quantile_of_few(struct lint *lint);
void lint_share_of_few(struct lint *lint);
void lint_goal_beside_fault(struct lint *lint);
void lint_health_check_slow(struct lint *lint);
void lint_visibility_below_work(struct lint *lint);
void lint_poll_below_work(struct lint *lint);
void lint_batch_saves_nothing(struct lint *lint);
void lint_dead_letters_unread(struct lint *lint);
void lint_topic_unread(struct lint *lint);
void lint_outbox_twice(struct lint *lint);
void lint_acks_may_lose(struct lint *lint);
void lint_retention_below_outage(struct lint *lint);
void lint_idle_consumers(struct lint *lint);
void lint_no_health_check(struct lint *lint);
void lint_connections_not_kept(struct lint *lint);
void lint_outlives_server(struct lint *lint);
void lint_timeout_before_resend(struct lint *lint);
void lint_accept_unmet(struct lint *lint);
void lint_fault_after_end(struct lint *lint);
void lint_fault_outlives_run(struct lint *lint);
void lint_drain_cut_short(struct lint *lint);
void lint_fault_in_warmup(struct lint *lint);
void lint_warmup_below_journey(struct lint *lint);
void lint_warmup_too_long(struct lint *lint);
void lint_means_nothing(struct lint *lint);
void lint_unread_param(struct lint *lint);
void lint_unread_users(struct lint *lint);
void lint_empty_zone(struct lint *lint);
void lint_never_starts(struct lint *lint);
void lint_slow_start_never(struct lint *lint);
void lint_unused_path(struct lint *lint);
void lint_calls_denied(struct lint *lint);
void lint_unused_allow(struct lint *lint);
void lint_fault_without_effect(struct lint *lint);

#endif
