-- AWS Lambda, Google Cloud Functions and their like.

kind {
  name = "function",
  summary = "Code that is run on demand: its instances come with the calls and go when idle.",
  doc = [[
A call takes an instance that is idle, the one that was used last, or starts one, which takes `cold`
and which the call waits for. Where `most` are there and busy a call is refused. An instance goes
when nothing was asked of it for `idle`.

It is a service with its name, whose instances are on demand: `instances = on_demand { ... }` of a
[service](service.md) is the same. What it costs is its `price`, of calls and of their time.

Left out: a limit on how long a call may run (`timeout` of who calls), instances kept ready ahead of
the calls, how fast further ones may be started, and memory: that a larger one makes work faster.]],
  example = [[
client "users" { arrivals = poisson "20/s", target = "resize", timeout = "5s" }
function "resize" {
  work = exponential "80ms", cold = lognormal { p50 = "200ms", p99 = "1s" }, idle = "10min",
  price = { per_call = 2e-7, per_100ms = 2e-7 },
}
run { duration = "10min", warmup = "1min", replications = 4 }
]],
  entry = "service",
  params = {
    { "work", type = "time", doc = "How long a call takes an instance. This, or `on`." },
    { "on", type = "handlers", doc = "What is done for each operation, as of a service." },
    { "cold", type = "time", required = true,
      doc = "How long a new instance takes until it can work; the call that it was made for waits "
        .. "(AWS Lambda: 100 ms to more than 1 s)." },
    { "idle", type = "duration", default = "10min",
      doc = "An instance that nothing is asked of goes after this time (Shahrad et al., "
        .. "Serverless in the Wild, 2020: 10 min)." },
    { "most", type = "count", default = 1000, min = 1, max = 100000,
      doc = "Instances at once; calls for which there would have to be more are refused (AWS "
        .. "Lambda: 1000 of an account)." },
    { "concurrency", type = "count", default = 1, min = 1, max = 1000,
      doc = "Calls that an instance works on at once (AWS Lambda: 1)." },
  },
  build = function(c)
    service(c.name) {
      work = c.work, on = c.on,
      instances = on_demand {
        cold = c.cold, idle = c.idle, most = c.most, concurrency = c.concurrency,
      },
    }
  end,
}
