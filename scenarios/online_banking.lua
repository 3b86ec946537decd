-- Log-in, balance, and a transfer that takes money from one store and gives it to another, while a
-- server crashes again and again in the middle of it: is any transfer half done, how quick is a
-- log-in, and for how long does a crash lock accounts?
--
-- Covers A04.
-- Three servers behind a balancer, and a database each for the accounts that give and those that
-- take. A transfer is two writes with two-phase commit: both databases prepare, the server puts the
-- decision on its disk, and tells them. It holds both accounts meanwhile. When it crashes between
-- the votes and the decision, the two accounts stay locked until it is back; then the transfer
-- never was. Without the protocol it stays half done. One server crashes every 155 s here, so that
-- a run sees the rare instant between the two writes. Log-ins and looks that a crash breaks are
-- made again; a transfer is not, since nobody knows whether it was done. Loads and times are
-- assumed.
--
-- Off: commit=none  money is taken and not given
-- Off: back=120s  a crashed server is away for long, and so are the accounts that it has locked
-- Off: hash=800ms  hashing passwords leaves the servers no time for anything else
-- Off: tries=1  who was just logging in when a server crashes has failed
-- Off: next=0  nobody asks the next server when one refuses
-- Answer: payers.availability
local commit = param { "commit", "2pc", doc = "how the two writes of a transfer belong together" }
local back = param { "back", "5s", doc = "until a crashed server is back" }
local hash = param { "hash", "100ms", doc = "what hashing a password takes" }
local tries = param { "tries", 3, doc = "how often a log-in or a look is tried in all" }
local next = param { "next", 1, doc = "other servers that are asked when one refuses" }

local accounts = zipf { n = 100000, s = 0.9 }
client "clients" {
  arrivals = poisson "210/s", mix = { login = 1 / 7, balance = 6 / 7 }, keys = accounts,
  target = "lb", timeout = "8s", retry = { attempts = tries, backoff = "200ms", on = { "reset" } },
}
client "payers" {
  arrivals = poisson "90/s", mix = { transfer = 1 }, keys = accounts, target = "lb",
  timeout = "8s",
}
load_balancer "lb" {
  backends = "bank",
  connect_retries = next,
  health_check = { interval = "1s", timeout = "500ms", fall = 1, rise = 1 },
}
service "bank" {
  instances = 3,
  workers = 8,
  io = "async",
  on = {
    login = { work(hash), call { "from", op = "look", timeout = "2s" } },
    balance = { work "2ms", call { "from", op = "look", timeout = "2s" } },
    transfer = {
      work "5ms",
      transaction {
        call { "from", op = "debit", timeout = "6s" },
        call { "to", op = "credit", timeout = "6s" },
        commit = commit,
        log = commit == "2pc" and "5ms" or nil,
      },
    },
  },
}
database "from" {
  workers = 8, read = exponential "2ms", write = exponential "4ms",
  read_ops = { "look" }, write_ops = { "debit" },
}
database "to" { workers = 8, write = exponential "4ms", write_ops = { "credit" } }
fault { crash "bank[1]", mttf = exponential "150s", mttr = back }

goal "bank.half_applied == 0"
goal "clients.availability >= 99.999%"
goal "payers.availability >= 99.99%"
goal "clients.op.login.latency.p99 < 2s"
goal "payers.latency.p99 < 60ms"
-- Accounts that a crash has locked are free when the server is back (without any it is not met).
goal "bank.in_doubt_time.max < 6s"
run { duration = "750s", warmup = "5s", replications = 8 }
