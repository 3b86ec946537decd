-- Each of 17 services calls the next one twice: 262,143 calls a request.
for i = 1, 17 do
  service("hop" .. i) { on = { parallel { call { "hop" .. (i + 1), times = 2 } } } }
end
service "hop18" { work = "1ms" }
client "users" { arrivals = constant "1/s", target = "hop1" }
run { duration = "1s", warmup = "0s", replications = 1 }
