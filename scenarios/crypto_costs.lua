-- What does cryptography cost a server: the hash of a password at a log-in, the check of a token,
-- and the encryption of every byte that goes out?
--
-- Covers B14.
-- Times on one core of a Xeon with OpenSSL 3.0: PBKDF2-SHA256 with 600,000 rounds (as OWASP asks)
-- 192 ms, an ECDSA P-256 signature checked in 0.079 ms, AES-256-GCM 0.24 ns and ChaCha20-Poly1305
-- 0.3 ns a byte. Four cores check 21 passwords a second and no more, however fast the rest is; so
-- a rush of log-ins stands before the door while pages, on workers of their own, are encrypted for
-- next to nothing, with AES for those whose processor helps, and with ChaCha20 for the others.
--
-- Off: hash=1ms  a hash that costs nothing, and protects nothing
-- Off: aes=100ns  encryption without the processor's help: it costs more than the page
-- Off: chacha=100ns  the same for those without AES in their processor
-- Off: own=false  passwords are hashed by those who make pages
-- Answer: logins.throughput
local hash = param { "hash", "192ms", doc = "the hash of one password" }
local aes = param { "aes", "0.24ns", doc = "AES-256-GCM, a byte" }
local chacha = param { "chacha", "0.3ns", doc = "ChaCha20-Poly1305, a byte" }
local own = param { "own", true, doc = "whether log-ins have workers of their own" }

client "logins" {
  arrivals = poisson "40/s", target = own and "login" or "web", timeout = "10s",
  mix = { login = 1 },
}
client "pages" {
  arrivals = poisson "100/s", target = "web", response = "64kB", timeout = "10s",
  mix = { page = 1 },
}
client "phones" {
  arrivals = poisson "100/s", target = "web-phones", response = "64kB", timeout = "10s",
}
client "plain" {
  arrivals = poisson "100/s", target = "web-plain", response = "64kB", timeout = "10s",
}
service "login" { only_if = own, workers = 4, queue = 100, on = { work(hash) } }
service "web" {
  workers = 4, queue = 100,
  on = {
    login = not own and { work(hash) } or nil,
    page = { work "79us", work(exponential "5ms"), work { per_byte = aes, of = "answer" } },
  },
}
service "web-phones" { workers = 4, queue = 100, on = {
  work "79us", work(exponential "5ms"), work { per_byte = chacha, of = "answer" } } }
service "web-plain" { workers = 4, queue = 100, work = exponential "5ms" }

goal "logins.throughput < 22/s"
goal "pages.latency.mean < 5.5ms"
goal "phones.latency.mean < 5.5ms"
goal "logins.throughput > 20/s"
goal "pages.availability > 99.9%"
goal "plain.latency.mean < 5.5ms"
run { duration = "5min", warmup = "30s", replications = 10 }
