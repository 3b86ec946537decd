#include "lint.h"

#include <glib.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "format.h"
#include "sim.h"
#include "term.h"

const struct lint_rule lint_rules[] = {
    {"timeout-inverted", "a caller gives up before the timeouts of what it calls can have passed",
     "the work goes on for nobody, and a retry adds the same work again",
     "let timeouts shrink on the way down: the caller's above the sum of those below it",
     lint_timeout_inverted},
    {"timeout-below-work",
     "a timeout is shorter than what half of the answers take without anybody waiting",
     "half of the calls or more fail, however little is going on",
     "a longer timeout, or less work on the way", lint_timeout_below_work},
    {"timeout-beyond-run", "a timeout is as long as the run or longer",
     "it cannot pass, so that it is as good as none", "shorten the timeout, or run longer",
     lint_timeout_beyond_run},
    {"no-timeout", "a fault or a lossy path swallows calls, and no caller on the way has a timeout",
     "requests that meet it never end; a hang that is over before the run ends is not meant, as "
     "those it held up are answered then",
     "give the client or a call on the way a timeout", lint_no_timeout},
    {"waits-for-ever",
     "a prepared write or a joined miss waits for calls that may be swallowed, without a timeout",
     "its rows stay locked, and later misses of its key join it, even when the caller has given up",
     "a timeout for these calls", lint_waits_for_ever},
    {"retries-multiply", "two or more layers on the way of a request retry without a budget",
     "their attempts multiply, and the last component gets the product just when it fails",
     "retry in one layer, or give the retries a budget", lint_retries_multiply},
    {"calls-explode", "one request makes more than 100,000 calls",
     "calls of calls multiply; a run takes long, and gigabytes of memory if they are made at once",
     "fewer calls in a row of services that each make several", lint_calls_explode},
    {"hedge-too-late", "a call is hedged only after it has been given up",
     "no further try is ever sent", "hedge earlier, after the 95th percentile for example",
     lint_hedge_too_late},
    {"deadline-inverted", "the deadline of all tries comes no later than the timeout of one",
     "the timeout never comes, and no try can follow one that takes long",
     "a longer deadline, or a shorter timeout", lint_deadline_inverted},
    {"breaker-blind", "a breaker's window holds too few calls for it to be judged",
     "it stays closed however many of them fail", "a longer window, or a smaller `least`",
     lint_breaker_blind},
    {"slow-never-seen", "a breaker counts calls as slow only after they have timed out",
     "no call is ever slow: `slow` changes nothing", "a smaller `slow`, or a longer timeout",
     lint_slow_never_seen},
    {"calls-itself", "a service calls itself, directly or through others, and holds a worker",
     "when all its workers are held by calls that wait for another one, none goes on until a "
     "timeout "
     "passes",
     "give the inner calls a service of their own, or io = \"async\"", lint_calls_itself},
    {"times-draws-members", "several calls at once go to a group, and each draws a member",
     "some members get two or more and others none, and the slowest of those decides",
     "each = true calls every member once; a load balancer spreads calls evenly",
     lint_times_draws_members},
    {"balanced-shards", "a load balancer spreads calls over the shards of a database",
     "each instance of a group keeps its own part of the keys; the balancer does not look at the "
     "key, "
     "so that calls are answered by instances that would not have the data",
     "call the group itself, which finds the shard by the key, or balance components that each "
     "keep all of the data",
     lint_balanced_shards},
    {"join-moves-most",
     "a shard comes and keys are divided by their hash modulo the number of shards",
     "with n + 1 in place of n, all keys but one in n + 1 belong to another shard than before",
     "shards = consistent_hash { points = 100 }, which moves one key in n + 1",
     lint_join_moves_most},
    {"one-shard", "keys that have copies are divided, among one shard",
     "shards does nothing: each copy has all keys, and one primary takes all writes",
     "instances = 4, so many shards of copies.n members each; or shards left out", lint_one_shard},
    {"instances-of-copies", "there are instances and copies, and nothing is said of shards",
     "copies.n says how many members keep the same keys; instances multiplies them, and each set "
     "of copies keeps its own part of the keys, by hash",
     "shards = \"hash\" if that is meant, or instances left out", lint_instances_of_copies},
    {"commits-alone", "writes that belong together are made without a protocol",
     "when one fails, or the service crashes between two, some are there and others not, and "
     "nobody "
     "mends it",
     "commit = \"2pc\" on the transaction, or \"saga\"", lint_commits_alone},
    {"lease-below-work", "a lease is shorter than the longest work under its lock",
     "the lock is given to the next one while the first is still at work",
     "renew = true, or a longer lease", lint_lease_below_work},
    {"lock-unfenced",
     "a holder can outlast its lease, and what it writes to does not look at tokens",
     "it overwrites what the next holder of the lock wrote", "fencing = true in the database",
     lint_lock_unfenced},
    {"locks-no-row", "a database locks rows, and no request says which datum it is about",
     "a write without a data key locks nothing, so that no write waits for another",
     "keys of the clients, or row_locks left out", lint_locks_no_row},
    {"deadlock-order", "a write locks several rows, in any order",
     "two writes that want the same two rows in opposite order wait for each other until one is "
     "given up, and all others that want these rows wait, too",
     "rows.order = \"sorted\"", lint_deadlock_order},
    {"ttl-above-goal", "entries of a cache are good for longer than a goal lets answers be stale",
     "it does not hear of what others write meanwhile, and answers with the old data",
     "a shorter ttl, or invalidate = \"on_write\"", lint_ttl_above_goal},
    {"quorums-miss", "reads and writes can have no copy in common, and a goal allows no stale ones",
     "a read can ask only copies that do not have the write yet, though it was acknowledged",
     "read + write greater than n, or a goal that allows for stale reads", lint_quorums_miss},
    {"last-write-wins",
     "all copies lead and the last write wins, and a goal allows no lost updates",
     "a write replaces one of another leader that it has not seen, and clocks decide which of the "
     "two stays",
     "copies.conflict = \"abort\", \"merge\" or \"crdt\", or one leader", lint_last_write_wins},
    {"zone-takes-group",
     "copies live in several zones, and one of them has more than can be spared",
     "without that zone too few copies are left, however many other zones there are",
     "as many zones as it takes, or a lower need", lint_zone_takes_group},
    {"even-quorum", "more than half of an even number of copies have to answer",
     "one copy beyond an odd number costs work and waiting, and no further failure can be borne",
     "one copy less, or one more", lint_even_quorum},
    {"election-too-soon", "copies stand for election after less than ten round trips",
     "a leader that is only slow is replaced, and votes are split",
     "an elect.timeout of ten round trips or more", lint_election_too_soon},
    {"unfenced", "a primary can be replaced without being shut out",
     "one that is only cut off goes on taking writes, which are lost when it is back",
     "copies.fence = true", lint_unfenced},
    {"restarts-too-soon", "what is probed takes longer to start than the probe gives it",
     "it is restarted before it is up, again and again, and never comes back",
     "a startup longer than the start takes, or more fails", lint_restarts_too_soon},
    {"restarts-busy", "a probe whose failure is a restart waits in the queue of what it probes",
     "a member that is only busy is restarted: the others get its calls and are next",
     "leave op out, so that the host answers, or withdraw the member in place of a restart",
     lint_restarts_busy},
    {"rollout-unseen", "a rollout with back_when is over before anybody looks at it",
     "a bad version gets all calls and stays, as if back_when had not been said",
     "a look well below the time that one share lasts (every)", lint_rollout_unseen},
    {"scales-never-up", "a control scales by a utilization that cannot come above its target",
     "workers are busy for 100 % of the time at most, so that no member is ever started",
     "a lower target, such as 70 %, or another metric: a queue, a rate", lint_scales_never_up},
    {"scale-too-low", "the load keeps all members that a control may start above its target",
     "it has all of them all the time, and none is left for more load or for a failure",
     "more members, a higher target, or less work", lint_scale_too_low},
    {"starts-after-cooldown",
     "a member takes longer to start than the cooldown of the control that starts it",
     "what was wanted when it was started is forgotten before it does any work, and with steps "
     "further ones are started meanwhile",
     "a longer cooldown, or a shorter start", lint_starts_after_cooldown},
    {"scale-out-of-reach", "a control scales what the metric that it watches does not depend on",
     "however many members it starts, the metric stays what it is, and it goes on to the most or "
     "the fewest",
     "watch what it scales, what calls that, or the topic that it takes messages from",
     lint_scale_out_of_reach},
    {"gossip-leaves-out", "peers stop telling an update before all have heard of it",
     "who is left out never learns it: nobody tells it any more",
     "gossip.sync, or more gossip.tells", lint_gossip_leaves_out},
    {"visibility-below-work",
     "the visibility of a subscription is shorter than the longest work on a message",
     "a message is delivered again while the work on it goes on",
     "a visibility above what one message in a thousand takes", lint_visibility_below_work},
    {"poll-below-work",
     "the poll of a subscription is shorter than the work on what an instance has at once",
     "the instance leaves the group whenever it has that much, and others do it again",
     "a poll above prefetch / workers times the work on a message, or a smaller prefetch",
     lint_poll_below_work},
    {"batch-saves-nothing", "messages are sent in batches to a topic whose writes cost nothing",
     "a batch costs the topic one write instead of many; without `writers` any number of messages "
     "is written at once, and all that a batch does is wait",
     "say how long a write takes and how many it does at once (write = \"2ms\", writers = 1), or "
     "leave batch out",
     lint_batch_saves_nothing},
    {"dead-letters-unread", "dead letters go to a topic that nobody reads and no goal watches",
     "messages end there unseen",
     "subscribe to it, or set a goal about it, such as goal \"dlq.published < 1\"",
     lint_dead_letters_unread},
    {"outbox-twice", "messages of an outbox go to a consumer that does not remember them",
     "the relay publishes again what it does not know to have arrived, after a crash or a timeout",
     "dedup in `subscribe` or in the topic, or idempotency in the database that the consumer "
     "writes to",
     lint_outbox_twice},
    {"topic-unread", "nobody subscribes to a topic",
     "its messages wait as long as the run lasts, or are refused when it is full",
     "subscribe = { \"...\" } in a service, or leave the topic out", lint_topic_unread},
    {"acks-may-lose",
     "a goal is on what a topic loses, and a publisher does not wait for its copies",
     "what only the leader has, or nobody yet, is lost when the leader dies, though it was "
     "acknowledged",
     "acks = \"all\", which waits for all brokers in sync", lint_acks_may_lose},
    {"retention-below-outage",
     "a topic keeps messages for less time than a fault keeps their consumer away",
     "messages are thrown away before anybody can work on them",
     "a longer retention, or more instances, so that not all are away at once",
     lint_retention_below_outage},
    {"copies-too-far", "copies without a primary are waited for less than a round trip takes",
     "the farthest one counts as failed in each call, even when it is well",
     "a longer copies.timeout", lint_copies_too_far},
    {"snapshot-too-late", "a log keeps fewer writes than come while a snapshot is on its way",
     "a copy that needs one needs the next one as soon as it has it, and never has all",
     "a larger copies.keep", lint_snapshot_too_late},
    {"loss-unmended", "a copy without a primary loses its data, and nobody brings it what it lacks",
     "its answers count and know nothing, and the next copy that is lost may have been the last "
     "that had something",
     "anti_entropy = \"10min\", or repair = \"read\" for what is read", lint_loss_unmended},
    {"idle-consumers", "a group has more instances than its topic has partitions",
     "a partition is one instance's, so that the others have nothing to do until one breaks",
     "as many partitions as there will ever be instances, or fewer instances", lint_idle_consumers},
    {"costs-nothing", "a goal is on what all costs, and something that works has no price",
     "it counts as free, and a design with more of it as no dearer",
     "price = \"0.10/h\", or \"0/h\" for what is free", lint_costs_nothing},
    {"no-bytes", "work goes by bytes, and no caller says how many there are",
     "it takes no time, and an answer that is made smaller has no size to begin with",
     "give who calls it request = \"2kB\" and response = \"10kB\"", lint_no_bytes},
    {"never-called", "no request ever reaches a component",
     "it takes part in nothing, although something refers to it",
     "call it, send the operation that calls it, or leave it out", lint_never_called},
    {"unused-handler", "a handler is for an operation that nobody sends",
     "it never runs; often the name is not quite the one that is sent",
     "send the operation, or leave the handler out", lint_unused_handler},
    {"no-keys",
     "requests without keys reach a component whose work depends on the key of a request",
     "they are all about the same datum: a cache hits each time after the first, and one shard "
     "gets every call",
     "give the client keys, such as zipf { n = 100000, s = 0.99 }", lint_no_keys},
    {"no-users", "requests without users reach what tells users apart",
     "a balancer that chooses by user sends them all to the same backend, a cache of each user's "
     "own is one for all of them",
     "give the client users, such as users = 1000, or tell requests apart by something else",
     lint_no_users},
    {"hash-of-few", "a balancer hashes fewer than ten keys or users for each of its backends",
     "each value goes to one backend as a whole, so that some get half again their share or more",
     "hash what there is more of, or choose by the calls under way (least_connections)",
     lint_hash_of_few},
    {"zones-of-few", "a balancer is aware of zones and has too few backends for them to matter",
     "its calls go to all zones alike, as without",
     "a smaller `least` of zone_aware, or more backends", lint_zones_of_few},
    {"reports-old",
     "more calls come between two load reports than there are backends, and all go to the least "
     "busy",
     "each report sends a crowd to who was idle, and that one is the busiest at the next",
     "power_of_two, which follows old news with half of its choice, or reports more often",
     lint_reports_old},
    {"killed-when-full", "an instance can take more memory than its limit before its queue is full",
     "it is killed with all its calls where it should refuse some",
     "limit workers and queue to what fits, or raise the limit", lint_killed_when_full},
    {"swaps-when-full", "what runs on a host can want more memory than the host has",
     "it swaps just when there is most to do, which makes calls longer and more of them present",
     "limit workers and queues to what fits, or give the host more memory", lint_swaps_when_full},
    {"past-the-peak", "a service works on more calls at once than bring its greatest throughput",
     "beyond sqrt((1 - sigma) / kappa) calls each further one costs the others more than it does",
     "give it as many workers as the peak has calls, and instances beyond that",
     lint_past_the_peak},
    {"pauses-feed-themselves",
     "pauses get longer with the calls that are present, and any number of them may wait",
     "calls pile up in a long pause and make the next one longer, until the service only pauses",
     "give the service a limited queue", lint_pauses_feed_themselves},
    {"burst-above-room",
     "a limit lets more calls through at one time than what it calls has workers and places for",
     "the burst that the limit is there to bound is refused all the same, behind it",
     "a smaller burst, or a longer queue behind the limit", lint_burst_above_room},
    {"untold-operation",
     "an operation reaches a database that lists it neither as a read nor as a write",
     "it counts as a read: it takes the time of one, and no cache hears that data changed",
     "name it in write_ops or read_ops, or call the database with op = \"read\" or \"write\"",
     lint_untold_operation},
    {"cache-mixes", "answers to several operations are kept under the same keys",
     "a cache keeps by the key alone: what one operation brought answers the others, which then "
     "never reach what they are meant for",
     "name what is not to be kept in `passes`, or give each operation a cache of its own",
     lint_cache_mixes},
    {"layer-unmet", "a balancer of layer 4 sees no connection that carries more than one call",
     "each call is a connection of its own, which is balanced as at layer 7",
     "a path with transport = \"tcp\" and connect = { keep = ... } to the balancer, or layer = 7",
     lint_layer_unmet},
    {"pool-exceeds-connections",
     "the workers that can call a server at once are more than its connections",
     "when it becomes slow they all wait for it, and what is over the limit is refused",
     "raise connections, or lower the callers' workers or instances",
     lint_pool_exceeds_connections},
    {"pool-exceeds-accept", "pools of callers want more connections than a component takes up",
     "when it is slow all places are wanted, and who gets none waits in its backlog",
     "a larger accept.most, or smaller pools, fewer workers or instances that call it",
     lint_pool_exceeds_accept},
    {"sessions-exceed-places", "users hold more sessions at once than there are places for",
     "who finds no place is refused, however quick the answers are",
     "more places (sessions), shorter sessions, or a pool of connections in between",
     lint_sessions_exceed_places},
    {"retries-what-changed", "a write with if_unchanged is tried again without a new read",
     "what has changed since the read stays so: each try fails like the one before",
     "the retry where the handler is called, so that it reads again, or retry.on without failed",
     lint_retries_what_changed},
    {"check-outlasts-timeout",
     "a caller waits longer for a responder (check_timeout) than for its whole call",
     "while the responder is away every new connection comes too late, though the check is soft",
     "a check_timeout well below the timeout of the calls", lint_check_outlasts_timeout},
    {"overload-unbounded",
     "the offered load keeps all workers of a component busy, and its queue has no limit",
     "the queue grows as long as the run lasts: its numbers tell the run's length",
     "more workers or instances, less work, or a limit for the queue", lint_overload_unbounded},
    {"overload-bounded",
     "the offered load is more than all workers of a component can do; its queue is limited",
     "it must refuse the rest, whatever else happens", "more workers or instances, or less work",
     lint_overload_bounded},
    {"overload-at-peak",
     "a rate that changes is at times more than all workers of a component can do, but not on "
     "average",
     "queues grow while the rate is high and drain afterwards: one number over the whole run hides "
     "both",
     "look at the timeline, or size for the peak", lint_overload_at_peak},
    {"trace-ends-early", "the recorded arrivals of a client end long before the run does",
     "nobody comes afterwards, and rates over the whole run count that time too",
     "run as long as the trace lasts, or begin it again with every", lint_trace_ends_early},
    {"closed-without-think", "users without think time can be refused without any time passing",
     "they ask again at the same instant, for ever: the run is given up there",
     "give the users a think time, the retries a pause, or the path a latency",
     lint_closed_without_think},
    {"goal-out-of-reach", "the stated service times alone break a goal for latency",
     "waiting only adds to them", "less work on the way, or another goal", lint_goal_out_of_reach},
    {"buffer-above-goal", "a full buffer before a line takes longer to send than a goal allows",
     "a few long answers fill it, and all that crosses the line waits behind them",
     "a smaller buffer: about bandwidth x round trip, less where many share the line",
     lint_buffer_above_goal},
    {"quantile-of-few",
     "a goal is about a quantile beyond which fewer than 10 requests of all runs lie",
     "its value depends on a handful of requests",
     "run longer, more replications, or a lower quantile", lint_quantile_of_few},
    {"share-of-few", "a goal on a share asks for more than the requests of all runs can show",
     "even if none of n requests fails, 3 / n of them may: the goal can only be undecided",
     "run longer, or more replications", lint_share_of_few},
    {"goal-beside-fault",
     "a goal is about what happens during or after a fault, and the run does not show that",
     "the goal has no value, or none that means what it says",
     "let the fault begin after the warm-up, and leave time behind it", lint_goal_beside_fault},
    {"health-check-slow",
     "a fault of a member fails more requests than a goal allows before a health check notices it",
     "until then the member gets its share of the calls",
     "a shorter interval, a smaller fall, or retry on the balancer", lint_health_check_slow},
    {"checks-busy",
     "health checks are requests that wait in the queues of a load balancer's backends",
     "under a high load the busy ones are taken out, the others get their calls and are next",
     "panic = \"50%\", so that all are used when most are out, or no op, so that hosts answer",
     lint_checks_busy},
    {"gray-unseen",
     "a fault makes a member fail or slow, and the checks of its load balancer cannot see that",
     "a check is answered by the host, so that the member stays in use and keeps its share",
     "outlier = { ... } takes out a member whose calls fail; a slow one is seen by checks with "
     "`op`, and spared by an algorithm that looks at calls under way",
     lint_gray_unseen},
    {"no-health-check",
     "a fault of a member fails more requests than a goal allows, and its load balancer does not "
     "check health",
     "the member goes on getting calls until it recovers",
     "add a health_check, or outlier: it takes out who fails", lint_no_health_check},
    {"connections-not-kept", "a component opens a connection for each call that it makes",
     "every call takes the round trips of a handshake, and the called side its work",
     "connect = { keep = \"60s\" } on the path", lint_connections_not_kept},
    {"outlives-server", "a caller keeps connections for as long as the called side or longer",
     "a call that is sent while the other side closes its connection is reset",
     "a shorter keep, a longer accept.idle, or a retry of calls that are reset",
     lint_outlives_server},
    {"timeout-before-resend",
     "on a path with losses a call gives up before a lost SYN could be sent again",
     "TCP waits for 1 s: one lost SYN is one failed call",
     "a timeout above 1 s, a retry, or connections that are kept", lint_timeout_before_resend},
    {"accept-unmet", "a component says what connections it lets in, and nobody connects to it",
     "nothing reads it: calls arrive as messages",
     "transport = \"tcp\" on the path to it, or leave accept out", lint_accept_unmet},
    {"fault-after-end", "a fault begins when the run is over", "it does nothing",
     "begin it earlier, or run longer", lint_fault_after_end},
    {"fault-outlives-run", "a fault with an end is still there when the run ends",
     "the run does not show whether and how the system recovers",
     "begin it earlier, or run longer; leave lasts out if it is meant to stay",
     lint_fault_outlives_run},
    {"drain-cut-short", "a stop ends before the drain of what it stops",
     "at the end of a fault a stopped member starts again, and the calls that it still has are "
     "lost",
     "let the stop last longer than the drain, or drain for a shorter time", lint_drain_cut_short},
    {"fault-in-warmup", "a fault is over before the warm-up is",
     "what it does is thrown away with the warm-up; only its aftermath can show",
     "begin it after the warm-up", lint_fault_in_warmup},
    {"warmup-too-long", "the warm-up takes more than half of the run",
     "most of the work is thrown away", "run longer, or warm up for less", lint_warmup_too_long},
    {"warmup-below-journey", "the warm-up is shorter than the pauses of a journey",
     "later requests of the first journeys come when the measurement has begun: load and mix still "
     "change",
     "warm up for as long as a journey takes, or longer", lint_warmup_below_journey},
    {"means-nothing", "a parameter is said that means nothing without another",
     "nothing reads it in this variant of the scenario",
     "say the other one too, or leave this one out", lint_means_nothing},
    {"unread-param", "a param is declared and nothing reads it",
     "setting it with -s changes nothing, and a sweep over it finds the same everywhere",
     "use its value, or leave it out", lint_unread_param},
    {"unread-users", "a client says whose requests they are, and nothing depends on it",
     "users without tiers change nothing unless a cache or a database keeps copies of data: then "
     "what each has read and written is followed",
     "give the users tiers, or leave them out", lint_unread_users},
    {"empty-zone", "a region lists a zone in which nothing lives",
     "the zone's name may be misspelt: members elsewhere are not in the region",
     "name the zones that components live in", lint_empty_zone},
    {"never-starts", "a time to start or to drain is said of what never does that in the run",
     "nothing reads it: every member is there from the beginning to the end",
     "let a fault crash, stop or join it, or leave the time out", lint_never_starts},
    {"slow-start-never", "a balancer starts backends slowly, and none of them ever comes into use",
     "nothing reads `slow_start`: a crash is not seen by a balancer that looks at no backend",
     "add a health_check or outlier, or leave slow_start out", lint_slow_start_never},
    {"unused-path", "no message ever takes a path",
     "its latency, bandwidth and loss change nothing", "join places between which calls go",
     lint_unused_path},
    {"calls-denied", "no `allow` lets a component call what it calls",
     "each of these calls fails: one such line makes everything else denied",
     "an allow from the one to the other", lint_calls_denied},
    {"unused-allow", "an `allow` lets pass what nobody sends",
     "a place's name may be the wrong one, and what was meant is denied",
     "name the places between which calls go", lint_unused_allow},
    {"fault-without-effect", "a fault changes nothing while it lasts",
     "the run looks as if the system had stood it", "hit what calls meet, or leave it out",
     lint_fault_without_effect},
    {0},
};

/* --- findings ------------------------------------------------------------------------------- */

struct finding *lint_add(struct lint *lint, const char *file, int line, const char *subject) {
  if (lint->findings == lint->capacity) {
    lint->capacity = lint->capacity ? 2 * lint->capacity : 16;
    struct finding *more = arena_alloc(lint->arena, lint->capacity * sizeof *more);
    if (lint->findings) memcpy(more, lint->finding, lint->findings * sizeof *more);
    lint->finding = more;
  }
  struct finding *finding = &lint->finding[lint->findings++];
  *finding = (struct finding){lint->rule,
                              file ? file : lint->scenario->file,
                              line,
                              subject,
                              lint->rule->summary,
                              lint->rule->why,
                              lint->rule->mend};
  return finding;
}

struct finding *lint_add_component(struct lint *lint, uint32_t component) {
  const struct component_spec *c = &lint->spec->component[component];
  return lint_add(lint, c->file, c->line, c->name);
}

static int by_place(const void *a, const void *b) {
  const struct finding *f = a, *g = b;
  int order = strcmp(f->file, g->file);
  if (order == 0) order = (f->line > g->line) - (f->line < g->line);
  if (order == 0) order = (f->rule > g->rule) - (f->rule < g->rule); /* in the order of the table */
  return order ? order : strcmp(f->what, g->what);
}

struct lint *lint_scenario(const struct scenario *scenario) {
  const struct run_settings *run = &scenario->run;
  struct call_graph *graph = call_graph_new(&scenario->spec);
  call_graph_measure(graph, run->warmup_auto ? 0 : run->warmup_ns, run->duration_ns);
  struct lint *lint = arena_alloc(graph->arena, sizeof *lint);
  *lint = (struct lint){.scenario = scenario,
                        .spec = &scenario->spec,
                        .graph = graph,
                        .arena = graph->arena,
                        .patience = call_patience(graph)};
  for (const struct lint_rule *rule = lint_rules; rule->id != NULL; rule++) {
    lint->rule = rule;
    rule->look(lint);
  }
  if (lint->findings) qsort(lint->finding, lint->findings, sizeof *lint->finding, by_place);
  return lint;
}

void lint_free(struct lint *lint) {
  if (lint != NULL) call_graph_free(lint->graph);
}

/* --- printing ------------------------------------------------------------------------------- */

void lint_print_rules(FILE *out) {
  struct term term = term_open(out, COLOR_NEVER);
  for (const struct lint_rule *rule = lint_rules; rule->id != NULL; rule++) {
    fprintf(out, "%s%s\n", rule == lint_rules ? "" : "\n", rule->id);
    const char *texts[] = {rule->summary, rule->why, rule->mend};
    static const char *const titles[] = {"what", "why", "mend"};
    for (int i = 0; i < 3; i++) {
      fprintf(out, "  %-4s  ", titles[i]);
      term_wrap(&term, STYLE_PLAIN, texts[i], 8, 8);
    }
  }
}

void lint_print(const struct lint *lint, FILE *out) {
  struct term term = term_open(out, COLOR_AUTO);
  for (uint32_t i = 0; i < lint->findings; i++) {
    const struct finding *f = &lint->finding[i];
    fputc('\n', out);
    term_put(&term, STYLE_PLAIN, f->file);
    if (f->line > 0) fprintf(out, ":%d", f->line);
    fputs(": ", out);
    term_put(&term, STYLE_WARN, f->rule->id);
    fprintf(out, ": ");
    term_put(&term, STYLE_BOLD, f->component);
    const char *texts[] = {f->what, f->why, f->mend};
    static const char *const titles[] = {"what", "why", "mend"};
    fputc('\n', out);
    for (int k = 0; k < 3; k++) {
      fprintf(out, "  %-4s  ", titles[k]);
      term_wrap(&term, STYLE_PLAIN, texts[k], 8, 8);
    }
  }
}

static int compare_by_rule(gconstpointer a, gconstpointer b) {
  const struct finding *x = *(const struct finding *const *)a,
                       *y = *(const struct finding *const *)b;
  if (x->rule != y->rule) return x->rule < y->rule ? -1 : 1;
  int order = strcmp(x->component, y->component);
  return order != 0 ? order : strcmp(x->what, y->what);
}

const struct finding **lint_by_rule(const struct lint *lint) {
  const struct finding **list = arena_alloc(lint->arena, (lint->findings + 1) * sizeof *list);
  for (uint32_t i = 0; i < lint->findings; i++) list[i] = &lint->finding[i];
  qsort(list, lint->findings, sizeof *list, compare_by_rule);
  return list;
}

void lint_print_short(const struct lint *lint, const struct term *term) {
  if (lint->findings == 0) return;
  const struct finding **list = lint_by_rule(lint);
  GString *text = g_string_new(NULL);
  for (uint32_t i = 0, n; i < lint->findings; i += n) {
    for (n = 1; i + n < lint->findings && list[i + n]->rule == list[i]->rule;) n++;
    g_string_append_printf(text, "%s%s", i == 0 ? "" : ", ", list[i]->rule->id);
    if (n > 1) g_string_append_printf(text, " (%u)", n);
  }
  g_string_append(text, "; `archsim check` says why and what mends it");
  term_put(term, STYLE_WARN, "doubtful: ");
  term_wrap(term, STYLE_PLAIN, text->str, 10, 2);
  g_string_free(text, TRUE);
}
