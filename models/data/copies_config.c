/* What users may say about copies. */
#include <math.h>
#include <string.h>

#include "action_def.h"
#include "copies.h"

#define AT(field) offsetof(struct copies_config, field)

static const char *const write_words[] = {"async", "quorum", "all", "isr", NULL};
static const char *const read_words[] = {"primary", "any", "nearest", "quorum", "all", NULL};
static const char *const leaders_words[] = {"one", "all", NULL};
static const char *const conflict_words[] = {"lww", "merge", "crdt", "abort", NULL};
static const char *const repair_words[] = {"none", "read", NULL};

const struct param copies_params[] = {
    {.name = "n",
     .type = PARAM_COUNT,
     .offset = AT(n),
     .required = true,
     .min = 1,
     .max = HISTORY_COPIES,
     .doc = "How many copies there are, the primary included. pg[1] is the first primary. With "
            "`shards` each shard has so many, one shard behind the other: with 3 copies pg[4] is "
            "the first primary of the second shard."},
    {.name = "zone",
     .type = PARAM_ZONES,
     .offset = AT(zone),
     .doc = "Where they are: copy i is in entry i of the list, which starts over at its end and "
            "with each shard. Coordinators come after the copies."},
    {.name = "write",
     .type = PARAM_HOW_MANY,
     .offset = AT(write),
     .fallback = "async",
     .min = 1,
     .max = HISTORY_COPIES,
     .stride = 1,
     .choices = write_words,
     .doc = "How many copies must have a write before it is answered, the primary included: a "
            "number, \"quorum\" (more than half), \"all\", or \"isr\" (all that answer at "
            "present); \"async\" waits for none. { 1, fall_back = \"10s\" } is semi-synchronous: "
            "it waits for so many besides the primary, and after that time goes on without them "
            "until one has caught up (MySQL: rpl_semi_sync_source_timeout is 10 s). Readers may "
            "see a write later than its copy has it (PostgreSQL: synchronous_commit = on)."},
    {.name = "read",
     .type = PARAM_HOW_MANY,
     .offset = AT(read),
     .fallback = "primary",
     .min = 1,
     .max = HISTORY_COPIES,
     .choices = read_words,
     .doc = "Which copy a read goes to: the \"primary\"; \"any\", drawn for each read; or the "
            "\"nearest\" to the caller by mean latency. One that is down refuses, and nobody tries "
            "another. A number, \"quorum\" (more than half) or \"all\" means that there is no "
            "primary: any copy takes any call, sends it to all, and of a read takes the newest of "
            "so many answers (Dynamo's R; `write` is its W). If R + W is greater than n, a read "
            "meets a copy that has the last write."},
    {.name = "apply",
     .type = PARAM_TIME_DIST,
     .offset = AT(apply),
     .fallback = "0ms",
     .doc = "How long a write holds a worker of each other copy. Copies apply writes one by one, "
            "in order, with the workers that serve reads, so that busy ones lag. With leaders = "
            "\"all\" they apply in any order, and take as long as `write` unless this is given."},
    {.name = "fence",
     .type = PARAM_BOOL,
     .offset = AT(fence),
     .fallback = "false",
     .doc = "Whether the former primary is shut out before another copy becomes primary (power "
            "switched off, lease taken away), wherever it is. Without it one that is only cut off "
            "goes on taking writes from callers that do not reach the new one."},
    {.name = "keep",
     .type = PARAM_COUNT,
     .offset = AT(keep),
     .fallback = "unlimited",
     .min = 1,
     .max = INFINITY,
     .off = "unlimited",
     .doc =
         "How many writes the log keeps for a copy that lacks them, as it was away. One that lacks "
         "more gets a `snapshot` of all data and then the log from there on (etcd keeps 5,000 "
         "entries behind a snapshot, --snapshot-catchup-entries)."},
    {.name = "snapshot",
     .type = PARAM_TIME_DIST,
     .offset = AT(snapshot),
     .fallback = "0ms",
     .needs = "keep",
     .doc = "How long a snapshot takes until the copy has it: the size of the data over the "
            "bandwidth. "
            "If more is written meanwhile than the log keeps, another one follows."},
    {.name = "ship",
     .type = PARAM_GROUP,
     .offset = AT(ship),
     .group = shipping_params,
     .doc = "The primary sends what it has acknowledged to a safe place every so often, from which "
            "it comes when all copies have lost their data; the same as `ship` beside `copies`."},
    {.name = "elect",
     .type = PARAM_GROUP,
     .offset = AT(elect),
     .group = elect_params,
     .doc = "The copies elect their primary themselves (Raft), and another one when it fails. What "
            "more than half have cannot be lost then; if `write` is not given, a write waits for "
            "that. Readers see nothing before."},
    {.name = "leaders",
     .type = PARAM_HOW_MANY,
     .offset = AT(leaders),
     .fallback = "one",
     .min = 1,
     .max = 1,
     .choices = leaders_words,
     .doc = "\"one\" (or 1): the primary, if there is one. \"all\": every copy takes writes and "
            "reads, answers from what it has, and sends its writes to the others. Then `read` says "
            "which copy a caller asks (\"nearest\", unless it is \"any\"), and `write` how many "
            "have a write "
            "when it is answered (\"async\": only the one that took it)."},
    {.name = "conflict",
     .type = PARAM_ENUM,
     .offset = AT(conflict),
     .fallback = "lww",
     .choices = conflict_words,
     .doc = "With leaders = \"all\": what happens to two writes of the same data when the later "
            "one did not know of the other. \"lww\": the last write wins, and the other is lost. "
            "\"merge\" (by the application, when it reads) and \"crdt\" (by the copies) keep both; "
            "merging costs nothing, and readers are judged by the newest write alone. \"abort\": "
            "copies vote before a write is answered, and it fails unless as many as `write` says, "
            "at least more than half, know of no write that it had not seen (MySQL Group "
            "Replication, Galera Cluster)."},
    {.name = "coordinators",
     .type = PARAM_COUNT,
     .offset = AT(coordinators),
     .fallback = "0",
     .max = COPIES_COORDINATORS,
     .doc = "Without a primary: members that keep no data and take the calls, pg[n + 1] and so on "
            "(Cassandra: join_ring = false); with `shards` so many for each shard, behind its "
            "copies. A caller asks the nearest one; if several are as near, one is drawn. With 0 "
            "any copy coordinates, drawn for each call."},
    {.name = "hints",
     .type = PARAM_BOOL,
     .offset = AT(hints),
     .fallback = "false",
     .doc = "Without a primary: whether a coordinator keeps the writes that a copy did not take, "
            "and hands them over later; it tries every 10 s (Cassandra). They do not count as "
            "answers."},
    {.name = "repair",
     .type = PARAM_ENUM,
     .offset = AT(repair),
     .fallback = "none",
     .choices = repair_words,
     .off = "none",
     .doc = "Without a primary: \"read\" sends the newest version, when all copies have answered a "
            "read, to those that answered with an older one; nobody waits for that."},
    {.name = "anti_entropy",
     .type = PARAM_DURATION,
     .offset = AT(anti_entropy_ns),
     .fallback = "0s",
     .off = "0s",
     .doc =
         "Without a primary: how often each copy compares what it has with another one, each time "
         "the next, and either gets what it lacks (Dynamo's trees of hashes, Cassandra's repair); "
         "one that lost its data begins at once. What is found costs a write; comparing costs "
         "nothing. 0s: never."},
    {.name = "timeout",
     .type = PARAM_DURATION,
     .offset = AT(timeout_ns),
     .fallback = "2s",
     .min = 1000,
     .doc =
         "Without a primary: how long a coordinator waits for a copy. A call fails when too many "
         "copies have not answered or refused (Cassandra waits 2 s for a write, 5 s for a "
         "read)."},
    {0},
};

/* Those with a primary, then those without (quorum.h), then those of shards (shards.h). */
const char *const copies_messages[] = {"append",  "apply", "pre_vote", "vote",   "beat",
                                       "read",    "write", "hint",     "repair", "certify",
                                       "compare", "give",  "take",     NULL};

/* Whether some control makes another copy the primary. */
bool copies_are_promoted(const struct spec *spec, const struct component_spec *component) {
  for (uint32_t i = 0; i < spec->components; i++) {
    const struct control_act *act = action_of(&spec->component[i]);
    if (act == NULL || !act->action->replaces_primary) continue;
    if (&spec->component[act->target] == component) return true;
  }
  return false;
}

/* A key that means something only with a primary, or only without, was written. */
static const char *misplaced(const struct component_spec *component, bool primary, bool all_lead) {
  static const char *const with[] = {"copies.apply", "copies.fence",    "copies.elect",
                                     "copies.keep",  "copies.snapshot", NULL};
  static const char *const without[] = {"copies.coordinators",
                                        "copies.hints",
                                        "copies.repair",
                                        "copies.timeout",
                                        "copies.conflict",
                                        "copies.anti_entropy",
                                        NULL};
  const char *const *keys = primary ? without : with;
  for (; *keys; keys++) {
    if (all_lead && strcmp(*keys, "copies.apply") == 0) continue;
    if (spec_states(component, *keys)) return *keys;
  }
  return NULL;
}

static bool elect_validate(const struct spec *spec, const struct component_spec *component,
                           const struct copies_config *config, struct error *err) {
  if (config->elect.heartbeat_ns >= config->elect.timeout_ns) {
    return error_set(err,
                     "copies.elect.timeout is not longer than copies.elect.heartbeat, so that a "
                     "leader would be unseated between two beats; let it be ten times as long");
  }
  if (config->write.word == WRITE_ISR || config->write.fall_back_ns) {
    return error_set(err,
                     "copies that elect their primary answer a write when so many have it: "
                     "copies.write is \"quorum\", \"all\", \"async\" or a number");
  }
  if (copies_are_promoted(spec, component) || config->fence) {
    return error_set(err, "elects its primary (copies.elect), and %s; leave one of them out",
                     config->fence ? "copies.fence shuts out a primary that a control replaces"
                                   : "a control makes one of its copies the primary");
  }
  return true;
}

static bool all_lead_validate(const struct spec *spec, const struct component_spec *component,
                              const struct copies_config *config, struct error *err) {
  static const char *const quorums[] = {"copies.coordinators", "copies.hints", "copies.repair",
                                        "copies.anti_entropy", NULL};
  for (const char *const *key = quorums; *key; key++) {
    if (!spec_states(component, *key)) continue;
    return error_set(err,
                     "has %s, which means nothing with copies.leaders = \"all\": each leader "
                     "keeps what the others lack",
                     *key);
  }
  uint32_t read = config->read.word;
  bool unsaid = read == READ_PRIMARY && !spec_states(component, "copies.read");
  if (!unsaid && read != READ_ANY && read != READ_NEAREST) {
    return error_set(err,
                     "copies.leaders is \"all\", and copies.read has to say which one a caller "
                     "asks: \"any\" or \"nearest\"");
  }
  if (config->write.word == WRITE_ISR || config->write.fall_back_ns) {
    return error_set(err,
                     "copies.leaders is \"all\", and copies.write is \"async\", a number, "
                     "\"quorum\" or \"all\"");
  }
  if (config->conflict == CONFLICT_ABORT && config->write.word == HOW_MANY_NUMBER &&
      config->write.number <= config->n / 2) {
    return error_set(err,
                     "copies.conflict is \"abort\", and copies.write is %llu of %llu: two writes "
                     "that had not seen each other could both be taken; say \"quorum\", \"all\" or "
                     "at least %llu",
                     (unsigned long long)config->write.number, (unsigned long long)config->n,
                     (unsigned long long)config->n / 2 + 1);
  }
  if (copies_are_promoted(spec, component)) {
    return error_set(err,
                     "copies.leaders is \"all\", and a control makes one of its copies the "
                     "primary; leave the control out");
  }
  return true;
}

static bool without_primary_validate(const struct spec *spec,
                                     const struct component_spec *component,
                                     const struct copies_config *config, struct error *err) {
  const struct how_many *read = &config->read, *write = &config->write;
  if (write->word == WRITE_ASYNC || write->word == WRITE_ISR || write->fall_back_ns) {
    return error_set(err,
                     "copies.read takes the newest of several answers, so there is no primary, and "
                     "copies.write has to say how many copies a write waits for: 1 to %llu, "
                     "\"quorum\" or \"all\"; with a primary copies.read is \"primary\", \"any\" or "
                     "\"nearest\"",
                     (unsigned long long)config->n);
  }
  if (read->word == HOW_MANY_NUMBER && read->number > config->n) {
    return error_set(err,
                     "copies.read waits for %llu copies and there are %llu; raise copies.n or "
                     "lower copies.read",
                     (unsigned long long)read->number, (unsigned long long)config->n);
  }
  if (copies_are_promoted(spec, component)) {
    return error_set(err,
                     "has no primary, since copies.read takes the newest of several answers, and "
                     "a control makes one of its copies the primary; leave the control out, or "
                     "say copies.read = \"primary\"");
  }
  return true;
}

bool copies_validate(const struct spec *spec, const struct component_spec *component,
                     const struct copies_config *config, struct error *err) {
  if (!config->given) return true;
  if (config->zone.n > 0 && spec_states(component, "zone")) {
    return error_set(err, "has both zone and copies.zone; say one of them where the copies live");
  }
  bool primary = copies_have_primary(config);
  const char *key = misplaced(component, primary, copies_all_lead(config));
  if (key) {
    return error_set(err, "has %s, which means nothing %s", key,
                     primary ? "with a primary; without one copies.read is a number, \"quorum\" or "
                               "\"all\""
                             : "without a primary; with one copies.read is \"primary\", \"any\" or "
                               "\"nearest\"");
  }
  if (config->elect.given && !elect_validate(spec, component, config, err)) return false;
  if (copies_all_lead(config)) {
    if (!all_lead_validate(spec, component, config, err)) return false;
  } else if (spec_states(component, "copies.conflict")) {
    return error_set(err,
                     "has copies.conflict, which means nothing without copies.leaders = "
                     "\"all\"");
  } else if (!primary && !without_primary_validate(spec, component, config, err)) {
    return false;
  }
  const struct how_many *write = &config->write;
  uint64_t most = write->fall_back_ns ? config->n - 1 : config->n;
  if (write->word == HOW_MANY_NUMBER && write->number > most) {
    return error_set(err,
                     "copies.write waits for %llu %s and there are %llu; raise copies.n or lower "
                     "copies.write",
                     (unsigned long long)write->number,
                     write->fall_back_ns ? "copies besides the primary" : "copies",
                     (unsigned long long)most);
  }
  if (config->zone.n > copies_members(config)) {
    return error_set(
        err,
        "copies.zone names %u zones and copies.n is %llu; a zone would be empty; name fewer zones",
        config->zone.n, (unsigned long long)config->n);
  }
  if (config->fence && !copies_are_promoted(spec, component)) {
    return error_set(err,
                     "has copies.fence and nothing makes another copy the primary; declare a "
                     "control with act = promote { \"%s\" }, or leave fence out",
                     component->name);
  }
  return true;
}
