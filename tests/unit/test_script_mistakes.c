/* Aim: each mistake in a scenario is told at its place, with what was expected and what to do; what
 * only looks like one is none. */
#include "test_script_load.h"

#define CLIENT "client \"c\" { arrivals = poisson \"90/s\", target = \"s\" }\n"
#define SERVICE "service \"s\" { work = \"1ms\" }\n"
#define CRASH "fault { crash \"s\", at = \"1s\", lasts = \"1s\" }\n"

struct wrong {
  const char *text, *says;
};

static const struct wrong wrongs[] = {
    /* keys, with their own lines */
    {"client \"c\" {\n  arrivals = poisson \"9/s\",\n  timeot = \"1s\",\n  target = \"s\" "
     "}\n" SERVICE,
     "s.lua:3: key 'timeot' of client \"c\": unknown; did you mean 'timeout'?"},
    {CLIENT "service \"s\" {\n  -- wrok = 1\n  queue = 5, [\"wrok\"] = 1 }",
     "s.lua:4: key 'wrok' of service \"s\": unknown; did you mean 'work'?"},
    {CLIENT "service \"s\" { colour = 1 }",
     "s.lua:2: key 'colour' of service \"s\": unknown; known are workers, queue,"},
    {"client \"c\" { arrivals = poisson \"9/s\", target = \"s\",\n  retry = { attempts = 3,\n"
     "    backoff = exponential {\n      base = \"50ms\",\n      cup = \"1s\" } } }\n" SERVICE,
     "s.lua:5: key 'cup' of exponential in backoff of retry of client \"c\": unknown; did you mean "
     "'cap'?"},
    {"client \"c\" { arrivals = poisson \"9/s\" }\n" SERVICE,
     "s.lua:1: client \"c\": key 'target' is missing; give the name of a component"},
    {CLIENT "service \"s\" { price = profile { { \"0h\", \"1/h\" }, { \"9h\", \"2/h\" } } }",
     "expected a price such as \"0.10/h\" or { per_call = 2e-7 }, got profile, which only rates of "
     "requests and numbers of users may be"},
    {CLIENT SERVICE "cache \"redis\" { ttl = \"60s\" }",
     "cache \"redis\": key 'origin' is missing; name what is asked on a miss. A cache "
     "that "
     "an application fills itself (cache-aside) is written as one before its database, and what is "
     "asked while it is down as the caller's fallback = { call \"db\" }; a store with nothing "
     "behind it is a database"},
    {CLIENT "service \"s\" { on = { lock \"l\" } } lock_service \"l\" {}",
     "s.lua:2: lock in on of service \"s\": key 'lease' is missing; give a duration"},
    {CLIENT SERVICE "cache \"redis\" { origin = \"s\", per = \"key\" }",
     "key 'per' of cache \"redis\": \"key\": a cache keeps what it has by key in any case; leave "
     "per "
     "out"},
    {CLIENT SERVICE "path { from = \"c\", to = \"s\", price = 5 }",
     "key 'price' of path: expected a price such as \"0.10/h\" or { per_GB = 0.02 }, got the "
     "number 5"},
    {CLIENT SERVICE "local g = { \"s\" }; g[2] = g\nfault { crash { group = g }, at = \"1s\" }",
     "item 2 of group of crash in fault: is a list that it is in itself"},
    {CLIENT "service \"s\" { 5 }",
     "s.lua:2: item 1 of service \"s\": a value without a key; write KEY = VALUE"},
    /* types and units */
    {"client \"c\" { arrivals = poisson \"9/s\", target = \"s\",\n timeout = 5 }\n" SERVICE,
     "s.lua:2: key 'timeout' of client \"c\": 5 has no unit; write a duration such as \"250ms\""},
    {"client \"c\" { arrivals = poisson \"9/s\", target = \"s\", timeout = \"5\" }\n" SERVICE,
     "\"5\" has no unit; write a duration such as \"250ms\""},
    {"client \"c\" { arrivals = poisson \"9/s\", target = \"s\", timeout = {} }\n" SERVICE,
     "expected a duration such as \"250ms\", got a table"},
    {"client \"c\" { arrivals = poisson \"9/s\", target = \"s\", timeout = \"0.1ns\" }\n" SERVICE,
     "is less than the clock's step"},
    {"client \"c\" { arrivals = poisson \"9/s\", target = \"s\", timeout = \"60000d\" }\n" SERVICE,
     "more than the clock holds"},
    {"client \"c\" { arrivals = \"9/s\", target = \"s\" }\n" SERVICE,
     "key 'arrivals' of client \"c\": expected arrivals such as poisson \"90/s\""},
    {"client \"c\" { arrivals = poisson \"9ms\", target = \"s\" }\n" SERVICE,
     "poisson in arrivals of client \"c\": \"9ms\" is a duration; write a rate such as \"900/s\""},
    {"client \"c\" { arrivals = poisson \"0/s\", target = \"s\" }\n" SERVICE,
     "the rate must be greater than 0"},
    {CLIENT "service \"s\" { workers = \"4\" }",
     "key 'workers' of service \"s\": expected a whole number or \"unlimited\", got the text "
     "\"4\""},
    {CLIENT "service \"s\" { workers = 0 }", "0 is too small; it must be at least 1"},
    {CLIENT "service \"s\" { instances = \"4\" }", "got the text \"4\"; leave out the quotes"},
    {CLIENT "service \"s\" { discipline = \"fiof\" }", "\"fiof\" is unknown; did you mean 'fifo'?"},
    {CLIENT "service \"s\" { discipline = 1 }",
     "expected one of fifo, lifo, priority, sjf, ps, srpt, preemptive_priority, preemptive_lifo, "
     "got "
     "the number 1"},
    {"client \"c\" { arrivals = poisson \"9/s\", target = \"s\", retry = { attempts = 300 } "
     "}\n" SERVICE,
     "key 'attempts' of retry of client \"c\": 300 is out of range; it must be from 1 to 60"},
    {"client \"c\" { arrivals = poisson \"9/s\", target = \"s\", retry = true }\n" SERVICE,
     "expected a table of its own, such as { attempts = ... }, got true"},
    {"client \"c\" { arrivals = poisson \"9/s\", target = \"s\", retry = { on = { \"timout\" } } "
     "}\n" SERVICE,
     "item 1 of on of retry of client \"c\": \"timout\" is unknown; did you mean 'timeout'?"},
    {"client \"c\" { arrivals = poisson \"9/s\", target = \"s\", retry = { on = \"ok\" } "
     "}\n" SERVICE,
     "\"ok\" is unknown"},
    {CLIENT "service \"s\" { work = \"1ms\", on = { work \"1ms\" } }",
     "s.lua:2: service \"s\": 'work' and 'on' exclude each other"},
    /* what a kind finds fault with, at the key that it speaks of */
    {"client \"c\" { arrivals = poisson \"9/s\", target = \"s\",\n breaker = {} }\n" SERVICE,
     "s.lua:2: client \"c\": breaker: say when it opens: failures = 5"},
    {CLIENT
     "service \"s\" { work = \"1ms\" }\ndatabase \"d\" {\n copies = { n = 3,\n fence = true } }",
     "s.lua:5: database \"d\": has copies.fence and nothing makes another copy the primary"},
    /* names */
    {"client \"c\" { arrivals = poisson \"9/s\", target = \"web\" }\nservice \"wbe\" {}",
     "key 'target' of client \"c\": there is no component \"web\"; did you mean 'wbe'?"},
    {"client \"c\" { arrivals = poisson \"9/s\", target = \"c\" }\n" SERVICE,
     "client \"c\" makes requests and cannot be called"},
    {"client \"c\" { arrivals = poisson \"9/s\", target = \"s[1]\" }\n" SERVICE,
     "\"s[1]\" names a member; name the component, \"s\""},
    {"client \"c\" { arrivals = poisson \"9/s\", target = \"z\" }\nservice \"s\" { zone = \"z\" }",
     "\"z\" is a zone or region; name a component"},
    {CLIENT SERVICE "service \"s\" {}",
     "s.lua:3: the name \"s\" is taken by the service at s.lua:2; choose another"},
    {CLIENT SERVICE "region \"s\" { zones = { \"z\" } }", "is taken by the service at s.lua:2"},
    {CLIENT "service \"s\" { zone = \"c\" }",
     "key 'zone' of service \"s\": \"c\" is the name of a component or region already; zones need "
     "names of their own, such as \"c-zone\""},
    {CLIENT "service \"s.t\" {}", "s.lua:2: service: the text \"s.t\" is no name"},
    {CLIENT "service \"\" {}", "is no name"},
    {CLIENT "service \"s\"", "s.lua:2: service \"s\": its table is missing; write service \"s\" {"},
    {CLIENT "service { }", "s.lua:2: service: a name is missing; write service \"NAME\" { ... }"},
    {CLIENT "service \"s\" \"t\"", "service \"s\": expected a table, got the text \"t\""},
    {CLIENT "local f = service \"s\" f {} f {}", "is given a table a second time"},
    {CLIENT SERVICE "region \"r\" { zones = { \"z\" } } region \"q\" { zones = \"z\" }",
     "key 'zones' of region \"q\": zone \"z\" is listed twice"},
    {CLIENT SERVICE "region \"r\" { }", "region \"r\": key 'zones' is missing"},
    /* the language itself */
    {"client \"c\" {}\nservce \"s\" {}",
     "s.lua:2: 'servce' does not exist; did you mean 'service'?"},
    {"client \"c\" { arrivals = poison \"9/s\" }",
     "'poison' does not exist; did you mean 'poisson'?"},
    {"client \"c\" {}\nwhatever()", "s.lua:2: 'whatever' does not exist; it is neither a word"},
    {"rate = \"9/s\"", "s.lua:1: 'rate' is assigned but not declared; write local rate = ..."},
    {"local x = {}\nlocal y = x.z.w",
     "s.lua:2: attempt to index a nil value (field 'z'); it has no value here"},
    {"local cache = param { \"cached\", true }\ncache \"redis\" { capacity = 10 }",
     "s.lua:2: the local variable 'cache' hides the kind of that name; rename the variable"},
    {"local poisson\nlocal function f() return poisson \"1/s\" end\n\nclient \"c\" { arrivals = "
     "f() }",
     "s.lua:2: the local variable 'poisson' hides the word of that name; rename the variable"},
    {"local type = 5\nlocal x = type(3)",
     "s.lua:2: the local variable 'type' hides the function of that name; rename the variable"},
    {"local rate = 5\nlocal x = rate \"9/s\"",
     "s.lua:2: attempt to call a number value (local 'rate')"},
    {"local x = { cache = 5 }\nx.cache \"c\" {}", "attempt to call a number value (field 'cache')"},
    {"\nservice \"x\" {} {}",
     "s.lua:2: something is called that is no function; a kind takes one name and one table"},
    {"\nclient \"c\" { arrivals = }", "s.lua:2: unexpected symbol near '}'"},
    /* habits from elsewhere */
    {"# a comment", "s.lua:1: unexpected symbol near '#'; comments begin with --"},
    {"client \"c\" { target: \"s\", mix: 5 }", "; write KEY = VALUE"},
    {"client: c\n  target: s\n", "; write KEY = VALUE, and KIND \"NAME\" { ... }"},
    {"client(\"c\", target = \"s\")", "; keys stand in braces, as in client \"NAME\" {"},
    {"client \"c\" { \"target\" = \"s\" }", "; a key stands without quotes and brackets"},
    {"client \"c\" { target = \"s\" timeout = \"1s\" }",
     "'}' expected near 'timeout'; is a comma missing before it?"},
    {"fault { crash \"s\", for = \"5s\" }", "near 'for'; this is a word of Lua itself"},
    {CLIENT "service \"s\" { on = { work exponential \"5ms\" } }",
     "of two words in a row the second stands in brackets: write work(exponential ...)"},
    {"fault crash \"s\"", "the second stands in braces: write fault { crash ... }"},
    {"service s { work = \"5ms\" }", "a name stands in quotes: write service \"s\" { ... }"},
    {"goal u.latency.p99 < \"1s\"", "a text stands in quotes: write goal \"u.latency.p99\""},
    {"service \"s\" { on = { call x } }", "a text stands in quotes: write call \"x\""},
    {"client \"c\" { arrivals = poisson 10/s }", "in quotes: write poisson \"10/s\""},
    {"service \"s\", { work = \"5ms\" }", "no comma stands between a kind, its name and its table"},
    {"load_balancer \"b\" { backends = [ \"a\" ] }", "a list stands in braces, {"},
    {"for i = 1, 3 { }", "blocks of Lua have words, for ... do ... end, and no braces"},
    {"service \"s\" { work = \"5ms }", "a text ends in its line with the quote"},
    {"service \"s\" { work = \"5ms\"\nrun { duration = \"9s\" }", "this brace is not closed"},
    {"service \"s\" { on = { call \"x\" { timeout = \"1s\" } } }",
     "a word takes one thing: all that belongs to it stands in one table"},
    {CLIENT "service \"s\" { on = { call \"x\", timeout = \"1s\" } }",
     "stands in its own braces, as in call { \"db\", timeout = ... }"},
    {"local a = {}\nlocal b = { a { 5 } }",
     "something in braces stands behind another; is a comma missing between them?"},
    {"local r = param { \"rate\", \"9/s\" }\nif r > 5 then end",
     "s.lua:2: attempt to compare number with string; what has a unit is a text"},
    {"local n = tonumber(\"x\") * 2", "it has no value here: is it the right name"},
    {"goal c.availability > 5", "; a text stands in quotes: write goal \"c.availability\""},
    {"run { duration = 60s }", "malformed number near '60s'; what has a unit stands in quotes"},
    {CLIENT "service \"s\" { workers = None }", "'None' does not exist; leave the key out"},
    {CLIENT "cache \"s\" { warm = True }", "'True' does not exist; write true or false"},
    {CLIENT "database \"s\" { shards = 3 }", "how many shards there are is `instances`"},
    {CLIENT "redis \"s\" { }", "'redis' does not exist; did you mean 'cache'?"},
    {CLIENT "service \"s\" { replicas = 3 }", "unknown; did you mean 'instances'?"},
    {"client \"c\" { arrivals = poisson \"9/s\", target = \"s\", retry = 3 }\n" SERVICE,
     "expected a table of its own, such as { attempts = ... }, got the number 3"},
    {"assert(false, \"so\")", "s.lua:1: so"},
    {"poisson(1, 2)", "s.lua:1: poisson: got 2 values instead of one"},
    {"poisson()", "s.lua:1: poisson: a value is missing"},
    {"local x = 5", "s.lua: nothing makes requests; add a client"},
    {"peers \"p\" { instances = 9 }", "s.lua:1: nothing that a client reaches calls peers \"p\""},
    /* mixes, handlers, steps */
    {"client \"c\" { arrivals = poisson \"9/s\", target = \"s\",\n mix = { a = 0.5, b = 0.4 } "
     "}\n" SERVICE,
     "s.lua:2: key 'mix' of client \"c\": the shares add up to 0.9; they must add up to 1"},
    {"client \"c\" { arrivals = poisson \"9/s\", target = \"s\", mix = { a = 1, b = 0 } "
     "}\n" SERVICE,
     "key 'b' of mix of client \"c\": a share must be greater than 0 and at most 1, got 0"},
    {"client \"c\" { arrivals = poisson \"9/s\", target = \"s\", mix = { 1 } }\n" SERVICE,
     "a value without a name; write NAME = SHARE"},
    {"client \"c\" { arrivals = poisson \"9/s\", target = \"s\", mix = { browse = 0.5, buy = 0.5 } "
     "}\n"
     "service \"s\" { on = { brwse = {}, buy = {} } }",
     "s.lua:2: service \"s\" has no handler for operation 'browse' sent by client \"c\"; add "
     "browse "
     "= { ... } or default = { ... } to 'on'; did you mean 'brwse'?"},
    {CLIENT "service \"s\" { on = { buy = {} } }",
     "has no handler for operation 'default' sent by client \"c\"; add default = { ... } to 'on', "
     "or "
     "a mix to what sends it"},
    {CLIENT
     "service \"s\" { on = { call { \"t\", op = \"x\" } } }\nservice \"t\" { on = { y = {} } }",
     "s.lua:3: service \"t\" has no handler for operation 'x' sent by service \"s\""},
    {CLIENT "service \"s\" { on = {\n call { \"d\", op = \"raed\" } } }\ndatabase \"d\" {}",
     "s.lua:3: key 'op' of call in on of service \"s\": a database has no operation 'raed'; did "
     "you "
     "mean 'read'?"},
    {CLIENT "service \"s\" { on = { call { \"d\", op = \"add\" } } }\n"
            "database \"d\" { write_ops = { \"insert\" } }",
     "a database has no operation 'add'; beside what its own lists name it has"},
    {CLIENT "service \"s\" { on = { branch { op = \"buy\", sleep \"1ms\" } } }",
     "nobody sends or handles an operation 'buy'"},
    {CLIENT "service \"s\" { on = { branch { sleep \"1ms\" } } }", "says no condition"},
    {CLIENT "service \"s\" { on = { branch { p = 1.5 } } }", "150% is out of range"},
    {CLIENT "service \"s\" { on = { fail } }", "got the bare word fail, which is to be called"},
    {CLIENT "service \"s\" { on = { \"fail\" } }",
     "item 1 of on of service \"s\": expected a step"},
    {CLIENT "service \"s\" { on = { exponential \"1ms\" } }",
     "(there are branch, call, compress, fail, limit, lock, parallel, publish, reply, shed, sleep, "
     "transaction, unlock, work), got exponential"},
    {CLIENT "service \"s\" { on = { fail(), buy = {} } }",
     "key 'buy' of on of service \"s\": unknown"},
    {CLIENT "service \"s\" { on = {} }", "says nothing; list the steps"},
    {CLIENT "service \"s\" { on = { call { \"t\", times = 3 } } } service \"t\" {}",
     "key 'times' of call in on of service \"s\": is for calls inside parallel"},
    {CLIENT "service \"s\" { on = { call { \"t\", need = 2 } } } service \"t\" { instances = 3 }",
     "key 'need' of call in on of service \"s\": says how many of several calls; give each = true"},
    {CLIENT "service \"s\" { on = { call { \"t\", each = true, need = 4 } } }\n"
            "service \"t\" { instances = 3 }",
     "key 'need' of call in on of service \"s\": 4 is out of range; it must be from 1 to 3"},
    {CLIENT "service \"s\" { on = { parallel { call { \"t\", each = true, times = 2 } } } }\n"
            "service \"t\" { instances = 3 }",
     "key 'times' of call in parallel in on of service \"s\": and each exclude each other"},
    /* components that are not there */
    {CLIENT "service \"s\" { on = { call \"t\" } }\nservice \"t\" { only_if = 1 > 2 }",
     "call in on of service \"s\": \"t\" is not there: its only_if at s.lua:3 is false"},
    {CLIENT "service \"s\" { only_if = 5 }", "expected true or false, such as only_if = n > 0"},
    {CLIENT "service \"s\" { on = { work \"1ms\", nil, fail() } }",
     "item 2 of on of service \"s\": is nil"},
    {CLIENT "service \"s\" { on = { fail \"timeout\" } }", "failed, denied, rate_limited, shed"},
    {CLIENT "service \"s\" { on = { fail { \"denies\" } } }", "did you mean 'denied'"},
    {CLIENT "service \"s\" { on = { fail { p = 1.0000000001 } } }",
     "a little more than 100% is out of range; it must be from 0% to 100%"},
    {"local a = 1\nlocal b = \"1s\" + 5", "s.lua:2: \"1s\" + 5: one of them has no unit"},
    {"local b = \"1s\" * \"2ms\"", "only one of them may have a unit"},
    {"local b = \"1s\" + \"2kB\"", "their units measure different things"},
    {"local b = \"1s\" - \"2s\"", "the result is negative; quantities are not"},
    {"local b = \"1s\" / 0", "division by zero"},
    {"local b = \"1q\" * 2", "\"1q\": there is no unit 'q'"},
    {"local b = -\"1s\"", "compute with + - * / alone"},
    {CLIENT "service \"s\" { on = { parallel { sleep \"1ms\" } } }",
     "item 1 of parallel in on of service \"s\": expected a call such as call \"db\", got sleep"},
    {CLIENT "service \"s\" { on = { parallel { call \"t\", need = 2 } } } service \"t\" {}",
     "2 is out of range; it must be from 1 to 1"},
    {CLIENT
     "service \"s\" { on = { parallel { call { \"t\", fallback = {} } } } } service \"t\" {}",
     "is not for calls inside parallel"},
    {CLIENT "service \"s\" { on = { call { \"t\", timeout = \"0s\" } } } service \"t\" {}",
     "key 'timeout' of call in on of service \"s\": must be greater than 0"},
    {CLIENT "service \"s\" { workers = 1, discipline = \"priority\", priority = { \"default\", "
            "\"default\" } }",
     "'default' is listed twice"},
    {CLIENT "service \"s\" { on = { call { \"t\", pool = { size = 1, wait = \"1s\" } } } } "
            "service \"t\" {}",
     "key 'wait' of pool of call in on of service \"s\": means nothing without queue; give that"},
    {CLIENT "service \"s\" {}\npath { from = \"c\", to = \"s\", bandwidth = \"0bit/s\" }",
     "0bit/s is too small; it must be at least 1bit/s"},
    /* distributions */
    {CLIENT "service \"s\" { work = 5 }", "5 has no unit; write a duration such as \"250ms\""},
    {CLIENT "service \"s\" { work = exponential \"5kB\" }",
     "exponential in work of service \"s\": \"5kB\" is a size; write a duration such as"},
    {CLIENT "service \"s\" { work = exponential \"0ms\" }", "the mean must be greater than 0"},
    {CLIENT "service \"s\" { work = poisson \"5/s\" }",
     "expected a duration such as \"250ms\" or a distribution such as exponential \"10ms\", got "
     "poisson"},
    {CLIENT "service \"s\" { work = lognormal {\n p50 = \"5ms\",\n p99 = \"3ms\" } }",
     "s.lua:4: key 'p99' of lognormal in work of service \"s\": must be greater than p50"},
    {CLIENT "service \"s\" { work = lognormal { p50 = \"5ms\" } }", "give one of these pairs"},
    {CLIENT "service \"s\" { work = lognormal { mean = \"5ms\", p99 = \"5s\" } }",
     "p99 must be at most 14.97 times mean"},
    {CLIENT "service \"s\" { work = gamma { mean = \"5ms\", shape = 0 } }", "shape must be from"},
    {CLIENT "service \"s\" { work = erlang { mean = \"5ms\", stages = 1.5 } }", "whole number"},
    {CLIENT "service \"s\" { work = weibull { shape = 1 } }", "give either mean or scale"},
    {CLIENT "service \"s\" { work = uniform { \"5ms\", \"3ms\" } }",
     "the low end 5ms is above the high end 3ms"},
    {CLIENT "service \"s\" { work = mixture { { 0.5, \"1ms\" }, { 0.4, \"2ms\" } } }",
     "the weights add up to 0.9; they must add up to 1"},
    {CLIENT "service \"s\" { work = mixture { { 1, \"1ms\", 2 } } }", "expected a pair"},
    {CLIENT "service \"s\" { work = empirical { p50 = \"1ms\" } }", "at least two quantiles"},
    {CLIENT "service \"s\" { work = empirical { p50 = \"2ms\", p90 = \"1ms\" } }",
     "key 'p90' of empirical in work of service \"s\": must not be less than p50"},
    {CLIENT "service \"s\" { work = empirical { csv = \"no.csv\", unit = \"ms\" } }",
     "\"no.csv\" cannot be read"},
    {CLIENT "service \"s\" { work = empirical { csv = \"s.lua\" } }", "key 'unit' is missing"},
    {CLIENT "service \"s\" { work = exponential }", "got the bare word exponential"},
    {"client \"c\" { arrivals = closed { users = 0 }, target = \"s\" }" SERVICE,
     "0 is out of range"},
    {"client \"c\" { arrivals = poisson \"9/s\", target = \"s\", keys = zipf { n = 5 } }" SERVICE,
     "zipf in keys of client \"c\": key 's' is missing"},
    {"client \"c\" { arrivals = poisson \"9/s\", target = \"s\", keys = exponential \"5ms\" "
     "}" SERVICE,
     "expected keys such as zipf"},
    {"client \"c\" { arrivals = poisson \"9/s\", target = \"s\", retry = { backoff = exponential "
     "\"5ms\" } }" SERVICE,
     "expected a table such as exponential { base = \"50ms\""},
    {"client \"c\" { arrivals = poisson \"9/s\", target = \"s\", retry = { backoff = exponential { "
     "base = \"5s\", cap = \"1s\" } } }" SERVICE,
     "key 'cap' of exponential in backoff of retry of client \"c\": must not be less than base"},
    {"client \"c\" { arrivals = poisson \"9/s\", target = \"s\", pool = { size = gradient { start "
     "= "
     "300 } } }" SERVICE,
     "start = 300 must lie between least = 20 and most = 200"},
    /* run, goals */
    {CLIENT SERVICE "run { duration = \"60s\",\n warmup = \"60s\" }",
     "s.lua:4: key 'warmup' of run: must be shorter than the duration"},
    {CLIENT SERVICE "run {}\nrun {}", "s.lua:4: run: there is one at s.lua:3 already"},
    {CLIENT SERVICE "run { duration = \"0s\" }", "key 'duration' of run: must be greater than 0"},
    {CLIENT SERVICE "run { replications = 0 }", "0 is out of range"},
    {CLIENT SERVICE "run { precision = \"0%\" }", "out of range"},
    {CLIENT SERVICE "run { precision = \"2ms\" }", "ratio"},
    {CLIENT SERVICE "run { precision = \"2%\", max_replications = 9 }", "9 is out of range"},
    {CLIENT SERVICE "run { max_replications = 100 }", "says nothing without precision"},
    {CLIENT SERVICE "run { replications = 20, precision = \"2%\", max_replications = 15 }",
     "must not be below replications, which is 20"},
    {CLIENT SERVICE "run { warmup = \"atuo\" }", "key 'warmup' of run: \"atuo\" is not a duration"},
    {CLIENT SERVICE "goal \"c.latency.p9 < 5ms\"",
     "s.lua:3: goal: there is no metric 'c.latency.p9'; did you mean 'c.latency.p90'?"},
    {CLIENT SERVICE "goal \"x.latency.p99 < 5ms\"", "there is no component 'x' that has metrics"},
    {CLIENT SERVICE "goal \"c.latency.p99 < 5\"",
     "the value of 'c.latency.p99': \"5\" has no unit"},
    {CLIENT SERVICE "goal \"c.latency.p99 = 5ms\"", "write == in place of ="},
    {CLIENT SERVICE "goal \"c.latency.p99 =< 5ms\"", "write <= in place of =<"},
    {CLIENT SERVICE "goal \"c.latency.p99 / 2 < 5ms\"", "is no goal; write METRIC OP VALUE"},
    {CLIENT SERVICE "goal \"c.latency.p99 < 5ms and c.availability > 99%\"",
     "says two things: a goal compares one metric with one value; write goal \"c.latency.p99 < "
     "5ms\" "
     "and goal \"c.availability > 99%\""},
    {CLIENT SERVICE "goal \"c.requests > 5 && c.requests < 9\"",
     "write goal \"c.requests > 5\" and goal \"c.requests < 9\""},
    {CLIENT SERVICE "goal \"c.latency.p99 < 5ms or c.availability > 99%\"", "there is no 'or'"},
    {CLIENT SERVICE "goal \"c.latency.p99 < 5ms < 9ms\"", "compares twice"},
    {CLIENT SERVICE "goal \"5ms > c.latency.p99\"",
     "the metric stands first; write \"c.latency.p99 < 5ms\""},
    {CLIENT SERVICE "goal \"99.9% <= c.availability\"", "write \"c.availability >= 99.9%\""},
    {CLIENT SERVICE "goal \"c.latency.p99 < c.latency.p50\"", "and not with 'c.latency.p50'"},
    {CLIENT SERVICE "goal \"c.latency.p99 < 5ms during crash s\"",
     "write goal { \"METRIC OP VALUE"},
    {CLIENT SERVICE "x = string.format(\"%d\", \"x\")",
     "s.lua:3: bad argument #2 to 'format' (number expected, got string); %s takes any value"},
    {CLIENT SERVICE "x = string.format(\"%d\")",
     "bad argument #2 to 'format' (no value); each % in the text takes one more value"},
    {CLIENT SERVICE "assert(false)", "assertion failed!; give assert a text behind it"},
    {CLIENT SERVICE "goal \"c.latency.p99 <\"", "is no goal"},
    {CLIENT SERVICE "goal \"c.latency.p100 < 1s\"", "there is no metric 'c.latency.p100'"},
    {CLIENT SERVICE CRASH "goal { \"c.availability > 9%\", during = \"crash t\" }",
     "key 'during' of goal: there is no fault \"crash t\"; did you mean 'crash s'?"},
    {CLIENT SERVICE CRASH "goal { \"s.availability > 9%\", during = \"crash s\" }",
     "it takes a metric of a client; there are c"},
    {CLIENT SERVICE CRASH "goal { \"c.availability > 9%\" }", "expected a text such as"},
    {CLIENT SERVICE CRASH "goal { recovers = \"c.goodput\", within = \"9h\", after = \"crash s\" }",
     "key 'after' of goal: the run ends before it is known"},
    {CLIENT SERVICE CRASH
     "goal { recovers = \"c.latency.p99\", within = \"1s\", after = \"crash s\" }",
     "is about goodput or availability; got 'latency.p99'"},
    {CLIENT SERVICE "fault { crash \"s\", at = \"1s\" }\n"
                    "goal { recovers = \"c.goodput\", within = \"1s\", after = \"crash s\" }",
     "\"crash s\" never ends, so that nothing comes after it"},
    {CLIENT SERVICE "goal \"c.during.crash_s.availability > 9%\"",
     "it takes a client, the name of a"},
    {CLIENT SERVICE "goal \"c.part.t < 1s\"", "'c' has no metric 'part.t'"},
    {CLIENT SERVICE "goal \"t[*].utilization < 5%\"", "there is no component 't'"},
    {CLIENT SERVICE "goal \"s[*].utilisation < 5%\"", "did you mean 's.utilization'?"},
    {CLIENT SERVICE "goal \"s[*].utilization == 5%\"",
     "the worst is judged, which == does not tell"},
    {CLIENT SERVICE "goal \"c.retries < 5ms\"",
     "'c.retries' is a count; \"5ms\" is no bare number"},
    {CLIENT SERVICE "goal { }", "goal: expected a text such as"},
    {"client \"c\" { arrivals = poisson \"1/s\", target = \"lb\" }\n"
     "load_balancer \"lb\" { backends = \"s\" }\n" SERVICE "goal \"lb.utilization < 50%\"",
     "goal: 'lb.utilization' has no value: a load_balancer has no workers and no queue"},
    {CLIENT SERVICE "goal \"s[2].utilization < 5%\"",
     "goal: 's' has one instance and no members; write 's.utilization'"},
    {CLIENT "service \"s\" { instances = 3 }\ngoal \"s[4].utilization < 5%\"",
     "goal: there is no member 's[4]': 's' has s[1] to s[3]"},
    {CLIENT SERVICE "goal \"c.availability >= 99.9\"",
     "goal: the value of 'c.availability': 99.9 is 9990%; write \"99.9%\""},
    /* paths, faults */
    {CLIENT SERVICE "path { from = \"c\", to = \"t\" }",
     "key 'to' of path: there is no component, zone or region \"t\""},
    {CLIENT SERVICE "path { from = \"c\" }", "path: key 'to' is missing"},
    {CLIENT SERVICE "path { from = \"c\", to = \"s\" }\npath { to = \"c\", from = \"s\" }",
     "s.lua:4: path: the one at s.lua:3 joins the same two places already"},
    {CLIENT SERVICE "path { from = \"c\", to = \"s\", loss = \"101%\" }", "101% is out of range"},
    {CLIENT SERVICE "fault { flush \"s\", at = \"5s\" }",
     "flush in fault: \"s\" is a service, which keeps nothing that could be forgotten; name a "
     "cache"},
    {CLIENT SERVICE
     "cache \"r\" { origin = \"s\" }\nfault { flush \"r\", at = \"5s\", lasts = \"1s\" }",
     "s.lua:4: fault: happens at once; say only at = \"60s\""},
    {CLIENT SERVICE "fault { crash \"c\", at = \"5s\" }",
     "crash in fault: \"c\" is a client, which makes the requests that are measured; break what it "
     "calls instead"},
    {CLIENT SERVICE "fault { crash \"s[2]\", at = \"5s\" }",
     "\"s[2]\" does not exist: s has 1 instance"},
    {CLIENT SERVICE "fault { crash \"s[x]\", at = \"5s\" }", "\"s[x]\" is no target"},
    {CLIENT SERVICE "fault { crash \"t\", at = \"5s\" }", "no component, zone or region \"t\""},
    {CLIENT SERVICE "fault { crash \"s\" }", "s.lua:3: fault: say when: either at = \"60s\""},
    {CLIENT SERVICE "fault { crash \"s\", at = \"1s\", mttf = \"1s\", mttr = \"1s\" }", "say when"},
    {CLIENT SERVICE "fault { crash \"s\", mttf = \"1s\" }", "say when"},
    {CLIENT SERVICE "fault { crash \"s\", mttf = \"1ns\", mttr = exponential \"1ns\" }",
     "would recur more than 10 million times in one run; give a longer mttf or mttr"},
    {CLIENT SERVICE "fault { at = \"1s\" }", "fault: expected what breaks"},
    {CLIENT SERVICE "fault { crash, at = \"1s\" }", "got the bare word crash"},
    {CLIENT SERVICE "fault { slow \"s\", at = \"1s\" }", "slow in fault: needs its factor"},
    {CLIENT SERVICE "fault { delay \"s\", at = \"1s\" }",
     "delay in fault: needs its by; write delay { \"web\", by = \"100ms\" }"},
    {CLIENT SERVICE "fault { delay { \"s\", by = \"1kB\" }, at = \"1s\" }", "by"},
    {CLIENT SERVICE "fault { crash { \"s\", \"c\" }, at = \"1s\" }",
     "one value without a key too many"},
    {CLIENT SERVICE "region \"r\" { zones = \"z\" } fault { crash \"r\", at = \"1s\" }",
     "no component that could break lives in \"r\""},
    {CLIENT SERVICE "fault { crash \"s\", at = \"1s\", name = \"x\" }\n"
                    "fault { hang \"s\", at = \"1s\", name = \"x\" }",
     "s.lua:4: key 'name' of fault: another fault is called \"x\""},
    {CLIENT SERVICE "crash \"s\"", "s.lua:3: crash stands outside of a fault"},
    /* the graph */
    {CLIENT SERVICE "service \"t\" { on = { call \"u\" } } service \"u\" { on = { call \"s\" } }",
     "s.lua:3: nothing that a client reaches calls service \"t\", so it does nothing"},
    {CLIENT
     "service \"s\" { on = { work \"1ms\", call \"t\" } }\nservice \"t\" { on = { branch { op = "
     "\"default\", call \"s\" } } }",
     "s.lua:2: every request goes round in a circle for ever: s -> t -> s;"},
    {CLIENT "service \"s\" { on = { branch { p = 0.5, otherwise = {} }, call \"s\" } }",
     "every request goes round in a circle for ever: s -> s"},
    {CLIENT "cache \"s\" { origin = \"t\" } service \"t\" { on = { call \"s\" } }",
     "goes round in a circle for ever: s -> t -> s"},
    {CLIENT "load_balancer \"s\" { backends = \"s\" }", "this balancer itself"},
    {"client \"c\" { arrivals = poisson \"90/s\", target = \"s\", start = \"1s\" }" SERVICE,
     "is read only of what can stop"},
    /* parameters */
    {"param { \"p\" }", "s.lua:1: param \"p\": its default is missing"},
    {"param { \"p q\", 1 }", "is no name"},
    {"param { \"p\", 1 } param { \"p\", 2 }", "param: \"p\" is declared a second time"},
    {"param { \"p\", {} }", "a text, a number or a boolean, got a table"},
    {"param { \"p\", 1, dco = \"x\" }", "param: key 'dco' is unknown"},
    {"param { \"p\", 1, 2 }", "a name and a default are all it takes"},
    {"param \"p\"", "param: expected a table"},
};

/* The line of a key or item is found among whatever else a table may hold. */
static const struct wrong lines[] = {
    {CLIENT "service \"s\" { queue = 1,\n on = {\n  work '}1ms',\n  'x' } }",
     "s.lua:4: work in on"},
    {"client \"c\" { arrivals = poisson '1/s', target = 's',\n retry = { backoff = '1ms', on = {\n "
     "'reset', -- }\n [[timeout]], --[[ , ]] 'shde' } } }" SERVICE,
     "s.lua:4: item 3 of on of retry of client \"c\": \"shde\" is unknown; did you mean 'shed'?"},
    {CLIENT
     "load_balancer 's' {\n algorithm = 'random', backends = { 't',\n n = 5,\n 'u' } }\nservice "
     "'t' {} service 'u' {}",
     "s.lua:4: key 'n' of backends of load_balancer \"s\": unknown"},
    {CLIENT
     "load_balancer 's' {\n backends = {\n ('t'),\n ([==[v]] ]==]):sub(1, 1),\n 'u' } }\nservice "
     "'t' {} service 'u' {}",
     "s.lua:5: item 2 of backends of load_balancer \"s\": there is no component \"v\""},
    {CLIENT
     "service 's' { on = { default = {\n  call { 't',\n    tiemout = '1s' } } } }\nservice 't' {}",
     "s.lua:4: key 'tiemout' of call in default of on of service \"s\": unknown"},
    {CLIENT "service 's' { on = { branch { p = 0.5,\n 'x' } } }",
     "s.lua:3: item 1 of branch in on"},
    /* written elsewhere: the line of the call has to do */
    {CLIENT "local t = {\n wrok = 1 }\nservice 's' (t)", "s.lua:4: key 'wrok' of service \"s\""},
    {CLIENT "local function make(t) service 's' (t) end\nmake {\n wrok = 1 }",
     "s.lua:2: key 'wrok'"},
    /* of several mistakes always the same is told */
    {CLIENT "service 's' { zzz = 1, bbb = 2, yyy = 3, aaa = 4, xxx = 5 }", "key 'aaa'"},
    {CLIENT "service 's' { xxx = 1, aaa = 2, yyy = 3, bbb = 4, zzz = 5 }", "key 'aaa'"},
    {CLIENT "service 's' { workers = 1.5 }", "1.5 is not whole"},
    {CLIENT "service 's' { workers = 2^53 + 2 }", "is larger than 2^53"},
};

static void test_lines(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
    const char *text = mistake(lines[i].text);
    if (!strstr(text, lines[i].says)) fail_msg("%s\n  gave: %s", lines[i].text, text);
  }
}

/* Texts go into reports and JSON, which take nothing but UTF-8. */
static void test_texts(void **state) {
  (void)state;
  static const struct {
    const char *text;
    bool good;
  } texts[] = {
      {"plain", true},
      {"\xc3\xa9", true},
      {"\xe2\x82\xac", true},
      {"\xf0\x9f\x98\x80", true},
      {"\xc1\x81", false},
      {"\xe9", false},
      {"\x80", false},
      {"\xc3", false},
      {"\xc3(", false},
      {"\xe0\x80\xaf", false},
      {"\xed\xa0\x80", false},
      {"\xf0\x80\x80\xaf", false},
      {"\xf4\x90\x80\x80", false},
      {"\xf5\x80\x80\x80", false},
      {"a\tb", false},
      {"a\x7f", false},
  };
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    char text[300];
    snprintf(text, sizeof text, "param { \"p\", 1, doc = \"%s\" }\n" CLIENT SERVICE, texts[i].text);
    if (texts[i].good) {
      struct scenario *s = load(text);
      assert_string_equal(s->param[0].doc, texts[i].text);
      scenario_free(s);
    } else {
      const char *says = mistake(text);
      if (!strstr(says, "control character") && !strstr(says, "UTF-8")) fail_msg("%s", says);
    }
  }
}

static void test_mistakes(void **state) {
  (void)state;
  int failed = 0;
  for (size_t i = 0; i < sizeof wrongs / sizeof *wrongs; i++) {
    const char *text = mistake(wrongs[i].text);
    if (strstr(text, wrongs[i].says)) continue;
    print_error("%s\n  gave: %s\n  not:  %s\n", wrongs[i].text, text, wrongs[i].says);
    failed++;
  }
  assert_int_equal(failed, 0);
}

/* Circles that some requests leave are fine. */
static void test_circles_with_an_exit(void **state) {
  (void)state;
  static const char *const right[] = {
      CLIENT "service \"s\" { on = { branch { p = 0.5, call \"s\" } } }",
      CLIENT "service \"s\" { on = { fail { p = 0.5 }, call \"s\" } }",
      CLIENT
      "service \"s\" { on = { call { \"t\", fallback = { call \"s\" } } } } service \"t\" {}",
      "client \"c\" { arrivals = poisson \"9/s\", target = \"s\", mix = { a = 1 } }\n"
      "service \"s\" { on = { a = { call { \"s\", op = \"b\" } }, b = {} } }",
      "client \"c\" { arrivals = poisson \"9/s\", target = \"s\", mix = { a = 1 } }\n"
      "service \"s\" { on = { branch { op = \"a\", call { \"s\", op = \"b\" } } } }",
      CLIENT "service \"s\" { on = { branch { p = 0.5, fail() }, call \"s\" } }",
      CLIENT
      "load_balancer \"s\" { backends = { \"t\", \"u\" } } service \"u\" {}\n"
      "service \"t\" { on = { call \"s\" } }",
  };
  for (size_t i = 0; i < sizeof right / sizeof *right; i++) scenario_free(load(right[i]));
}

static void test_missing_file(void **state) {
  (void)state;
  struct error err = {""};
  assert_null(scenario_load("missing.lua", NULL, 0, &err));
  assert_string_equal(err.text, "missing.lua: cannot be read: No such file or directory");
  assert_null(scenario_load("missing.lua", NULL, 0, NULL));
  scenario_free(NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_mistakes),     cmocka_unit_test(test_lines),
      cmocka_unit_test(test_texts),        cmocka_unit_test(test_circles_with_an_exit),
      cmocka_unit_test(test_missing_file),
  };
  return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
