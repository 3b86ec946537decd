/* Aim: whatever fails, what each protocol promises holds, as the ledger sees it. A schedule under
 * which it does not is shrunk and printed as a scenario.
 *
 *   test_schedules [SCHEDULES [PROTOCOL]]     100 of each protocol if not said
 *
 * Protocols that are broken on purpose (tests/mutations/list, with this test) are found out within
 * 200 schedules. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the above first */
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "schedule.h"

#define SEED UINT64_C(20261129)

/* The rate of the first 15 s; what comes behind is quiet. */
#define WHILE(RATE) \
  "poisson(profile { { \"0s\", \"" RATE "\" }, { \"15s\", \"0/s\" }, steps = true })"

/* Reads and writes of three data. */
#define USERS(OF, RATE)                   \
  "client \"users\" { arrivals = " WHILE( \
      RATE) ", target = \"" OF            \
            "\", timeout = \"2s\",\n"     \
            "  mix = { read = 0.5, write = 0.5 }, keys = uniform_keys { n = 3 }, users = 20 }\n"
#define PLACE(LATENCY, LOSS)                                                               \
  "region \"r\" { zones = { \"z\" } }\n"                                                   \
  "path { from = \"z\", to = \"z\", latency = exponential \"" LATENCY "\", loss = \"" LOSS \
  "\" }\n"

/* A store that agrees on each write. */
#define GROUP(NAME, OPS)                                                      \
  "database \"" NAME "\" { write = exponential \"5ms\", write_ops = { \"" OPS \
  "\" }, "                                                                    \
  "zone = \"z\",\n  copies = { n = 3, elect = { timeout = \"300ms\" } } }\n"

static const struct protocol protocols[] = {
    {.name = "raft",
     .body = USERS("kv", "100/s")
         PLACE("10ms",
               "1%") "database \"kv\" { read = \"1ms\", write = \"1ms\", zone = \"z\",\n"
                     "  copies = { n = 5, elect = { timeout = \"300ms\", reads = \"index\" } } }\n",
     .target = {"kv[1]", "kv[2]", "kv[3]", "kv[4]", "kv[5]"},
     .zero = {"kv.lost_writes", "kv.stale_reads", "kv.conflicts", "kv.not_monotonic",
              "kv.behind.end"},
     .clocks = true,
     .faults = 8,
     .within_ms = 12000,
     .longest_ms = 3000,
     .seconds = 40},
    {.name = "raft that restarts at once",
     .body = USERS("kv", "100/s")
         PLACE("30ms", "0%") "database \"kv\" { read = \"1ms\", write = \"1ms\", zone = \"z\",\n"
                             "  copies = { n = 3, elect = { timeout = \"200ms\", spread = "
                             "\"20ms\", pre_vote = false } } }\n",
     .target = {"kv[1]", "kv[2]", "kv[3]"},
     .zero = {"kv.lost_writes", "kv.stale_reads", "kv.conflicts", "kv.not_monotonic",
              "kv.behind.end"},
     .clocks = true,
     .faults = 8,
     .within_ms = 4000,
     .longest_ms = 400,
     .seconds = 40},
    {.name = "raft that restarts twice",
     .body = USERS("kv", "100/s")
         PLACE("60ms", "0%") "database \"kv\" { read = \"1ms\", write = \"1ms\", zone = \"z\",\n"
                             "  copies = { n = 3, elect = { timeout = \"200ms\", spread = "
                             "\"10ms\", pre_vote = false } } }\n",
     .target = {"kv[1]", "kv[2]", "kv[3]"},
     .zero = {"kv.lost_writes", "kv.stale_reads", "kv.conflicts", "kv.not_monotonic",
              "kv.behind.end"},
     .restarts = true,
     .faults = 8,
     .within_ms = 4000,
     .longest_ms = 400,
     .seconds = 40},
    {.name = "raft with a disk that is lost",
     .body = USERS("kv", "100/s")
         PLACE("10ms", "1%") "database \"kv\" { read = \"1ms\", write = \"1ms\", zone = \"z\",\n"
                             "  copies = { n = 3, elect = { timeout = \"300ms\" } } }\n",
     .more = "lose \"kv[2]\"",
     .target = {"kv[1]", "kv[2]", "kv[3]"},
     .zero = {"kv.lost_writes", "kv.stale_reads", "kv.conflicts", "kv.behind.end"},
     .faults = 8,
     .within_ms = 12000,
     .longest_ms = 3000,
     .seconds = 40},
    {.name = "raft with snapshots",
     .body = USERS("kv", "100/s")
         PLACE("10ms", "1%") "database \"kv\" { read = \"1ms\", write = \"1ms\", zone = \"z\",\n"
                             "  copies = { n = 3, keep = 20, snapshot = exponential \"200ms\",\n"
                             "    elect = { timeout = \"300ms\" } } }\n",
     .more = "lose \"kv[2]\"",
     .target = {"kv[1]", "kv[2]", "kv[3]"},
     .zero = {"kv.lost_writes", "kv.stale_reads", "kv.conflicts", "kv.behind.end"},
     .faults = 8,
     .within_ms = 12000,
     .longest_ms = 3000,
     .seconds = 40},
    {.name = "raft in shards",
     .body = USERS("kv", "100/s") PLACE(
         "10ms", "1%") "database \"kv\" { read = \"1ms\", write = \"1ms\", zone = \"z\",\n"
                       "  instances = 2, shards = \"range\", idempotency = { keep = \"never\" },\n"
                       "  copies = { n = 3, elect = { timeout = \"300ms\" } } }\n",
     .target = {"kv[1]", "kv[2]", "kv[3]", "kv[4]", "kv[5]", "kv[6]"},
     .zero = {"kv.lost_writes", "kv.stale_reads", "kv.conflicts", "kv.not_monotonic",
              "kv.duplicates", "kv.behind.end"},
     .clocks = true,
     .faults = 8,
     .within_ms = 12000,
     .longest_ms = 3000,
     .seconds = 40},
    {.name = "raft with leases",
     .body =
         USERS("front",
               "100/s") "region \"one\" { zones = { \"a\" } }\n"
                        "region \"rest\" { zones = { \"b\", \"c\" } }\n"
                        "path { from = \"one\", to = \"rest\", latency = exponential \"5ms\" }\n"
                        "path { from = \"rest\", to = \"rest\", latency = exponential \"5ms\" }\n"
                        "load_balancer \"front\" { backends = { \"kv\" } }\n"
                        "database \"kv\" { read = \"1ms\", write = \"1ms\",\n"
                        "  copies = { n = 3, zone = { \"a\", \"b\", \"c\" },\n"
                        "    elect = { timeout = \"300ms\", reads = \"lease\" } } }\n",
     .more = "partition { \"one\", \"rest\" }",
     .target = {"kv[1]", "kv[2]", "kv[3]"},
     .zero = {"kv.lost_writes", "kv.stale_reads", "kv.conflicts", "kv.not_monotonic",
              "kv.behind.end"},
     .faults = 8,
     .within_ms = 12000,
     .longest_ms = 3000,
     .seconds = 40},
    {.name = "quorums",
     .body = USERS("kv", "100/s") PLACE(
         "10ms", "1%") "database \"kv\" { read = \"1ms\", write = \"1ms\", zone = \"z\",\n"
                       "  copies = { n = 5, coordinators = 1, read = 3, write = 3, hints = true,\n"
                       "    repair = \"read\", timeout = \"300ms\" } }\n",
     .target = {"kv[1]", "kv[2]", "kv[3]", "kv[4]", "kv[5]"},
     .zero = {"kv.stale_reads", "kv.waiting_calls.end"},
     .faults = 6,
     .within_ms = 12000,
     .longest_ms = 3000,
     .seconds = 40},
    {.name = "quorums with a disk that is lost",
     .body = USERS("kv", "100/s")
         PLACE("10ms", "1%") "database \"kv\" { read = \"1ms\", write = \"1ms\", zone = \"z\",\n"
                             "  copies = { n = 5, coordinators = 1, read = 3, write = 3, hints = "
                             "true,\n"
                             "    anti_entropy = \"5s\", timeout = \"300ms\" } }\n",
     .more = "lose \"kv[2]\"",
     .target = {"kv[1]", "kv[2]", "kv[3]", "kv[4]", "kv[5]"},
     .zero = {"kv.lost_writes", "kv.behind.end", "kv.hints_kept.end", "kv.waiting_calls.end"},
     .faults = 8,
     .within_ms = 12000,
     .longest_ms = 3000,
     .seconds = 60},
    {.name = "leaders that merge",
     .body = "client \"users\" { arrivals = " WHILE(
         "100/s") ", target = \"kv\", timeout = \"2s\",\n"
                  "  mix = { read = 0.5, write = 0.5 }, keys = uniform_keys { n = 5000 } }\n" PLACE(
                      "10ms",
                      "1%") "database \"kv\" { read = \"1ms\", write = \"1ms\", zone = \"z\",\n"
                            "  copies = { n = 3, leaders = \"all\", read = \"any\", conflict = "
                            "\"merge\",\n"
                            "    timeout = \"300ms\" } }\n",
     .target = {"kv[1]", "kv[2]", "kv[3]"},
     .zero = {"kv.lost_updates", "kv.behind.end", "kv.hints_kept.end"},
     .faults = 6,
     .within_ms = 12000,
     .longest_ms = 3000,
     .seconds = 60},
    {.name = "leaders that vote",
     .body = USERS("kv", "60/s") PLACE(
         "10ms",
         "1%") "database \"kv\" { read = \"1ms\", write = \"1ms\", zone = \"z\",\n"
               "  copies = { n = 5, leaders = \"all\", read = \"any\", conflict = \"abort\",\n"
               "    timeout = \"300ms\" } }\n",
     .target = {"kv[1]", "kv[2]", "kv[3]", "kv[4]", "kv[5]"},
     .zero = {"kv.lost_updates", "kv.behind.end", "kv.waiting_calls.end"},
     .faults = 6,
     .within_ms = 12000,
     .longest_ms = 2000,
     .seconds = 60},
    {.name = "two-phase commit",
     .body = "client \"users\" { arrivals = " WHILE(
         "60/s") ", target = \"bank\", timeout = \"5s\",\n"
                 "  mix = { transfer = 1 }, keys = uniform_keys { n = 300 } }\n"
                 "service \"bank\" { on = { transaction { call { \"from\", op = \"debit\", timeout "
                 "= "
                 "\"1s\" },\n"
                 "  call { \"to\", op = \"credit\", timeout = \"1s\" }, commit = \"2pc\", log = "
                 "\"1ms\" } "
                 "} "
                 "}\n"
                 "database \"from\" { write = exponential \"5ms\", write_ops = { \"debit\" } }\n"
                 "database \"to\" { write = exponential \"5ms\", write_ops = { \"credit\" } }\n"
                 "path { from = \"bank\", to = \"from\", latency = exponential \"5ms\" }\n"
                 "path { from = \"bank\", to = \"to\", latency = exponential \"5ms\" }\n",
     .target = {"bank", "from", "to"},
     .zero = {"bank.half_applied", "from.prepared.end", "to.prepared.end"},
     .faults = 6,
     .within_ms = 12000,
     .longest_ms = 3000,
     .seconds = 60},
    {.name = "saga on disk",
     .body = "client \"users\" { arrivals = " WHILE(
         "60/s") ", target = \"shop\", timeout = \"5s\",\n"
                 "  mix = { order = 1 }, keys = uniform_keys { n = 300 } }\n"
                 "service \"shop\" { on = { transaction {\n"
                 "  call { \"stock\", op = \"reserve\", compensate = \"release\", timeout = \"1s\" "
                 "},\n"
                 "  call { \"card\", op = \"charge\", compensate = \"refund\", timeout = \"1s\" "
                 "},\n"
                 "  commit = \"saga\" } } }\n"
                 "database \"stock\" { write = exponential \"5ms\", write_ops = { \"reserve\", "
                 "\"release\" } }\n"
                 "database \"card\" { write = exponential \"5ms\", write_ops = { \"charge\", "
                 "\"refund\" } "
                 "}\n"
                 "path { from = \"shop\", to = \"stock\", latency = exponential \"5ms\" }\n"
                 "path { from = \"shop\", to = \"card\", latency = exponential \"5ms\" }\n",
     .target = {"shop", "stock", "card"},
     .zero = {"shop.half_applied"},
     .faults = 6,
     .within_ms = 12000,
     .longest_ms = 3000,
     .seconds = 60,
     .more = "delay { \"shop\", \"stock\", by = \"1500ms\" }"},
    {.name = "two-phase commit over copies",
     .body = "client \"users\" { arrivals = " WHILE(
         "60/s") ", target = \"bank\", timeout = \"5s\",\n"
                 "  mix = { transfer = 1 }, keys = uniform_keys { n = 300 } }\n"
                 "service \"bank\" { zone = \"z\", on = { transaction {\n"
                 "  call { \"from\", op = \"debit\", timeout = \"1s\" },\n"
                 "  call { \"to\", op = \"credit\", timeout = \"1s\" },\n"
                 "  commit = \"2pc\", log = \"1ms\" } } }\n" GROUP("from", "debit")
                     GROUP("to", "credit") PLACE("5ms", "0%"),
     .target = {"bank", "from[1]", "from[2]", "to[1]", "to[2]", "to[3]"},
     .zero = {"bank.half_applied", "from.prepared.end", "to.prepared.end", "from.lost_writes",
              "to.lost_writes", "from.behind.end"},
     .faults = 8,
     .within_ms = 12000,
     .longest_ms = 3000,
     .seconds = 60},
    {.name = "saga over copies",
     .body = "client \"users\" { arrivals = " WHILE(
         "60/s") ", target = \"shop\", timeout = \"5s\",\n"
                 "  mix = { order = 1 }, keys = uniform_keys { n = 300 } }\n"
                 "service \"shop\" { zone = \"z\", on = { transaction {\n"
                 "  call { \"stock\", op = \"reserve\", compensate = \"release\", timeout = \"1s\" "
                 "},\n"
                 "  call { \"card\", op = \"charge\", compensate = \"refund\", timeout = \"1s\" "
                 "},\n"
                 "  commit = \"saga\" } } }\n" GROUP("stock", "reserve\", \"release")
                     GROUP("card", "charge\", \"refund") PLACE("5ms", "0%"),
     .target = {"shop", "stock[1]", "stock[2]", "card[1]", "card[2]", "card[3]"},
     .zero = {"shop.half_applied", "stock.lost_writes", "card.lost_writes", "card.behind.end"},
     .faults = 8,
     .within_ms = 12000,
     .longest_ms = 3000,
     .seconds = 60},
    {.name = "messages done once",
     .body = "client \"users\" { arrivals = " WHILE(
         "60/s") ", target = \"shop\", timeout = \"5s\" }\n"
                 "service \"shop\" { on = { publish { \"orders\", timeout = \"300ms\", retry = { "
                 "attempts "
                 "= 5, backoff = \"500ms\" }, fallback = {} } } }\n"
                 "topic \"orders\" { dedup = \"10min\" }\n"
                 "service \"mail\" { workers = 8, work = exponential \"20ms\",\n"
                 "  subscribe = { \"orders\", visibility = \"2s\", dedup = \"10min\" } }\n",
     .target = {"orders", "mail", "shop"},
     .zero = {"mail.duplicates", "orders.lost"},
     .faults = 6,
     .within_ms = 12000,
     .longest_ms = 3000,
     .seconds = 60},
    {.name = "idempotency keys with copies",
     .body = "client \"users\" { arrivals = " WHILE(
         "60/s") ", target = \"kv\", timeout = \"300ms\",\n"
                 "  retry = { attempts = 6, backoff = \"100ms\" }, mix = { write = 1 },\n"
                 "  keys = uniform_keys { n = 20 } }\n" PLACE(
                     "10ms", "1%") "database \"kv\" { write = \"1ms\", zone = \"z\",\n"
                                   "  idempotency = { keep = \"never\" },\n"
                                   "  copies = { n = 3, elect = { timeout = \"300ms\" } } }\n",
     .target = {"kv[1]", "kv[2]", "kv[3]"},
     .zero = {"kv.lost_writes", "kv.conflicts", "kv.duplicates", "kv.behind.end"},
     .faults = 8,
     .within_ms = 12000,
     .longest_ms = 3000,
     .seconds = 40},
    {.name = "idempotency keys",
     .body = "client \"users\" { arrivals = " WHILE(
         "60/s") ", target = \"pay\", timeout = \"300ms\",\n"
                 "  mix = { charge = 1 }, retry = { attempts = 5, backoff = \"500ms\" } }\n"
                 "service \"pay\" { on = { call { \"ledger\", timeout = \"200ms\", retry = { "
                 "attempts = "
                 "2 } } } }\n"
                 "database \"ledger\" { write = exponential \"5ms\", write_ops = { \"charge\" },\n"
                 "  idempotency = { keep = \"1h\" } }\n",
     .target = {"pay", "ledger"},
     .zero = {"ledger.duplicates"},
     .faults = 6,
     .within_ms = 12000,
     .longest_ms = 3000,
     .seconds = 40},
    {.name = "outbox",
     .body = "client \"users\" { arrivals = " WHILE(
         "60/s") ", target = \"db\", timeout = \"1s\",\n"
                 "  mix = { order = 1 } }\n"
                 "database \"db\" { write = exponential \"5ms\", write_ops = { \"order\" },\n"
                 "  outbox = { topic = \"events\", every = \"100ms\" } }\n"
                 "topic \"events\" { dedup = \"1h\" }\n"
                 "service \"mail\" { workers = 8, work = exponential \"10ms\",\n"
                 "  subscribe = { \"events\", dedup = \"1h\", visibility = \"2s\" } }\n",
     .target = {"db", "events", "mail"},
     .zero = {"mail.duplicates", "db.outbox.end", "events.lost"},
     .equal = {"events.published", "db.relayed"},
     .faults = 6,
     .within_ms = 12000,
     .longest_ms = 3000,
     .seconds = 60},
    {.name = "outbox with copies",
     .body = USERS("db", "60/s") PLACE(
         "10ms", "1%") "database \"db\" { read = \"1ms\", write = \"1ms\", zone = \"z\",\n"
                       "  outbox = { topic = \"events\", every = \"100ms\" },\n"
                       "  copies = { n = 3, elect = { timeout = \"300ms\" } } }\n"
                       "topic \"events\" { dedup = \"1h\" }\n"
                       "service \"mail\" { workers = 8, work = exponential \"10ms\",\n"
                       "  subscribe = { \"events\", dedup = \"1h\", visibility = \"2s\" } }\n",
     .target = {"db[1]", "db[2]", "db[3]", "events", "mail"},
     .zero = {"mail.duplicates", "db.outbox.end", "db.relayed_lost", "db.lost_writes",
              "events.lost"},
     .faults = 8,
     .within_ms = 12000,
     .longest_ms = 3000,
     .seconds = 60},
    {.name = "locks with fencing over copies",
     .body = "client \"users\" { arrivals = " WHILE(
         "20/s") ", target = \"front\", timeout = \"9s\",\n"
                 "  mix = { book = 1 }, keys = uniform_keys { n = 5 } }\n"
                 "load_balancer \"front\" { backends = { \"app\" } }\n"
                 "service \"app\" { instances = 2, zone = \"z\", on = {\n"
                 "  lock { \"locks\", lease = \"1s\", timeout = \"5s\" },\n"
                 "  call { \"store\", op = \"read\", timeout = \"2s\" }, work(exponential "
                 "\"100ms\"),\n"
                 "  call { \"store\", op = \"write\", timeout = \"2s\" } } }\n"
                 "lock_service \"locks\" { work = \"2ms\", zone = \"z\" }\n" PLACE(
                     "5ms", "0%") "database \"store\" { read = \"1ms\", write = exponential "
                                  "\"2ms\", fencing = "
                                  "true,\n"
                                  "  zone = \"z\", copies = { n = 3, elect = { timeout = \"300ms\" "
                                  "} } }\n",
     .target = {"app[1]", "app[2]", "store[1]", "store[2]", "store[3]", "locks"},
     .zero = {"locks.stale_writes", "store.lost_writes", "store.behind.end"},
     .faults = 8,
     .within_ms = 12000,
     .longest_ms = 3000,
     .seconds = 40},
    {.name = "locks with fencing",
     .body = "client \"users\" { arrivals = " WHILE(
         "20/s") ", target = \"front\", timeout = \"9s\",\n"
                 "  mix = { book = 1 }, keys = uniform_keys { n = 5 } }\n"
                 "load_balancer \"front\" { backends = { \"app\" } }\n"
                 "service \"app\" { instances = 3, on = { lock { \"locks\", lease = \"1s\", "
                 "timeout = "
                 "\"5s\" },\n"
                 "  call { \"store\", op = \"read\", timeout = \"2s\" }, work(exponential "
                 "\"100ms\"),\n"
                 "  call { \"store\", op = \"write\", timeout = \"2s\" } } }\n"
                 "lock_service \"locks\" { work = \"2ms\" }\n"
                 "database \"store\" { read = \"1ms\", write = exponential \"2ms\", fencing = true "
                 "}\n"
                 "path { from = \"app\", to = \"store\", latency = exponential \"5ms\" }\n",
     .target = {"app[1]", "app[2]", "app[3]", "locks", "store"},
     .zero = {"locks.stale_writes"},
     .faults = 8,
     .within_ms = 12000,
     .longest_ms = 3000,
     .seconds = 40},
};
enum { PROTOCOLS = sizeof protocols / sizeof *protocols };

static uint32_t schedules = 100;
static const char *only;

/* The first schedule under which a protocol fails, shrunk and printed; false: none. */
static bool finds(const struct protocol *protocol, struct schedule *found) {
  for (uint64_t i = 0; i < schedules; i++) {
    *found = schedule_draw(protocol, SEED + i);
    const char *metric = schedule_fails(found, NULL);
    if (metric == NULL) continue;
    uint32_t drawn = found->n, runs = schedule_shrink(found);
    char *text = schedule_text(found);
    print_message("%s: %s is wrong under schedule %u, of %u faults; of %u after %u runs:\n",
                  protocol->name, metric, (unsigned)i + 1, drawn, found->n, runs);
    fputs(text, stdout); /* print_message ends after 1,024 characters */
    free(text);
    return true;
  }
  return false;
}

/* Aim: see above. */
static void test_protocols(void **state) {
  (void)state;
  bool failed = false;
  for (int p = 0; p < PROTOCOLS; p++) {
    struct schedule found;
    if (only && strcmp(only, protocols[p].name) != 0) continue;
    failed |= finds(&protocols[p], &found);
  }
  assert_false(failed);
}

static uint64_t fingerprint_of(const struct schedule *schedule) {
  uint64_t fingerprint;
  schedule_fails(schedule, &fingerprint);
  return fingerprint;
}

/* Aim: every kind of fault is drawn for every protocol that may meet it, about as often as any
 * other one, and one of two alone makes the run another one. */
static void test_kinds(void **state) {
  (void)state;
  for (int p = 0; p < PROTOCOLS; p++) {
    const struct protocol *protocol = &protocols[p];
    uint32_t drawn[MISHAPS] = {0}, fired[MISHAPS] = {0}, tried[MISHAPS] = {0};
    struct schedule none = schedule_draw(protocol, SEED);
    none.n = 0;
    uint64_t quiet = fingerprint_of(&none);
    for (uint64_t i = 0; i < 100; i++) {
      struct schedule s = schedule_draw(protocol, SEED + i);
      for (uint32_t k = 0; k < s.n; k++) {
        uint8_t kind = s.mishap[k].kind;
        drawn[kind]++;
        if (tried[kind] == 2 || fired[kind] > 0) continue;
        tried[kind]++;
        struct schedule alone = none;
        alone.n = 1;
        alone.mishap[0] = s.mishap[k];
        fired[kind] += fingerprint_of(&alone) != quiet;
      }
    }
    for (int k = 0; k < MISHAPS; k++) {
      bool may = k == MISHAP_SKEW ? protocol->clocks : k != MISHAP_MORE || protocol->more;
      if (!may || (protocol->restarts && k != MISHAP_RESTART)) continue;
      if (drawn[k] < 15 || fired[k] < 1) {
        fail_msg("%s: fault %d drawn %u times, fired %u of 2 times", protocol->name, k, drawn[k],
                 fired[k]);
      }
    }
  }
}

/* Aim: one that promises less is found out, the schedule becomes small, and its text is a scenario
 * that fails by itself: a primary whose copies follow loses what they lack when one replaces it. */
static void test_shrinks(void **state) {
  (void)state;
  static const struct protocol loses = {
      .name = "copies that follow",
      .body = USERS("kv", "100/s") PLACE("20ms", "0%")
          "database \"kv\" { read = \"1ms\", write = \"1ms\", zone = \"z\",\n"
          "  copies = { n = 3, write = \"async\", read = \"primary\" } }\n"
          "control \"ha\" { heartbeat = \"kv\", every = \"200ms\", fails = 3,\n"
          "  act = promote { \"kv\", takes = \"100ms\" } }\n",
      .target = {"kv[1]", "kv[2]", "kv[3]"},
      .zero = {"kv.lost_writes"},
      .faults = 8,
      .within_ms = 12000,
      .longest_ms = 3000,
      .seconds = 30};
  struct schedule found;
  assert_true(finds(&loses, &found));
  assert_true(found.n <= 3);
  assert_non_null(schedule_fails(&found, NULL));
  struct schedule none = found;
  none.n = 0;
  assert_null(schedule_fails(&none, NULL));
}

static char folder[64];

static int folder_make(void **state) {
  (void)state;
  snprintf(folder, sizeof folder, "/tmp/archsim-test-XXXXXX");
  return mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static int folder_remove(void **state) {
  (void)state;
  unlink("schedule.lua");
  return chdir("/") == 0 && rmdir(folder) == 0 ? 0 : -1;
}

int main(int argc, char **argv) {
  if (argc > 1) schedules = (uint32_t)strtoul(argv[1], NULL, 10);
  if (argc > 2) only = argv[2];
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_protocols), cmocka_unit_test(test_kinds),
                                     cmocka_unit_test(test_shrinks)};
  return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
