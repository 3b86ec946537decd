-- The backbone between the data centres is cut. Name servers outside that do not see the data
-- centres take themselves for cut off and withdraw their routes: who finds what still works?
--
-- Source: engineering.fb.com/2021/10/05/networking-traffic/outage-details
-- A command of maintenance took down all of the backbone. The name servers stand in small sites
-- at the edge, and were up and could be reached; but each withdraws the routes to itself when it
-- cannot speak to the data centres, since that tells of a bad link of its own. All did so at the
-- same time. Nobody could look up any name, those of services at the edge and of the engineers'
-- tools among them. A cut of 10 minutes takes the place of 6 hours.
--
-- Off: withdraws=false  name servers that stay go on answering
-- Off: cut=1  one site alone is cut off, which is what the rule is for: the others answer
-- Answer: users.goodput
local withdraws = param { "withdraws", true, doc = "servers that see no data centre withdraw" }
local cut = param { "cut", 3, doc = "sites whose link to the data centres is cut" }

client "users" { arrivals = poisson "300/s", target = "names", zone = "internet", timeout = "1s" }
load_balancer "names" { backends = "name_server", zone = "internet" }
service "name_server" {
  instances = 3, zone = { "site1", "site2", "site3" }, on = { work "1ms" },
}
region "backbone" { zones = { "data_centres" } }
for i = 1, cut do
  fault { partition { "site" .. i, "data_centres" }, at = "5min", lasts = "10min" }
end
if withdraws then
  control "look" {
    probe = "name_server", zone = "data_centres", every = "5s", timeout = "1s", fails = 3,
    act = withdraw "name_server",
  }
end

-- A third of the half hour that is measured nobody is answered, though all servers are up.
goal "users.availability < 70%"
goal "name_server.uptime == 100%"
run { duration = "30min", warmup = "1s", replications = 2 }
