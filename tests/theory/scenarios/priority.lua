-- Three classes, the first served first, nobody interrupted (Cobham 1954), or one of a lower class
-- is, and goes on later (preemptive resume).
local discipline = param { "discipline", "priority", doc = "whether a higher class interrupts" }
local low = param { "low", "exponential", doc = "law of the work of the third class" }
local laws = { exponential = exponential "10ms", uniform = uniform { "0ms", "20ms" } }
client "c" { arrivals = poisson "80/s", target = "s", mix = { a = 0.25, b = 0.375, c = 0.375 } }
service "s" { workers = 1, discipline = discipline, priority = { "a", "b", "c" },
  on = { a = { work(laws.exponential) }, b = { work(laws.exponential) }, c = { work(laws[low]) } } }
run { duration = "5000s", warmup = "200s", replications = 30 }
